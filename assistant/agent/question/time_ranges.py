"""Places in a video of any length, and ranges between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Anchor = Literal["start", "end", "share"]

_EDGE_SHARE = 0.05  # of a long video, "at the start" is more than the few seconds that it is of a short one
_MAX_EDGE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class TimePoint:
    """A place in a video of any length."""

    seconds: float
    """From the start, or before the end; of a share, the part of the video in [0, 1]."""
    anchor: Anchor

    def resolve(self, duration_seconds: float | None) -> float | None:
        """Returns the seconds from the start, at least 0; None if that needs a duration and there is none."""
        if self.anchor == "start":
            return max(0.0, self.seconds)
        if duration_seconds is None:
            return None
        return max(0.0, duration_seconds - self.seconds if self.anchor == "end" else duration_seconds * self.seconds)

    @property
    def is_end(self) -> bool:
        """True for the very end of the video."""
        return (self.anchor, self.seconds) in (("end", 0.0), ("share", 1.0))


START, END = TimePoint(0.0, "start"), TimePoint(0.0, "end")


Ends = tuple[TimePoint | None, TimePoint | None, bool]
"""`start`, `end` and `exact` of a `TimeRange`."""


@dataclass(frozen=True, slots=True)
class TimeRange:
    """The part of a video that a phrase names."""

    start: TimePoint | None  # None: from the start of the video
    end: TimePoint | None  # None: to its end
    exact: bool  # "at 1:20": `start` and `end` are the same point, and a little around it is meant
    span: tuple[int, int]  # characters `[start, end)` of the text, with "at" and the like

    def resolve(
        self, duration_seconds: float | None, *, around_seconds: float, edge_seconds: float
    ) -> tuple[float | None, float | None]:
        """Returns the range `[start, end)` in seconds; None for an end that is open, or that needs the duration.

        Args:
            duration_seconds: of the video; None if it is unknown.
            around_seconds: before and after a point that is named alone.
            edge_seconds: how long "at the start" and "at the end" are at least; of a video that is long for that, they
                are a twentieth, up to a minute.
        """
        if self.exact:
            return self._around(duration_seconds, around_seconds, edge_seconds)
        low = None if self.start is None else self.start.resolve(duration_seconds)
        high = None if self.end is None or self.end.is_end else self.end.resolve(duration_seconds)
        if low is not None and high is not None:
            return (low, high) if low < high else (high, low) if high < low else (low, low + 2 * around_seconds)
        return low, high

    def _around(
        self, duration_seconds: float | None, around_seconds: float, edge_seconds: float
    ) -> tuple[float | None, float | None]:
        if self.start is None or (point := self.start.resolve(duration_seconds)) is None:
            return None, None
        edge_seconds = max(edge_seconds, min(_MAX_EDGE_SECONDS, _EDGE_SHARE * (duration_seconds or 0.0)))
        if self.start == START:
            return 0.0, edge_seconds
        if self.start.is_end:
            return max(0.0, point - edge_seconds), None
        return max(0.0, point - around_seconds), point + around_seconds
