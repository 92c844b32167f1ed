"""What is next to something, before it, behind it, to its left or right."""

from __future__ import annotations

from typing import ClassVar

from assistant.agent.intents.base import Rules
from assistant.agent.intents.looking import LookIntent
from assistant.agent.question.clauses import bare
from assistant.agent.question.fillers import folded_alike
from assistant.agent.question.reading import Reading

_RELATION = r"(?P<relation>next to|beside|in front of|behind|before|(?:to|on) the (?:left|right)(?: side)? of|left of|right of|under|above|below|on top of|near)"
_RULES = (
    Rules("en", rf"what(?: thing)? (?:is|are|was|were|stands|lies|do you see|can (?:i|you|we) see) (?:there )?(?:standing |sitting |parked |lying )?{_RELATION} (?P<subject>.+)$"),
    Rules("vi", r"(?:o |phia |ben )*(?:ben )?(?P<relation>trai|phai|canh|truoc mat|phia truoc|truoc|sau lung|phia sau|tren|duoi) (?:cua )?(?P<subject>.+?) (?:la |co )(?:cai |con )?(?:gi|chi|ai)$",
          r"(?:cai |con |co |thu )*gi (?:nam |dung |dau )?(?:o )?(?:ben |phia )?(?P<relation2>trai|phai|canh|truoc|sau|tren|duoi) (?:cua )?(?P<subject2>.+)$"),
)  # fmt: skip
_ENGLISH = {
    "trai": "to the left of",
    "phai": "to the right of",
    "canh": "next to",
    "sau": "behind",
    "tren": "on",
    "duoi": "under",
}


class Neighbour(LookIntent):
    """Answered by a thing."""

    name: ClassVar[str] = "neighbour"
    rank: ClassVar[int] = 88
    rules: ClassVar = _RULES
    expects: ClassVar[str] = "thing"

    def ask(self, reading: Reading) -> str:
        relation = reading.slots["relation"].lower()
        english = (
            relation
            if (relation.isascii() and " " in relation) or relation in ("behind", "beside", "under", "near")
            else ""
        )
        if not english:
            folded = relation.split()[-1]
            english = next((text for word, text in _ENGLISH.items() if _same(word, folded)), "in front of")
        return f"what is {english} the {bare(reading.subject)}?"


def _same(folded: str, word: str) -> bool:
    return folded_alike(word) == folded


INTENT = Neighbour()
