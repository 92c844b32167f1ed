"""Finds the best ordered placements of events on the keyframes of one video: an exact dynamic programme, no models.

Viterbi over keyframes, with a range of allowed predecessors for each pair of neighbours (as Sakoe and Chiba 1978 bound
the steps of their time warping); a second layer of the table carries the chains in which one event was missed.
"""

from __future__ import annotations

import heapq
import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

# Times are float sums of frame durations: a gap of exactly the longest must not fail on the last bit.
_SLACK_SECONDS = 1e-6
_FORBIDDEN = -math.inf


@dataclass(frozen=True, slots=True)
class Gap:
    """How far apart in time two neighbouring events may lie, in seconds; both ends included.

    Raises:
        ValueError: the range is empty or negative.
    """

    min_seconds: float = 0.0
    max_seconds: float = math.inf

    def __post_init__(self) -> None:
        if not 0 <= self.min_seconds <= self.max_seconds:
            raise ValueError(f"a gap of at least {self.min_seconds:g} s and at most {self.max_seconds:g} s is none")

    def __add__(self, following: Gap) -> Gap:
        """The gap across a missed event, which lies somewhere between its neighbours."""
        return Gap(self.min_seconds + following.min_seconds, self.max_seconds + following.max_seconds)


@dataclass(frozen=True, slots=True)
class Limits:
    """What the times of a sequence must obey besides their order.

    Raises:
        ValueError: `within_seconds` is negative.
    """

    gaps: tuple[Gap, ...]  # between each event and the next: one fewer than events
    within_seconds: float = math.inf  # from the first placed event to the last

    def __post_init__(self) -> None:
        if not self.within_seconds >= 0:
            raise ValueError(f"a sequence cannot last at most {self.within_seconds:g} s")


@dataclass(frozen=True, slots=True)
class Alignment:
    """At most one keyframe for each event, in order."""

    positions: tuple[int | None, ...]  # indexes into the keyframes, strictly increasing; None: the event was missed
    score: float  # sum of the chosen scores, with what a missed event adds

    @property
    def span(self) -> tuple[int, int]:
        """The indexes of the first and the last keyframe that it uses."""
        placed = [position for position in self.positions if position is not None]
        return placed[0], placed[-1]


def align(
    scores: NDArray[np.floating],
    seconds: NDArray[np.float64] | Sequence[float],
    limits: Limits | None = None,
    *,
    missed: float | None = None,
    count: int = 1,
) -> list[Alignment]:
    """Returns the first `count` of `alignments`."""
    return list(itertools.islice(alignments(scores, seconds, limits, missed=missed), count))


def alignments(
    scores: NDArray[np.floating],
    seconds: NDArray[np.float64] | Sequence[float],
    limits: Limits | None = None,
    *,
    missed: float | None = None,
) -> Iterator[Alignment]:
    """Yields the ordered placements of events on keyframes with the greatest sums of scores, best first.

    They do not overlap in time: the second is the best of those that lie wholly before or after the first, and so on.

    Args:
        scores: (events, keyframes), how well each keyframe shows each event; -inf where the event must not lie.
        seconds: (keyframes,), strictly increasing times.
        limits: what the times must obey besides their order; None: nothing.
        missed: what a missed event adds to the sum; None: every event is placed. At most one event is missed, and
            never the only one.

    Yields:
        Placements that obey the limits; of equals the earliest.

    Raises:
        ValueError: the shapes do not agree, or the times do not strictly increase.
    """
    times = np.asarray(seconds, np.float64)
    if scores.ndim != 2 or scores.shape[0] == 0 or scores.shape[1] != len(times):
        raise ValueError(f"scores {scores.shape} do not fit {len(times)} keyframes")
    obeyed = limits or Limits((Gap(),) * (len(scores) - 1))
    if len(obeyed.gaps) != len(scores) - 1:
        raise ValueError(f"{len(obeyed.gaps)} gaps do not fit {len(scores)} events")
    if (np.diff(times) <= 0).any():
        raise ValueError("keyframe times must strictly increase")
    rows = np.asarray(scores, np.float64)
    best_of_free: list[tuple[float, int, int, Alignment]] = []  # a heap: the best of each range that is still free
    free = [(0, len(times))]
    while free or best_of_free:
        for start, stop in free:
            best = _best_alignment(rows[:, start:stop], times[start:stop], obeyed, missed) if start < stop else None
            if best is not None:
                positions = tuple(None if at is None else start + at for at in best.positions)
                heapq.heappush(best_of_free, (-best.score, start, stop, Alignment(positions, best.score)))
        if not best_of_free:
            return
        _, start, stop, alignment = heapq.heappop(best_of_free)
        yield alignment
        first, last = alignment.span
        free = [(start, first), (last + 1, stop)]


