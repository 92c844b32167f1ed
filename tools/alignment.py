"""The best ordered placement of events on the keyframes of one video: an exact dynamic programme, no models."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

# Times are float sums of frame durations: a gap of exactly `max_gap` must not fail on the last bit.
_SLACK_SECONDS = 1e-6


@dataclass(frozen=True, slots=True)
class Alignment:
    """One keyframe for each event, in order."""

    positions: tuple[int, ...]  # indexes into the keyframes, strictly increasing
    score: float  # sum of the chosen scores


def align(
    scores: NDArray[np.float32],
    seconds: Sequence[float],
    *,
    min_gap_seconds: float = 0.0,
    max_gap_seconds: float | None = None,
    within_seconds: float | None = None,
) -> Alignment | None:
    """The strictly increasing assignment of events to keyframes with the greatest sum of scores.

    Args:
        scores: (events, keyframes), how well each keyframe shows each event.
        seconds: (keyframes,), strictly increasing times.
        min_gap_seconds: neighbouring events are at least this far apart.
        max_gap_seconds: neighbouring events are at most this far apart; None: any distance.
        within_seconds: the last event is at most this long after the first; None: any span.

    Returns:
        The best assignment, the earliest one among equals; None if no assignment meets the limits.

    Raises:
        ValueError: the shapes do not fit, the times do not increase, or a limit is negative.
    """
    if scores.ndim != 2 or scores.shape[0] == 0 or scores.shape[1] != len(seconds):
        raise ValueError(f"scores {scores.shape} do not fit {len(seconds)} keyframes")
    if any(b <= a for a, b in pairwise(seconds)):
        raise ValueError("keyframe times must strictly increase")
    if min_gap_seconds < 0 or (max_gap_seconds or 0) < 0 or (within_seconds or 0) < 0:
        raise ValueError("gaps and spans are not negative")
    rows: list[list[float]] = scores.astype("float64").tolist()
    if within_seconds is None or len(rows) == 1:
        return _best_chain(rows, seconds, 0, len(seconds), min_gap_seconds, max_gap_seconds)
    best: Alignment | None = None
    # The span ties the last event to the first, which the chain does not remember: fix the first event instead.
    for first in range(len(seconds)):
        stop = bisect_right(seconds, seconds[first] + within_seconds + _SLACK_SECONDS)
        found = _best_chain(rows, seconds, first, stop, min_gap_seconds, max_gap_seconds, pinned=True)
        if found is not None and (best is None or found.score > best.score):
            best = found
    return best


def _best_chain(
    rows: list[list[float]],
    seconds: Sequence[float],
    start: int,
    stop: int,
    min_gap: float,
    max_gap: float | None,
    *,
    pinned: bool = False,
) -> Alignment | None:
    """The best chain inside `[start, stop)`; `pinned` puts the first event on `start` itself."""
    lost = float("-inf")
    first_stop = start + 1 if pinned else stop
    totals = [rows[0][j] if j < first_stop else lost for j in range(start, stop)]
    parents: list[list[int]] = []
    for row in rows[1:]:
        window: deque[int] = deque()  # candidates of the previous event, best first; every index enters and leaves once
        entered = 0
        following, parent = [], []
        for offset in range(stop - start):
            now = seconds[start + offset]
            latest = min(offset, bisect_right(seconds, now - min_gap + _SLACK_SECONDS, start, stop) - start)
            while entered < latest:
                while window and totals[window[-1]] < totals[entered]:
                    window.pop()
                window.append(entered)
                entered += 1
            if max_gap is not None:
                oldest = bisect_left(seconds, now - max_gap - _SLACK_SECONDS, start, stop) - start
                while window and window[0] < oldest:
                    window.popleft()
            if window and totals[window[0]] > lost:
                following.append(totals[window[0]] + row[start + offset])
                parent.append(window[0])
            else:
                following.append(lost)
                parent.append(-1)
        totals = following
        parents.append(parent)
    if not totals or max(totals) == lost:
        return None
    last = totals.index(max(totals))
    positions = [last]
    for parent in reversed(parents):
        positions.append(parent[positions[-1]])
    return Alignment(tuple(start + p for p in reversed(positions)), totals[last])
