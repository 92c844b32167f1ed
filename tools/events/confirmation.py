"""Sequences of events decided by several frames in order: one frame cannot tell getting on from getting off.

Retrieval proposes and the core confirms: what counts for a keyframe is how surely the core sees the event happen in the
seconds around it, times the odds that retrieval gives, at most even; and the sequence is aligned anew. Odds are at most
twice the probability, so twice what retrieval alone makes of a video bounds what the core can make of it, and videos
are looked at in that order until no other can change the result (as for costly predicates: Chang and Hwang 2002,
"Minimal probing"). Of a video the core sees the windows in which retrieval hopes most, led by its model of time where
it has one. When an event begins and ends is told by that model, else by what the windows that show it have in common.
"""

from __future__ import annotations

import bisect
import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from pydantic import BaseModel, Field

from tools.events.alignment import alignments
from tools.events.search import FindEventsOptions, RankedAlignment, allowed, find_sequences, missed_score, told

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from tools.events.query import EventQuery
    from tools.events.timing import Timing
    from tools.ports import Core, FrameIndex, Similarities
    from tools.types import EventMoment, EventSequence, Keyframe

PLACING_WINDOWS = 10  # of one event, while somebody waits for an answer
MOST_ODDS = 2.0  # for each 1.0 of probability
SHOWS = 0.5  # P(yes) from which on a window shows an event
WIDER = 3  # times as many windows as the core looks at are timed before, which costs a fraction
UNTIMED = 0.05  # what is left of a hope where the model of time sees nothing


class ConfirmOptions(BaseModel):
    """Bounds of `confirm_sequences`."""

    videos: int = Field(default=8, ge=1, description="that the core looks at, at most")
    window_seconds: float = Field(default=6.0, gt=0, description="that the core sees of an event at once")
    step_seconds: float = Field(default=1.0, gt=0, description="from one window to the next")
    windows: int = Field(default=16, ge=1, description="looked at for one event in one video, at most")


@dataclass(frozen=True, slots=True)
class Windows:
    """Stretches of a video, and how surely the core sees an event happen in each."""

    starts: NDArray[np.float64]  # (windows,), seconds
    length: float  # of each, seconds
    sure: NDArray[np.float64]  # (windows,), in [0, 1]

    def around(self, seconds: NDArray[np.float64]) -> NDArray[np.float64]:
        """`(frames,)` in [0, 1]: how surely the event happens around each, 0 where nobody looked.

        It is the mean of the windows that hold the frame, those in whose middle it lies counting most: what happens at
        the edge of a window is not wholly in it.
        """
        middles = self.starts + self.length / 2
        weights = np.maximum(0.0, 1.0 - np.abs(seconds - middles[:, None]) / (self.length / 2))
        held = weights.sum(axis=0)
        found = (weights * self.sure[:, None]).sum(axis=0) / np.where(held > 0, held, 1.0)
        equal: NDArray[np.float64] = np.round(found, 9)  # means of equal windows, whatever their number
        return equal

    def extent(self, seconds: float) -> tuple[float, float] | None:
        """From when to when what happens around `seconds` lasts: what the windows that show it have in common.

        A window shows an event that lies wholly in it. None where no window does, or where they have nothing in common.
        """
        holding = (self.starts <= seconds) & (seconds < self.starts + self.length) & (self.sure >= SHOWS)
        if not holding.any():
            return None
        start, end = float(self.starts[holding].max()), float(self.starts[holding].min() + self.length)
        return (start, end) if start < end else None


