"""The best ordered placements of events on the keyframes of one video: an exact dynamic programme, no models.

Viterbi over keyframes with a window of allowed predecessors for each pair of neighbours (Sakoe and Chiba 1978 bound the
steps of their time warping so); a second layer of the table carries the chains in which one event was missed.
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
_LOST = -math.inf


@dataclass(frozen=True, slots=True)
class Gap:
    """How far apart in time two neighbouring events may lie, in seconds; both ends included."""

    min_seconds: float = 0.0
    max_seconds: float = math.inf

    def __post_init__(self) -> None:
        if not 0 <= self.min_seconds <= self.max_seconds:
            raise ValueError(f"a gap of at least {self.min_seconds:g} s and at most {self.max_seconds:g} s is none")

    def __add__(self, following: Gap) -> Gap:
        """Over an event that was missed: it lies somewhere between its neighbours."""
        return Gap(self.min_seconds + following.min_seconds, self.max_seconds + following.max_seconds)


@dataclass(frozen=True, slots=True)
class Limits:
    """What the times of a sequence obey besides their order."""

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
        """The first and the last keyframe that it uses."""
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
    """The first `count` of `alignments`."""
    return list(itertools.islice(alignments(scores, seconds, limits, missed=missed), count))


def alignments(
    scores: NDArray[np.floating],
    seconds: NDArray[np.float64] | Sequence[float],
    limits: Limits | None = None,
    *,
    missed: float | None = None,
) -> Iterator[Alignment]:
    """The ordered placements of events on keyframes with the greatest sums of scores, best first.

    They do not overlap: the second is the best of those that share no stretch of time with the first, and so on.

    Args:
        scores: (events, keyframes), how well each keyframe shows each event; -inf where it must not be.
        seconds: (keyframes,), strictly increasing times.
        limits: what the times obey besides their order.
        missed: what one event adds to the sum without being seen; None: every event is placed. At most one is missed,
            and never the only one.

    Yields:
        Placements that meet the limits, the earliest one among equals.

    Raises:
        ValueError: the shapes do not fit, or the times do not increase.
    """
    times = np.asarray(seconds, np.float64)
    if scores.ndim != 2 or scores.shape[0] == 0 or scores.shape[1] != len(times):
        raise ValueError(f"scores {scores.shape} do not fit {len(times)} keyframes")
    bounds = limits or Limits((Gap(),) * (len(scores) - 1))
    if len(bounds.gaps) != len(scores) - 1:
        raise ValueError(f"{len(bounds.gaps)} gaps do not fit {len(scores)} events")
    if (np.diff(times) <= 0).any():
        raise ValueError("keyframe times must strictly increase")
    rows = np.asarray(scores, np.float64)
    waiting: list[tuple[float, int, int, Alignment]] = []  # the best of each stretch that is still free
    free = [(0, len(times))]
    while free or waiting:
        for start, stop in free:
            if start < stop and (best := _best(rows[:, start:stop], times[start:stop], bounds, missed)) is not None:
                moved = tuple(None if at is None else start + at for at in best.positions)
                heapq.heappush(waiting, (-best.score, start, stop, Alignment(moved, best.score)))
        if not waiting:
            return
        _, start, stop, best = heapq.heappop(waiting)
        yield best
        first, last = best.span
        free = [(start, first), (last + 1, stop)]


def _best(
    rows: NDArray[np.float64], times: NDArray[np.float64], limits: Limits, missed: float | None
) -> Alignment | None:
    """The best placement within a stretch of keyframes."""
    chains = _Chains(rows, times, limits.gaps, missed)
    best = chains.best()
    if best is None or _lasts(best, times) <= limits.within_seconds + _SLACK_SECONDS:
        return best
    # The span ties the last event to the first, which a chain does not remember. But any chain inside a stretch that
    # is no longer than the span obeys it: try the stretch after each keyframe, those with most to hope for first.
    stops = np.searchsorted(times, times + limits.within_seconds + _SLACK_SECONDS, "right")
    hopes = np.minimum(_hopes_of_chains(rows, times, limits.gaps, missed), _hopes_of_stretches(rows, stops, missed))
    best = None
    for start in np.argsort(-hopes, kind="stable"):
        if hopes[start] == _LOST or (best is not None and hopes[start] + _ROUNDING < best.score):
            break
        stretch = slice(int(start), int(stops[start]))
        found = _Chains(rows[:, stretch], times[stretch], limits.gaps, missed).best()
        if found is not None and (best is None or found.score > best.score):
            best = Alignment(tuple(None if at is None else int(start) + at for at in found.positions), found.score)
    return best


_ROUNDING = 1e-9  # sums taken from the other end differ in their last bits


def _lasts(found: Alignment, times: NDArray[np.float64]) -> float:
    first, last = found.span
    return float(times[last] - times[first])


def _hopes_of_chains(
    rows: NDArray[np.float64], times: NDArray[np.float64], gaps: tuple[Gap, ...], missed: float | None
) -> NDArray[np.float64]:
    """`(keyframes,)`: the best chain that begins there, whatever its span: the programme with time turned round."""
    ends: NDArray[np.float64] = _Chains(rows[::-1, ::-1], -times[::-1], gaps[::-1], missed).ends[::-1]
    return ends


def _hopes_of_stretches(
    rows: NDArray[np.float64], stops: NDArray[np.intp], missed: float | None
) -> NDArray[np.float64]:
    """`(keyframes,)`: every event at its best between a keyframe and its stop, in whatever order."""
    peaks = np.stack([_range_max(row, np.arange(len(stops)), stops) for row in rows])
    if missed is not None:
        peaks[peaks.argmin(axis=0), np.arange(len(stops))] = np.maximum(missed, peaks.min(axis=0))
    hopes: NDArray[np.float64] = peaks.sum(axis=0)
    return hopes


class _Chains:
    """The table of one stretch: `whole[i][j]` ends with event i on keyframe j, `holed[i][j]` too, one event missed."""

    def __init__(
        self, rows: NDArray[np.float64], times: NDArray[np.float64], gaps: tuple[Gap, ...], missed: float | None
    ) -> None:
        self._missed = missed
        lost = np.full(rows.shape[1], _LOST)
        events = len(rows)
        over_one = [a + b for a, b in itertools.pairwise(gaps)] if missed is not None else []
        made = {gap: _Step(times, gap) for gap in {*gaps, *over_one}}
        self._steps, self._leaps = [made[gap] for gap in gaps], [made[gap] for gap in over_one]
        self._whole, self._holed = [rows[0]], [lost]
        for i in range(1, events):
            self._whole.append(rows[i] + self._steps[i - 1].best(self._whole[i - 1]))
            if missed is None:
                self._holed.append(lost)
                continue
            over = self._leaps[i - 2].best(self._whole[i - 2]) if i > 1 else np.zeros_like(lost)
            self._holed.append(rows[i] + np.maximum(self._steps[i - 1].best(self._holed[i - 1]), over + missed))
        self.ends = np.maximum(self._whole[-1], self._holed[-1])  # (keyframes,) the best chain that ends there
        if missed is not None and events > 1:
            self.ends = np.maximum(self.ends, self._whole[-2] + missed)

    def best(self) -> Alignment | None:
        last = int(np.argmax(self.ends))
        score = float(self.ends[last])
        return None if score == _LOST else Alignment(tuple(reversed(list(self._trace(last)))), score)

    def _trace(self, last: int) -> Iterator[int | None]:
        """The positions of the best chain that ends on `last`, backwards."""
        i, holed = len(self._whole) - 1, False
        if self._whole[i][last] < self.ends[last]:
            holed = self._holed[i][last] == self.ends[last]
            if not holed:
                yield None
                i -= 1
        yield last
        while i > 0:
            if not holed:
                _, last = self._steps[i - 1].before(self._whole[i - 1], last)
            else:
                kept, before = self._steps[i - 1].before(self._holed[i - 1], last)
                over, beyond = self._leaps[i - 2].before(self._whole[i - 2], last) if i > 1 else (0.0, -1)
                holed = kept >= over + (self._missed or 0.0)
                if not holed:
                    yield None
                    i -= 1
                last = before if holed else beyond
            if i > 0:
                yield last
            i -= 1


class _Step:
    """From each keyframe back to those that may hold the event before."""

    def __init__(self, times: NDArray[np.float64], gap: Gap) -> None:
        if gap == Gap():  # every keyframe before it: the usual case, and nothing to look up
            self._starts, self._stops = np.zeros(len(times), np.intp), np.arange(len(times))
            return
        nearest = np.searchsorted(times, times - gap.min_seconds + _SLACK_SECONDS, "right")
        self._stops = np.minimum(nearest, np.arange(len(times)))
        self._starts = np.searchsorted(times, times - gap.max_seconds - _SLACK_SECONDS, "left")

    def best(self, totals: NDArray[np.float64]) -> NDArray[np.float64]:
        """`(keyframes,)`: the greatest total among the keyframes allowed before each; -inf where there are none."""
        return _range_max(totals, self._starts, self._stops)

    def before(self, totals: NDArray[np.float64], at: int) -> tuple[float, int]:
        """The greatest total allowed before keyframe `at`, and where; -inf and -1 where there is none."""
        start, stop = int(self._starts[at]), int(self._stops[at])
        if start >= stop:
            return _LOST, -1
        best = start + int(np.argmax(totals[start:stop]))
        return float(totals[best]), best


def _range_max(values: NDArray[np.float64], starts: NDArray[np.intp], stops: NDArray[np.intp]) -> NDArray[np.float64]:
    """The maximum of each `values[start:stop]`, -inf of an empty one; a sparse table (Bender, Farach-Colton 2000)."""
    found = np.full(len(starts), _LOST)
    lengths = stops - starts
    filled = lengths > 0
    if not starts.any():  # no longest gap: all ranges begin at the first keyframe
        found[filled] = np.maximum.accumulate(values)[stops[filled] - 1]
        return found
    table, width = values, 1  # table[k] is the maximum of values[k : k + width]
    while True:
        level = filled & (lengths >= width) & (lengths < 2 * width)
        found[level] = np.maximum(table[starts[level]], table[stops[level] - width])
        if 2 * width > lengths.max(initial=0):
            return found
        table = np.maximum(table[:-width], table[width:])
        width *= 2
