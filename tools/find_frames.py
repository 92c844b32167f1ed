"""The tool `find_frames`: keyframes by what they show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langchain_core.runnables import RunnableConfig
from langchain_core.tools import BaseTool, ToolException
from pydantic import BaseModel, Field

from prompts import schema_text
from tools.artifact_tool import artifact_tool
from tools.clock import format_timestamp, keyframe_at, require_video
from tools.ports import Feedback
from tools.types import Evidence, KeyframeRef, Moment

if TYPE_CHECKING:
    from tools.ports import FrameIndex


SCHEMA_TEXT = schema_text("tools/find_frames")


class FindFramesInput(BaseModel):
    """Slots of `find_frames`."""

    query: str = Field(min_length=1, description=SCHEMA_TEXT.field("query"))
    video: str | None = Field(default=None, description=SCHEMA_TEXT.field("video"))
    start: float | None = Field(default=None, ge=0, description=SCHEMA_TEXT.field("start"))
    end: float | None = Field(default=None, ge=0, description=SCHEMA_TEXT.field("end"))


class FindFramesOptions(BaseModel):
    """Options of `find_frames`."""

    limit: int = Field(default=32, ge=1, description="keyframes returned at most")


def find_frames_tool(frames: FrameIndex, options: FindFramesOptions | None = None) -> BaseTool:
    """Makes the tool over `frames`; its artifact is a list of Evidence, best first.

    The `configurable` of a run may hold moments, VIDEO@SECONDS, that the user `pinned` or `rejected`.
    """
    chosen = options or FindFramesOptions()

    def find_frames(
        query: str,
        config: RunnableConfig,
        video: str | None = None,
        start: float | None = None,
        end: float | None = None,
    ) -> tuple[str, list[Evidence]]:
        # These are no slots, because the user's clicks fill them and not a model.
        marks = config.get("configurable", {})
        pinned, rejected = (
            tuple(keyframe_at(frames, moment) for moment in marks.get(mark, ())) for mark in ("pinned", "rejected")
        )
        hits = frames.search(
            query,
            video_id=require_video(frames, video),
            start_seconds=start,
            end_seconds=end,
            limit=chosen.limit,
            feedback=Feedback(pinned, rejected) if pinned or rejected else None,
        )
        if not hits:
            where = f" between {format_timestamp(start or 0)} and {format_timestamp(end)}" if end is not None else ""
            raise ToolException(f"no keyframes found{where}; index a video first or widen the range")
        evidence = [
            Evidence(
                Moment.at(hit.keyframe),
                tool="find_frames",
                score=hit.score,
                keyframe=KeyframeRef.of(hit.keyframe),
                text=hit.line.text if hit.line is not None and hit.channel != "picture" else None,
            )
            for hit in hits
        ]
        best = ", ".join(f"{e.moment.video_id} {format_timestamp(e.moment.start_seconds)}" for e in evidence[:5])
        return f"{len(evidence)} keyframes for '{query}'; best: {best}", evidence

    return artifact_tool("find_frames", find_frames, FindFramesInput)
