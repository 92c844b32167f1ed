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


def repeat(call: Call, *, rounds: int, device: str) -> list[float]:
    """Seconds of each call on a device, cpu or cuda; a GPU has finished its work before the clock is read.

    On a GPU a first call, which compiles and reserves memory, does not count. On a CPU, where one of these calls takes
    many seconds, leaving out the first would gain nothing.
    """
    import torch

    seconds = []
    warm_up = device == "cuda"
    for number in range(rounds + warm_up):
        start = time.perf_counter()
        call()
        if device == "cuda":
            torch.cuda.synchronize()
        if number or not warm_up:
            seconds.append(time.perf_counter() - start)
    return seconds


def wall_and_cpu_seconds(call: Call) -> tuple[float, float]:
    """Seconds that one call takes by the clock, and the CPU time of all threads in it."""
    wall, cpu = time.perf_counter(), time.process_time()
    call()
    return time.perf_counter() - wall, time.process_time() - cpu


def median_ratio(first: list[float], second: list[float]) -> float:
    """The median of the ratios `first[i] / second[i]`; each pair was measured side by side."""
    return statistics.median(a / b for a, b in zip(first, second, strict=True))


def percentile(values: list[float], share: float) -> float:
    """The value below which a share in [0, 1] of `values` lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
