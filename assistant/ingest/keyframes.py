"""Which frames are kept: the first of each shot, and enough that no two neighbours lie more than a second apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.ingest.shots import ShotDetector, change
from assistant.media.decode import Frame

DUPLICATE_CHANGE = 2.5  # mean absolute difference below which two keyframes are folded on the screen


@dataclass(frozen=True, slots=True)
class Kept:
    """A frame that is kept, with its shot and its group of near-duplicates."""

    frame: Frame
    shot: int
    group: int


class KeyframePicker:
    """Feed it frames in order through `pick`; `last` is the last frame seen."""

    def __init__(self, interval_seconds: float) -> None:
        self._interval = interval_seconds
        self._detector = ShotDetector()
        self._group = -1
        self._anchor: NDArray[np.uint8] | None = None
        self.last: Frame | None = None
        self.frame_count = 0

    def pick(self, frames: Iterable[Frame]) -> Iterator[Kept]:
        """The kept frames in time order."""
        kept_at = -np.inf
        before: tuple[Frame, int] | None = None  # the frame before this one, if it was not kept, and its shot
        for frame in frames:
            self.last, self.frame_count = frame, self.frame_count + 1
            starts = self._detector.starts_shot(frame.small, frame.seconds)
            if frame.seconds <= kept_at:
                continue  # a damaged stream may repeat a time stamp
            if not starts and before is not None and frame.seconds - kept_at > self._interval:
                yield self._keep(*before)
                kept_at = before[0].seconds
            if starts or frame.seconds - kept_at > self._interval:
                yield self._keep(frame, self._detector.shot)
                kept_at, before = frame.seconds, None
            else:
                before = frame, self._detector.shot

    def _keep(self, frame: Frame, shot: int) -> Kept:
        if self._anchor is None or change(self._anchor, frame.small) > DUPLICATE_CHANGE:
            self._anchor = frame.small
            self._group += 1
        return Kept(frame, shot, self._group)
