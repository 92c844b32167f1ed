"""What kind of place it is."""

from __future__ import annotations

from typing import ClassVar

from assistant.agent.intents.base import Plan, Planning, Rules
from assistant.agent.intents.looking import LookIntent, look
from assistant.agent.question.reading import Reading

_RULES = (
    Rules(
        "en",
        r"where (?:is|was|are|were) (?:this|that|it|these|they|we|the (?:scene|video|clip))(?: (?:filmed|shot|recorded|taken|set|happening|now|then))?$",
        r"(?:what|which)(?: (?:kind|sort|type) of)? (?:place|location|setting|scenery|surroundings) (?:is|was) (?:this|that|it|there|shown)(?: .*)?$",
        r"where (?:does|did) (?:this|that|it|the (?:scene|video|clip|camera|picture)) (?:take place|go|switch|cut|move|change)(?: to)?(?: .*)?$",
    ),
    Rules(
        "vi",
        r"(?:(?:roi|va) )?(?:canh|day|do|cho nay|noi nay|khung canh|khung hinh|boi canh|video|clip)(?: (?:nay|do|ay))?(?: (?:la|chuyen|doi|quay|o|sang|dien ra|duoc quay|den|toi))* (?:cho|noi|dia diem|dau)(?: nao| gi)?$",
        r"(?:o|tai) (?:dau|cho nao|noi nao)(?: (?:vay|day))?$",
    ),
)


class Place(LookIntent):
    """Answered by a kind of place, from any picture of the stretch."""

    name: ClassVar[str] = "place"
    rank: ClassVar[int] = 175
    rules: ClassVar = _RULES
    expects: ClassVar[str] = "thing"

    def ask(self, reading: Reading) -> str:
        return "where is this?"

    def plan(self, reading: Reading, planning: Planning) -> Plan:
        return look(self.ask(reading), planning)


INTENT = Place()
