"""look: the core answers a question about one moment."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from langchain_core.tools import BaseTool, StructuredTool, ToolException
from pydantic import BaseModel, Field

from prompts import render
from tools.clock import clock, known_video
from tools.types import Evidence

if TYPE_CHECKING:
    from tools.ports import Core, FrameIndex

_MOMENT = re.compile(r"(?P<video>.+)@(?P<seconds>\d+(?:\.\d+)?)")


class LookInput(BaseModel):
    """Slots of `look`."""

    question: str = Field(min_length=1, description="what to answer about the picture")
    moment: str = Field(min_length=1, description="VIDEO@SECONDS")


def look_tool(frames: FrameIndex, core: Core) -> BaseTool:
    """The tool over `frames` and `core`; its artifact is one Evidence in a list, its text the short answer."""

    def look(question: str, moment: str) -> tuple[str, list[Evidence]]:
        parsed = _MOMENT.fullmatch(moment.strip())
        if parsed is None:
            raise ToolException(f"{moment!r} is no moment; write VIDEO@SECONDS")
        video_id, seconds = parsed["video"], float(parsed["seconds"])
        known_video(frames, video_id)
        keyframes = frames.keyframes(video_id)
        if not keyframes:
            raise ToolException(f"{video_id} has no keyframes; index it again")
        nearest = min(keyframes, key=lambda k: abs(k.seconds - seconds))
        answer = core.answer(question, [nearest])
        evidence = Evidence(
            video_id=video_id,
            start_seconds=nearest.seconds,
            end_seconds=nearest.seconds,
            tool="look",
            score=answer.confidence,
            seconds=nearest.seconds,
            frame_index=nearest.frame_index,
            image=nearest.image,
            text=answer.text,
        )
        return f"{answer.text} ({clock(nearest.seconds)})", [evidence]

    return StructuredTool.from_function(
        func=look,
        name="look",
        description=render("tool_look"),
        args_schema=LookInput,
        response_format="content_and_artifact",
        handle_tool_error=True,
    )
