"""The tool `look`: the core answers a question about one moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langchain_core.tools import BaseTool
from pydantic import BaseModel, Field

from prompts import schema_text
from tools.artifact_tool import artifact_tool
from tools.clock import format_timestamp, keyframe_at
from tools.types import Evidence, KeyframeRef, Moment

if TYPE_CHECKING:
    from tools.ports import FrameIndex, Looker


SCHEMA_TEXT = schema_text("tools/look")


class LookInput(BaseModel):
    """Slots of `look`."""

    question: str = Field(min_length=1, description=SCHEMA_TEXT.field("question"))
    moment: str = Field(min_length=1, description=SCHEMA_TEXT.field("moment"))


def look_tool(frames: FrameIndex, core: Looker) -> BaseTool:
    """Makes the tool over `frames` and `core`; its artifact is one Evidence in a list, its text the short answer."""

    def look(question: str, moment: str) -> tuple[str, list[Evidence]]:
        nearest = keyframe_at(frames, moment)
        answer = core.answer(question, [nearest])
        evidence = Evidence(
            Moment.at(nearest),
            tool="look",
            score=answer.confidence,
            keyframe=KeyframeRef.of(nearest),
            text=answer.text,
        )
        return f"{answer.text} ({format_timestamp(nearest.seconds)})", [evidence]

    return artifact_tool("look", look, LookInput)