def _best_alignment(
    rows: NDArray[np.float64], times: NDArray[np.float64], limits: Limits, missed: float | None
) -> Alignment | None:
    """The best placement within a range of keyframes."""
    chains = _Chains(rows, times, limits.gaps, missed)
    best = chains.best()
    if best is None or _duration_seconds(best, times) <= limits.within_seconds + _SLACK_SECONDS:
        return best
    # `within_seconds` ties the last event to the first, which a chain does not remember. But every chain inside a range
    # of that length obeys it: the range from each keyframe on is tried, those with the highest bounds first.
    stops = np.searchsorted(times, times + limits.within_seconds + _SLACK_SECONDS, "right")
    bounds = np.minimum(_bounds_by_chains(rows, times, limits.gaps, missed), _bounds_by_peaks(rows, stops, missed))
    best = None
    for start in np.argsort(-bounds, kind="stable"):
        if bounds[start] == _FORBIDDEN or (best is not None and bounds[start] + _ROUNDING < best.score):
            break
        inside = slice(int(start), int(stops[start]))
        inner = _Chains(rows[:, inside], times[inside], limits.gaps, missed).best()
        if inner is not None and (best is None or inner.score > best.score):
            best = Alignment(tuple(None if at is None else int(start) + at for at in inner.positions), inner.score)
    return best


_ROUNDING = 1e-9  # sums taken from the other end differ in their last bits


def _duration_seconds(alignment: Alignment, times: NDArray[np.float64]) -> float:
    first, last = alignment.span
    return float(times[last] - times[first])


def _bounds_by_chains(
    rows: NDArray[np.float64], times: NDArray[np.float64], gaps: tuple[Gap, ...], missed: float | None
) -> NDArray[np.float64]:
    """(keyframes,): the score of the best chain that begins there, however long: the programme with time reversed."""
    ends: NDArray[np.float64] = _Chains(rows[::-1, ::-1], -times[::-1], gaps[::-1], missed).ends[::-1]
    return ends


def _bounds_by_peaks(rows: NDArray[np.float64], stops: NDArray[np.intp], missed: float | None) -> NDArray[np.float64]:
    """(keyframes,): the sum of the best score of each event between a keyframe and its stop, in any order."""
    peaks = np.stack([_range_max(row, np.arange(len(stops)), stops) for row in rows])
    if missed is not None:
        peaks[peaks.argmin(axis=0), np.arange(len(stops))] = np.maximum(missed, peaks.min(axis=0))
    bounds: NDArray[np.float64] = peaks.sum(axis=0)
    return bounds


