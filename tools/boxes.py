"""Boxes of one frame as evidence: what the tools `ground` and `count` do alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langchain_core.tools import ToolException
from pydantic import BaseModel, Field

from tools.errors import VideoAssistantError
from tools.types import Evidence, KeyframeRef, Moment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.ports import Grounder
    from tools.types import Detection, Keyframe


class BoxOptions(BaseModel):
    """Which boxes of a frame are believed, and how many of them are evidence."""

    min_score: float = Field(default=0.5, ge=0, le=1, description="the score from which a box is believed")
    max_boxes: int = Field(default=20, ge=1, description="boxes in one piece of evidence at most; the best are taken")


def find_boxes(grounder: Grounder, keyframe: Keyframe, phrases: str) -> list[Detection]:
    """Returns every detection of `phrases` in a keyframe, however low its score, best first.

    Raises:
        ToolException: there is no grounding model, or it cannot look for `phrases`; the model that called the tool may
            try another tool or other words.
    """
    try:
        return grounder.ground(keyframe, phrases)
    except VideoAssistantError as error:
        raise ToolException(str(error)) from error


def box_evidence(
    keyframe: Keyframe, detections: Sequence[Detection], *, tool: str, text: str, score: float
) -> Evidence:
    """Returns one keyframe with detections in it as evidence; each box is labelled with its phrase and score."""
    return Evidence(
        Moment.at(keyframe),
        tool=tool,
        score=score,
        keyframe=KeyframeRef.of(keyframe),
        text=text,
        boxes=tuple(detection.box for detection in detections),
        labels=tuple(f"{detection.phrase} {detection.score:.2f}" for detection in detections),
    )
