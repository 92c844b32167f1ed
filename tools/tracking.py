"""Links detections of neighbouring frames into tracks, by how much their boxes overlap."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.geometry import iou

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.types import Detection

MIN_OVERLAP = 0.3  # intersection over union; low, because keyframes are up to a second apart and things move


def link_detections(frames: Sequence[Sequence[Detection]], cuts: Sequence[bool]) -> list[list[int]]:
    """Gives each detection the number of its track, from 0 in the order in which tracks begin.

    A detection continues the track of the detection in the frame before that has the same phrase and overlaps it most;
    a track is continued by one detection only.

    Args:
        frames: detections of each frame, in time order.
        cuts: for each frame, whether it begins a new shot; no track goes over a cut.

    Returns:
        For each frame, one track number for each of its detections.
    """
    tracks: list[list[int]] = []
    track_count = 0
    for index, (detections, cut) in enumerate(zip(frames, cuts, strict=True)):
        previous = [] if cut or not index else frames[index - 1]
        pairs = sorted(
            (
                (iou(old.box, new.box), i, j)
                for i, old in enumerate(previous)
                for j, new in enumerate(detections)
                if old.phrase == new.phrase
            ),
            key=lambda pair: (-pair[0], pair[1:]),
        )
        continues: dict[int, int] = {}  # from a detection of this frame to that of the frame before
        for overlap, i, j in pairs:
            if overlap >= MIN_OVERLAP and j not in continues and i not in continues.values():
                continues[j] = i
        track_numbers = []
        for j in range(len(detections)):
            if j in continues:
                track_numbers.append(tracks[-1][continues[j]])
            else:
                track_numbers.append(track_count)
                track_count += 1
        tracks.append(track_numbers)
    return tracks
