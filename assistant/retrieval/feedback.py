"""Relevance feedback: pinned and rejected keyframes move the query vector."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tools.types import Keyframe

PINNED_WEIGHT, REJECTED_WEIGHT = 0.3, 0.15  # the gain is flat around these values (`evaluate feedback`)
# Near-duplicates so close to a rejected keyframe are rejected with it. A still lecture is one group of near-duplicates,
# of which one rejection must not remove everything.
REJECTED_SECONDS = 5.0


def apply_feedback(
    query: NDArray[np.float32], *, pinned: Sequence[NDArray[np.float32]], rejected: Sequence[NDArray[np.float32]]
) -> NDArray[np.float32]:
    """Moves a query vector towards the mean of the pinned vectors and away from the mean of the rejected ones.

    This is Rocchio's formula (1971; Manning et al. 2008, section 9.1.1).

    Args:
        query: `(1, d)` float32, L2-normalised.
        pinned: `(d,)` float32 each, L2-normalised.
        rejected: `(d,)` float32 each, L2-normalised.

    Returns:
        `(1, d)` float32, L2-normalised.
    """
    for vectors, weight in ((pinned, PINNED_WEIGHT), (rejected, -REJECTED_WEIGHT)):
        if len(vectors):
            mean = np.mean(vectors, axis=0, keepdims=True)
            query = query + weight * mean / np.linalg.norm(mean)
    return np.asarray(query / np.linalg.norm(query), np.float32)


def is_rejected(keyframe: Keyframe, rejected: Sequence[Keyframe]) -> bool:
    """Whether a keyframe was rejected, or is a near-duplicate next to a rejected one."""
    return any(
        (keyframe.video_id, keyframe.group) == (other.video_id, other.group)
        and abs(keyframe.seconds - other.seconds) <= REJECTED_SECONDS
        for other in rejected
    )
