"""What somebody holds, carries or has with them."""

from __future__ import annotations

from typing import ClassVar

from assistant.agent.intents.base import Rules
from assistant.agent.intents.looking import LookIntent
from assistant.agent.question.reading import Reading

_RULES = (
    Rules(
        "en",
        r"what (?:thing |object )?(?:is|are|was|were) (?P<subject>.+?) (?:holding|carrying|pushing|pulling|eating|drinking|riding|driving|using)(?: in (?:his|her|their|its) hands?)?$",
        r"what (?:does|do|did) (?P<subject>.+?) (?:hold|carry|push|pull|eat|drink|have with (?:him|her|them|it)|have in (?:his|her|their|its) hands?)(?: in (?:his|her|their|its) hands?)?$",
        r"what is (?:in|on) (?P<subject>.+?)(?:'s)? (?:hands?|back|shoulders?)$",
    ),
    Rules(
        "vi",
        r"(?P<subject>.+?) (?:dang |co )?(?:cam|mang|om|deo|xach|che|vac|be|day|keo|an|uong|bung|boc)(?: theo| tren tay| trong tay)? ?(?:cai |vat |do )?(?:gi|j|chi)(?: tren tay| trong tay| the)?$",
        r"(?:tren|trong) tay (?P<subject>.+?) (?:la |co |cam )?(?:cai )?gi$",
    ),
)


class Holding(LookIntent):
    """Answered by a thing."""

    name: ClassVar[str] = "holding"
    rank: ClassVar[int] = 170
    rules: ClassVar = _RULES
    of_a_moment: ClassVar[bool] = True
    expects: ClassVar[str] = "thing"

    def ask(self, reading: Reading) -> str:
        return f"what is the {reading.bare_subject} holding?"


INTENT = Holding()
