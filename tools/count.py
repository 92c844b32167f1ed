"""The tool `count`: how many things can be seen at once, proved by the boxes that were counted."""

from __future__ import annotations

from statistics import fmean
from typing import TYPE_CHECKING

from langchain_core.tools import BaseTool, ToolException
from pydantic import BaseModel, Field

from prompts import schema_text
from tools.artifact_tool import artifact_tool
from tools.boxes import BoxOptions, box_evidence, find_boxes
from tools.clock import format_timestamp, require_video
from tools.types import Evidence  # at run time: LangChain evaluates the annotations of a tool's function

if TYPE_CHECKING:
    from tools.ports import FrameIndex, Grounder
    from tools.types import Keyframe


SCHEMA_TEXT = schema_text("tools/count")


class CountInput(BaseModel):
    """Slots of `count`."""

    phrase: str = Field(min_length=1, description=SCHEMA_TEXT.field("phrase"))
    video: str | None = Field(default=None, description=SCHEMA_TEXT.field("video"))
    start: float | None = Field(default=None, ge=0, description=SCHEMA_TEXT.field("start"))
    end: float | None = Field(default=None, ge=0, description=SCHEMA_TEXT.field("end"))


class CountOptions(BoxOptions):
    """Options of `count`."""

    max_frames: int = Field(default=8, ge=1, description="frames of one video in which things are counted, at most")


def count_tool(frames: FrameIndex, grounder: Grounder, options: CountOptions | None = None) -> BaseTool:
    """Makes the tool over `frames` and `grounder`; its artifact is, for each video, the frame with the most boxes."""
    chosen = options or CountOptions()

    def frames_to_count(phrase: str, video_id: str, start: float | None, end: float | None) -> list[Keyframe]:
        """All frames of the range, or those that fit the phrase best if there are too many."""
        in_range = frames.keyframes(video_id, start, end)
        if len(in_range) <= chosen.max_frames:
            return in_range
        hits = frames.search(phrase, video_id=video_id, start_seconds=start, end_seconds=end, limit=chosen.max_frames)
        return [hit.keyframe for hit in hits]

    def largest_count(phrase: str, keyframes: list[Keyframe]) -> Evidence:
        counts = []
        best_rejected_score = 0.0
        for keyframe in keyframes:
            detections = find_boxes(grounder, keyframe, phrase)
            counted = [detection for detection in detections if detection.score >= chosen.min_score]
            rejected = detections[len(counted) :]
            best_rejected_score = max(best_rejected_score, *(detection.score for detection in rejected), 0.0)
            mean_score = fmean(detection.score for detection in counted) if counted else 0.0
            counts.append((len(counted), mean_score, keyframe, counted))
        number, mean_score, keyframe, counted = max(counts, key=lambda row: row[:2])
        # That there are none is as certain as the best rejected detection is unlikely.
        score = mean_score if number else 1.0 - best_rejected_score
        return box_evidence(keyframe, counted[: chosen.max_boxes], tool="count", text=str(number), score=score)

    def count(
        phrase: str, video: str | None = None, start: float | None = None, end: float | None = None
    ) -> tuple[str, list[Evidence]]:
        videos = [v.video_id for v in frames.videos()] if video is None else [require_video(frames, video) or video]
        if not videos:
            raise ToolException("the library holds no video; index one first")
        of_each_video = [frames_to_count(phrase, video_id, start, end) for video_id in videos]
        evidence = [largest_count(phrase, keyframes) for keyframes in of_each_video if keyframes]
        if not evidence:
            raise ToolException("no keyframes in that range; widen it")
        counts = "; ".join(
            f"{e.text} at once in {e.moment.video_id} {format_timestamp(e.moment.start_seconds)}" for e in evidence
        )
        return f"{phrase}: {counts}", evidence

    return artifact_tool("count", count, CountInput)
