"""On which side of the picture something is."""

from __future__ import annotations

from typing import ClassVar

from assistant.agent.intents.base import Rules
from assistant.agent.intents.looking import LookIntent
from assistant.agent.question.reading import Reading

_LEFT_RIGHT = r"(?:on |at |to )?(?:the )?(?:left|right)(?:[- ]?hand)?(?: side)?,? or (?:on |at |to )?(?:the )?(?:left|right)(?:[- ]?hand)?(?: side)?"
_RULES = (
    Rules(
        "en",
        rf"(?P<subject>.+?)[,:] (?:is|was|are|were) (?:it|he|she|they|that) {_LEFT_RIGHT}(?: of .+)?$",
        rf"(?:is|was|are|were) (?P<subject>.+?) (?:standing |sitting |parked )?{_LEFT_RIGHT}$",
        r"(?:on |at )?(?:which|what) (?:side|half|part|corner) (?:of the (?:picture|image|frame|screen|video) )?(?:is|was|are|were|does|do|did) (?P<subject>.+?)(?: (?:on|in|at|stand|sit|standing|sitting|parked))*$",
    ),
    Rules(
        "vi",
        r"(?P<subject>.+?) (?:dang )?(?:(?:duoc )?(?:de|dat|dung|ngoi|nam|dau|do) )?(?:o |nam )?(?:ben|phia|goc|nua|dau) (?:nao )(?:cua |trong |tren )?(?:buc |tam |khung )?(?:hinh|anh|man hinh)(?: anh)?$",
        r"(?P<subject>.+?) (?:dang )?(?:(?:de|dat|dung|ngoi|nam|dau) )?(?:o )?(?:ben |phia )?trai hay (?:ben |phia |o )?phai$",
        r"(?P<subject>.+?) (?:dang )?(?:(?:de|dat|dung|ngoi|nam|dau) )(?:o )?(?:ben|phia) nao$",
        r"(?P<subject>.+?) (?:dang )?o (?:ben|phia) nao$",
    ),
)


class Side(LookIntent):
    """Answered by the left or the right of the picture."""

    name: ClassVar[str] = "side"
    rank: ClassVar[int] = 150
    rules: ClassVar = _RULES
    of_a_moment: ClassVar[bool] = True
    expects: ClassVar[str] = "side"

    def ask(self, reading: Reading) -> str:
        return f"is the {reading.bare_subject} on the left or on the right of the picture?"


INTENT = Side()
