"""Frame-exact moments: a sequence that was found is looked at again frame by frame, only around what was found."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from itertools import pairwise
from operator import add
from typing import TYPE_CHECKING

import numpy as np
from pydantic import BaseModel, Field

from tools.events.alignment import Limits, align
from tools.events.search import allowed, extent
from tools.ports import Similarities
from tools.types import EventMoment

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from tools.events.query import EventQuery
    from tools.ports import DenseFrames, FrameIndex
    from tools.types import EventSequence


class RefineOptions(BaseModel):
    """Bounds of `refine`."""

    frames_per_second: int = Field(default=60, ge=1, description="looked at, at most; more are evenly thinned")
    tail_seconds: float = Field(default=1.5, gt=0, description="after the last keyframe, which is its video's end")


class TimeOptions(BaseModel):
    """Bounds of `refine_by_time`."""

    frames_per_second: float = Field(default=4.0, gt=0, description="looked at, at most; more are evenly thinned")
    around_seconds: float = Field(default=3.0, gt=0, description="before and after what was found")
    longest_seconds: float = Field(default=20.0, gt=0, description="looked at for one event, at most")


def refine(
    found: EventSequence,
    asked: EventQuery,
    frames: FrameIndex,
    dense: DenseFrames,
    options: RefineOptions | None = None,
) -> EventSequence:
    """`found` with start, end and best frame of each event moved to where single frames put them.

    Decoded are the second before each event begins, the two around its best keyframe and the one after it ends, so the
    work is bounded for each event. Order and limits hold for the moved frames too. The sequence keeps its score, which
    ranks it among others; a file that is gone or no longer decodes leaves it as it was.
    """
    chosen = options or RefineOptions()
    placed = [row for row, moment in enumerate(found.moments) if not moment.missed]
    names = [asked.events[row] for row in placed]
    coarse = frames.similarities(names, video_id=found.video_id)
    windows = _windows(found, coarse.seconds, chosen.tail_seconds)
    looked = []
    for start, end in windows:
        most = max(1, round((end - start) * chosen.frames_per_second))
        part = dense.between(names, video_id=found.video_id, start_seconds=start, end_seconds=end, most=most)
        if part is None:
            return found
        looked.append(part)
    fine = _merged(coarse, looked, windows)
    likely = frames.calibration(fine.scores)
    gaps = tuple(reduce(add, asked.limits.gaps[a:b]) for a, b in pairwise(placed))
    spans = [asked.spans[row] for row in placed]
    best = align(allowed(likely, fine.seconds, spans), fine.seconds, Limits(gaps, asked.limits.within_seconds))
    if not best:
        return found
    positions = [at for at in best[0].positions if at is not None]
    moments = list(found.moments)
    for i, row in enumerate(placed):
        moments[row] = _moved(found.moments[row], fine, likely[i], positions[i], positions[:i] + positions[i + 1 :])
    return replace(found, moments=tuple(moments))


def refine_by_time(
    found: EventSequence,
    asked: EventQuery,
    frames: FrameIndex,
    dense: DenseFrames,
    options: TimeOptions | None = None,
) -> EventSequence:
    """`found` with each event moved to where the core's model of time puts it, by single frames around it.

    For sequences of which the core confirmed each event: the model tells when, not whether. An event that it does not
    see there stays where it was, and all do where their best frames would break order or limits. The sequence keeps its
    score.
    """
    chosen = options or TimeOptions()
    seconds = frames.similarities(asked.events[:1], video_id=found.video_id).seconds
    moments = tuple(_timed(moment, found.video_id, seconds, dense, chosen) for moment in found.moments)
    return replace(found, moments=moments) if _allowed(moments, asked) else found


def _timed(
    moment: EventMoment, video_id: str, keyframes: NDArray[np.float64], dense: DenseFrames, options: TimeOptions
) -> EventMoment:
    if moment.seconds is None or moment.start_seconds is None or moment.end_seconds is None:
        return moment
    first = int(np.searchsorted(keyframes, moment.start_seconds - options.around_seconds, side="right")) - 1
    start = float(keyframes[max(0, first)])
    end = min(moment.end_seconds + options.around_seconds, start + options.longest_seconds)
    most = max(1, round((end - start) * options.frames_per_second))
    told = dense.locate_event(moment.event, video_id=video_id, start_seconds=start, end_seconds=end, most=most)
    if told is None:
        return moment
    indexes, timing = told
    best, extent = timing.best(moment.seconds), timing.extent(moment.seconds)
    if best is None or extent is None:
        return moment
    at = float(timing.seconds[best])
    return replace(
        moment,
        start_seconds=min(max(0.0, extent[0]), at),
        end_seconds=max(extent[1], at),
        seconds=at,
        frame_index=int(indexes[best]),
    )


def _allowed(moments: Iterable[EventMoment], asked: EventQuery) -> bool:
    """Whether best frames are in order and within the limits that were asked for."""
    placed = [(row, moment.seconds) for row, moment in enumerate(moments) if moment.seconds is not None]
    for (a, before), (b, after) in pairwise(placed):
        gap = reduce(add, asked.limits.gaps[a:b])
        if not (before < after and gap.min_seconds <= after - before <= gap.max_seconds):
            return False
    return not placed or placed[-1][1] - placed[0][1] <= asked.limits.within_seconds


def _windows(found: EventSequence, seconds: NDArray[np.float64], tail: float) -> list[tuple[float, float]]:
    """What is decoded, in order and apart: from keyframe to keyframe around each start, best frame and end."""
    stretches = []
    for moment in found.moments:
        if moment.seconds is None or moment.start_seconds is None or moment.end_seconds is None:
            continue
        first, best, after = np.searchsorted(seconds, (moment.start_seconds, moment.seconds, moment.end_seconds))
        stretches += [(first - 1, first), (best - 1, best + 1), (after - 1, after)]
    times = [*seconds.tolist(), float(seconds[-1]) + tail]
    merged: list[tuple[float, float]] = []
    for low, high in sorted((max(0, int(a)), min(len(seconds), int(b))) for a, b in stretches):
        start, end = times[low], times[high]
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        elif end > start:
            merged.append((start, end))
    return merged


def _merged(coarse: Similarities, looked: list[Similarities], windows: list[tuple[float, float]]) -> Similarities:
    """Single frames where they were looked at, keyframes between; nothing outside the sequence."""
    kept = (coarse.seconds >= windows[0][0]) & (coarse.seconds <= windows[-1][1])
    for start, end in windows:
        kept &= (coarse.seconds < start) | (coarse.seconds >= end)
    parts = [*looked, Similarities(coarse.frame_indexes[kept], coarse.seconds[kept], coarse.scores[:, kept])]
    order = np.argsort(np.concatenate([part.seconds for part in parts]))
    return Similarities(
        np.concatenate([part.frame_indexes for part in parts])[order],
        np.concatenate([part.seconds for part in parts])[order],
        np.concatenate([part.scores for part in parts], axis=1)[:, order],
    )


def _moved(
    moment: EventMoment, fine: Similarities, likely: NDArray[np.float64], at: int, others: list[int]
) -> EventMoment:
    first, last = extent(likely, at, others)
    seconds = fine.seconds
    # Past the last frame there is none to end at: it lasts as long as the one before it did.
    end = seconds[last + 1] if last + 1 < len(seconds) else 2 * seconds[last] - seconds[max(0, last - 1)]
    return replace(
        moment,
        start_seconds=float(seconds[first]),
        end_seconds=float(end),
        seconds=float(seconds[at]),
        frame_index=int(fine.frame_indexes[at]),
        score=float(likely[at]),
    )
