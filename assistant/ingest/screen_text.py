"""Text on screen over time: the same words in the same place are one line with a start and an end.

A line is read once and then only watched: as long as its place looks the same, no recogniser is asked again.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.media.readings import ReadLine, Region
from tools.types import Box, Line

if TYPE_CHECKING:
    from assistant.ingest.text_gate import Glimpse

SAME_TEXT = 80.0  # similarity of 100: one reading differs from the next by a letter or two
SAME_PLACE = 0.3  # intersection over union of the boxes
COVERED = 0.5  # of a box that lies in a line already known
TRUSTED = 0.6  # readings below it are mostly texture
FEWEST_LETTERS = 2
GAP_SECONDS = 2.0  # a line that was missed for no longer than this is still the same line
PRINT_HEIGHT, PRINT_WIDEST = 16, 768  # pixels of what a line's look is kept in
LETTER_WIDTH = 8  # pixels of it that about one letter takes
CHANGED_LETTER = 20.0  # of 255, mean over one letter: compression stays below, another letter does not


class Reader(Protocol):
    """Reads the text of pictures (HWC uint8 RGB); places are in their pixels."""

    def detect(self, image: NDArray[np.uint8]) -> list[Region]:
        """Where lines stand, top to bottom."""
        ...

    def recognise(self, image: NDArray[np.uint8], regions: Sequence[Region]) -> list[ReadLine]:
        """What stands in each region, in their order."""
        ...


def read_picture(reader: Reader, image: NDArray[np.uint8]) -> list[ReadLine]:
    """The lines of one picture, top to bottom, without those that are mostly texture."""
    regions = reader.detect(image)
    return [line for line in reader.recognise(image, regions) if _credible(line)] if regions else []


@dataclass(slots=True, eq=False)
class _Open:
    line: ReadLine
    start: float
    end: float
    place: Box  # where it was last read
    look: NDArray[np.float32]


class ScreenText:
    """Feed it pictures in time order; `finish` gives the lines."""

    def __init__(self, video_id: str, reader: Reader) -> None:
        self._video_id = video_id
        self._reader = reader
        self._open: list[_Open] = []
        self._done: list[_Open] = []

    def look(self, glimpse: Glimpse) -> None:
        """Reads what is new in a picture; lines that are no longer there end here."""
        image, now = glimpse.image, glimpse.seconds
        still = [known for known in self._open if _looks_the_same(known, image)]
        regions = [
            region
            for region in self._reader.detect(image)
            if not any(_covered(region.box, known.place) for known in still)
        ]
        gone = [known for known in self._open if known not in still]
        for line in self._reader.recognise(image, regions) if regions else ():
            if not _credible(line):
                continue
            place = line.region.box
            if (known := self._known(line, gone, now)) is None:
                still.append(_Open(line, glimpse.began(place), now, place, _look(image, place)))
                continue
            if line.score > known.line.score:
                known.line = line
            known.place, known.look = place, _look(image, place)
            still.append(known)
        for ended in gone:
            ended.end = now
            self._done.append(ended)
        self._open = still

    def _known(self, line: ReadLine, gone: list[_Open], now: float) -> _Open | None:
        """The line that this one goes on from, taken out of where it was kept."""
        for kept in (gone, self._done):
            for known in kept:
                if (kept is gone or now - known.end <= GAP_SECONDS) and _same(known.line, line):
                    kept.remove(known)
                    return known
        return None

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
                o.line.region.box,
            )
            for o in sorted([*self._done, *self._open], key=lambda o: (o.start, o.line.region.box[1]))
        ]


def _credible(line: ReadLine) -> bool:
    return line.score >= TRUSTED and sum(c.isalnum() for c in line.text) >= FEWEST_LETTERS


def _same(a: ReadLine, b: ReadLine) -> bool:
    from rapidfuzz import fuzz

    alike = fuzz.ratio(a.text.casefold(), b.text.casefold()) >= SAME_TEXT
    return alike and _overlap(a.region.box, b.region.box) >= SAME_PLACE


def _look(image: NDArray[np.uint8], box: Box) -> NDArray[np.float32]:
    """How a place looks, `(16, width)` grey levels, its width in proportion."""
    import cv2

    x0, y0, x1, y1 = (max(0, round(v)) for v in box)
    crop = image[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)]
    if not crop.size:
        return np.zeros((PRINT_HEIGHT, LETTER_WIDTH), np.float32)
    width = min(PRINT_WIDEST, max(LETTER_WIDTH, round(PRINT_HEIGHT * crop.shape[1] / crop.shape[0])))
    grey = cv2.cvtColor(np.ascontiguousarray(crop), cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.resize(grey, (width, PRINT_HEIGHT), interpolation=cv2.INTER_AREA), np.float32)


def _looks_the_same(known: _Open, image: NDArray[np.uint8]) -> bool:
    """No letter of the line has changed since it was read."""
    columns = np.abs(_look(image, known.place) - known.look).mean(axis=0)
    letters = np.convolve(columns, np.full(LETTER_WIDTH, 1 / LETTER_WIDTH), "valid")
    return bool(letters.max() < CHANGED_LETTER)


def _area(box: Box) -> float:
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


def _shared(a: Box, b: Box) -> float:
    return _area((max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])))


def _covered(box: Box, other: Box) -> bool:
    return _shared(box, other) >= COVERED * _area(box)


def _overlap(a: Box, b: Box) -> float:
    shared = _shared(a, b)
    return shared / (_area(a) + _area(b) - shared) if shared else 0.0
