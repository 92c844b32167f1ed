"""Decides which frames are read: keyframes that changed, and frames between them in which something new stands still.

A text detector costs as much on a picture without text as on one with text, so it only sees pictures whose text can
differ from what was read last.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.ingest.options import ScreenTextOptions
from assistant.media.decode import Frame
from tools.types import Box

TIME_TOLERANCE_SECONDS = 1e-6  # for rounding of time stamps

SmallFrame = tuple[float, NDArray[np.uint8]]
"""A frame's time in seconds, and its small copy, `(height, width, 3)` uint8 RGB."""


@dataclass(frozen=True, slots=True)
class FrameToRead:
    """A frame whose text is to be read, and the small frames since the reading before it."""

    seconds: float
    image: NDArray[np.uint8]  # HWC RGB
    small: NDArray[np.uint8]  # its small copy
    earlier: tuple[SmallFrame, ...]  # in time order

    def find_start(self, box: Box, changed_cell: int) -> float:
        """Returns the time, in seconds, of the earliest frame since which a place has looked as it does now.

        Args:
            box: the place, in pixels of `image`.
            changed_cell: of 255; a place looks different if one of its cells differs by more.
        """
        height, width = self.image.shape[:2]
        rows, columns = self.small.shape[:2]
        top, bottom = int(box[1] / height * rows), int(np.ceil(box[3] / height * rows))
        left, right = int(box[0] / width * columns), int(np.ceil(box[2] / width * columns))
        place = slice(max(0, top), max(bottom, top + 1)), slice(max(0, left), max(right, left + 1))
        start = self.seconds
        for seconds, small in reversed(self.earlier):
            if _max_difference(self.small[place], small[place]) > changed_cell:
                break
            start = seconds
        return start


class TextGate:
    """Decides which frames of one video are read.

    Args:
        interval_seconds: within a shot, keyframes are read at most this often.
        options: what counts as changed and as still.
    """

    def __init__(self, interval_seconds: float, options: ScreenTextOptions) -> None:
        self._interval_seconds = interval_seconds
        self._options = options
        self._earlier: deque[SmallFrame] = deque(maxlen=options.remembered_frames)
        self._last_read: NDArray[np.uint8] | None = None
        self._last_read_seconds = self._last_extra_seconds = -np.inf  # an extra frame is one between keyframes
        self._shot = -1

    def watch(self, frames: Iterable[Frame], read: Callable[[Frame], None]) -> Iterator[Frame]:
        """Yields all frames, and calls `read` with those between keyframes that are to be read, in time order."""
        for frame in frames:
            yield frame
            # By now the consumer has dealt with this frame: a keyframe is read before the frames that follow it.
            if self._is_new_and_still(frame):
                self._last_extra_seconds = frame.seconds
                read(frame)
            self._earlier.append((frame.seconds, frame.small))

    def should_read_keyframe(self, frame: Frame, shot: int) -> bool:
        """Whether a keyframe of a shot is to be read."""
        elapsed = frame.seconds - self._last_read_seconds
        if shot == self._shot and elapsed < self._interval_seconds - TIME_TOLERANCE_SECONDS:
            return False
        self._shot = shot
        return self._has_changed(frame)

    def prepare(self, frame: Frame, image: NDArray[np.uint8]) -> FrameToRead:
        """Returns the frame for the reader; later frames are compared with it.

        Args:
            frame: the frame.
            image: its picture, HWC uint8 RGB.
        """
        earlier = tuple((seconds, small) for seconds, small in self._earlier if seconds < frame.seconds)
        self._earlier.clear()
        self._last_read, self._last_read_seconds = frame.small, frame.seconds
        return FrameToRead(frame.seconds, image, frame.small, earlier)

    def _has_changed(self, frame: Frame) -> bool:
        last_read = self._last_read
        return last_read is None or _max_difference(last_read, frame.small) > self._options.changed_cell

    def _is_new_and_still(self, frame: Frame) -> bool:
        """Whether something that was not read yet stands still, and enough time has passed."""
        options = self._options
        earliest_seconds = max(
            self._last_read_seconds + options.min_gap_seconds,
            self._last_extra_seconds + options.min_gap_between_keyframes_seconds,
        )
        if frame.seconds < earliest_seconds:
            return False
        earlier = (
            small for seconds, small in reversed(self._earlier) if frame.seconds - seconds >= options.still_seconds
        )
        before = next(earlier, None)
        if before is None or self._last_read is None or not self._has_changed(frame):
            return False
        return _max_difference(before, frame.small) <= options.still_cell


def _max_difference(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> int:
    """Returns the greatest difference of any cell, in [0, 255]."""
    return int(np.abs(a.astype(np.int16) - b.astype(np.int16)).max())
