"""find_events: happenings in their order, one keyframe for each."""

from __future__ import annotations

import bisect
import itertools
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np
from langchain_core.tools import BaseTool, ToolException
from pydantic import BaseModel, Field

from prompts import schema_text
from tools.artifact_tool import artifact_tool
from tools.clock import clock, known_video
from tools.events.alignment import alignments
from tools.events.query import EventQuery, EventQueryError, parse_event_query
from tools.types import EventMoment, EventSequence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from tools.events.alignment import Alignment
    from tools.events.query import Span
    from tools.ports import FrameIndex, Similarities

FEWEST_PLACED = 2  # events of a sequence that are seen; fewer is no sequence


SCHEMA_TEXT = schema_text("tools/find_events")


class FindEventsInput(BaseModel):
    """Slots of `find_events`."""

    sequence: str = Field(min_length=1, description=SCHEMA_TEXT.field("sequence"))
    video: str | None = Field(default=None, description=SCHEMA_TEXT.field("video"))
    within: float | None = Field(default=None, gt=0, description=SCHEMA_TEXT.field("within"))


class FindEventsOptions(BaseModel):
    """Options of `find_events`."""

    limit: int = Field(default=3, ge=1, description="sequences brought back")
    per_video: int = Field(default=3, ge=1, description="of these from one video, apart in time")
    min_score: float = Field(default=0.05, ge=0, le=1, description="less is nothing that was seen")
    miss_penalty: float | None = Field(
        default=0.9,
        ge=0,
        le=1,
        description="what a missed event costs of the 1 it adds when surely seen; None: none may be missed",
    )
    keyframes: int | None = Field(
        default=20_000,
        ge=0,
        description="aligned at most, in the most promising videos; None: as many as a proof takes",
    )
    full_scan: bool = Field(default=False, description="align every video, promising or not")
    tail_seconds: float = Field(default=1.0, gt=0, description="how long what the last keyframe shows lasts")


@dataclass(frozen=True, slots=True)
class RankedAlignment:
    """An alignment in a video, ranked among all."""

    score: float
    video_id: str
    alignment: Alignment

    @property
    def rank(self) -> tuple[float, str, int]:
        return -self.score, self.video_id, self.alignment.span[0]


def find_sequences(
    frames: FrameIndex,
    sequence: EventQuery,
    *,
    video_id: str | None = None,
    options: FindEventsOptions | None = None,
) -> list[EventSequence]:
    """The best ordered placements of a sequence in the library, best first.

    Videos are aligned exactly, in the order of what they can reach at most (a threshold algorithm: Fagin, Lotem and
    Naor 2003), until no other can change the result. What no video left out can reach is certified.

    Raises:
        ToolException: the library does not hold `video_id`.
    """
    chosen = options or FindEventsOptions()
    known_video(frames, video_id)
    missed = missed_score(sequence, chosen)
    kept: list[RankedAlignment] = []
    seen: dict[str, Similarities] = {}
    aligned, pruned = 0, 0.0  # keyframes so far; the most that a video left out can reach
    for hope, one in _hopeful(frames, sequence, video_id, missed):
        settled = hope < (kept[-1].score if len(kept) == chosen.limit else chosen.min_score)
        spent = chosen.keyframes is not None and aligned > chosen.keyframes
        if (settled or spent) and not chosen.full_scan:
            pruned = hope
            break
        similar = frames.similarities(sequence.events, video_id=one)
        aligned += len(similar.seconds)
        likely = allowed(frames.calibration(similar.scores), similar.seconds, sequence.spans)
        placements = alignments(likely, similar.seconds, sequence.limits, missed=missed)
        for placed in itertools.islice(placements, chosen.per_video):
            found = RankedAlignment(placed.score / len(sequence.events), one, placed)
            if found.score < chosen.min_score or (len(kept) == chosen.limit and found.rank > kept[-1].rank):
                break
            bisect.insort(kept, found, key=lambda f: f.rank)
            del kept[chosen.limit :]
            seen[one] = similar
    return [
        replace(told(sequence, f, similar, likely, chosen), certified=f.score > pruned)
        for f in kept
        for similar in (seen[f.video_id],)
        for likely in (allowed(frames.calibration(similar.scores), similar.seconds, sequence.spans),)
    ]


def allowed(likely: NDArray[np.float64], seconds: NDArray[np.float64], spans: Iterable[Span]) -> NDArray[np.float64]:
    """`likely` where an event may be in its video, and minus infinity elsewhere."""
    limits = np.array([(span.start_seconds, span.end_seconds) for span in spans])
    starts, ends = limits[:, :1], limits[:, 1:]
    return np.where((seconds >= starts) & (seconds < ends), likely, -np.inf)


