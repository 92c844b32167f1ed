"""Understand, act, look, answer, reflect: the graph and the cores it reaches models through."""

from assistant.agent.assistant import Assistant
from assistant.agent.options import AgentOptions
from assistant.agent.records import Condition, Reply, Step, ThreadInfo

__all__ = ["AgentOptions", "Assistant", "Condition", "Reply", "Step", "ThreadInfo"]
