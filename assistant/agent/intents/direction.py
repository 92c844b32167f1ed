"""Which way something goes."""

from __future__ import annotations

from typing import ClassVar

from assistant.agent.intents.base import Rules
from assistant.agent.intents.looking import LookIntent
from assistant.agent.question.reading import Reading

_AUX = r"(?:is|are|was|were|does|do|did|has|have)"
_GO = r"(?:go|going|gone|head|heading|headed|move|moving|drive|driving|walk|walking|run|running|turn|turning|fly|flying|leave|leaving|face|facing|look|looking|ride|riding|travel|travelling|come|coming|step|stepping)"
_RULES = (
    Rules(
        "en",
        rf"(?:in |to )?(?:which|what) (?:way|direction|side) {_AUX} (?P<subject>.+?) {_GO}(?: (?:off|to|in|away|out|from|towards?))*$",
        r"where (?:is|are|was|were|does|do|did) (?P<subject>.+?) (?:go|going|head|heading|headed|drive off|walk off|run off|run|drive)(?: (?:off|to|away))*$",
        rf"(?:is|are|was|were|does|do|did) (?P<subject>.+?) {_GO} (?:to )?(?:the )?left or (?:to )?(?:the )?right$",
        rf"(?:to the )?left or (?:to the )?right[:,]? (?:where|which way) {_AUX} (?P<subject>.+?) {_GO}$",
        r"(?:in )?(?:which|what) (?:way|direction) (?P<subject>.+?) (?:goes|went|is going|was going|heads|headed)$",
    ),
    Rules(
        "vi",
        r"(?P<subject>.+?) (?:dang |da |se |lai |no )?(?:di chuyen|di|chay|re|quay|huong|lao|queo|bay|buoc|tien|bo di|chay di|di khoi|roi di|di bo)(?: dau| mat)? ?(?:ve |sang |theo |toi |tu )?(?:mat )?(?:huong|phia|ben|duong|dau)(?: nao| gi)?$",
        r"(?P<subject>.+?) (?:dang )?(?:di|chay|re|bay|quay|huong|di chuyen)[^,]{0,12}\b(?:tu )?(?:ben|phia|huong) nao (?:sang|qua|wa|den|toi|ve) (?:ben|phia|huong)? ?(?:nao)?$",
        r"(?P<subject>.+?) (?:dang )?(?:di|chay|re|quay|huong|di chuyen)[^,]{0,14}\btrai hay (?:sang |ben |qua |ve )?(?:phia )?phai$",
        r"(?P<subject>.+?) (?:dang )?(?:di|chay|re|bay|huong) (?:ve )?(?:dau|huong nao)$",
        r"(?:(?:roi )?sau (?:do|day) )?(?P<subject>.+?) di (?:ve )?(?:huong|phia) nao$",
    ),
)


class Direction(LookIntent):
    """Answered by a side."""

    name: ClassVar[str] = "direction"
    rank: ClassVar[int] = 148
    rules: ClassVar = _RULES
    of_a_moment: ClassVar[bool] = True
    expects: ClassVar[str] = "side"

    def ask(self, reading: Reading) -> str:
        return f"which way is the {reading.bare_subject} going?"


INTENT = Direction()
