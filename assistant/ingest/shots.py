"""Detects shots while a video is decoded: a cut is a change far above what its shot usually changes."""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

MIN_CUT_CHANGE = 18.0  # mean absolute difference of [0, 255] RGB: below it there is no cut, however still the shot is
MIN_CUT_RATIO = 3.5  # a cut changes at least so many times what the shot usually changes from frame to frame
USUAL_FRAMES = 12  # frames whose median change is the usual one
MIN_SHOT_SECONDS = 0.25  # flashes are not shots


def mean_difference(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> float:
    """Returns the mean absolute difference of two small frames of the same shape, in [0, 255]."""
    return float(np.abs(a.astype(np.int16) - b.astype(np.int16)).mean())


class ShotDetector:
    """Says which frames start a shot; takes small frames in time order."""

    def __init__(self) -> None:
        self._last: NDArray[np.uint8] | None = None
        self._recent_changes: deque[float] = deque(maxlen=USUAL_FRAMES)
        self._shot_start = 0.0  # seconds
        self.shot = 0  # index of the shot that the last frame belongs to

    def starts_shot(self, small: NDArray[np.uint8], seconds: float) -> bool:
        """Whether this frame is the first of a shot; the very first frame is.

        Args:
            small: the small copy of the frame, `(height, width, 3)` uint8 RGB.
            seconds: its time.
        """
        last, self._last = self._last, small
        if last is None:
            return True
        change = mean_difference(last, small)
        usual_change = float(np.median(self._recent_changes)) if self._recent_changes else 0.0
        self._recent_changes.append(change)
        if change < max(MIN_CUT_CHANGE, MIN_CUT_RATIO * usual_change) or seconds - self._shot_start < MIN_SHOT_SECONDS:
            return False
        self._recent_changes.clear()
        self._shot_start = seconds
        self.shot += 1
        return True
