"""Whether a statement is true of frames, and whether and when an event happens around them.

A single frame is verified by two witnesses: the core, which looks at the picture, and retrieval, which compares it with
the words. They were trained for different tasks and mostly err in different frames. In a whole video the core alone
takes some bag for a cat; that retrieval takes the same frame for a cat is rarer.

A single frame does not know what happened before and after it: "a car stops" seems true of every frame in which a car
stands still, and "a person gets on the bus" of one in which somebody has just got off. Therefore an event is located by
the core's event timer, and where that sees nothing, verified in windows of several frames.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

import numpy as np

from tools.events.options import DEFAULT_OPTIONS, VerificationOptions
from tools.events.windows import VerifiedWindows, cut_windows
from tools.moments import ScoredKeyframe, group_by_gap
from tools.odds import LibraryOdds, calibrate_for
from tools.types import Evidence, KeyframeRef, Moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tools.events.timing import Timing
    from tools.ports import FrameIndex, Looker
    from tools.types import Keyframe


@dataclass(frozen=True, slots=True)
class EventOccurrence:
    """One time that an event happens."""

    evidence: Evidence  # from its start to its end; the score is the probability at its best frame
    frames: tuple[ScoredKeyframe, ...]  # in time order, each with the probability that the event goes on there


def verify_frames(
    frames: FrameIndex,
    core: Looker,
    statement: str,
    keyframes: Sequence[Keyframe],
    *,
    are_best_matches: bool = True,
    pictures: int | None = None,
    options: VerificationOptions = DEFAULT_OPTIONS,
) -> list[float]:
    """Returns how likely each keyframe shows what `statement` says, in [0, 1].

    It is the core's probability times the odds that retrieval gives, which are at most even: retrieval can lower what
    the core sees, never raise it. The odds come from a measured curve (`Calibration.odds`), else from the library
    (`tools.odds`).

    Args:
        frames: the index that the keyframes come from.
        core: looks at them.
        statement: in English.
        keyframes: of any videos, in any order.
        are_best_matches: whether the keyframes were chosen for fitting `statement` best. If they were chosen for
            something else, that they do not stand out from the library says nothing, and without a measured curve the
            core alone decides.
        pictures: distinct pictures among which they were chosen (`tools.odds.count_pictures`); None: the library's.
        options: when what the core says of most frames outweighs the library.
    """
    probabilities = core.verify(statement, keyframes)
    is_measured = frames.calibration.measured
    affirmed = sum(probability >= options.min_window_probability for probability in probabilities)
    is_usual = len(keyframes) >= options.usual_frames and affirmed >= options.min_usual_share * len(keyframes)
    if not keyframes or (not is_measured and (is_usual or not are_best_matches)):
        return probabilities
    calibration = calibrate_for(frames, [statement], pictures=pictures)
    if isinstance(calibration, LibraryOdds) and calibration.compared <= options.usual_frames:
        return probabilities  # of so few pictures none was chosen
    for video_id in dict.fromkeys(keyframe.video_id for keyframe in keyframes):
        similarities = frames.similarities([statement], video_id=video_id)
        video_odds = calibration.witness(similarities.scores[0])
        odds = dict(zip(similarities.frame_indexes.tolist(), video_odds.tolist(), strict=True))
        for index, keyframe in enumerate(keyframes):
            if keyframe.video_id == video_id:
                probabilities[index] *= odds.get(keyframe.frame_index, 1.0)
    return probabilities


def verify_in_windows(
    frames: FrameIndex,
    core: Looker,
    statement: str,
    scored_frames: Sequence[ScoredKeyframe],
    options: VerificationOptions = DEFAULT_OPTIONS,
) -> list[ScoredKeyframe]:
    """Verifies an event that single frames seem to show in windows around them, moment by moment.

    Args:
        frames: the index that the frames come from.
        core: verifies the windows.
        statement: the event, in English.
        scored_frames: frames that seem to show it, each with its probability.
        options: the windows, and the probability from which a moment is believed.

    Returns:
        The frames in time order. Those of a moment that the windows show keep their scores; those of any other have at
        most the probability that the windows around them give. A moment without a window keeps its scores.
    """
    length, step = options.chat_window_seconds, options.chat_step_seconds
    moments = group_by_gap(scored_frames)
    starts_by_moment, windows = [], []
    for moment in moments:
        first, last = moment[0].keyframe, moment[-1].keyframe
        nearby = frames.keyframes(first.video_id, max(0.0, first.seconds - length), last.seconds + length)
        starts = []
        for start in np.arange(first.seconds - length + step / 2, last.seconds, step):
            if cut := cut_windows(nearby, [start], length):
                starts.append(start)
                windows += cut
        starts_by_moment.append(np.array(starts))
    window_probabilities = iter(core.verify_windows(statement, windows))
    verified: list[ScoredKeyframe] = []
    for moment, window_starts in zip(moments, starts_by_moment, strict=True):
        probabilities = np.array([next(window_probabilities) for _ in window_starts])
        looked_at = VerifiedWindows(window_starts, length, probabilities)
        around = looked_at.probabilities_at(np.array([scored.keyframe.seconds for scored in moment]))
        if not len(window_starts) or around.max() >= options.min_verified_probability:
            verified += moment
        else:
            verified += [
                replace(scored, score=min(scored.score, probability))
                for scored, probability in zip(moment, around.tolist(), strict=True)
            ]
    return verified


def locate_occurrences(
    frames: FrameIndex,
    core: Looker,
    event: str,
    keyframes: Iterable[Keyframe],
    *,
    tool: str,
    options: VerificationOptions = DEFAULT_OPTIONS,
) -> list[EventOccurrence] | None:
    """Returns the occurrences of an event around keyframes that seem to show it, the most likely first.

    Args:
        frames: the index that the keyframes come from.
        core: whose event timer locates the event.
        event: in English.
        keyframes: of any videos, in any order.
        tool: named as the source of the evidence.
        options: where the event timer looks, and from which probability on it is believed.

    Returns:
        The occurrences, which may be none; None if `event` is no event but a thing that is there, or if the core has no
        event timer: then only what single frames show is known.
    """
    if (core.event_probability(event) or 0.0) < options.min_event_probability:
        return None
    occurrences = []
    for video_id, of_video in groupby(sorted(keyframes, key=attrgetter("video_id", "seconds")), attrgetter("video_id")):
        centres = [keyframe.seconds for keyframe in of_video]
        nearby = [
            keyframe
            for keyframe in frames.keyframes(video_id)
            if any(abs(keyframe.seconds - centre) <= options.locate_around_seconds for centre in centres)
        ]
        timings = core.locate_events([event], nearby)
        if timings is None:
            return None
        occurrences += [
            _make_occurrence(nearby, timings[0], best, start, end, tool)
            for best, start, end in timings[0].occurrences(options)
        ]
    return sorted(occurrences, key=lambda occurrence: -occurrence.evidence.score)


def _make_occurrence(
    keyframes: Sequence[Keyframe], timing: Timing, best: int, start: float, end: float, tool: str
) -> EventOccurrence:
    """An occurrence from `start` to `end`, widened to hold its best frame; `keyframes` are those of `timing`."""
    best_keyframe = keyframes[best]
    evidence = Evidence(
        Moment(best_keyframe.video_id, max(0.0, min(start, best_keyframe.seconds)), max(end, best_keyframe.seconds)),
        tool=tool,
        score=float(timing.ongoing[best]),
        keyframe=KeyframeRef.of(best_keyframe),
    )
    return EventOccurrence(
        evidence,
        tuple(
            ScoredKeyframe(keyframe, float(timing.ongoing[index]))
            for index, keyframe in enumerate(keyframes)
            if index == best or start <= keyframe.seconds < end
        ),
    )
