"""Understand, act, look, answer, reflect: the graph and the cores it reaches models through."""

from assistant.agent.assistant import Assistant
from assistant.agent.records import Condition, Options, Reply, Step, ThreadInfo

__all__ = ["Assistant", "Condition", "Options", "Reply", "Step", "ThreadInfo"]
