"""Shots from the decoding pass: a cut is a change far above what this shot usually changes."""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

MINIMUM_CHANGE = 18.0  # mean absolute difference of [0, 255] RGB: below it, no cut however still the shot
TIMES_USUAL = 3.5  # a cut changes at least so many times the shot's usual frame-to-frame change
MEMORY = 12  # frames that "usual" is taken over
SHORTEST_SECONDS = 0.25  # flashes are no shots


def change(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> float:
    """Mean absolute difference of two small frames, in [0, 255]."""
    return float(np.abs(a.astype(np.int16) - b.astype(np.int16)).mean())


class ShotDetector:
    """Feed it small frames in order; it says where a new shot starts."""

    def __init__(self) -> None:
        self._last: NDArray[np.uint8] | None = None
        self._usual: deque[float] = deque(maxlen=MEMORY)
        self._started = 0.0
        self.shot = 0  # index of the shot that the last frame belongs to

    def starts_shot(self, small: NDArray[np.uint8], seconds: float) -> bool:
        """True if this frame is the first of a shot (the very first frame included)."""
        last, self._last = self._last, small
        if last is None:
            return True
        now = change(last, small)
        usual = float(np.median(self._usual)) if self._usual else 0.0
        self._usual.append(now)
        if now < max(MINIMUM_CHANGE, TIMES_USUAL * usual) or seconds - self._started < SHORTEST_SECONDS:
            return False
        self._usual.clear()
        self._started = seconds
        self.shot += 1
        return True
