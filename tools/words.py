"""The words for numbers, units of time and places in a row that are understood, in English and Vietnamese.

All keys are in lower case and NFC.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_ONES_EN = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_ONES_VI = ("một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_TEENS_EN = (
    "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS_EN = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
# How a one sounds after a ten: "hai mươi lăm". The short form "hai lăm" leaves the ten out; "hai ba" would be 2 and 3.
_AFTER_A_TEN = {"mốt": 1, "tư": 4, "lăm": 5, "nhăm": 5}


def _spelled_numbers() -> dict[str, float]:
    """Every spelling of the whole numbers from 1 to 99."""
    ones_vi = {word: number for number, word in enumerate(_ONES_VI, 1)}
    numbers: dict[str, float] = {word: number for number, word in enumerate(_ONES_EN + _TEENS_EN, 1)}
    for ten, tens in enumerate(_TENS_EN, 2):
        numbers[tens] = 10 * ten
        numbers |= {f"{tens}{gap}{word}": 10 * ten + one for one, word in enumerate(_ONES_EN, 1) for gap in " -"}
    numbers |= ones_vi | {"mười": 10, "mười lăm": 15}
    numbers |= {f"mười {word}": 10 + one for word, one in ones_vi.items() if one != 5}
    for tens, ten in list(ones_vi.items())[1:]:
        numbers[f"{tens} mươi"] = 10 * ten
        numbers |= {f"{tens} mươi {word}": 10 * ten + one for word, one in (ones_vi | _AFTER_A_TEN).items()}
        numbers |= {f"{tens} {word}": 10 * ten + one for word, one in _AFTER_A_TEN.items()}
    return numbers


NUMBERS: dict[str, float] = _spelled_numbers() | {
    "a": 1, "an": 1, "half a": 0.5, "half an": 0.5, "a half": 0.5, "half": 0.5, "nửa": 0.5, "một nửa": 0.5,
    "a couple of": 2, "couple of": 2, "a couple": 2, "couple": 2, "vài ba": 3,
    "a few": 5, "few": 5, "several": 5, "vài": 5,
}  # fmt: skip
"""Amounts of seconds, minutes or hours. A vague word counts as much as people may mean by it."""

UNITS: dict[str, int] = {
    "second": 1, "sec": 1, "s": 1, "giây": 1, "minute": 60, "min": 60, "phút": 60,
    "hour": 3600, "hr": 3600, "giờ": 3600, "tiếng": 3600,
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
    "sixth": 6, "6th": 6, "sáu": 6, "6": 6,
    "seventh": 7, "7th": 7, "bảy": 7, "7": 7,
    "eighth": 8, "8th": 8, "tám": 8, "8": 8,
    "ninth": 9, "9th": 9, "chín": 9, "9": 9,
    "tenth": 10, "10th": 10, "mười": 10, "10": 10,
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
