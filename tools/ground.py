"""The tool `ground`: boxes around the things that phrases name, at one moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langchain_core.tools import BaseTool, ToolException
from pydantic import BaseModel, Field

from prompts import schema_text
from tools.artifact_tool import artifact_tool
from tools.boxes import BoxOptions, box_evidence, find_boxes
from tools.clock import format_timestamp, keyframe_at
from tools.types import Evidence  # at run time: LangChain evaluates the annotations of a tool's function

if TYPE_CHECKING:
    from tools.ports import FrameIndex, Grounder


SCHEMA_TEXT = schema_text("tools/ground")


class GroundInput(BaseModel):
    """Slots of `ground`."""

    phrases: str = Field(min_length=1, description=SCHEMA_TEXT.field("phrases"))
    moment: str = Field(min_length=1, description=SCHEMA_TEXT.field("moment"))


def ground_tool(frames: FrameIndex, grounder: Grounder, options: BoxOptions | None = None) -> BaseTool:
    """Makes the tool over `frames` and `grounder`; its artifact is one Evidence in a list, with all its boxes."""
    chosen = options or BoxOptions()

    def ground(phrases: str, moment: str) -> tuple[str, list[Evidence]]:
        keyframe = keyframe_at(frames, moment)
        detections = [d for d in find_boxes(grounder, keyframe, phrases) if d.score >= chosen.min_score]
        if not detections:
            raise ToolException(
                f"no {phrases} at {format_timestamp(keyframe.seconds)}; try another moment, or other words"
            )
        best = detections[: chosen.max_boxes]
        names = ", ".join(dict.fromkeys(detection.phrase for detection in best))
        evidence = box_evidence(keyframe, best, tool="ground", text=names, score=best[0].score)
        return f"{len(best)} boxes at {format_timestamp(keyframe.seconds)}: {', '.join(evidence.labels)}", [evidence]

    return artifact_tool("ground", ground, GroundInput)
