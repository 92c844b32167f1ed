"""Figures that a recipe and a benchmark share."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def area_under_curve(positive: ArrayLike, negative: ArrayLike) -> float:
    """Returns the share of pairs in which the positive scores above the negative; ties count half (Mann-Whitney)."""
    above = np.subtract.outer(np.array(positive), np.array(negative))
    return float((above > 0).mean() + 0.5 * (above == 0).mean())
