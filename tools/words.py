"""The words for numbers, units of time and places in a row that are understood, in English and Vietnamese.

All keys are in lower case and NFC.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

NUMBERS: dict[str, float] = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "một": 1, "hai": 2, "ba": 3, "bốn": 4, "năm": 5, "sáu": 6, "bảy": 7, "tám": 8, "chín": 9, "mười": 10,
    "a": 1, "an": 1, "half a": 0.5, "nửa": 0.5,
    "fifteen": 15, "mười lăm": 15, "twenty": 20, "hai mươi": 20, "thirty": 30, "ba mươi": 30,
}  # fmt: skip
"""Amounts of seconds, minutes or hours."""

UNITS: dict[str, int] = {
    "second": 1, "sec": 1, "s": 1, "giây": 1, "minute": 60, "min": 60, "phút": 60, "hour": 3600, "giờ": 3600,
}  # fmt: skip
"""The seconds in each unit of time; the English units in the singular."""

LAST = -1
"""The place of "the last one" in `ORDINALS`."""

ORDINALS: dict[str, int] = {
    "first": 1, "1st": 1, "nhất": 1, "đầu tiên": 1, "1": 1,
    "second": 2, "2nd": 2, "hai": 2, "2": 2,
    "third": 3, "3rd": 3, "ba": 3, "3": 3,
    "fourth": 4, "4th": 4, "tư": 4, "bốn": 4, "4": 4,
    "fifth": 5, "5th": 5, "năm": 5, "5": 5,
    "last": LAST, "cuối": LAST, "cuối cùng": LAST,
}  # fmt: skip
"""Places in a row, from 1. Vietnamese ones as they stand after "thứ"."""


def any_of(words: Iterable[str]) -> str:
    """A regular expression, without a group around it, that matches one of `words`, the longest that fits."""
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


def index_of_ordinal(place: int, count: int) -> int | None:
    """The index from 0 of a place in a row of `count` things; None if the row has no such place.

    Args:
        place: a value of `ORDINALS`: from 1, or `LAST`.
        count: how many things the row holds.
    """
    index = count - 1 if place == LAST else place - 1
    return index if 0 <= index < count else None


def unit_seconds(unit: str) -> int:
    """The seconds in a unit of time, in the singular or the plural: 60 for "Minutes".

    Letters match as `re.IGNORECASE` has them match, so that a unit found by such a pattern is always known.

    Raises:
        ValueError: it is no unit of `UNITS`.
    """
    for name, seconds in UNITS.items():
        if re.fullmatch(f"{name}s?", unit, re.IGNORECASE):
            return seconds
    raise ValueError(f"{unit!r} is no unit of time; write one of {', '.join(UNITS)}")