def missed_score(sequence: EventQuery, options: FindEventsOptions) -> float | None:
    """What a missed event adds to a sequence's sum; None where none may be missed."""
    if options.miss_penalty is None or len(sequence.events) <= FEWEST_PLACED:
        return None
    return 1.0 - options.miss_penalty


def _hopeful(
    frames: FrameIndex, sequence: EventQuery, video_id: str | None, missed: float | None
) -> Iterator[tuple[float, str]]:
    """The videos, each with the score that a sequence in it cannot exceed, the most promising first."""
    if video_id is not None:
        yield 1.0, video_id
        return
    peaks = frames.peaks(sequence.events)
    if not peaks.video_ids:
        return
    likely = frames.calibration(peaks.scores)
    hopes = likely.sum(axis=0)
    if missed is not None:
        hopes += np.maximum(0.0, missed - likely.min(axis=0))
    hopes /= len(sequence.events)
    for at in np.argsort(-hopes, kind="stable"):
        yield float(hopes[at]), peaks.video_ids[int(at)]


def told(
    sequence: EventQuery,
    found: RankedAlignment,
    similar: Similarities,
    likely: NDArray[np.float64],
    options: FindEventsOptions,
) -> EventSequence:
    """An alignment as a result: each event's moment, best frame and probability, of `likely` `(events, keyframes)`."""
    moments = []
    for row, (event, span, at) in enumerate(
        zip(sequence.events, sequence.spans, found.alignment.positions, strict=True)
    ):
        if at is None:
            moments.append(EventMoment(event, missed=True))
            continue
        others = [p for i, p in enumerate(found.alignment.positions) if p is not None and i != row]
        first, last = extent(likely[row], at, others)
        after = last + 1
        end = similar.seconds[after] if after < len(similar.seconds) else similar.seconds[last] + options.tail_seconds
        moments.append(
            EventMoment(
                event=event,
                missed=False,
                start_seconds=float(similar.seconds[first]),
                end_seconds=float(end),
                seconds=float(similar.seconds[at]),
                frame_index=int(similar.frame_indexes[at]),
                score=float(likely[row, at]),
                earliest_seconds=span.start_seconds,
                latest_seconds=None if math.isinf(span.end_seconds) else span.end_seconds,
            )
        )
    return EventSequence(found.video_id, found.score, False, tuple(moments))


def extent(likely: NDArray[np.float64], at: int, others: list[int]) -> tuple[int, int]:
    """The first and the last frame of a happening: around its best one, down to half of that, up to other events'."""
    low = max((p + 1 for p in others if p < at), default=0)
    high = min((p for p in others if p > at), default=len(likely))
    weak = np.flatnonzero(likely < likely[at] / 2)
    before, after = weak[weak < at], weak[weak > at]
    first = max(low, int(before[-1]) + 1 if len(before) else 0)
    last = min(high, int(after[0]) if len(after) else len(likely)) - 1
    return first, last


class Placing(Protocol):
    """Puts found sequences in another order, and moves their events within their videos."""

    def __call__(
        self, sequence: EventQuery, found: list[EventSequence], *, video_id: str | None = None
    ) -> list[EventSequence]: ...


def find_events_tool(
    frames: FrameIndex, options: FindEventsOptions | None = None, *, placing: Placing | None = None
) -> BaseTool:
    """The tool over `frames`; its artifact is a list of EventSequence, best first, once `placing` has seen them."""

    def find_events(
        sequence: str, video: str | None = None, within: float | None = None
    ) -> tuple[str, list[EventSequence]]:
        try:
            asked = parse_event_query(sequence).narrowed(within=within)
        except EventQueryError as error:
            raise ToolException(str(error)) from error
        found = find_sequences(frames, asked, video_id=video, options=options)
        if not found:
            raise ToolException(nothing_found(asked))
        if placing is not None:
            found = placing(asked, found, video_id=video)
        times = ", ".join(clock(m.seconds) for m in found[0].moments if m.seconds is not None)
        return f"{len(asked.events)} events in {found[0].video_id} at {times}", found

    return artifact_tool("find_events", find_events, FindEventsInput)


def nothing_found(sequence: EventQuery) -> str:
    """Why a search over videos brought nothing."""
    longest = sequence.limits.within_seconds
    within = f" within {longest:g} s" if longest < float("inf") else ""
    gaps = any(gap.min_seconds or gap.max_seconds < float("inf") for gap in sequence.limits.gaps)
    apart = " at the gaps asked for" if gaps else ""
    number = len(sequence.events)
    if number == 1:
        return "no keyframe looks like that"
    return f"no video holds {number} keyframes that look like that, in that order{apart}{within}"
