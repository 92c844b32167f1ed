"""ground: boxes for phrases, at one moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langchain_core.tools import BaseTool, ToolException
from pydantic import BaseModel, Field

from prompts import schema_text
from tools.artifact_tool import artifact_tool
from tools.clock import clock, keyframe_at
from tools.errors import VideoAssistantError
from tools.types import Evidence, KeyframeRef, Moment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.ports import FrameIndex, Grounder
    from tools.types import Detection, Keyframe


SCHEMA_TEXT = schema_text("tools/ground")


class GroundInput(BaseModel):
    """Slots of `ground`."""

    phrases: str = Field(min_length=1, description=SCHEMA_TEXT.field("phrases"))
    moment: str = Field(min_length=1, description=SCHEMA_TEXT.field("moment"))


class GroundOptions(BaseModel):
    """Options of `ground` and `count`."""

    min_score: float = Field(default=0.5, ge=0, le=1, description="a box below it is not shown")
    most_boxes: int = Field(default=20, ge=1, description="boxes shown in one frame, best first")


def find_boxes(grounder: Grounder, keyframe: Keyframe, phrases: str) -> list[Detection]:
    """Every find, weak ones too.

    Raises:
        ToolException: there is no grounding model, or it cannot seek `phrases`; the model may try another tool or
            other words.
    """
    try:
        return grounder.ground(keyframe, phrases)
    except VideoAssistantError as error:
        raise ToolException(str(error)) from error


def boxed(keyframe: Keyframe, detections: Sequence[Detection], *, tool: str, text: str, score: float) -> Evidence:
    """A frame with what was found in it."""
    return Evidence(
        Moment.at(keyframe),
        tool=tool,
        score=score,
        keyframe=KeyframeRef.of(keyframe),
        text=text,
        boxes=tuple(one.box for one in detections),
        labels=tuple(f"{one.phrase} {one.score:.2f}" for one in detections),
    )


def ground_tool(frames: FrameIndex, grounder: Grounder, options: GroundOptions | None = None) -> BaseTool:
    """The tool over `frames` and `grounder`; its artifact is one Evidence in a list, with all its boxes."""
    chosen = options or GroundOptions()

    def ground(phrases: str, moment: str) -> tuple[str, list[Evidence]]:
        keyframe = keyframe_at(frames, moment)
        found = [d for d in find_boxes(grounder, keyframe, phrases) if d.score >= chosen.min_score]
        if not found:
            raise ToolException(f"no {phrases} at {clock(keyframe.seconds)}; try another moment, or other words")
        shown = found[: chosen.most_boxes]
        names = ", ".join(dict.fromkeys(one.phrase for one in shown))
        evidence = boxed(keyframe, shown, tool="ground", text=names, score=shown[0].score)
        return f"{len(shown)} boxes at {clock(keyframe.seconds)}: {', '.join(evidence.labels)}", [evidence]

    return artifact_tool("ground", ground, GroundInput)
