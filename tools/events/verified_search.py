"""Searches for events in their order, each verified by the core: one frame cannot tell getting on from getting off.

Retrieval proposes and the core verifies. A keyframe's score for an event is the core's probability that the event
happens in the windows around it, times the odds that retrieval gives, which are at most even; with these scores the
sequence is aligned anew. Odds are at most twice the probability, so twice a video's score by retrieval alone bounds its
score after verification, and videos are looked at in that order until no other can change the result (as for costly
predicates: Chang and Hwang 2002, "Minimal probing"). In a video the core sees the windows that retrieval finds most
promising, led by its event timer if it has one. Start and end of an event are those that the event timer gives,
else what the windows that show it have in common.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from tools.events.alignment import alignments
from tools.events.options import DEFAULT_OPTIONS, VerificationOptions
from tools.events.search import (
    FindEventsOptions,
    RankedAlignment,
    build_sequence,
    find_sequences,
    insert_ranked,
    missed_event_score,
    restrict_to_spans,
)
from tools.events.windows import VerifiedWindows
from tools.odds import calibrate_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from tools.events.query import EventQuery
    from tools.events.timing import Timing
    from tools.ports import FrameIndex, Looker, Similarities
    from tools.types import EventMoment, EventSequence, Keyframe


def find_verified_sequences(
    frames: FrameIndex,
    core: Looker,
    query: EventQuery,
    *,
    video_id: str | None = None,
    search: FindEventsOptions | None = None,
    options: VerificationOptions = DEFAULT_OPTIONS,
) -> list[EventSequence]:
    """Finds what `find_sequences` finds, with each event verified by the core in windows of several frames.

    Args:
        frames: the index that is searched.
        core: verifies, and locates if it has an event timer.
        query: events in English.
        video_id: the only video searched; None: all.
        search: what is returned.
        options: how many videos and windows the core sees.

    Raises:
        ToolException: the library does not hold `video_id`.
    """
    chosen = search or FindEventsOptions()
    min_score = chosen.min_score / frames.calibration.MAX_ODDS_PER_PROBABILITY
    wide = {"limit": options.search_videos + 1, "per_video": 1, "min_score": min_score}
    proposals = find_sequences(frames, query, video_id=video_id, options=chosen.model_copy(update=wide))
    missed = missed_event_score(query, chosen)
    best: list[RankedAlignment] = []
    verified: dict[str, _VerifiedVideo] = {}
    bound_left_out = 0.0
    for number, proposal in enumerate(proposals):
        bound = frames.calibration.MAX_ODDS_PER_PROBABILITY * proposal.score
        if number == options.search_videos or (len(best) == chosen.limit and bound < best[-1].score):
            bound_left_out = bound
            break
        video = _verify_video(frames, core, query, proposal.video_id, options)
        placements = alignments(video.scores, video.similarities.seconds, query.limits, missed=missed)
        for placement in itertools.islice(placements, chosen.per_video):
            ranked = RankedAlignment(placement.score / len(query.events), proposal.video_id, placement)
            if not insert_ranked(best, ranked, chosen):
                break
            verified[proposal.video_id] = video
    proposals_certified = all(proposal.certified for proposal in proposals)
    sequences = []
    for ranked in best:
        video = verified[ranked.video_id]
        sequence = build_sequence(query, ranked, video.similarities, video.scores, chosen)
        moments = tuple(
            _with_extent(moment, extents, options)
            for moment, extents in zip(sequence.moments, video.extents, strict=True)
        )
        certified = proposals_certified and sequence.score > bound_left_out
        sequences.append(replace(sequence, certified=certified, moments=moments))
    return sequences


def verify_sequences(
    frames: FrameIndex,
    core: Looker,
    query: EventQuery,
    sequences: list[EventSequence],
    *,
    video_id: str | None = None,
    videos: int = 1,
    options: VerificationOptions = DEFAULT_OPTIONS,
) -> list[EventSequence]:
    """Verifies what a search found, while somebody waits.

    Args:
        frames: the index that was searched.
        core: verifies, and locates if it has an event timer.
        query: what was searched for, in English.
        sequences: what was found, best first.
        video_id: the only video that was searched; None: all.
        videos: how many of the best videos the core looks at.
        options: how many windows it sees there.

    Returns:
        The sequences that the core sees in the best `videos`, each event moved to where it happens, the most likely
        first; after them `sequences` of other videos as they were found.
    """
    search = FindEventsOptions(limit=videos, per_video=1)
    quick = replace(options, search_videos=videos, search_windows=options.chat_search_windows)
    verified = find_verified_sequences(frames, core, query, video_id=video_id, search=search, options=quick)
    verified_ids = {sequence.video_id for sequence in verified}
    return [*verified, *(sequence for sequence in sequences if sequence.video_id not in verified_ids)]


@dataclass(frozen=True, slots=True)
class _VerifiedVideo:
    """What retrieval and the core say of one video."""

    similarities: Similarities
    scores: NDArray[np.float64]  # (events, keyframes), minus infinity where an event must not lie
    extents: Sequence[VerifiedWindows | Timing]  # of each event: what gives its start and end


@dataclass(frozen=True, slots=True)
class _PromisingWindows:
    """The windows that retrieval finds most promising for one event, in time order."""

    starts: NDArray[np.float64]  # (windows,), seconds
    holds: NDArray[np.bool_]  # (windows, keyframes), whether a keyframe lies in a window
    promises: NDArray[np.float64]  # (windows,), in [0, 1], the highest probability of a keyframe in it


def _verify_video(
    frames: FrameIndex, core: Looker, query: EventQuery, video_id: str, options: VerificationOptions
) -> _VerifiedVideo:
    similarities = frames.similarities(query.events, video_id=video_id)
    keyframes = frames.keyframes(video_id)
    calibration = calibrate_for(frames, query.events)
    promising = [_select_promising(row, similarities.seconds, options) for row in calibration(similarities.scores)]
    timings = _locate_in_windows(core, query.events, keyframes, promising)
    timing_of_each: Sequence[Timing | None] = timings or [None] * len(promising)
    windows = [
        _verify_promising(core, event, chosen, timing, keyframes, options)
        for event, chosen, timing in zip(query.events, promising, timing_of_each, strict=True)
    ]
    probabilities = np.stack([verified.probabilities_at(similarities.seconds) for verified in windows])
    scores = probabilities * calibration.odds(similarities.scores)
    return _VerifiedVideo(
        similarities, restrict_to_spans(scores, similarities.seconds, query.spans), timings or windows
    )


def _select_promising(
    probabilities: NDArray[np.float64], seconds: NDArray[np.float64], options: VerificationOptions
) -> _PromisingWindows:
    """More windows than the core will see, so that its event timer can choose; `(keyframes,)` arrays of one event."""
    length = options.search_window_seconds
    starts = np.arange(seconds[0] - length / 2, seconds[-1], options.search_step_seconds)
    holds = (seconds >= starts[:, None]) & (seconds < starts[:, None] + length)
    starts, holds = starts[holds.any(axis=1)], holds[holds.any(axis=1)]
    promises = np.where(holds, probabilities, 0.0).max(axis=1)
    best = _most_promising(promises, options.located_windows_factor * options.search_windows)
    return _PromisingWindows(starts[best], holds[best], promises[best])


def _most_promising(promises: NDArray[np.float64], count: int) -> NDArray[np.intp]:
    """Indexes of the `count` highest values, in the order of the array; the earlier of equals."""
    return np.sort(np.argsort(-promises, kind="stable")[:count])


def _locate_in_windows(
    core: Looker, events: Iterable[str], keyframes: list[Keyframe], promising: list[_PromisingWindows]
) -> list[Timing] | None:
    """When each event goes on, by the keyframes in the windows of all events; None without an event timer."""
    in_any = np.any([windows.holds.any(axis=0) for windows in promising], axis=0)
    return core.locate_events(tuple(events), [keyframes[index] for index in np.flatnonzero(in_any)])


def _verify_promising(
    core: Looker,
    event: str,
    promising: _PromisingWindows,
    timing: Timing | None,
    keyframes: list[Keyframe],
    options: VerificationOptions,
) -> VerifiedWindows:
    """Lets the core see the most promising windows, after its event timer has had its say."""
    promises = promising.promises
    if timing is not None:
        since_start = timing.seconds - promising.starts[:, None]
        inside = (since_start >= 0) & (since_start < options.search_window_seconds)
        promises = promises * (options.unlocated_weight + np.where(inside, timing.ongoing, 0.0).max(axis=1))
    best = _most_promising(promises, options.search_windows)
    windows = [list(itertools.compress(keyframes, row)) for row in promising.holds[best]]
    probabilities = np.array(core.verify_windows(event, windows))
    return VerifiedWindows(promising.starts[best], options.search_window_seconds, probabilities)


def _with_extent(moment: EventMoment, extents: VerifiedWindows | Timing, options: VerificationOptions) -> EventMoment:
    """The moment with start and end as the core sees them; they are widened to hold its best frame."""
    if moment.seconds is None or (extent := extents.extent_around(moment.seconds, options)) is None:
        return moment
    start, end = max(0.0, extent[0]), extent[1]
    return replace(moment, start_seconds=min(start, moment.seconds), end_seconds=max(end, moment.seconds))
