"""What the weather is like."""

from __future__ import annotations

from typing import ClassVar

from assistant.agent.intents.base import Plan, Planning, Rules
from assistant.agent.intents.looking import LookIntent, look
from assistant.agent.question.reading import Reading

_RULES = (
    Rules("en", r"(?:what|how) (?:is|was)(?: the)? weather(?: like)?(?: .*)?$", r"what (?:kind|sort) of weather (?:is|was) (?:it|there)(?: .*)?$"),
    Rules("vi", r"(?:troi|thoi tiet)(?: .{0,20})? (?:the nao|ra sao|nhu the nao|sao|gi)$"),
)  # fmt: skip


class Weather(LookIntent):
    """Any picture of the stretch tells it."""

    name: ClassVar[str] = "weather"
    rank: ClassVar[int] = 178
    rules: ClassVar = _RULES

    def ask(self, reading: Reading) -> str:
        return "what is the weather?"

    def plan(self, reading: Reading, planning: Planning) -> Plan:
        return look(self.ask(reading), planning)


INTENT = Weather()
