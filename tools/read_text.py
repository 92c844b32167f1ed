"""read_text: lines on screen and spoken."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from langchain_core.tools import BaseTool, ToolException
from pydantic import BaseModel, Field

from prompts import schema_text
from tools.artifact_tool import artifact_tool
from tools.clock import clock, known_video
from tools.types import Evidence, KeyframeRef, Line, Moment, Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.ports import FrameIndex, TextIndex
    from tools.types import Keyframe

ALL_LINES = "none"
"""The query that asks for every line instead of a search."""


SCHEMA_TEXT = schema_text("tools/read_text")


class ReadTextInput(BaseModel):
    """Slots of `read_text`."""

    query: str = Field(default=ALL_LINES, description=SCHEMA_TEXT.field("query"))
    video: str | None = Field(default=None, description=SCHEMA_TEXT.field("video"))
    source: Source | None = Field(default=None, description=SCHEMA_TEXT.field("source"))


class ReadTextOptions(BaseModel):
    """Options of `read_text`."""

    limit: int = Field(default=20, ge=1, description="lines brought back")


def line_evidence(line: Line, keyframes: Sequence[Keyframe] = ()) -> Evidence:
    """A line as evidence, with the first of `keyframes` for its picture."""
    return Evidence(
        Moment(line.video_id, line.start_seconds, line.end_seconds),
        tool="read_text",
        score=line.score,
        # Played is where the line begins, even if the first keyframe that shows it comes later.
        keyframe=replace(KeyframeRef.of(keyframes[0]), seconds=line.start_seconds)
        if keyframes
        else KeyframeRef(line.start_seconds),
        text=line.text,
        boxes=() if line.box is None else (line.box,),
    )


def read_text_tool(frames: FrameIndex, lines: TextIndex, options: ReadTextOptions | None = None) -> BaseTool:
    """The tool over `lines`; its artifact is a list of Evidence: best first for a search, else in time order."""
    chosen = options or ReadTextOptions()

    def read_text(
        query: str = ALL_LINES, video: str | None = None, source: Source | None = None
    ) -> tuple[str, list[Evidence]]:
        known_video(frames, video)
        if query.strip().lower() in ("", ALL_LINES):
            wanted = [video] if video is not None else [v.video_id for v in frames.videos()]
            found = [line for one in wanted for line in lines.lines(one, source=source)][: chosen.limit]
        else:
            found = lines.search_lines(query, video_id=video, source=source, limit=chosen.limit)
        if not found:
            raise ToolException("no text found" + ("" if query == ALL_LINES else f" for {query!r}"))
        shown = "; ".join(f"{clock(line.start_seconds)} {line.text!r}" for line in found[:5])
        # A line that lies between two keyframes is shown by the one after it.
        pictures = [frames.keyframes(x.video_id, x.start_seconds, x.end_seconds + 1.0) for x in found]
        return f"{len(found)} lines: {shown}", [line_evidence(*pair) for pair in zip(found, pictures, strict=True)]

    return artifact_tool("read_text", read_text, ReadTextInput)
