"""Text on screen over time: the same words in the same place are one line with a start and an end."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tools.types import Box, Line

SAME_TEXT = 80.0  # similarity of 100: one reading differs from the next by a letter or two
SAME_PLACE = 0.3  # intersection over union of the boxes
CHANGED_CELL = 14  # of 255: text that appears changes some cell of the small frame by so much
TRUSTED = 0.6  # readings below it are mostly texture
FEWEST_LETTERS = 2


@dataclass(frozen=True, slots=True)
class ReadLine:
    """A line of text in one picture."""

    text: str
    score: float  # in [0, 1]
    box: Box


class Reader(Protocol):
    """Reads the text of a picture."""

    def read(self, image: NDArray[np.uint8]) -> list[ReadLine]:
        """Lines of a picture (HWC uint8 RGB), top to bottom; boxes in its pixels."""
        ...


@dataclass(slots=True)
class _Open:
    line: ReadLine
    start: float
    end: float


class ScreenText:
    """Feed it the readings of pictures in time order; `finish` gives the lines."""

    def __init__(self, video_id: str) -> None:
        self._video_id = video_id
        self._open: list[_Open] = []
        self._done: list[_Open] = []
        self._small: NDArray[np.uint8] | None = None

    def changed(self, small: NDArray[np.uint8]) -> bool:
        """True if the picture differs from the last one read enough for its text to differ."""
        if self._small is None or np.abs(self._small.astype(np.int16) - small.astype(np.int16)).max() > CHANGED_CELL:
            self._small = small
            return True
        return False

    def add(self, lines: Sequence[ReadLine], seconds: float) -> None:
        """What one picture says at `seconds`; lines that are no longer there end here."""
        still: list[_Open] = []
        for line in lines:
            if line.score < TRUSTED or sum(c.isalnum() for c in line.text) < FEWEST_LETTERS:
                continue
            known = next((o for o in self._open if _same(o.line, line)), None)
            if known is None:
                still.append(_Open(line, seconds, seconds))
                continue
            self._open.remove(known)
            if line.score > known.line.score:
                known.line = line
            still.append(known)
        for ended in self._open:
            ended.end = seconds
            self._done.append(ended)
        self._open = still

    def finish(self, end_seconds: float) -> list[Line]:
        """All lines in time order; what is still open ends at `end_seconds`."""
        for rest in self._open:
            rest.end = end_seconds
        return [
            Line(
                self._video_id,
                o.start,
                max(o.start, o.end),
                "ocr",
                unicodedata.normalize("NFC", o.line.text),
                o.line.score,
                o.line.box,
            )
            for o in sorted([*self._done, *self._open], key=lambda o: (o.start, o.line.box[1]))
        ]


def _same(a: ReadLine, b: ReadLine) -> bool:
    from rapidfuzz import fuzz

    return fuzz.ratio(a.text.casefold(), b.text.casefold()) >= SAME_TEXT and _overlap(a.box, b.box) >= SAME_PLACE


def _overlap(a: Box, b: Box) -> float:
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared)
