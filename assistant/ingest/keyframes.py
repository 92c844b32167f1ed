"""Picks keyframes: the first frame of each shot, and as many more as keep neighbours at most a second apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.ingest.shots import ShotDetector, mean_difference
from assistant.media.decode import Frame

MAX_DUPLICATE_DIFFERENCE = 2.5  # mean absolute difference, of 255, up to which two keyframes are near-duplicates


@dataclass(frozen=True, slots=True)
class PickedFrame:
    """A frame that becomes a keyframe."""

    frame: Frame
    shot: int  # index of its shot, from 0
    group: int  # near-duplicates share a group


class KeyframePicker:
    """Picks the keyframes of one video.

    Args:
        interval_seconds: two neighbouring keyframes are at most so far apart, where the video has frames between them.
    """

    def __init__(self, interval_seconds: float) -> None:
        self._interval_seconds = interval_seconds
        self._detector = ShotDetector()
        self._group = -1
        self._group_start: NDArray[np.uint8] | None = None  # the small copy of the group's first keyframe
        self.last: Frame | None = None  # the last frame seen
        self.frame_count = 0  # frames seen

    def pick(self, frames: Iterable[Frame]) -> Iterator[PickedFrame]:
        """Yields the keyframes among all frames of a video, in time order."""
        last_picked_seconds = -np.inf
        skipped: tuple[Frame, int] | None = None  # the frame before the current one, if not picked, and its shot
        for frame in frames:
            self.last, self.frame_count = frame, self.frame_count + 1
            starts_shot = self._detector.starts_shot(frame.small, frame.seconds)
            if frame.seconds <= last_picked_seconds:
                continue  # a damaged stream may repeat a time stamp
            is_late = frame.seconds - last_picked_seconds > self._interval_seconds
            if not starts_shot and skipped is not None and is_late:
                yield self._pick_frame(*skipped)
                last_picked_seconds = skipped[0].seconds
            if starts_shot or frame.seconds - last_picked_seconds > self._interval_seconds:
                yield self._pick_frame(frame, self._detector.shot)
                last_picked_seconds, skipped = frame.seconds, None
            else:
                skipped = frame, self._detector.shot

    def _pick_frame(self, frame: Frame, shot: int) -> PickedFrame:
        is_new = self._group_start is None or mean_difference(self._group_start, frame.small) > MAX_DUPLICATE_DIFFERENCE
        if is_new:
            self._group_start = frame.small
            self._group += 1
        return PickedFrame(frame, shot, self._group)
