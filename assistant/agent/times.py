"""Reads the times and the order that a question names in so many words."""

from __future__ import annotations

import functools
import re
from typing import Literal, NamedTuple

from tools.words import NUMBERS, unit_seconds

_CLOCK = r"\d+:\d\d(?::\d\d)?"
_UNIT = r"(?:seconds?|secs?|s|minutes?|mins?|giây|phút)\b"
# A time that stands alone needs a colon or a unit: "after 2 cars" names none.
_TIME = rf"(?:{_CLOCK}|\d+(?:\.\d+)?\s*{_UNIT}|(?:second|giây(?: thứ)?)\s+\d+(?:\.\d+)?)"
_LOOSE = rf"(?:{_TIME}|\d+(?:\.\d+)?)"
_COUNT = r"(?P<count>\d+|one|two|three|five|ten)?"
_IGNORE = re.IGNORECASE
_BETWEEN = re.compile(
    rf",?\s*\b(?:(?:between|giữa)\s+(?P<low>{_LOOSE})\s+(?:and|và)|(?:from|từ)\s+(?P<low2>{_LOOSE})\s+(?:to|till|until|đến|tới))"
    rf"\s+(?P<high>{_TIME})",
    _IGNORE,
)
_MANY_VI = _COUNT.replace("count", "count_vi")
_FIRST = re.compile(
    rf",?\s*\b(?:only\s+)?(?:in|during|within)\s+the\s+(?P<end>first|last)\s+{_COUNT}\s*(?P<unit>{_UNIT})"
    rf"|,?\s*\b(?:chỉ\s+)?trong\s+{_MANY_VI}\s*(?P<unit_vi>giây|phút)\s+(?P<end_vi>đầu(?: tiên)?|cuối(?: cùng)?)\b",
    _IGNORE,
)
_BEYOND = re.compile(
    rf",?\s*\b(?P<side>after|from|since|sau|từ|before|until|till|trước)\s+(?P<time>{_TIME})(?: on\b)?", _IGNORE
)
_AT = re.compile(
    rf",?\s*\b(?:at|lúc|giây(?: thứ)?|phút(?: thứ)?)\s+(?:second\s+)?(?P<time>{_LOOSE})(?:\s*giây)?", _IGNORE
)
_AT_CLOCK = re.compile(rf",?\s*\b(?:at|lúc)\s+{_CLOCK}", _IGNORE)
_AT_START = re.compile(
    r",?\s*\b(?:at the (?:start|beginning)|at first|lúc đầu|ban đầu|(?:ở )?đầu video)\b,?", re.IGNORECASE
)
_AT_END = re.compile(r",?\s*\b(?:at the end|(?:ở )?cuối video|lúc cuối)\b,?", re.IGNORECASE)
_STRETCHES = (_BETWEEN, _FIRST, _BEYOND, _AT_CLOCK)
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
_WHETHER = re.compile(
    r"^(?:and\s+)?(?:did|does|do|has|had|have)\s+(?P<first>.+?),?\s+(?:right\s+|just\s+)?(?P<side>after|before)\s+"
    r"(?!\d|second\b|(?:that|this|it)\W*$)(?P<second>.+?)\W*$",
    re.IGNORECASE,
)
_THIS = re.compile(r"^(?:that|this|it)$", re.IGNORECASE)
Side = Literal["after", "before"]


class Around(NamedTuple):
    """A question about what comes after or before an event."""

    side: Side
    event: str | None  # None: the last answer


def named_range(
    question: str, duration_seconds: float | None, *, edge_seconds: float, around_seconds: float
) -> tuple[float | None, float | None]:
    """Returns the range `[start, end)` in seconds that the question names; None for an end that is open.

    "at 12 s", "at 1:20", "between 0:10 and 0:20", "in the first minute", "after 1:20", "at the end", and the same in
    Vietnamese.

    Args:
        question: as it was typed, or in English.
        duration_seconds: of the video; None if it is unknown, and with it where the video ends.
        edge_seconds: how long "at the start" and "at the end" are.
        around_seconds: before and after a time that is named alone.
    """
    if match := _BETWEEN.search(question):
        low, high = sorted((_seconds(match["low"] or match["low2"]), _seconds(match["high"])))
        return low, high
    if match := _FIRST.search(question):
        count = (match["count"] or match["count_vi"] or "1").lower()
        length = float(NUMBERS.get(count) or count) * unit_seconds(match["unit"] or match["unit_vi"])
        if (match["end"] or match["end_vi"]).lower().startswith(("first", "đầu")):
            return 0.0, length
        return (None, None) if duration_seconds is None else (max(0.0, duration_seconds - length), None)
    if match := _BEYOND.search(question):
        seconds = _seconds(match["time"])
        return (None, seconds) if match["side"].lower() in ("before", "until", "till", "trước") else (seconds, None)
    if match := _AT.search(question):
        seconds = _seconds(match["time"])
        return max(0.0, seconds - around_seconds), seconds + around_seconds
    if _AT_START.search(question):
        return 0.0, edge_seconds
    if _AT_END.search(question) and duration_seconds is not None:
        return max(0.0, duration_seconds - edge_seconds), duration_seconds + 1.0
    return None, None


def _seconds(text: str) -> float:
    """`1:20`, `80 s`, `giây 80`, `2 minutes` and `80` in seconds."""
    if ":" in text:
        return float(functools.reduce(lambda total, part: total * 60 + int(part), text.split(":"), 0))
    (number,) = re.findall(r"\d+(?:\.\d+)?", text)
    unit = re.search(_UNIT, text, _IGNORE)
    return float(number) * (unit_seconds(unit[0]) if unit else 1)


def named_times(question: str) -> list[float]:
    """Returns every time that a question names with a colon or a unit, in seconds, in order."""
    return [_seconds(match[0]) for match in re.finditer(_TIME, question, _IGNORE)]


def without_range(question: str) -> str:
    """Returns the question without the time it names: a picture has no start and no end."""
    return _without(question, (*_STRETCHES, _AT_START, _AT_END, _AT))


def without_stretch(question: str) -> str:
    """Returns the question without times of day and ranges, which say where to look; "at 12 s" stays."""
    return _without(question, _STRETCHES)


def _without(question: str, patterns: tuple[re.Pattern[str], ...]) -> str:
    for pattern in patterns:
        question = pattern.sub("", question)
    return " ".join(question.split()).replace(" ?", "?").lstrip(" ,;")


def asks_when(question: str) -> bool:
    """Returns True if the answer is a time."""
    return _WHEN.search(question) is not None


def asks_whether(question: str) -> tuple[str, str] | None:
    """Returns two events in the order that a question, in English, asks about.

    `the dog appear`, `the bus left` of "did the dog appear before the bus left?"; the other way round with "after".
    """
    if (match := _WHETHER.match(question.strip())) is None:
        return None
    first, second = match["first"], match["second"]
    return (first, second) if match["side"].lower() == "before" else (second, first)


def asks_around(question: str) -> Around | None:
    """Returns the event beside which something is asked for: `a dog runs by` of "what happened before a dog runs by?".

    "What happened next?" names no event: it means the last answer.
    """
    question = question.strip()
    if match := _NEXT.match(question):
        side = (match["side"] or match["side_vi"] or "next").lower()
        return Around("before" if side.startswith(("before", "just", "trước")) else "after", None)
    if match := _AROUND.match(question):
        side, event = (match["side"] or match["side_vi"]).lower(), match["event"] or match["event_vi"]
        # "What did he do after that?" is about somebody: the core rewrites it first.
        return None if _THIS.match(event) else Around("before" if side in ("before", "trước") else "after", event)
    return None
