"""How good a ranking is: the textbook figures."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.floating]
Truth = NDArray[np.bool_]


def roc_auc(scores: Scores, right: Truth) -> float:
    """Area under the ROC curve: how often what is right outscores what is not; a tie counts half."""
    high, low = scores[right][:, None], scores[~right]
    return float(np.mean((high > low) + 0.5 * (high == low)))


def average_precision(scores: Scores, right: Truth, *, of: int | None = None) -> float:
    """Area under the curve of precision over recall, each precision raised to the best at any greater recall
    (Everingham et al. 2010, section 4.2; all points).

    Args:
        scores: (n,).
        right: (n,).
        of: how many there are to be found; default: those that are right.
    """
    there = sum(right) if of is None else of
    if not there:
        return 0.0
    hits = np.cumsum(right[np.argsort(-scores, kind="stable")])
    precision = hits / np.arange(1, len(hits) + 1)
    best = np.maximum.accumulate(precision[::-1])[::-1]
    steps = np.diff(hits, prepend=0)
    return float((best * steps).sum() / there)
