"""Moments exact to the frame: a sequence that was found is looked at again frame by frame, only around its events."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from itertools import pairwise
from operator import add
from typing import TYPE_CHECKING

import numpy as np

from tools.events.alignment import Limits, align
from tools.events.options import DEFAULT_OPTIONS, VerificationOptions
from tools.events.search import find_extent, restrict_to_spans
from tools.odds import calibrate_for
from tools.ports import Similarities
from tools.types import EventMoment

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from tools.events.query import EventQuery
    from tools.ports import DenseFrames, FrameIndex
    from tools.types import EventSequence


def refine_by_retrieval(
    sequence: EventSequence,
    query: EventQuery,
    frames: FrameIndex,
    dense: DenseFrames,
    options: VerificationOptions = DEFAULT_OPTIONS,
) -> EventSequence:
    """Moves start, end and best frame of each event to where retrieval sees them in single frames.

    Decoded are the second before each event begins, the two around its best keyframe and the one after it ends, so the
    work is bounded for each event. Order and limits of `query` hold for the moved frames too.

    Args:
        sequence: what was found.
        query: what was searched for, in the language of the retrieval model.
        frames: the index that was searched.
        dense: decodes the frames between keyframes.
        options: how many frames a second are decoded.

    Returns:
        The sequence with its old score, which ranks it among others; unchanged if its file cannot be decoded.
    """
    placed = [row for row, moment in enumerate(sequence.moments) if not moment.missed]
    events = [query.events[row] for row in placed]
    coarse = frames.similarities(events, video_id=sequence.video_id)
    intervals = _intervals_to_decode(sequence, coarse.seconds, options.refine_tail_seconds)
    decoded = []
    for start, end in intervals:
        max_frames = max(1, round((end - start) * options.refine_frames_per_second))
        similarities = dense.similarities_between(
            events, video_id=sequence.video_id, start_seconds=start, end_seconds=end, max_frames=max_frames
        )
        if similarities is None:
            return sequence
        decoded.append(similarities)
    fine = _merge_similarities(coarse, decoded, intervals)
    probabilities = calibrate_for(frames, events)(fine.scores)
    gaps = tuple(reduce(add, query.limits.gaps[a:b]) for a, b in pairwise(placed))
    spans = [query.spans[row] for row in placed]
    scores = restrict_to_spans(probabilities, fine.seconds, spans)
    best = align(scores, fine.seconds, Limits(gaps, query.limits.within_seconds))
    if not best:
        return sequence
    positions = [position for position in best[0].positions if position is not None]
    moments = list(sequence.moments)
    for i, row in enumerate(placed):
        others = positions[:i] + positions[i + 1 :]
        moments[row] = _move_moment(sequence.moments[row], fine, probabilities[i], positions[i], others)
    return replace(sequence, moments=tuple(moments))


def refine_by_time(
    sequence: EventSequence,
    query: EventQuery,
    frames: FrameIndex,
    dense: DenseFrames,
    options: VerificationOptions = DEFAULT_OPTIONS,
) -> EventSequence:
    """Moves start, end and best frame of each event to where the core's event timer locates them in single frames.

    For sequences whose events the core verified: the model says when an event happens, not whether. An event that it
    does not see keeps its place.

    Args:
        sequence: what was found and verified.
        query: what was searched for, in English.
        frames: the index that was searched.
        dense: decodes the frames between keyframes.
        options: where and how densely the event timer looks.

    Returns:
        The sequence with its old score; unchanged if its best frames would break the order or the limits of `query`.
    """
    seconds = frames.similarities(query.events[:1], video_id=sequence.video_id).seconds
    moments = tuple(_locate_moment(moment, sequence.video_id, seconds, dense, options) for moment in sequence.moments)
    return replace(sequence, moments=moments) if _obeys_limits(moments, query) else sequence


def _locate_moment(
    moment: EventMoment,
    video_id: str,
    keyframe_seconds: NDArray[np.float64],
    dense: DenseFrames,
    options: VerificationOptions,
) -> EventMoment:
    if moment.seconds is None or moment.start_seconds is None or moment.end_seconds is None:
        return moment
    earliest = moment.start_seconds - options.relocate_around_seconds
    # Frames are counted from a keyframe, so decoding begins at the last one before.
    first = int(np.searchsorted(keyframe_seconds, earliest, side="right")) - 1
    start = float(keyframe_seconds[max(0, first)])
    end = min(moment.end_seconds + options.relocate_around_seconds, start + options.relocate_max_seconds)
    max_frames = max(1, round((end - start) * options.relocate_frames_per_second))
    located = dense.locate_event(
        moment.event, video_id=video_id, start_seconds=start, end_seconds=end, max_frames=max_frames
    )
    if located is None:
        return moment
    frame_indexes, timing = located
    best = timing.best_frame_near(moment.seconds, options)
    extent = timing.extent_around(moment.seconds, options)
    if best is None or extent is None:
        return moment
    best_seconds = float(timing.seconds[best])
    return replace(
        moment,
        start_seconds=min(max(0.0, extent[0]), best_seconds),
        end_seconds=max(extent[1], best_seconds),
        seconds=best_seconds,
        frame_index=int(frame_indexes[best]),
    )


def _obeys_limits(moments: Iterable[EventMoment], query: EventQuery) -> bool:
    """Whether the best frames are in order and within the limits of the query."""
    placed = [(row, moment.seconds) for row, moment in enumerate(moments) if moment.seconds is not None]
    for (row, seconds), (next_row, next_seconds) in pairwise(placed):
        gap = reduce(add, query.limits.gaps[row:next_row])
        if not (seconds < next_seconds and gap.min_seconds <= next_seconds - seconds <= gap.max_seconds):
            return False
    return not placed or placed[-1][1] - placed[0][1] <= query.limits.within_seconds


def _intervals_to_decode(
    sequence: EventSequence, seconds: NDArray[np.float64], tail_seconds: float
) -> list[tuple[float, float]]:
    """Intervals in seconds, in order and apart: from keyframe to keyframe around each start, best frame and end."""
    keyframe_ranges = []
    for moment in sequence.moments:
        if moment.seconds is None or moment.start_seconds is None or moment.end_seconds is None:
            continue
        first, best, after = np.searchsorted(seconds, (moment.start_seconds, moment.seconds, moment.end_seconds))
        keyframe_ranges += [(first - 1, first), (best - 1, best + 1), (after - 1, after)]
    times = [*seconds.tolist(), float(seconds[-1]) + tail_seconds]
    intervals: list[tuple[float, float]] = []
    for low, high in sorted((max(0, int(a)), min(len(seconds), int(b))) for a, b in keyframe_ranges):
        start, end = times[low], times[high]
        if intervals and start <= intervals[-1][1]:
            intervals[-1] = intervals[-1][0], max(intervals[-1][1], end)
        elif end > start:
            intervals.append((start, end))
    return intervals


def _merge_similarities(
    coarse: Similarities, decoded: list[Similarities], intervals: list[tuple[float, float]]
) -> Similarities:
    """Single frames in the intervals that were decoded, keyframes between them, nothing outside the sequence."""
    inside = (coarse.seconds >= intervals[0][0]) & (coarse.seconds <= intervals[-1][1])
    for start, end in intervals:
        inside &= (coarse.seconds < start) | (coarse.seconds >= end)
    parts = [*decoded, Similarities(coarse.frame_indexes[inside], coarse.seconds[inside], coarse.scores[:, inside])]
    order = np.argsort(np.concatenate([part.seconds for part in parts]))
    return Similarities(
        np.concatenate([part.frame_indexes for part in parts])[order],
        np.concatenate([part.seconds for part in parts])[order],
        np.concatenate([part.scores for part in parts], axis=1)[:, order],
    )


def _move_moment(
    moment: EventMoment, fine: Similarities, probabilities: NDArray[np.float64], best: int, others: list[int]
) -> EventMoment:
    first, last = find_extent(probabilities, best, others)
    seconds = fine.seconds
    # Past the last frame there is none to end at: it lasts as long as the one before it did.
    end = seconds[last + 1] if last + 1 < len(seconds) else 2 * seconds[last] - seconds[max(0, last - 1)]
    return replace(
        moment,
        start_seconds=float(seconds[first]),
        end_seconds=float(end),
        seconds=float(seconds[best]),
        frame_index=int(fine.frame_indexes[best]),
        score=float(probabilities[best]),
    )
