"""describe: one caption for each shot, or for each stretch of a long one, tied to the keyframe it was made from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langchain_core.tools import BaseTool, ToolException
from pydantic import BaseModel, Field

from prompts import schema_text
from tools.artifact_tool import artifact_tool
from tools.clock import clock, known_video
from tools.moments import stretches
from tools.types import Evidence, KeyframeRef, Moment

if TYPE_CHECKING:
    from tools.ports import Core, FrameIndex


SCHEMA_TEXT = schema_text("tools/describe")


class DescribeInput(BaseModel):
    """Slots of `describe`."""

    video: str | None = Field(default=None, description=SCHEMA_TEXT.field("video"))
    start: float | None = Field(default=None, ge=0, description=SCHEMA_TEXT.field("start"))
    end: float | None = Field(default=None, gt=0, description=SCHEMA_TEXT.field("end"))


class DescribeOptions(BaseModel):
    """Options of `describe`."""

    limit: int = Field(default=8, ge=1, description="captions in all")
    stretch_seconds: float = Field(default=6.0, gt=0, description="a longer shot is told in stretches of this length")
    tail_seconds: float = Field(default=1.0, gt=0, description="how long a shot goes on after its last keyframe")


def describe_tool(frames: FrameIndex, core: Core, options: DescribeOptions | None = None) -> BaseTool:
    """The tool over `frames` and `core`; its artifact is a list of Evidence in time order."""
    chosen = options or DescribeOptions()

    def describe(
        video: str | None = None, start: float | None = None, end: float | None = None
    ) -> tuple[str, list[Evidence]]:
        videos = [v.video_id for v in frames.videos()] if video is None else [known_video(frames, video) or video]
        if not videos:
            raise ToolException("the library holds no video; index one first")
        told = [s for one in videos for s in stretches(frames.keyframes(one, start, end), chosen.stretch_seconds)]
        if not told:
            raise ToolException("no keyframes in that range; widen it")
        # Too many: spread the captions over everything instead of describing only the beginning.
        many = len(told)
        kept = [told[i * many // chosen.limit] for i in range(chosen.limit)] if many > chosen.limit else told
        middles = [stretch[len(stretch) // 2] for stretch in kept]
        evidence = [
            Evidence(
                Moment(middle.video_id, stretch[0].seconds, stretch[-1].seconds + chosen.tail_seconds),
                tool="describe",
                score=answer.confidence,
                keyframe=KeyframeRef.of(middle),
                text=answer.text,
            )
            for stretch, middle, answer in zip(kept, middles, core.caption(middles), strict=True)
        ]
        return "; ".join(f"{clock(e.moment.start_seconds)} {e.text}" for e in evidence), evidence

    return artifact_tool("describe", describe, DescribeInput)
