"""Figures that more than one recipe or benchmark reports."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def area_under_curve(positive: ArrayLike, negative: ArrayLike) -> float:
    """How often a positive scores above a negative, ties counting half (the Mann-Whitney statistic)."""
    above = np.subtract.outer(np.array(positive), np.array(negative))
    return float((above > 0).mean() + 0.5 * (above == 0).mean())
