"""Times and order that a question names in so many words: the only things that rules read out of it."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

EDGE_SECONDS = 3.0
_AT = re.compile(
    r"\b(?:at|lúc|giây(?: thứ)?)\s+(?:second\s+)?(\d+(?:\.\d+)?)\s*(?:seconds?\b|sec\b|s\b|giây)?", re.IGNORECASE
)
_AT_START = re.compile(
    r",?\s*\b(?:at the (?:start|beginning)|at first|lúc đầu|ban đầu|(?:ở )?đầu video)\b,?", re.IGNORECASE
)
_AT_END = re.compile(r",?\s*\b(?:at the end|(?:ở )?cuối video|lúc cuối)\b,?", re.IGNORECASE)
_WHEN = re.compile(r"\b(?:when|what time|what second|find|show me|look for)\b|khi nào|lúc nào|\btìm\b", re.IGNORECASE)
_AROUND = re.compile(
    r"^(?:and\s+)?what\s+(?:happens|happened|comes|came|(?:does|did)\s+.+?\s+do)\s+(?:right\s+|just\s+)?"
    r"(?P<side>after|before)\s+(?P<event>.+?)\W*$"
    r"|^(?:(?:điều|chuyện|cái)\s+)?gì\s+(?:đã\s+)?xảy\s+ra\s+(?:ngay\s+)?(?P<side_vi>sau|trước)\s+khi\s+(?P<event_vi>.+?)\W*$",
    re.IGNORECASE,
)
_NEXT = re.compile(
    r"^(?:and\s+)?(?:then\s+)?what\s+(?:happens|happened|comes|came)\s+(?P<side>next|then|afterwards|after\s+that|before\s+that"
    r"|just\s+before)\W*$|^(?:and\s+)?then\s+what\W*$"
    r"|^(?:(?:(?:điều|chuyện|cái)\s+)?gì\s+(?:đã\s+)?xảy\s+ra\s+)?(?P<side_vi>tiếp\s+theo|sau\s+đó|trước\s+đó)"
    r"(?:\s+(?:thì\s+sao|có\s+chuyện\s+gì|xảy\s+ra\s+(?:chuyện\s+)?gì))?\W*$",
    re.IGNORECASE,
)
_THIS = re.compile(r"^(?:that|this|it)$", re.IGNORECASE)
Side = Literal["after", "before"]


class Around(NamedTuple):
    """A free event: what comes after or before another one."""

    side: Side
    event: str | None  # None: what was found last


def named_range(question: str, duration_seconds: float | None) -> tuple[float | None, float | None]:
    """`[start, end)` in seconds that the question names: "at 12 s", "at the start", "at the end"; else None and None.

    The end of a video is known only with its duration.
    """
    if at := _AT.search(question):
        seconds = float(at[1])
        return max(0.0, seconds - 1.0), seconds + 1.0
    if _AT_START.search(question):
        return 0.0, EDGE_SECONDS
    if _AT_END.search(question) and duration_seconds is not None:
        return max(0.0, duration_seconds - EDGE_SECONDS), duration_seconds + 1.0
    return None, None


def without_range(question: str) -> str:
    """The question without the time it names: a picture has no start and no end."""
    bare = question
    for pattern in (_AT_START, _AT_END, _AT):
        bare = pattern.sub("", bare)
    return " ".join(bare.split()).replace(" ?", "?")


def asks_when(question: str) -> bool:
    """True if the answer is a time."""
    return _WHEN.search(question) is not None


def asks_around(question: str) -> Around | None:
    """The event beside which something is asked for: `a dog runs by` of "what happened before a dog runs by?".

    "What happened next?" names none: it is what was found last.
    """
    question = question.strip()
    if found := _NEXT.match(question):
        side = (found["side"] or found["side_vi"] or "next").lower()
        return Around("before" if side.startswith(("before", "just", "trước")) else "after", None)
    if found := _AROUND.match(question):
        side, event = (found["side"] or found["side_vi"]).lower(), found["event"] or found["event_vi"]
        # "What did he do after that?" is about somebody: the core puts it on its own feet first.
        return None if _THIS.match(event) else Around("before" if side in ("before", "trước") else "after", event)
    return None