def confirm_sequences(
    frames: FrameIndex,
    core: Core,
    sequence: EventQuery,
    *,
    video_id: str | None = None,
    search: FindEventsOptions | None = None,
    options: ConfirmOptions | None = None,
) -> list[EventSequence]:
    """As `find_sequences`, of which each event was confirmed by the core from several frames in order.

    Raises:
        ToolException: the library does not hold `video_id`.
    """
    chosen, bounds = search or FindEventsOptions(), options or ConfirmOptions()
    least = chosen.min_score / MOST_ODDS  # what the odds can raise to the least that is wanted
    wide = chosen.model_copy(update={"limit": bounds.videos + 1, "per_video": 1, "min_score": least})
    proposed = find_sequences(frames, sequence, video_id=video_id, options=wide)
    missed = missed_score(sequence, chosen)
    kept: list[RankedAlignment] = []
    seen: dict[str, tuple[Similarities, NDArray[np.float64]]] = {}
    lasting: dict[str, list[Windows] | list[Timing]] = {}
    pruned = 0.0  # the most that a video not looked at can reach
    for number, proposal in enumerate(proposed):
        most = MOST_ODDS * proposal.score
        if number == bounds.videos or (len(kept) == chosen.limit and most < kept[-1].score):
            pruned = most
            break
        similar = frames.similarities(sequence.events, video_id=proposal.video_id)
        likely = frames.calibration(similar.scores)
        keyframes = frames.keyframes(proposal.video_id)
        hoped = [_hoped(row, similar.seconds, bounds) for row in likely]
        timings = _times(core, sequence.events, keyframes, hoped)
        told_by: list[Timing | None] = [*timings] if timings else [None] * len(hoped)
        looked = [
            _looked_at(core, event, windows, timing, keyframes, bounds)
            for event, windows, timing in zip(sequence.events, hoped, told_by, strict=True)
        ]
        sure = np.stack([windows.around(similar.seconds) for windows in looked])
        open_to = allowed(sure * frames.calibration.odds(similar.scores), similar.seconds, sequence.spans)
        placements = alignments(open_to, similar.seconds, sequence.limits, missed=missed)
        for placed in itertools.islice(placements, chosen.per_video):
            found = RankedAlignment(placed.score / len(sequence.events), proposal.video_id, placed)
            if found.score < chosen.min_score or (len(kept) == chosen.limit and found.rank > kept[-1].rank):
                break
            bisect.insort(kept, found, key=lambda f: f.rank)
            del kept[chosen.limit :]
            seen[proposal.video_id] = similar, open_to
            lasting[proposal.video_id] = timings or looked
    proven = all(proposal.certified for proposal in proposed)
    return [
        replace(
            one,
            certified=proven and one.score > pruned,
            moments=tuple(map(_bounded, one.moments, lasting[one.video_id])),
        )
        for one in (told(sequence, found, *seen[found.video_id], chosen) for found in kept)
    ]


def placed_in_order(
    frames: FrameIndex,
    core: Core,
    sequence: EventQuery,
    found: list[EventSequence],
    *,
    video_id: str | None = None,
    videos: int = 1,
) -> list[EventSequence]:
    """What was found in the best `videos`, as several frames in order show it: each event moved to where it happens,
    the video first that shows the whole most surely. What they show nothing of follows as it was found.
    """
    search = FindEventsOptions(limit=videos, per_video=1)
    bounds = ConfirmOptions(videos=videos, windows=PLACING_WINDOWS)
    placed = confirm_sequences(frames, core, sequence, video_id=video_id, search=search, options=bounds)
    seen = {one.video_id for one in placed}
    return [*placed, *(one for one in found if one.video_id not in seen)]


@dataclass(frozen=True, slots=True)
class _Hoped:
    """The windows in which retrieval hopes most for an event, by their time."""

    starts: NDArray[np.float64]  # (windows,), seconds
    inside: NDArray[np.bool_]  # (windows, keyframes)
    hopes: NDArray[np.float64]  # (windows,), in [0, 1]


def _hoped(likely: NDArray[np.float64], seconds: NDArray[np.float64], options: ConfirmOptions) -> _Hoped:
    starts = np.arange(seconds[0] - options.window_seconds / 2, seconds[-1], options.step_seconds)
    inside = (seconds >= starts[:, None]) & (seconds < starts[:, None] + options.window_seconds)
    starts, inside = starts[inside.any(axis=1)], inside[inside.any(axis=1)]
    hopes = np.where(inside, likely, 0.0).max(axis=1)
    best = np.sort(np.argsort(-hopes, kind="stable")[: WIDER * options.windows])
    return _Hoped(starts[best], inside[best], hopes[best])


def _times(core: Core, events: Iterable[str], keyframes: list[Keyframe], hoped: list[_Hoped]) -> list[Timing] | None:
    """When each event goes on, read in the windows of any; None from a core that cannot tell."""
    near = np.any([windows.inside.any(axis=0) for windows in hoped], axis=0)
    return core.locate_events(tuple(events), [keyframes[at] for at in np.flatnonzero(near)])


def _looked_at(
    core: Core, event: str, hoped: _Hoped, timing: Timing | None, keyframes: list[Keyframe], options: ConfirmOptions
) -> Windows:
    """What the core sees in the likeliest windows, by their time."""
    hopes = hoped.hopes
    if timing is not None:
        since = timing.seconds - hoped.starts[:, None]
        going = np.where((since >= 0) & (since < options.window_seconds), timing.going, 0.0).max(axis=1)
        hopes = hopes * (UNTIMED + going)
    best = np.sort(np.argsort(-hopes, kind="stable")[: options.windows])
    looked = [[keyframe for keyframe, there in zip(keyframes, row, strict=True) if there] for row in hoped.inside[best]]
    return Windows(hoped.starts[best], options.window_seconds, np.array(core.verify_windows(event, looked)))


def _bounded(moment: EventMoment, told: Windows | Timing) -> EventMoment:
    """With the start and the end that it is told to have; its best frame stays between them."""
    if moment.seconds is None or (extent := told.extent(moment.seconds)) is None:
        return moment
    start, end = max(0.0, extent[0]), extent[1]
    return replace(moment, start_seconds=min(start, moment.seconds), end_seconds=max(end, moment.seconds))
