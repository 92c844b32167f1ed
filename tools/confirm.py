"""Sequences of events decided by several frames in order: one frame cannot tell getting on from getting off.

Retrieval proposes and the core confirms: a keyframe's probability of an event is multiplied with how surely the core
sees the event happen in the seconds around it, and the sequence is aligned anew. A factor of at most 1 never raises a
score, so what retrieval alone makes of a video bounds what the core can make of it, and videos are looked at in that
order until no other can change the result (as for costly predicates: Chang and Hwang 2002, "Minimal probing").
"""

from __future__ import annotations

import bisect
import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from pydantic import BaseModel, Field

from tools.alignment import alignments
from tools.events import FindEventsOptions, Found, allowed, find_sequences, missed_score, told

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tools.ports import Core, FrameIndex, Similarities
    from tools.sequence import Sequence
    from tools.types import EventSequence, Keyframe


class ConfirmOptions(BaseModel):
    """Bounds of `confirm_sequences`."""

    videos: int = Field(default=8, ge=1, description="that the core looks at, at most")
    window_seconds: float = Field(default=6.0, gt=0, description="that the core sees of an event at once")
    step_seconds: float = Field(default=2.0, gt=0, description="from one window to the next")
    windows: int = Field(default=10, ge=1, description="looked at for one event in one video, at most")


def confirm_sequences(
    frames: FrameIndex,
    core: Core,
    sequence: Sequence,
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
    wide = chosen.model_copy(update={"limit": bounds.videos + 1, "per_video": 1})
    proposed = find_sequences(frames, sequence, video_id=video_id, options=wide)
    missed = missed_score(sequence, chosen)
    kept: list[Found] = []
    seen: dict[str, tuple[Similarities, NDArray[np.float64]]] = {}
    pruned = 0.0  # the most that a video not looked at can reach
    for number, proposal in enumerate(proposed):
        if number == bounds.videos or (len(kept) == chosen.limit and proposal.score < kept[-1].score):
            pruned = proposal.score
            break
        similar = frames.similarities(sequence.events, video_id=proposal.video_id)
        likely = frames.calibration(similar.scores)
        keyframes = frames.keyframes(proposal.video_id)
        likely = likely * np.stack(
            [
                _confirmed(core, event, row, similar.seconds, keyframes, bounds)
                for event, row in zip(sequence.events, likely, strict=True)
            ]
        )
        open_to = allowed(likely, similar.seconds, sequence.spans)
        placements = alignments(open_to, similar.seconds, sequence.limits, missed=missed)
        for placed in itertools.islice(placements, chosen.per_video):
            found = Found(placed.score / len(sequence.events), proposal.video_id, placed)
            if found.score < chosen.min_score or (len(kept) == chosen.limit and found.rank > kept[-1].rank):
                break
            bisect.insort(kept, found, key=lambda f: f.rank)
            del kept[chosen.limit :]
            seen[proposal.video_id] = similar, open_to
    proven = all(proposal.certified for proposal in proposed)
    return [
        replace(one, certified=proven and one.score > pruned)
        for one in (told(sequence, found, *seen[found.video_id], chosen) for found in kept)
    ]


def placed_in_order(frames: FrameIndex, core: Core, sequence: Sequence, found: EventSequence) -> EventSequence:
    """The sequence with each event moved, in its video, to where several frames in order show it happening.

    Where they show nothing of it, it stays as it was found.
    """
    options = FindEventsOptions(limit=1, per_video=1)
    placed = confirm_sequences(frames, core, sequence, video_id=found.video_id, search=options)
    return replace(placed[0], score=found.score, certified=found.certified) if placed else found


def _confirmed(
    core: Core,
    event: str,
    likely: NDArray[np.float64],
    seconds: NDArray[np.float64],
    keyframes: list[Keyframe],
    options: ConfirmOptions,
) -> NDArray[np.float64]:
    """`(keyframes,)` in [0, 1]: how surely an event happens around each, by the mean of the windows that hold it.

    Windows are looked at where retrieval hopes most; no keyframe outside them shows the event.
    """
    starts = np.arange(seconds[0] - options.window_seconds / 2, seconds[-1], options.step_seconds)
    inside = (seconds >= starts[:, None]) & (seconds < starts[:, None] + options.window_seconds)
    inside = inside[inside.any(axis=1)]
    hopes = np.where(inside, likely, 0.0).max(axis=1)
    best = inside[np.sort(np.argsort(-hopes, kind="stable")[: options.windows])]
    looked = [[keyframe for keyframe, there in zip(keyframes, row, strict=True) if there] for row in best]
    sure = np.array(core.happens(event, looked))
    held = best.sum(axis=0)
    found = (best * sure[:, None]).sum(axis=0) / np.maximum(held, 1)
    equal: NDArray[np.float64] = np.round(found, 9)  # means of the same windows, whatever their number
    return equal
