"""count: how many things there are at once, proved by the boxes that were counted."""

from __future__ import annotations

from statistics import fmean
from typing import TYPE_CHECKING

from langchain_core.tools import BaseTool, ToolException
from pydantic import BaseModel, Field

from prompts import schema_text
from tools.artifact_tool import artifact_tool
from tools.clock import clock, known_video
from tools.ground import GroundOptions, boxed, find_boxes
from tools.types import Evidence

if TYPE_CHECKING:
    from tools.ports import FrameIndex, Grounder
    from tools.types import Keyframe


SCHEMA_TEXT = schema_text("tools/count")


class CountInput(BaseModel):
    """Slots of `count`."""

    phrase: str = Field(min_length=1, description=SCHEMA_TEXT.field("phrase"))
    video: str | None = Field(default=None, description=SCHEMA_TEXT.field("video"))
    start: float | None = Field(default=None, ge=0, description=SCHEMA_TEXT.field("start"))
    end: float | None = Field(default=None, gt=0, description=SCHEMA_TEXT.field("end"))


class CountOptions(GroundOptions):
    """Options of `count`."""

    most_frames: int = Field(default=8, ge=1, description="frames of a video that are looked at")


def count_tool(frames: FrameIndex, grounder: Grounder, options: CountOptions | None = None) -> BaseTool:
    """The tool over `frames` and `grounder`; its artifact is the frame of each video that shows most at once."""
    chosen = options or CountOptions()

    def likely(phrase: str, video_id: str, start: float | None, end: float | None) -> list[Keyframe]:
        """All frames of the range, or those that fit the phrase best."""
        every = frames.keyframes(video_id, start, end)
        if len(every) <= chosen.most_frames:
            return every
        hits = frames.search(phrase, video_id=video_id, start_seconds=start, end_seconds=end, limit=chosen.most_frames)
        return [hit.keyframe for hit in hits]

    def most(phrase: str, keyframes: list[Keyframe]) -> Evidence:
        counted = []
        strongest_left_out = 0.0
        for keyframe in keyframes:
            found = find_boxes(grounder, keyframe, phrase)
            sure = [one for one in found if one.score >= chosen.min_score]
            weak = (one.score for one in found[len(sure) :])
            strongest_left_out = max(strongest_left_out, *weak, 0.0)
            counted.append((len(sure), fmean(one.score for one in sure) if sure else 0.0, keyframe, sure))
        number, score, keyframe, sure = max(counted, key=lambda row: row[:2])
        # None at all is as sure as the strongest find that was left out is weak.
        sureness = score if number else 1.0 - strongest_left_out
        return boxed(keyframe, sure[: chosen.most_boxes], tool="count", text=str(number), score=sureness)

    def count(
        phrase: str, video: str | None = None, start: float | None = None, end: float | None = None
    ) -> tuple[str, list[Evidence]]:
        videos = [v.video_id for v in frames.videos()] if video is None else [known_video(frames, video) or video]
        if not videos:
            raise ToolException("the library holds no video; index one first")
        spans = [span for one in videos if (span := likely(phrase, one, start, end))]
        if not spans:
            raise ToolException("no keyframes in that range; widen it")
        evidence = [most(phrase, span) for span in spans]
        told = "; ".join(f"{e.text} at once in {e.moment.video_id} {clock(e.moment.start_seconds)}" for e in evidence)
        return f"{phrase}: {told}", evidence

    return artifact_tool("count", count, CountInput)
