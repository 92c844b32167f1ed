"""How good a ranking is: average precision. (`training.common.metrics` has the area under the ROC curve.)"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def average_precision(scores: NDArray[np.floating], right: NDArray[np.bool_], *, total: int | None = None) -> float:
    """Area under the precision-recall curve, in [0, 1], with each precision raised to the best at any greater recall
    (Everingham et al. 2010, section 4.2; all points). 0 if there is nothing to find.

    Args:
        scores: (n,) of what was retrieved.
        right: (n,) whether it is right.
        total: how many right ones exist, retrieved or not; default: those in `right`.
    """
    positives = sum(right) if total is None else total
    if not positives:
        return 0.0
    hits = np.cumsum(right[np.argsort(-scores, kind="stable")])
    precision = hits / np.arange(1, len(hits) + 1)
    best_at_greater_recall = np.maximum.accumulate(precision[::-1])[::-1]
    steps = np.diff(hits, prepend=0)
    return float((best_at_greater_recall * steps).sum() / positives)
