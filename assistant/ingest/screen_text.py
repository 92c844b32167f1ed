"""Text on screen over time: the same words in the same place are one line with a start and an end.

A line is read once and then only watched: as long as its place looks the same, the recogniser is not called again.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.ingest.options import ScreenTextOptions
from assistant.ingest.text_gate import FrameToRead
from assistant.media.readings import ReadLine, Region
from tools.geometry import area, intersection, iou
from tools.types import Box, Line


class TextReader(Protocol):
    """Reads the text of pictures (HWC uint8 RGB); places are in their pixels."""

    def detect(self, image: NDArray[np.uint8]) -> list[Region]:
        """Returns where lines of text lie, from top to bottom."""
        ...

    def recognise(self, image: NDArray[np.uint8], regions: Sequence[Region]) -> list[ReadLine]:
        """Returns the text of each region, in the order of the regions."""
        ...


def read_text_lines(
    reader: TextReader, image: NDArray[np.uint8], options: ScreenTextOptions | None = None
) -> list[ReadLine]:
    """Returns the lines of text in a picture, from top to bottom, without readings that are mostly texture.

    Args:
        reader: detects and recognises text.
        image: HWC uint8 RGB.
        options: which readings count as lines; None stands for the defaults.
    """
    options = options or ScreenTextOptions()
    regions = reader.detect(image)
    if not regions:
        return []
    return [line for line in reader.recognise(image, regions) if _is_credible(line, options)]


@dataclass(slots=True, eq=False)
class _TrackedLine:
    """A line on screen, with its best reading."""

    best: ReadLine
    start: float  # seconds
    end: float  # seconds
    place: Box  # where it was last read
    look: NDArray[np.float32]  # how that place looked: `_look`


class ScreenTextTracker:
    """Follows the lines on the screen of one video.

    Args:
        video_id: the video.
        reader: detects and recognises text.
        options: when two readings are the same line.
    """

    def __init__(self, video_id: str, reader: TextReader, options: ScreenTextOptions) -> None:
        self._video_id = video_id
        self._reader = reader
        self._options = options
        self._open: list[_TrackedLine] = []
        self._ended: list[_TrackedLine] = []

    def read_frame(self, frame: FrameToRead) -> None:
        """Reads what is new in a frame, and ends the lines that are gone; takes frames in time order."""
        options, image = self._options, frame.image
        visible = [tracked for tracked in self._open if self._looks_the_same(tracked, image)]
        gone = [tracked for tracked in self._open if tracked not in visible]
        regions = [
            region
            for region in self._reader.detect(image)
            if not any(
                intersection(region.box, tracked.place) >= options.min_covered_share * area(region.box)
                for tracked in visible
            )
        ]
        for line in self._reader.recognise(image, regions) if regions else ():
            if not _is_credible(line, options):
                continue
            place = line.region.box
            look = self._look(image, place)
            tracked = self._take_continued(line, gone, frame.seconds)
            if tracked is None:
                start = frame.find_start(place, options.changed_cell)
                visible.append(_TrackedLine(line, start, frame.seconds, place, look))
                continue
            if line.score > tracked.best.score:
                tracked.best = line
            tracked.place, tracked.look = place, look
            visible.append(tracked)
        for tracked in gone:
            tracked.end = frame.seconds
            self._ended.append(tracked)
        self._open = visible

    def _take_continued(self, line: ReadLine, gone: list[_TrackedLine], seconds: float) -> _TrackedLine | None:
        """Returns the line that a reading goes on with, removed from the list that held it; None if it is new."""
        recent = [tracked for tracked in self._ended if seconds - tracked.end <= self._options.max_gap_seconds]
        for candidates, holder in ((gone, gone), (recent, self._ended)):
            for tracked in candidates:
                if self._is_same_line(tracked.best, line):
                    holder.remove(tracked)
                    return tracked
        return None

    def finish(self, end_seconds: float) -> list[Line]:
        """Returns all lines in time order; lines that are still visible end at `end_seconds`."""
        for tracked in self._open:
            tracked.end = end_seconds
        return [
            Line(
                video_id=self._video_id,
                start_seconds=tracked.start,
                end_seconds=max(tracked.start, tracked.end),
                source="ocr",
                text=unicodedata.normalize("NFC", tracked.best.text),
                score=tracked.best.score,
                box=tracked.best.region.box,
            )
            for tracked in sorted(
                [*self._ended, *self._open], key=lambda tracked: (tracked.start, tracked.best.region.box[1])
            )
        ]

    def _is_same_line(self, first: ReadLine, second: ReadLine) -> bool:
        from rapidfuzz import fuzz

        similarity = fuzz.ratio(first.text.casefold(), second.text.casefold())
        if similarity < self._options.min_text_similarity:
            return False
        return iou(first.region.box, second.region.box) >= self._options.min_iou

    def _look(self, image: NDArray[np.uint8], box: Box) -> NDArray[np.float32]:
        """Returns how a place looks: grey levels of [0, 255], `(look_height, width)`, the width in proportion."""
        import cv2

        options = self._options
        x0, y0, x1, y1 = (max(0, round(v)) for v in box)
        crop = image[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)]
        if not crop.size:
            return np.zeros((options.look_height, options.letter_width), np.float32)
        proportional_width = round(options.look_height * crop.shape[1] / crop.shape[0])
        size = min(options.max_look_width, max(options.letter_width, proportional_width)), options.look_height
        grey = cv2.cvtColor(np.ascontiguousarray(crop), cv2.COLOR_RGB2GRAY)
        return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.float32)

    def _looks_the_same(self, tracked: _TrackedLine, image: NDArray[np.uint8]) -> bool:
        """Whether no letter of a line has changed since it was read."""
        width = self._options.letter_width
        column_changes = np.abs(self._look(image, tracked.place) - tracked.look).mean(axis=0)
        letter_changes = np.convolve(column_changes, np.full(width, 1 / width), "valid")
        return bool(letter_changes.max() < self._options.changed_letter)


def _is_credible(line: ReadLine, options: ScreenTextOptions) -> bool:
    letters = sum(letter.isalnum() for letter in line.text)
    return line.score >= options.min_confidence and letters >= options.min_letters
