"""Which frames are read: keyframes that changed, and frames between them in which something new stands still.

A detector costs as much on a picture without text as on one with it, so it only sees pictures whose text can differ
from what was read last.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.media.decode import Frame
from tools.types import Box

CHANGED_CELL = 14  # of 255: text that appears changes some cell of the small frame by so much
STILL_CELL = 8  # of 255: noise and compression move a cell less
STILL_SECONDS = 0.2  # what has just appeared stands still so long before it is read
BETWEEN_SECONDS = 0.4  # after a reading, before something else can have appeared
BETWEEN_EVERY_SECONDS = 2.0  # a drawn film stands still many times a second: at most every third reading is such a one
REMEMBERED = 90  # frames since the last reading: a second and a half at 60 a second


@dataclass(frozen=True, slots=True)
class Glimpse:
    """A picture to be read, and how small frames looked since the one before it."""

    seconds: float
    image: NDArray[np.uint8]  # HWC RGB
    small: NDArray[np.uint8]
    since: tuple[tuple[float, NDArray[np.uint8]], ...]  # (seconds, small frame) in time order

    def began(self, box: Box) -> float:
        """The earliest of these frames from which on the place has looked as it does now, in seconds."""
        height, width = self.image.shape[:2]
        rows, columns = self.small.shape[:2]
        top, bottom = int(box[1] / height * rows), int(np.ceil(box[3] / height * rows))
        left, right = int(box[0] / width * columns), int(np.ceil(box[2] / width * columns))
        place = slice(max(0, top), max(bottom, top + 1)), slice(max(0, left), max(right, left + 1))
        start = self.seconds
        for seconds, small in reversed(self.since):
            if _most_changed(self.small[place], small[place]) > CHANGED_CELL:
                break
            start = seconds
        return start


class TextGate:
    """One video's gate; `interval_seconds` apart keyframes of one shot are read at most."""

    def __init__(self, interval_seconds: float) -> None:
        self._interval = interval_seconds
        self._since: deque[tuple[float, NDArray[np.uint8]]] = deque(maxlen=REMEMBERED)
        self._read: NDArray[np.uint8] | None = None
        self._read_at, self._between_at, self._shot = -np.inf, -np.inf, -1

    def watch(self, frames: Iterable[Frame], read: Callable[[Frame], None]) -> Iterator[Frame]:
        """Passes frames on, and calls `read` with those between keyframes that are worth it, in time order."""
        for frame in frames:
            yield frame
            # Whoever takes the frames has dealt with this one by now: a keyframe is read before what follows it.
            if self._appeared(frame):
                self._between_at = frame.seconds
                read(frame)
            self._since.append((frame.seconds, frame.small))

    def due(self, frame: Frame, shot: int) -> bool:
        """Whether a keyframe is to be read."""
        if shot == self._shot and frame.seconds - self._read_at < self._interval - 1e-6:
            return False
        self._shot = shot
        return self._read is None or _most_changed(self._read, frame.small) > CHANGED_CELL

    def glimpse(self, frame: Frame, image: NDArray[np.uint8]) -> Glimpse:
        """The frame as it is handed to the reader; what follows is compared with it."""
        since = tuple((seconds, small) for seconds, small in self._since if seconds < frame.seconds)
        self._since.clear()
        self._read, self._read_at = frame.small, frame.seconds
        return Glimpse(frame.seconds, image, frame.small, since)

    def _appeared(self, frame: Frame) -> bool:
        """Something new stands still, and it is time."""
        if frame.seconds < max(self._read_at + BETWEEN_SECONDS, self._between_at + BETWEEN_EVERY_SECONDS):
            return False
        before = next((small for at, small in reversed(self._since) if frame.seconds - at >= STILL_SECONDS), None)
        if before is None or self._read is None or _most_changed(self._read, frame.small) <= CHANGED_CELL:
            return False
        return _most_changed(before, frame.small) <= STILL_CELL


def _most_changed(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> int:
    """The greatest difference of any cell, of 255."""
    return int(np.abs(a.astype(np.int16) - b.astype(np.int16)).max())
