"""Windows: stretches of a video whose keyframes the core sees together, in time order.

One frame cannot tell getting on from getting off; several in their order can.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tools.events.options import DEFAULT_OPTIONS, VerificationOptions

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from tools.types import Keyframe

MIN_FRAMES = 2  # of a window: a single frame has no order


def cut_windows(keyframes: Sequence[Keyframe], starts: Iterable[float], seconds: float) -> list[list[Keyframe]]:
    """Returns the keyframes of `[start, start + seconds)` for each start; windows of fewer than two are left out."""
    windows = ([keyframe for keyframe in keyframes if 0 <= keyframe.seconds - start < seconds] for start in starts)
    return [window for window in windows if len(window) >= MIN_FRAMES]


@dataclass(frozen=True, slots=True)
class VerifiedWindows:
    """Windows of one video and one length, and how likely an event happens in each."""

    starts: NDArray[np.float64]  # (windows,), seconds, increasing
    window_seconds: float  # the length of each
    probabilities: NDArray[np.float64]  # (windows,), in [0, 1], by the core

    def probabilities_at(self, seconds: NDArray[np.float64]) -> NDArray[np.float64]:
        """Returns how likely the event happens around each time.

        It is the mean over the windows that hold the time, weighted by how near it lies to a window's middle: what
        happens at the edge of a window is not wholly in it.

        Args:
            seconds: (times,).

        Returns:
            (times,) in [0, 1]; 0 at a time that no window holds.
        """
        middles = self.starts + self.window_seconds / 2
        weights = np.maximum(0.0, 1.0 - np.abs(seconds - middles[:, None]) / (self.window_seconds / 2))
        totals = weights.sum(axis=0)
        means = (weights * self.probabilities[:, None]).sum(axis=0) / np.where(totals > 0, totals, 1.0)
        # Windows that say the same must yield the same mean, however many they are.
        rounded: NDArray[np.float64] = np.round(means, 9)
        return rounded

    def extent_around(
        self, seconds: float, options: VerificationOptions = DEFAULT_OPTIONS
    ) -> tuple[float, float] | None:
        """Returns start and end, in seconds, of what happens around a time: what the windows that show it share.

        A window shows an event that lies wholly in it. None if no window around that time reaches
        `min_window_probability`, or if those that do have nothing in common.
        """
        holds = (self.starts <= seconds) & (seconds < self.starts + self.window_seconds)
        showing = self.starts[holds & (self.probabilities >= options.min_window_probability)]
        if not len(showing):
            return None
        start, end = float(showing.max()), float(showing.min() + self.window_seconds)
        return (start, end) if start < end else None
