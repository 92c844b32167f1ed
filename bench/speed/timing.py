"""Timing on a noisy machine: alternatives take turns, and medians are compared."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping

Call = Callable[[], object]


def alternate(calls: Mapping[str, Call], *, rounds: int) -> dict[str, list[float]]:
    """Seconds of every call of each alternative; they take turns, so that a busy neighbour hits all alike."""
    for call in calls.values():
        call()  # caches and lazy loading are not what is measured
    seconds: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            start = time.perf_counter()
            call()
            seconds[name].append(time.perf_counter() - start)
    return seconds


def median_ratio(first: list[float], second: list[float]) -> float:
    """The median of the pairwise ratios: each pair was taken side by side."""
    return statistics.median(a / b for a, b in zip(first, second, strict=True))


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` of `values` lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
