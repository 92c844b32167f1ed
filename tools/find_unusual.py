"""The tool `find_unusual`: moments of a video that resemble little of the rest of it.

A keyframe is compared with its nearest neighbours in the embedding space among those that lie apart in time (distance
to the k nearest: Ramaswamy, Rastogi and Shim 2000); no label and no second video is needed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from langchain_core.tools import BaseTool, ToolException
from pydantic import BaseModel, Field

from prompts import schema_text
from tools.artifact_tool import artifact_tool
from tools.clock import format_timestamp, require_video
from tools.moments import TAIL_SECONDS
from tools.types import Evidence, KeyframeRef, Moment

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tools.ports import FrameIndex

APART_SECONDS = 8.0  # between unusual moments at least; keyframes that lie nearer belong to the same moment
SIMILAR_SHARE = 0.1  # of a video's keyframes: a keyframe that resembles so many of them is usual there
CHUNK = 512  # keyframes compared with all others at once, to bound the memory
MAX_VIDEOS = 50  # searched for one question


SCHEMA_TEXT = schema_text("tools/find_unusual")


class FindUnusualInput(BaseModel):
    """Slots of `find_unusual`."""

    video: str | None = Field(default=None, description=SCHEMA_TEXT.field("video"))


@dataclass(frozen=True, slots=True)
class UnusualMoment:
    """Keyframes of one video around one that resembles the rest least; all are indexes in time order."""

    best: int  # the least similar one
    first: int
    last: int  # inclusive
    score: float  # in [0, 2]: 1 minus the mean cosine between the best keyframe and those most similar to it elsewhere


def find_unusual_moments(
    vectors: NDArray[np.float32], seconds: NDArray[np.float64], *, limit: int = 3
) -> list[UnusualMoment]:
    """Finds the moments that resemble the rest of their video least, the least similar first.

    Args:
        vectors: (keyframes, d), L2-normalised.
        seconds: (keyframes,), strictly increasing.
        limit: how many moments at most; they lie `APART_SECONDS` apart.

    Returns:
        None at all if no two keyframes lie `APART_SECONDS` apart.
    """
    scores = score_novelty(vectors, seconds)
    usual = float(np.median(scores[np.isfinite(scores)])) if np.isfinite(scores).any() else 0.0
    moments: list[UnusualMoment] = []
    free = np.isfinite(scores)
    while free.any() and len(moments) < limit:
        best = int(np.where(free, scores, -np.inf).argmax())
        # The moment lasts while its keyframes stand out at least half as much as the best one.
        inside = (scores >= (scores[best] + usual) / 2) & (np.abs(seconds - seconds[best]) < APART_SECONDS)
        first, last = best, best
        while first > 0 and inside[first - 1]:
            first -= 1
        while last + 1 < len(scores) and inside[last + 1]:
            last += 1
        moments.append(UnusualMoment(best, first, last, float(scores[best])))
        free &= np.abs(seconds - seconds[best]) >= APART_SECONDS
    return moments


def score_novelty(vectors: NDArray[np.float32], seconds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scores how little each keyframe resembles the rest of its video.

    Args:
        vectors: (keyframes, d), L2-normalised.
        seconds: (keyframes,), strictly increasing.

    Returns:
        (keyframes,) in [0, 2]: 1 minus the mean cosine to the most similar keyframes, `SIMILAR_SHARE` of the video,
        without those nearer than `APART_SECONDS`; NaN if all are nearer.
    """
    scores = np.full(len(seconds), np.nan)
    neighbours = max(1, math.ceil(SIMILAR_SHARE * len(seconds)))
    for start in range(0, len(seconds), CHUNK):
        rows = slice(start, start + CHUNK)
        cosines = np.asarray(vectors[rows], np.float32) @ np.asarray(vectors, np.float32).T
        cosines[np.abs(seconds[rows, None] - seconds) < APART_SECONDS] = -np.inf
        best = -np.sort(-cosines, axis=1)[:, :neighbours]
        apart = np.isfinite(best)
        known = apart.any(axis=1)
        sums = np.where(apart, best, 0.0).sum(axis=1)
        scores[rows][known] = 1.0 - sums[known] / apart.sum(axis=1)[known]
    return scores


def find_unusual(frames: FrameIndex, video_id: str, *, limit: int = 3) -> list[Evidence]:
    """Returns the moments of a video that resemble the rest of it least, the least similar first.

    `score` is that of `UnusualMoment`, at most 1.
    """
    keyframes, vectors = frames.vectors(video_id)
    seconds = np.array([keyframe.seconds for keyframe in keyframes], np.float64)
    return [
        Evidence(
            Moment(video_id, keyframes[moment.first].seconds, keyframes[moment.last].seconds + TAIL_SECONDS),
            tool="find_unusual",
            score=min(1.0, max(0.0, moment.score)),
            keyframe=KeyframeRef.of(keyframes[moment.best]),
        )
        for moment in find_unusual_moments(vectors, seconds, limit=limit)
    ]


def find_unusual_tool(frames: FrameIndex, *, limit: int = 3) -> BaseTool:
    """Makes the tool over `frames`; its artifact is a list of Evidence, the most unusual first."""

    def run(video: str | None = None) -> tuple[str, list[Evidence]]:
        known = require_video(frames, video)
        videos = [known] if known else [v.video_id for v in frames.videos()]
        if len(videos) > MAX_VIDEOS:
            raise ToolException(f"{len(videos)} videos are too many to look through at once; name one")
        moments = [moment for video_id in videos for moment in find_unusual(frames, video_id, limit=limit)]
        if not moments:
            raise ToolException(f"nothing lies {APART_SECONDS:g} seconds apart: too short to say what is usual there")
        best = sorted(moments, key=lambda moment: -moment.score)[:limit]
        return ", ".join(f"{e.moment.video_id} at {format_timestamp(e.moment.start_seconds)}" for e in best), best

    return artifact_tool("find_unusual", run, FindUnusualInput)
