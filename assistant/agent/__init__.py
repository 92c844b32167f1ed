"""Understand, act, look, answer, reflect: the graph and the cores it reaches models through."""

from assistant.agent.assistant import Assistant
from assistant.agent.records import AgentOptions, Condition, Reply, Step, ThreadInfo

__all__ = ["AgentOptions", "Assistant", "Condition", "Reply", "Step", "ThreadInfo"]
