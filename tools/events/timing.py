"""From when to when an event lasts, by what a model of time reads in some frames."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

GOES_ON = 0.2  # from which on a frame is believed, near where an event is known to happen
NEAR_SECONDS = 3.0  # around where an event was found; half of a window that the core looks at
EDGE_SECONDS = 0.5  # beside an event, from where it is timed too
SURE = 0.5  # from which on a frame is believed where nothing else says that an event happens


@dataclass(frozen=True, slots=True)
class Timing:
    """When an event goes on, as each of some frames in time order tells it."""

    seconds: NDArray[np.float64]  # (frames,), increasing
    going: NDArray[np.float64]  # (frames,) in [0, 1], that it goes on there
    starts: NDArray[np.float64]  # (frames,), seconds; means something where it goes on
    ends: NDArray[np.float64]  # (frames,), seconds

    def best(self, seconds: float) -> int | None:
        """The frame that shows most surely what happens around `seconds`; None where none does."""
        near = np.abs(self.seconds - seconds) <= NEAR_SECONDS
        at = int(np.where(near, self.going, -1.0).argmax())
        return at if near[at] and self.going[at] >= GOES_ON else None

    def extent(self, seconds: float) -> tuple[float, float] | None:
        """From when to when what happens around `seconds` lasts: the mean of what all of its frames tell.

        None where no frame there shows it.
        """
        return None if (best := self.best(seconds)) is None else self._extent(best)

    def happenings(self) -> list[tuple[int, float, float]]:
        """Every time it surely goes on, surest first: the frame that shows it best, start and end in seconds.

        Of those that overlap the surest counts, as of a detector's boxes.
        """
        found: list[tuple[int, float, float]] = []
        for best in np.argsort(-self.going, kind="stable"):
            if self.going[best] < SURE:
                break
            extent = self._extent(int(best))
            if extent and not any(extent[0] < end and start < extent[1] for _, start, end in found):
                found.append((int(best), *extent))
        return found

    def _extent(self, best: int) -> tuple[float, float] | None:
        """What all frames tell of what goes on at the frame `best`, in the mean."""
        held = (self.seconds >= self.starts[best] - EDGE_SECONDS) & (self.seconds <= self.ends[best] + EDGE_SECONDS)
        held[best] = True
        start, end = (float(np.average(told[held], weights=self.going[held])) for told in (self.starts, self.ends))
        return (start, end) if start < end else None
