"""The results wall: hits grouped by video, near-duplicates folded, each with its neighbours in time."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from operator import attrgetter
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from tools.types import FrameHit, Keyframe

Vectors = tuple["list[Keyframe]", "NDArray[np.float32]"]


@dataclass(slots=True)
class Tile:
    """A hit that is shown, and those that look like it."""

    hit: FrameHit
    folded: int = 0
    before: Keyframe | None = None
    after: Keyframe | None = None


@dataclass(slots=True)
class Group:
    """The hits of one video, best first."""

    video_id: str
    tiles: list[Tile] = field(default_factory=list)


def group_hits(hits: Sequence[FrameHit], vectors: Callable[[str], Vectors], *, alike: float) -> list[Group]:
    """Videos in the order of their best hit.

    Args:
        hits: best first.
        vectors: keyframes of a video in time order, and their L2-normalised vectors `(n, d)`.
        alike: cosine similarity from which a hit is folded into a better one of its video; above 1 none is.
    """
    groups: dict[str, Group] = {}
    kept: dict[str, list[NDArray[np.float32]]] = {}
    for hit in hits:
        video_id = hit.keyframe.video_id
        group = groups.setdefault(video_id, Group(video_id))
        keyframes, rows = vectors(video_id)
        place = bisect_left(keyframes, hit.keyframe.frame_index, key=attrgetter("frame_index"))
        own = np.asarray(rows[place])
        likeness = [float(own @ other) for other in kept.setdefault(video_id, [])]
        if likeness and max(likeness) >= alike:
            group.tiles[int(np.argmax(likeness))].folded += 1
            continue
        kept[video_id].append(own)
        before = keyframes[place - 1] if place else None
        after = keyframes[place + 1] if place + 1 < len(keyframes) else None
        group.tiles.append(Tile(hit, 0, before, after))
    return list(groups.values())
