"""Times and order that a question names in so many words: the only things that rules read out of it."""

from __future__ import annotations

import re

EDGE_SECONDS = 3.0
_AT = re.compile(
    r"\b(?:at|lúc|giây(?: thứ)?)\s+(?:second\s+)?(\d+(?:\.\d+)?)\s*(?:seconds?\b|sec\b|s\b|giây)?", re.IGNORECASE
)
_AT_START = re.compile(
    r",?\s*\b(?:at the (?:start|beginning)|at first|lúc đầu|ban đầu|(?:ở )?đầu video)\b,?", re.IGNORECASE
)
_AT_END = re.compile(r",?\s*\b(?:at the end|(?:ở )?cuối video|lúc cuối)\b,?", re.IGNORECASE)
_WHEN = re.compile(r"\b(?:when|what time|what second|find|show me|look for)\b|khi nào|lúc nào|\btìm\b", re.IGNORECASE)
_AFTER = re.compile(r"^what (?:happens|happened|(?:does|did) .+ do) after (?P<event>.+?)\W*$", re.IGNORECASE)


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


def asks_after(question: str) -> str | None:
    """The event after which something is asked for: `a dog runs by` of "what happens after a dog runs by?"."""
    found = _AFTER.match(question.strip())
    return found["event"] if found else None
