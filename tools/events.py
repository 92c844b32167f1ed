"""find_events: happenings in their order, one keyframe for each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from langchain_core.tools import BaseTool, StructuredTool, ToolException
from pydantic import BaseModel, Field

from prompts import render
from tools.alignment import align
from tools.clock import clock, known_video
from tools.types import EventMoment, EventSequence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.ports import FrameIndex

_CONNECTIVES = re.compile(
    r"""\s*(?:[,;.]\s*)?(?:\band\s+then\b|\band\s+after\s+that\b|\bafter\s+that\b|\bafterwards\b|\bthen\b
        |\bfollowed\s+by\b|\bfinally\b|\brồi\s+sau\s+đó\b|\bsau\s+đó\b|\brồi\b|\bcuối\s+cùng\b|\btiếp\s+theo\b
        |->|→|;)\s*,?\s*""",
    re.IGNORECASE | re.VERBOSE,
)
_LEADING = re.compile(r"^\s*(?:at\s+first|first|trước\s+tiên|đầu\s+tiên|trước\s+hết)\b\s*,?\s*", re.IGNORECASE)
_WHEN = re.compile(r"\s*[:,]\s*(?:when|khi\s+nào|lúc\s+nào)\s*$", re.IGNORECASE)


class FindEventsInput(BaseModel):
    """Slots of `find_events`."""

    sequence: str = Field(min_length=1, description="the events in their order, joined by 'then'")
    video: str | None = Field(default=None, description="video id; all videos if absent")
    within: float | None = Field(default=None, gt=0, description="seconds from the first event to the last")


class FindEventsOptions(BaseModel):
    """Options of `find_events`."""

    limit: int = Field(default=3, ge=1, description="sequences brought back, one for each video")
    min_gap_seconds: float = Field(default=0.0, ge=0)
    max_gap_seconds: float | None = Field(default=None, gt=0)
    tail_seconds: float = Field(default=1.0, gt=0, description="how long a keyframe's event lasts")


def split_events(text: str) -> list[str]:
    """The events of a sentence, split at explicit connectives in English or Vietnamese; one event if it has none.

    A "when?" at the end asks about the events and belongs to none of them.
    """
    body = _LEADING.sub("", _WHEN.sub("", text.strip().rstrip("?.! ")))
    return [part for part in (p.strip(" ,.;") for p in _CONNECTIVES.split(body)) if part]


def find_sequences(
    frames: FrameIndex,
    events: Sequence[str],
    *,
    video_id: str | None = None,
    within_seconds: float | None = None,
    options: FindEventsOptions | None = None,
) -> list[EventSequence]:
    """The best ordered sequence of each video, best video first. Every video is searched exactly, so all are certified.

    Raises:
        ToolException: the library does not hold `video_id`.
    """
    chosen = options or FindEventsOptions()
    known_video(frames, video_id)
    wanted = [video_id] if video_id is not None else [video.video_id for video in frames.videos()]
    found = []
    for one in wanted:
        similar = frames.similarities(events, video_id=one)
        if not similar.keyframes:
            continue
        best = align(
            similar.scores,
            [keyframe.seconds for keyframe in similar.keyframes],
            min_gap_seconds=chosen.min_gap_seconds,
            max_gap_seconds=chosen.max_gap_seconds,
            within_seconds=within_seconds,
        )
        if best is None:
            continue
        moments = tuple(
            EventMoment(
                event=event,
                missed=False,
                start_seconds=similar.keyframes[at].seconds,
                end_seconds=similar.keyframes[at].seconds + chosen.tail_seconds,
                seconds=similar.keyframes[at].seconds,
                frame_index=similar.keyframes[at].frame_index,
                score=float(similar.scores[row, at]),
            )
            for row, (event, at) in enumerate(zip(events, best.positions, strict=True))
        )
        # Cosines lie in [-1, 1]; a sequence's score in [0, 1] has nothing to gain from the negative half.
        found.append(EventSequence(one, min(1.0, max(0.0, best.score / len(events))), True, moments))
    return sorted(found, key=lambda s: (-s.score, s.video_id))[: chosen.limit]


def find_events_tool(frames: FrameIndex, options: FindEventsOptions | None = None) -> BaseTool:
    """The tool over `frames`; its artifact is a list of EventSequence, best first."""

    def find_events(
        sequence: str, video: str | None = None, within: float | None = None
    ) -> tuple[str, list[EventSequence]]:
        events = split_events(sequence)
        if not events:
            raise ToolException(f"no event in {sequence!r}; write events joined by 'then'")
        found = find_sequences(frames, events, video_id=video, within_seconds=within, options=options)
        if not found:
            limit = f" within {within:g} s" if within is not None else ""
            raise ToolException(f"no video holds {len(events)} keyframes in that order{limit}")
        times = ", ".join(clock(m.seconds) for m in found[0].moments if m.seconds is not None)
        return f"{len(events)} events in {found[0].video_id} at {times}", found

    return StructuredTool.from_function(
        func=find_events,
        name="find_events",
        description=render("tool_find_events"),
        args_schema=FindEventsInput,
        response_format="content_and_artifact",
        handle_tool_error=True,
    )
