"""What somebody kept and turned down moves what is searched for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tools.types import Keyframe

PINNED, REJECTED = 0.3, 0.15  # the gain is flat around them (`evaluate feedback`)
BESIDE_SECONDS = 5.0  # a still lecture is one group of near-duplicates: not all of it is turned down with one


def moved(
    query: NDArray[np.float32], pinned: Sequence[NDArray[np.float32]], rejected: Sequence[NDArray[np.float32]]
) -> NDArray[np.float32]:
    """A query's vector, moved to the mean of what was pinned and away from that of what was rejected.

    Rocchio's formula (1971; Manning et al. 2008, section 9.1.1).

    Args:
        query: `(1, d)` float32, L2-normalised; pinned, rejected: `(d,)` each, likewise.

    Returns:
        `(1, d)` float32, L2-normalised.
    """
    for vectors, weight in ((pinned, PINNED), (rejected, -REJECTED)):
        if len(vectors):
            mean = np.mean(vectors, axis=0, keepdims=True)
            query = query + weight * mean / np.linalg.norm(mean)
    return np.asarray(query / np.linalg.norm(query), np.float32)


def turned_down(keyframe: Keyframe, rejected: Sequence[Keyframe]) -> bool:
    """Whether a keyframe was rejected, or looks the same as one that was and stands next to it."""
    return any(
        (keyframe.video_id, keyframe.group) == (one.video_id, one.group)
        and abs(keyframe.seconds - one.seconds) <= BESIDE_SECONDS
        for one in rejected
    )
