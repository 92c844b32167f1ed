"""Detections of neighbouring frames linked into tracks, by how much their boxes overlap."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.geometry import iou

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.types import Detection

MIN_OVERLAP = 0.3  # intersection over union; keyframes are up to a second apart, and things move


def link(frames: Sequence[Sequence[Detection]], cuts: Sequence[bool]) -> list[list[int]]:
    """A track number for each detection, from 0 in order of first sight.

    A detection goes on the track of the one before it that has its phrase and overlaps it most, each at most once.

    Args:
        frames: detections of each frame, in time order.
        cuts: True where a frame begins a new shot; no track goes over a cut.
    """
    tracks: list[list[int]] = []
    started = 0
    for number, (detections, cut) in enumerate(zip(frames, cuts, strict=True)):
        before = [] if cut or not number else frames[number - 1]
        pairs = sorted(
            (
                (iou(old.box, new.box), i, j)
                for i, old in enumerate(before)
                for j, new in enumerate(detections)
                if old.phrase == new.phrase
            ),
            key=lambda pair: (-pair[0], pair[1:]),
        )
        goes_on: dict[int, int] = {}  # new to old
        for share, i, j in pairs:
            if share >= MIN_OVERLAP and j not in goes_on and i not in goes_on.values():
                goes_on[j] = i
        row = []
        for j in range(len(detections)):
            if j in goes_on:
                row.append(tracks[-1][goes_on[j]])
            else:
                row.append(started)
                started += 1
        tracks.append(row)
    return tracks
