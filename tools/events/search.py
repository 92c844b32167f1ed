"""Searches a library for events in their order, by retrieval alone: exact, and certified where that can be proved."""

from __future__ import annotations

import bisect
import itertools
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from pydantic import BaseModel, Field

from tools.clock import require_video
from tools.events.alignment import alignments
from tools.moments import TAIL_SECONDS
from tools.odds import calibrate_for
from tools.types import EventMoment, EventSequence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from tools.events.alignment import Alignment
    from tools.events.query import EventQuery, Span
    from tools.odds import LibraryOdds
    from tools.ports import Calibration, FrameIndex, Similarities

MIN_PLACED_EVENTS = 2  # of a sequence, so that one of three events may be missed and none of two


class FindEventsOptions(BaseModel):
    """What a search for a sequence of events returns, and how far it goes for it."""

    limit: int = Field(default=3, ge=1, description="sequences returned at most")
    per_video: int = Field(default=3, ge=1, description="sequences from one video at most; they do not overlap in time")
    min_score: float = Field(
        default=0.05, ge=0, le=1, description="score from which a sequence is returned; below it nothing was seen"
    )
    miss_penalty: float | None = Field(
        default=0.9,
        ge=0,
        le=1,
        description="what a missed event costs, of the 1 that an event adds when it is surely seen; None: no event may "
        "be missed",
    )
    keyframes: int | None = Field(
        default=20_000,
        ge=0,
        description="keyframes aligned before the search stops, in the most promising videos; None: as many as the "
        "proof needs",
    )
    full_scan: bool = Field(default=False, description="align every video, however little it promises")
    tail_seconds: float = Field(
        default=TAIL_SECONDS, gt=0, description="seconds that the last keyframe of a video lasts"
    )


@dataclass(frozen=True, slots=True)
class RankedAlignment:
    """An alignment in one video, to be ranked among those of all videos."""

    score: float  # mean over the events, in [0, 1]
    video_id: str
    alignment: Alignment

    @property
    def rank(self) -> tuple[float, str, int]:
        """Sorts the best alignment first; equal ones by video and time."""
        return -self.score, self.video_id, self.alignment.span[0]


def find_sequences(
    frames: FrameIndex,
    query: EventQuery,
    *,
    video_id: str | None = None,
    options: FindEventsOptions | None = None,
) -> list[EventSequence]:
    """Finds the best ordered placements of the events of `query` in the library, best first.

    Videos are aligned exactly, in the order of the most that each can reach (a threshold algorithm: Fagin, Lotem and
    Naor 2003), until no other video can change the result. A sequence that no video left out can beat is certified.

    Args:
        frames: the index that is searched.
        query: events in the language of the retrieval model.
        video_id: the only video searched; None: all.
        options: what is returned.

    Raises:
        ToolException: the library does not hold `video_id`.
    """
    chosen = options or FindEventsOptions()
    require_video(frames, video_id)
    calibration = calibrate_for(frames, query.events)
    missed = missed_event_score(query, chosen)
    best: list[RankedAlignment] = []
    similarities_of: dict[str, Similarities] = {}
    aligned_keyframes, bound_left_out = 0, 0.0
    for bound, candidate in _videos_by_bound(frames, calibration, query, video_id, missed):
        settled = bound < (best[-1].score if len(best) == chosen.limit else chosen.min_score)
        exhausted = chosen.keyframes is not None and aligned_keyframes > chosen.keyframes
        if (settled or exhausted) and not chosen.full_scan:
            bound_left_out = bound
            break
        similarities = frames.similarities(query.events, video_id=candidate)
        aligned_keyframes += len(similarities.seconds)
        probabilities = _probabilities_in_spans(calibration, query, similarities)
        placements = alignments(probabilities, similarities.seconds, query.limits, missed=missed)
        for placement in itertools.islice(placements, chosen.per_video):
            ranked = RankedAlignment(placement.score / len(query.events), candidate, placement)
            if not insert_ranked(best, ranked, chosen):
                break
            similarities_of[candidate] = similarities
    sequences = []
    for ranked in best:
        similarities = similarities_of[ranked.video_id]
        probabilities = _probabilities_in_spans(calibration, query, similarities)
        sequence = build_sequence(query, ranked, similarities, probabilities, chosen)
        sequences.append(replace(sequence, certified=ranked.score > bound_left_out))
    return sequences


def insert_ranked(best: list[RankedAlignment], ranked: RankedAlignment, options: FindEventsOptions) -> bool:
    """Inserts an alignment into the best so far, which are sorted by rank and at most `limit`.

    Returns:
        False, with nothing inserted, if it is too weak: so is every later alignment of its video.
    """
    if ranked.score < options.min_score or (len(best) == options.limit and ranked.rank > best[-1].rank):
        return False
    bisect.insort(best, ranked, key=lambda alignment: alignment.rank)
    del best[options.limit :]
    return True


