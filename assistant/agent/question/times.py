"""Reads which places of a video a question names: "at 1:20", "in the last minute", "nửa đầu", "từ giây 30 đến hết"."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.agent.question.durations import UNIT, read_amounts
from assistant.agent.question.homographs import OTHER_WORD, fold_letters
from assistant.agent.question.time_phrases import PHRASES
from assistant.agent.question.time_ranges import TimePoint, TimeRange
from assistant.agent.question.time_wording import AND
from assistant.agent.question.video_parts import PARTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.agent.question.durations import Amounts, Kind
    from assistant.agent.question.time_ranges import Ends

__all__ = ["NamedTimes", "TimePoint", "TimeRange", "read_times", "without_times"]


@dataclass(frozen=True, slots=True)
class NamedTimes:
    """The times that a text names."""

    ranges: tuple[TimeRange, ...]  # in the order of the text; a comparison of two moments names two
    rest: str  # the text without them and without what belongs to them ("at", "in the", commas), NFC
    unread: tuple[str, ...]  # pieces of the text that are times but name no place: "25:99"
    clock_of_day: tuple[str, ...]  # "1:20 pm", "lúc 8 giờ": hours of the day, which stay in `rest`


def read_times(text: str) -> NamedTimes:
    """Returns the times that a text in English or Vietnamese names, with or without accents.

    Args:
        text: as it was typed; spans and `rest` are of its NFC form.
    """
    text = unicodedata.normalize("NFC", text)
    amounts = read_amounts(fold_letters(text))
    page = _Page(amounts.coded)
    if amounts.by_start or _NAMES_AMOUNTS.search(amounts.coded):
        for pattern, read in PHRASES:
            for match in page.matches(pattern):
                page.take(match, read(match, amounts))
    for pattern, read_part in PARTS:
        for match in page.matches(pattern):
            page.take(match, read_part(match))
    ranges = _merge_limits(sorted(page.ranges, key=lambda named: named.span), page.folded)
    return NamedTimes(
        ranges, _without(text, ranges), _pieces(text, amounts, "unread"), _pieces(text, amounts, "clock_of_day")
    )


def without_times(text: str) -> str:
    """Returns the text without the times that it names: a picture has no start and no end."""
    return read_times(text).rest


class _Page:
    """A text in which each phrase is blotted out when it is read."""

    def __init__(self, coded: str) -> None:
        self.folded = self._coded = coded
        self.ranges: list[TimeRange] = []

    def matches(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """Yields the matches of a pattern in what is left of the text."""
        return pattern.finditer(self._coded)

    def take(self, match: re.Match[str], ends: list[Ends] | None) -> None:
        """Adds the ranges of a match and blots it out; does nothing for None."""
        if ends is None:
            return
        phrase = match[0].strip()
        start = match.start() + match[0].index(phrase)
        end = start + len(phrase)
        self.ranges += [TimeRange(*sides, (start, end)) for sides in ends]
        self._coded = self._coded[:start] + OTHER_WORD * (end - start) + self._coded[end:]


def _merge_limits(ranges: list[TimeRange], folded: str) -> tuple[TimeRange, ...]:
    """Makes one range of "after 1:30 but before 2:00"."""
    merged: list[TimeRange] = []
    for named in ranges:
        last = merged[-1] if merged else None
        if last is not None and _BUT.fullmatch(folded, last.span[1], named.span[0]):
            span = (last.span[0], named.span[1])
            if last.end is None and named.start is None:
                merged[-1] = TimeRange(last.start, named.end, False, span)
                continue
            if last.start is None and named.end is None:
                merged[-1] = TimeRange(named.start, last.end, False, span)
                continue
        merged.append(named)
    return tuple(merged)


def _pieces(text: str, amounts: Amounts, kind: Kind) -> tuple[str, ...]:
    return tuple(text[piece.start : piece.end] for piece in amounts.by_start.values() if piece.kind == kind)


_NAMES_AMOUNTS = re.compile(rf"{UNIT}|\b(?:halfway|midway|middle|giua)\b")  # "the first minute" has no amount
_BUT = re.compile(r"\s*,?\s*(?:(?:and|but|va|nhung)\s+)?")
_JOINS = re.compile(rf"{AND}|\W*")
_SPACE_BEFORE = re.compile(r"\s+(?=[?!.,;:])")
_DANGLING_OF = re.compile(r"\s*\bof\b", re.IGNORECASE)


def _without(text: str, ranges: tuple[TimeRange, ...]) -> str:
    """The text without the ranges, what joins them and what would be left over at its borders."""
    pieces: list[str] = []
    done = 0
    for start, end in sorted({named.span for named in ranges}):
        between = text[done:start]
        if done == 0 or _JOINS.fullmatch(fold_letters(between)) is None:
            pieces.append(between.rstrip(" ,"))
        # "at the end of the night video" leaves "in the night video"
        left_over = _DANGLING_OF.match(text, end)
        pieces += ["in"] if left_over else []
        done = left_over.end() if left_over else end
    pieces.append(text[done:])
    rest = _SPACE_BEFORE.sub("", " ".join(" ".join(pieces).split()))
    return rest.lstrip(",;: ") if ranges else rest
