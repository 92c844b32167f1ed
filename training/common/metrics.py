"""Figures that more than one recipe or benchmark reports."""

from __future__ import annotations

import numpy as np


def area_under_curve(positive: list[float], negative: list[float]) -> float:
    """How often a positive scores above a negative, ties counting half (the Mann-Whitney statistic)."""
    above = np.subtract.outer(np.array(positive), np.array(negative))
    return float((above > 0).mean() + 0.5 * (above == 0).mean())