def restrict_to_spans(
    scores: NDArray[np.float64], seconds: NDArray[np.float64], spans: Iterable[Span]
) -> NDArray[np.float64]:
    """Returns `scores` where an event may lie by its span, and minus infinity elsewhere.

    Args:
        scores: (events, keyframes).
        seconds: (keyframes,).
        spans: one for each event.
    """
    limits = np.array([(span.start_seconds, span.end_seconds) for span in spans])
    starts, ends = limits[:, :1], limits[:, 1:]
    return np.where((seconds >= starts) & (seconds < ends), scores, -np.inf)


def missed_event_score(query: EventQuery, options: FindEventsOptions) -> float | None:
    """Returns what a missed event adds to the sum of a sequence, in [0, 1]; None if no event may be missed."""
    if options.miss_penalty is None or len(query.events) <= MIN_PLACED_EVENTS:
        return None
    return 1.0 - options.miss_penalty


def _probabilities_in_spans(
    calibration: Calibration | LibraryOdds, query: EventQuery, similarities: Similarities
) -> NDArray[np.float64]:
    """(events, keyframes): retrieval's probabilities, minus infinity where an event must not lie."""
    return restrict_to_spans(calibration(similarities.scores), similarities.seconds, query.spans)


def _videos_by_bound(
    frames: FrameIndex,
    calibration: Calibration | LibraryOdds,
    query: EventQuery,
    video_id: str | None,
    missed: float | None,
) -> Iterator[tuple[float, str]]:
    """The videos, each with a score that no sequence in it exceeds, the highest bound first."""
    if video_id is not None:
        yield 1.0, video_id
        return
    peaks = frames.peaks(query.events)
    if not peaks.video_ids:
        return
    probabilities = calibration(peaks.scores)
    bounds = probabilities.sum(axis=0)
    if missed is not None:
        bounds += np.maximum(0.0, missed - probabilities.min(axis=0))
    bounds /= len(query.events)
    for index in np.argsort(-bounds, kind="stable"):
        yield float(bounds[index]), peaks.video_ids[int(index)]


def build_sequence(
    query: EventQuery,
    ranked: RankedAlignment,
    similarities: Similarities,
    probabilities: NDArray[np.float64],
    options: FindEventsOptions,
) -> EventSequence:
    """Builds the result of an alignment: moment, best frame and probability of each event; not yet certified.

    Args:
        query: what was searched for.
        ranked: the alignment in one video.
        similarities: of that video's keyframes.
        probabilities: (events, keyframes), as they were aligned.
        options: how long the last keyframe lasts.
    """
    moments = []
    positions = ranked.alignment.positions
    for row, (event, span, position) in enumerate(zip(query.events, query.spans, positions, strict=True)):
        if position is None:
            moments.append(EventMoment(event, missed=True))
            continue
        others = [other for i, other in enumerate(positions) if other is not None and i != row]
        first, last = find_extent(probabilities[row], position, others)
        seconds = similarities.seconds
        end = seconds[last + 1] if last + 1 < len(seconds) else seconds[last] + options.tail_seconds
        moments.append(
            EventMoment(
                event=event,
                missed=False,
                start_seconds=float(seconds[first]),
                end_seconds=float(end),
                seconds=float(seconds[position]),
                frame_index=int(similarities.frame_indexes[position]),
                score=float(probabilities[row, position]),
                earliest_seconds=span.start_seconds,
                latest_seconds=None if math.isinf(span.end_seconds) else span.end_seconds,
            )
        )
    return EventSequence(ranked.video_id, ranked.score, False, tuple(moments))


def find_extent(probabilities: NDArray[np.float64], best: int, others: list[int]) -> tuple[int, int]:
    """Finds the first and the last frame of an event: as far around its best frame as it is half as likely.

    Args:
        probabilities: (frames,), of the event.
        best: the index of its best frame.
        others: indexes of the best frames of other events, which it does not reach.
    """
    low = max((other + 1 for other in others if other < best), default=0)
    high = min((other for other in others if other > best), default=len(probabilities))
    weak = np.flatnonzero(probabilities < probabilities[best] / 2)
    before, after = weak[weak < best], weak[weak > best]
    first = max(low, int(before[-1]) + 1 if len(before) else 0)
    last = min(high, int(after[0]) if len(after) else len(probabilities)) - 1
    return first, last


def explain_empty_result(query: EventQuery) -> str:
    """Says in a clause, without a full stop, why a search over videos found nothing."""
    longest = query.limits.within_seconds
    within = f" within {longest:g} s" if longest < float("inf") else ""
    gaps = any(gap.min_seconds or gap.max_seconds < float("inf") for gap in query.limits.gaps)
    apart = " at the gaps asked for" if gaps else ""
    number = len(query.events)
    if number == 1:
        return "no keyframe looks like that"
    return f"no video holds {number} keyframes that look like that, in that order{apart}{within}"
