"""When an event goes on, as an event timer reads it in the frames of a video."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tools.events.options import DEFAULT_OPTIONS, VerificationOptions

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Timing:
    """What an event timer says of one event at each of some frames of one video, in time order."""

    seconds: NDArray[np.float64]  # (frames,), increasing
    ongoing: NDArray[np.float64]  # (frames,), the probability that the event goes on there, in [0, 1]
    starts: NDArray[np.float64]  # (frames,), seconds at which it began; meaningful where it goes on
    ends: NDArray[np.float64]  # (frames,), seconds at which it will end; meaningful where it goes on

    def best_frame_near(self, seconds: float, options: VerificationOptions = DEFAULT_OPTIONS) -> int | None:
        """Returns the index of the frame that most likely shows the event, near a time at which it is known to happen.

        None if no frame within `ongoing_near_seconds` reaches `min_ongoing_near_probability`.
        """
        near = np.abs(self.seconds - seconds) <= options.ongoing_near_seconds
        best = int(np.where(near, self.ongoing, -1.0).argmax())
        return best if near[best] and self.ongoing[best] >= options.min_ongoing_near_probability else None

    def extent_around(
        self, seconds: float, options: VerificationOptions = DEFAULT_OPTIONS
    ) -> tuple[float, float] | None:
        """Returns start and end, in seconds, of the event near a time at which it is known to happen.

        None if no frame shows it there (`best_frame_near`), or if it would end before it starts.
        """
        best = self.best_frame_near(seconds, options)
        return None if best is None else self._average_extent(best, options)

    def occurrences(self, options: VerificationOptions = DEFAULT_OPTIONS) -> list[tuple[int, float, float]]:
        """Returns every occurrence of the event, the most likely first: its best frame's index, start and end.

        Of occurrences that overlap only the most likely is kept, as of a detector's boxes; those whose best frame does
        not reach `min_ongoing_probability` are left out.
        """
        occurrences: list[tuple[int, float, float]] = []
        for best in np.argsort(-self.ongoing, kind="stable"):
            if self.ongoing[best] < options.min_ongoing_probability:
                break
            extent = self._average_extent(int(best), options)
            if extent and not any(extent[0] < end and start < extent[1] for _, start, end in occurrences):
                occurrences.append((int(best), *extent))
        return occurrences

    def _average_extent(self, best: int, options: VerificationOptions) -> tuple[float, float] | None:
        """Start and end that the frames of one occurrence give on average, each by how likely it shows the event."""
        edge = options.ongoing_edge_seconds
        inside = (self.seconds >= self.starts[best] - edge) & (self.seconds <= self.ends[best] + edge)
        inside[best] = True
        weights = self.ongoing[inside]
        start, end = (float(np.average(times[inside], weights=weights)) for times in (self.starts, self.ends))
        return (start, end) if start < end else None
