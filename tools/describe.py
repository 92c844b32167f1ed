"""The tool `describe`: a caption for each shot, or part of a long one, with the keyframe that it was made from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langchain_core.tools import BaseTool, ToolException
from pydantic import BaseModel, Field

from prompts import schema_text
from tools.artifact_tool import artifact_tool
from tools.clock import format_timestamp, require_video
from tools.moments import TAIL_SECONDS, split_into_parts
from tools.types import Evidence, KeyframeRef, Moment

if TYPE_CHECKING:
    from tools.ports import FrameIndex, Looker


SCHEMA_TEXT = schema_text("tools/describe")


class DescribeInput(BaseModel):
    """Slots of `describe`."""

    video: str | None = Field(default=None, description=SCHEMA_TEXT.field("video"))
    start: float | None = Field(default=None, ge=0, description=SCHEMA_TEXT.field("start"))
    end: float | None = Field(default=None, ge=0, description=SCHEMA_TEXT.field("end"))


class DescribeOptions(BaseModel):
    """Options of `describe`."""

    limit: int = Field(default=8, ge=1, description="captions at most, of all videos together")
    part_seconds: float = Field(
        default=6.0, gt=0, description="longer shots get a caption for each part of this length"
    )
    tail_seconds: float = Field(
        default=TAIL_SECONDS, gt=0, description="seconds that the last keyframe of a part lasts"
    )


def describe_tool(frames: FrameIndex, core: Looker, options: DescribeOptions | None = None) -> BaseTool:
    """Makes the tool over `frames` and `core`; its artifact is a list of Evidence in time order, video by video."""
    chosen = options or DescribeOptions()

    def describe(
        video: str | None = None, start: float | None = None, end: float | None = None
    ) -> tuple[str, list[Evidence]]:
        videos = [v.video_id for v in frames.videos()] if video is None else [require_video(frames, video) or video]
        if not videos:
            raise ToolException("the library holds no video; index one first")
        parts = [
            part
            for video_id in videos
            for part in split_into_parts(frames.keyframes(video_id, start, end), chosen.part_seconds)
        ]
        if not parts:
            raise ToolException("no keyframes in that range; widen it")
        if len(parts) > chosen.limit:
            # The captions are spread over everything, so that not only the beginning is described.
            parts = [parts[i * len(parts) // chosen.limit] for i in range(chosen.limit)]
        middles = [part[len(part) // 2] for part in parts]
        evidence = [
            Evidence(
                Moment(middle.video_id, part[0].seconds, part[-1].seconds + chosen.tail_seconds),
                tool="describe",
                score=answer.confidence,
                keyframe=KeyframeRef.of(middle),
                text=answer.text,
            )
            for part, middle, answer in zip(parts, middles, core.caption(middles), strict=True)
        ]
        return "; ".join(f"{format_timestamp(e.moment.start_seconds)} {e.text}" for e in evidence), evidence

    return artifact_tool("describe", describe, DescribeInput)
