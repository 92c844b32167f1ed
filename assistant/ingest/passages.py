"""Joins the lines of a video into passages, long enough to have a meaning of their own.

A subtitle is a third of a sentence. Adjacent cues are joined into passages that overlap by half, so what is explained
across a border lies whole in one of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from tools.types import Line, Passage

JOINED_SOURCES = ("subtitle", "speech")  # whose lines go on from one to the next; other lines stand alone


@dataclass(frozen=True, slots=True)
class PassageOptions:
    """How lines are joined."""

    seconds: float = 25.0  # length of a passage; one that is half as long or longer may end a stretch
    gap_seconds: float = 8.0  # a longer pause ends a stretch of speech
    max_letters: int = 1200  # of a passage: what the encoder reads at once
    min_letters: int = 3  # of a line that stands alone; less has no meaning


def build_passages(lines: Sequence[Line], options: PassageOptions | None = None) -> list[Passage]:
    """Returns the passages of a video's lines, in time order."""
    options = options or PassageOptions()
    passages: list[Passage] = []
    ordered = sorted(lines, key=lambda line: (line.source, line.language or "", line.start_seconds))
    for (source, _), group in groupby(ordered, key=lambda line: (line.source, line.language or "")):
        if source in JOINED_SOURCES:
            for stretch in _stretches(list(group), options):
                passages += _windows(stretch, options)
        else:
            passages += [_passage([line]) for line in group if sum(map(str.isalnum, line.text)) >= options.min_letters]
    return sorted(passages, key=lambda passage: (passage.start_seconds, passage.end_seconds))


def _stretches(lines: Sequence[Line], options: PassageOptions) -> Iterator[list[Line]]:
    """Yields runs of lines without a long pause."""
    stretch: list[Line] = []
    for line in lines:
        if stretch and line.start_seconds - stretch[-1].end_seconds > options.gap_seconds:
            yield stretch
            stretch = []
        stretch.append(line)
    if stretch:
        yield stretch


def _windows(stretch: Sequence[Line], options: PassageOptions) -> Iterator[Passage]:
    """Yields passages of about `options.seconds`; each begins in the middle of the one before."""
    first = 0
    while first < len(stretch):
        begin = stretch[first].start_seconds
        last, letters = first, len(stretch[first].text)
        while (
            last + 1 < len(stretch)
            and stretch[last + 1].end_seconds - begin <= options.seconds
            and letters + len(stretch[last + 1].text) < options.max_letters
        ):
            last += 1
            letters += len(stretch[last].text) + 1
        yield _passage(stretch[first : last + 1])
        if last + 1 == len(stretch):
            return
        middle = (begin + stretch[last].end_seconds) / 2
        following = [index for index in range(first + 1, last + 1) if stretch[index].start_seconds >= middle]
        first = following[0] if following else last + 1


def _passage(lines: Sequence[Line]) -> Passage:
    return Passage(
        video_id=lines[0].video_id,
        start_seconds=lines[0].start_seconds,
        end_seconds=max(line.end_seconds for line in lines),
        source=lines[0].source,
        text=" ".join(line.text for line in lines),
        language=lines[0].language,
    )