class _Chains:
    """The table of a range of keyframes: scores of the best chains of the first events, by event and last keyframe.

    `complete[i][j]` ends with event i on keyframe j; so does `holed[i][j]`, with one event before it missed.
    """

    def __init__(
        self, rows: NDArray[np.float64], times: NDArray[np.float64], gaps: tuple[Gap, ...], missed: float | None
    ) -> None:
        self._missed = missed
        forbidden = np.full(rows.shape[1], _FORBIDDEN)
        events = len(rows)
        across_one = [a + b for a, b in itertools.pairwise(gaps)] if missed is not None else []
        step_of = {gap: _Step(times, gap) for gap in {*gaps, *across_one}}
        self._steps, self._leaps = [step_of[gap] for gap in gaps], [step_of[gap] for gap in across_one]
        self._complete, self._holed = [rows[0]], [forbidden]
        for i in range(1, events):
            self._complete.append(rows[i] + self._steps[i - 1].best(self._complete[i - 1]))
            if missed is None:
                self._holed.append(forbidden)
                continue
            across = self._leaps[i - 2].best(self._complete[i - 2]) if i > 1 else np.zeros_like(forbidden)
            self._holed.append(rows[i] + np.maximum(self._steps[i - 1].best(self._holed[i - 1]), across + missed))
        self.ends = np.maximum(self._complete[-1], self._holed[-1])  # (keyframes,), of the best chain to each
        if missed is not None and events > 1:
            self.ends = np.maximum(self.ends, self._complete[-2] + missed)

    def best(self) -> Alignment | None:
        last = int(np.argmax(self.ends))
        score = float(self.ends[last])
        return None if score == _FORBIDDEN else Alignment(tuple(reversed(list(self._trace(last)))), score)

    def _trace(self, last: int) -> Iterator[int | None]:
        """The positions of the best chain that ends on `last`, backwards."""
        i, holed = len(self._complete) - 1, False
        if self._complete[i][last] < self.ends[last]:
            holed = self._holed[i][last] == self.ends[last]
            if not holed:
                yield None
                i -= 1
        yield last
        while i > 0:
            if not holed:
                _, last = self._steps[i - 1].before(self._complete[i - 1], last)
            else:
                holed_score, before = self._steps[i - 1].before(self._holed[i - 1], last)
                score_across, beyond = self._leaps[i - 2].before(self._complete[i - 2], last) if i > 1 else (0.0, -1)
                holed = holed_score >= score_across + (self._missed or 0.0)
                if not holed:
                    yield None
                    i -= 1
                last = before if holed else beyond
            if i > 0:
                yield last
            i -= 1


class _Step:
    """For each keyframe, the range of keyframes that may hold the event before."""

    def __init__(self, times: NDArray[np.float64], gap: Gap) -> None:
        if gap == Gap():  # every keyframe before it is allowed: the usual case, and nothing to look up
            self._starts, self._stops = np.zeros(len(times), np.intp), np.arange(len(times))
            return
        nearest = np.searchsorted(times, times - gap.min_seconds + _SLACK_SECONDS, "right")
        self._stops = np.minimum(nearest, np.arange(len(times)))
        self._starts = np.searchsorted(times, times - gap.max_seconds - _SLACK_SECONDS, "left")

    def best(self, totals: NDArray[np.float64]) -> NDArray[np.float64]:
        """(keyframes,): the greatest total among the keyframes allowed before each; -inf where there are none."""
        return _range_max(totals, self._starts, self._stops)

    def before(self, totals: NDArray[np.float64], at: int) -> tuple[float, int]:
        """The greatest total allowed before keyframe `at`, and its keyframe; -inf and -1 if there is none."""
        start, stop = int(self._starts[at]), int(self._stops[at])
        if start >= stop:
            return _FORBIDDEN, -1
        best = start + int(np.argmax(totals[start:stop]))
        return float(totals[best]), best


def _range_max(values: NDArray[np.float64], starts: NDArray[np.intp], stops: NDArray[np.intp]) -> NDArray[np.float64]:
    """The maximum of each `values[start:stop]`, -inf of an empty range: a sparse table (Bender, Farach-Colton 2000)."""
    maxima = np.full(len(starts), _FORBIDDEN)
    lengths = stops - starts
    filled = lengths > 0
    if not starts.any():  # no longest gap: all ranges begin at the first keyframe
        maxima[filled] = np.maximum.accumulate(values)[stops[filled] - 1]
        return maxima
    table, width = values, 1  # table[k] is the maximum of values[k : k + width]
    while True:
        level = filled & (lengths >= width) & (lengths < 2 * width)
        maxima[level] = np.maximum(table[starts[level]], table[stops[level] - width])
        if 2 * width > lengths.max(initial=0):
            return maxima
        table = np.maximum(table[:-width], table[width:])
        width *= 2
