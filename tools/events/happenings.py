"""What single frames show, put to several in their order: a frame knows nothing of before and after.

"A car stops" is true of every frame in which a car stands still, and "a person gets on the bus" of one who has just got
off. The core's model of time knows an event from what only stands there, and tells when it goes on. An event that it
does not time has to be confirmed by the core, which sees a few frames at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

import numpy as np

from tools.events.confirmation import Windows
from tools.moments import ScoredKeyframe, grouped, windows
from tools.types import Evidence, KeyframeRef, Moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tools.ports import Core, FrameIndex
    from tools.types import Keyframe

AROUND_SECONDS = 4.0  # before and after a frame, in which what it shows began or ends
WINDOW_SECONDS = 6.0  # that the core sees at once
STEP_SECONDS = 2.0  # from one window to the next
EVENT = 0.5  # how surely words have to name an event
CONFIRMED = 0.65  # how sure the core has to be of some frame, in the mean of the windows that hold it


@dataclass(frozen=True, slots=True)
class EventOccurrence:
    """One time that an event goes on: from when to when, and the frames that show it."""

    evidence: Evidence
    frames: tuple[ScoredKeyframe, ...]  # in time order, and how surely it goes on in each


def timed(
    frames: FrameIndex, core: Core, event: str, seen: Iterable[Keyframe], *, tool: str
) -> list[EventOccurrence] | None:
    """The times that `event` goes on around frames in which it was seen, surest first.

    None if it is no event but what only stands there, or the core has no model of time: single frames then tell all.
    """
    if (core.event_probability(event) or 0.0) < EVENT:
        return None
    found = []
    by_time = sorted(seen, key=attrgetter("video_id", "seconds"))
    for video_id, own in groupby(by_time, attrgetter("video_id")):
        near = [keyframe.seconds for keyframe in own]
        keyframes = [
            one
            for one in frames.keyframes(video_id)
            if any(abs(one.seconds - seconds) <= AROUND_SECONDS for seconds in near)
        ]
        timings = core.locate_events([event], keyframes)
        if timings is None:
            return None
        (timing,) = timings
        for best, start, end in timing.happenings():
            shown = keyframes[best]
            moment = Evidence(
                Moment(video_id, max(0.0, min(start, shown.seconds)), max(end, shown.seconds)),
                tool=tool,
                score=float(timing.going[best]),
                keyframe=KeyframeRef.of(shown),
            )
            inside = [at for at, one in enumerate(keyframes) if at == best or start <= one.seconds < end]
            found.append(
                EventOccurrence(moment, tuple(ScoredKeyframe(keyframes[at], float(timing.going[at])) for at in inside))
            )
    return sorted(found, key=lambda one: -one.evidence.score)


def confirmed(frames: FrameIndex, core: Core, statement: str, seen: Sequence[ScoredKeyframe]) -> list[ScoredKeyframe]:
    """An event seen in single frames, moment by moment: as it was where several frames in order show it too, else only
    as surely as they do.
    """
    groups = grouped(seen)
    starts, looked = [], []
    for group in groups:
        first, last = group[0].keyframe, group[-1].keyframe
        near = frames.keyframes(first.video_id, max(0.0, first.seconds - WINDOW_SECONDS), last.seconds + WINDOW_SECONDS)
        each = np.arange(first.seconds - WINDOW_SECONDS + STEP_SECONDS / 2, last.seconds, STEP_SECONDS)
        kept = [(start, window[0]) for start in each if (window := windows(near, [start], WINDOW_SECONDS))]
        starts.append(np.array([start for start, _ in kept]))
        looked.append([window for _, window in kept])
    sure = iter(core.verify_windows(statement, [window for own in looked for window in own]))
    found: list[ScoredKeyframe] = []
    for group, own in zip(groups, starts, strict=True):
        told = Windows(own, WINDOW_SECONDS, np.array([next(sure) for _ in own]))
        around = told.around(np.array([one.keyframe.seconds for one in group]))
        shown = not len(own) or around.max() >= CONFIRMED
        pairs = zip(group, around.tolist(), strict=True)
        found += [one if shown else replace(one, score=min(one.score, p)) for one, p in pairs]
    return found
