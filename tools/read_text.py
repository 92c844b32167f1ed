"""The tool `read_text`: lines that are written on screen, spoken, or part of subtitles or captions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from langchain_core.tools import BaseTool, ToolException
from pydantic import BaseModel, Field

from prompts import schema_text
from tools.artifact_tool import artifact_tool
from tools.clock import format_timestamp, require_video
from tools.moments import TAIL_SECONDS
from tools.types import Evidence, KeyframeRef, Line, Moment, Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.ports import FrameIndex, TextIndex
    from tools.types import Keyframe

ALL_LINES = "none"
"""The query that asks for all lines instead of a search."""


SCHEMA_TEXT = schema_text("tools/read_text")


class ReadTextInput(BaseModel):
    """Slots of `read_text`."""

    query: str = Field(default=ALL_LINES, description=SCHEMA_TEXT.field("query"))
    video: str | None = Field(default=None, description=SCHEMA_TEXT.field("video"))
    source: Source | None = Field(default=None, description=SCHEMA_TEXT.field("source"))
    start: float | None = Field(default=None, ge=0, description=SCHEMA_TEXT.field("start"))
    end: float | None = Field(default=None, ge=0, description=SCHEMA_TEXT.field("end"))


class ReadTextOptions(BaseModel):
    """Options of `read_text`."""

    limit: int = Field(default=20, ge=1, description="lines returned at most")


def line_evidence(line: Line, keyframes: Sequence[Keyframe] = ()) -> Evidence:
    """Makes evidence of a line, with the first of `keyframes`, if there is any, as its picture."""
    return Evidence(
        Moment(line.video_id, line.start_seconds, line.end_seconds),
        tool="read_text",
        score=line.score,
        # A player starts where the line begins, even if the first keyframe that shows it comes later.
        keyframe=replace(KeyframeRef.of(keyframes[0]), seconds=line.start_seconds)
        if keyframes
        else KeyframeRef(line.start_seconds),
        text=line.text,
        boxes=() if line.box is None else (line.box,),
    )


def read_text_tool(frames: FrameIndex, lines: TextIndex, options: ReadTextOptions | None = None) -> BaseTool:
    """Makes the tool over `lines`; its artifact is a list of Evidence: a search's best first, else in time order."""
    chosen = options or ReadTextOptions()

    def read_text(
        query: str = ALL_LINES,
        video: str | None = None,
        source: Source | None = None,
        start: float | None = None,
        end: float | None = None,
    ) -> tuple[str, list[Evidence]]:
        require_video(frames, video)
        if query.strip().lower() in ("", ALL_LINES):
            videos = [video] if video is not None else [v.video_id for v in frames.videos()]
            matches = [
                line
                for video_id in videos
                for line in lines.lines(video_id, source=source, start_seconds=start, end_seconds=end)
            ][: chosen.limit]
        else:
            matches = lines.search_lines(
                query, video_id=video, source=source, start_seconds=start, end_seconds=end, limit=chosen.limit
            )
        if not matches:
            raise ToolException("no text found" + ("" if query == ALL_LINES else f" for {query!r}"))
        first = "; ".join(f"{format_timestamp(line.start_seconds)} {line.text!r}" for line in matches[:5])
        # A line that lies between two keyframes can be seen in the one after it.
        keyframes = [frames.keyframes(x.video_id, x.start_seconds, x.end_seconds + TAIL_SECONDS) for x in matches]
        return f"{len(matches)} lines: {first}", [line_evidence(*pair) for pair in zip(matches, keyframes, strict=True)]

    return artifact_tool("read_text", read_text, ReadTextInput)
