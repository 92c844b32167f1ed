"""What the fields of items hold, so that a bad item is named and left out instead of ending a run."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Field:
    """What a field holds, in words, and whether a value is that."""

    meaning: str
    is_valid: Callable[[Any], bool]


def _is_seconds(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= 0


def _is_index(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_list(value: Any, is_valid: Callable[[Any], bool]) -> bool:
    return isinstance(value, list) and all(map(is_valid, value))


def _is_moment(value: Any) -> bool:
    return _is_list(value, _is_seconds) and len(value) == 2 and value[0] <= value[1]


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_passage(value: Any) -> bool:
    times = (value.get("start_seconds"), value.get("end_seconds")) if isinstance(value, dict) else ()
    return len(times) == 2 and _is_text(value.get("lecture")) and _is_moment(list(times))


def _is_place(value: Any) -> bool:
    return isinstance(value, dict) and _is_text(value.get("video")) and MOMENTS.is_valid(value.get("moments"))


def _is_word_times(value: Any) -> bool:
    return isinstance(value, dict) and all(map(_is_seconds, value.values()))


def one_of(*values: str) -> Field:
    """A field that holds one of some texts."""
    return Field(" or ".join(values), lambda value: value in values)


def or_null(field: Field) -> Field:
    """A field that may also be null."""
    return Field(f"{field.meaning} or null", lambda value: value is None or field.is_valid(value))


ID = Field("a text or a number", lambda value: _is_text(value) or _is_index(value))
TEXT = Field("a text", _is_text)
FLAG = Field("true or false", lambda value: isinstance(value, bool))
INDEX = Field("a whole number from 0 on", _is_index)
SECONDS = Field("a number of seconds from 0 on", _is_seconds)
MOMENTS = Field("a list of moments [start, end] in seconds", lambda value: _is_list(value, _is_moment))
PASSAGES = Field("a list of {lecture, start_seconds, end_seconds}", lambda value: _is_list(value, _is_passage))
PLACES = Field("a list of {video, moments}", lambda value: _is_list(value, _is_place))
TEXTS = Field("a list of texts", lambda value: _is_list(value, _is_text))
WORD_TIMES = Field("an object of words and their seconds", _is_word_times)
