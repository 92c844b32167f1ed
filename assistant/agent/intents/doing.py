"""What somebody or something does."""

from __future__ import annotations

from typing import ClassVar

from assistant.agent.intents.base import Reading, Rules
from assistant.agent.intents.looking import LookIntent

_RULES = (
    Rules(
        "en",
        r"what (?:is|are|was|were) (?P<subject>.+?) (?:doing|up to|busy with)(?: (?:there|here|then))?$",
        r"what (?:does|do|did|has|have) (?P<subject>.+?) (?:do|done|get up to)(?: (?:there|here|then|next|afterwards))?$",
        r"what (?:happens|happened|is happening|is going on|becomes|became|has become)(?: in the end)? (?:to|of|with) (?P<subject>.+?)(?: (?:in the end|then|there|afterwards))?$",
        r"(?P<subject>.+?)[,:] what (?:is|are|was|were|does|do|did) (?:he|she|it|they) (?:doing|do|up to)(?: (?:there|here|then))?$",
        r"where (?:does|did|do) (?P<subject>.+?) end up$",
    ),
    Rules(
        "vi",
        r"(?P<subject>.+?) (?:dang |da |se )?(?:lam|lam nhung|dinh lam) (?:cai |viec |chuyen )?(?:gi|j|chi)(?: (?:o|trong|the|vay|do).*)?$",
        r"(?P<subject>.+?) (?:thi )?(?:bi|ra|lam) sao(?: roi)?$",
        r"(?:chuyen|dieu) gi (?:da )?(?:xay ra|den) (?:voi|cho) (?P<subject>.+)$",
        r"(?P<subject>.+?) (?:ket cuc|cuoi cung|sau cung) (?:thi )?(?:ra sao|the nao|bi gi|o dau)$",
    ),
)


class Doing(LookIntent):
    """Answered by an act, read from several frames in order."""

    name: ClassVar[str] = "doing"
    rank: ClassVar[int] = 180
    rules: ClassVar = _RULES
    expects: ClassVar[str] = "act"

    def ask(self, reading: Reading) -> str:
        return f"what is the {reading.bare_subject} doing?"


INTENT = Doing()
