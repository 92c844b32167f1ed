"""describe: one caption for each shot, tied to the keyframe it was made from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langchain_core.tools import BaseTool, StructuredTool, ToolException
from pydantic import BaseModel, Field

from prompts import render
from tools.clock import clock, known_video
from tools.types import Evidence

if TYPE_CHECKING:
    from tools.ports import Core, FrameIndex
    from tools.types import Keyframe


class DescribeInput(BaseModel):
    """Slots of `describe`."""

    video: str | None = Field(default=None, description="video id; the first video if absent")
    start: float | None = Field(default=None, ge=0, description="seconds")
    end: float | None = Field(default=None, gt=0, description="seconds, exclusive")


class DescribeOptions(BaseModel):
    """Options of `describe`."""

    limit: int = Field(default=8, ge=1, description="shots captioned")
    tail_seconds: float = Field(default=1.0, gt=0, description="how long a shot goes on after its last keyframe")


def describe_tool(frames: FrameIndex, core: Core, options: DescribeOptions | None = None) -> BaseTool:
    """The tool over `frames` and `core`; its artifact is a list of Evidence in time order."""
    chosen = options or DescribeOptions()

    def describe(
        video: str | None = None, start: float | None = None, end: float | None = None
    ) -> tuple[str, list[Evidence]]:
        videos = frames.videos()
        if not videos:
            raise ToolException("the library holds no video; index one first")
        video_id = known_video(frames, video) or videos[0].video_id
        shots: dict[int, list[Keyframe]] = {}
        for keyframe in frames.keyframes(video_id, start, end):
            shots.setdefault(keyframe.shot, []).append(keyframe)
        if not shots:
            raise ToolException(f"no keyframes of {video_id} in that range; widen it")
        # Too many shots: spread the captions over the whole range instead of describing only its beginning.
        rows = list(shots.values())
        kept = [rows[i * len(rows) // chosen.limit] for i in range(chosen.limit)] if len(rows) > chosen.limit else rows
        middles = [shot[len(shot) // 2] for shot in kept]
        evidence = [
            Evidence(
                video_id=video_id,
                start_seconds=shot[0].seconds,
                end_seconds=shot[-1].seconds + chosen.tail_seconds,
                tool="describe",
                score=answer.confidence,
                seconds=middle.seconds,
                frame_index=middle.frame_index,
                image=middle.image,
                text=answer.text,
            )
            for shot, middle, answer in zip(kept, middles, core.caption(middles), strict=True)
        ]
        return "; ".join(f"{clock(e.start_seconds)} {e.text}" for e in evidence), evidence

    return StructuredTool.from_function(
        func=describe,
        name="describe",
        description=render("tool_describe"),
        args_schema=DescribeInput,
        response_format="content_and_artifact",
        handle_tool_error=True,
    )
