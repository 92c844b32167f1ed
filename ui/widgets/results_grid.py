"""The grid of search results: hits grouped by video, similar ones folded, each with its neighbours in time."""

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
NO_FOLDING = 2.0  # above every cosine similarity


@dataclass(slots=True)
class Tile:
    """A hit that is shown."""

    hit: FrameHit
    folded: int = 0  # number of similar hits that it stands for
    before: Keyframe | None = None  # its neighbours in time
    after: Keyframe | None = None


@dataclass(slots=True)
class Group:
    """The hits of one video, best first."""

    video_id: str
    tiles: list[Tile] = field(default_factory=list)


def group_hits(hits: Sequence[FrameHit], vectors: Callable[[str], Vectors], *, alike: float) -> list[Group]:
    """Returns one group for each video, in the order of their best hits.

    Args:
        hits: best first.
        vectors: returns the keyframes of a video in time order, and their L2-normalised vectors `(n, d)`.
        alike: cosine similarity from which a hit is folded into a better hit of its video; `NO_FOLDING` folds none.
    """
    groups: dict[str, Group] = {}
    tile_vectors: dict[str, list[NDArray[np.float32]]] = {}
    for hit in hits:
        video_id = hit.keyframe.video_id
        group = groups.setdefault(video_id, Group(video_id))
        keyframes, rows = vectors(video_id)
        position = bisect_left(keyframes, hit.keyframe.frame_index, key=attrgetter("frame_index"))
        vector = np.asarray(rows[position])
        similarities = [float(vector @ other) for other in tile_vectors.setdefault(video_id, [])]
        if similarities and max(similarities) >= alike:
            group.tiles[int(np.argmax(similarities))].folded += 1
            continue
        tile_vectors[video_id].append(vector)
        before = keyframes[position - 1] if position else None
        after = keyframes[position + 1] if position + 1 < len(keyframes) else None
        group.tiles.append(Tile(hit, 0, before, after))
    return list(groups.values())
