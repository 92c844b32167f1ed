"""What is unusual in a video: moments that resemble little of the rest of it.

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
from tools.clock import clock, known_video
from tools.types import Evidence, KeyframeRef, Moment

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tools.ports import FrameIndex

APART_SECONDS = 8.0  # what lies nearer belongs to the same happening
RESEMBLING = 0.1  # of a video: what is like so much of it is usual there
CHUNK = 512  # keyframes compared with all others at once
MOST_VIDEOS = 50  # looked through in one question
TAIL_SECONDS = 1.0  # how long what the last keyframe shows lasts


SCHEMA_TEXT = schema_text("tools/find_unusual")


class FindUnusualInput(BaseModel):
    """Slots of `find_unusual`."""

    video: str | None = Field(default=None, description=SCHEMA_TEXT.field("video"))


@dataclass(frozen=True, slots=True)
class UnusualMoment:
    """A stretch of keyframes, `[first, last]`, around the one that resembles the rest least."""

    at: int
    first: int
    last: int
    score: float  # in [0, 2]: 1 minus the mean cosine to what resembles it most elsewhere


def unusual_moments(
    vectors: NDArray[np.float32], seconds: NDArray[np.float64], *, limit: int = 3
) -> list[UnusualMoment]:
    """The moments that resemble the rest of their video least, those first; none where nothing lies apart.

    Args:
        vectors: (keyframes, d), L2-normalised.
        seconds: (keyframes,), strictly increasing.
        limit: how many at most; they lie `APART_SECONDS` apart.
    """
    scores = strangeness(vectors, seconds)
    usual = float(np.median(scores[np.isfinite(scores)])) if np.isfinite(scores).any() else 0.0
    found: list[UnusualMoment] = []
    free = np.isfinite(scores)
    while free.any() and len(found) < limit:
        at = int(np.where(free, scores, -np.inf).argmax())
        # Down to half of how far it stands out, within the same happening.
        inside = (scores >= (scores[at] + usual) / 2) & (np.abs(seconds - seconds[at]) < APART_SECONDS)
        first, last = at, at
        while first > 0 and inside[first - 1]:
            first -= 1
        while last + 1 < len(scores) and inside[last + 1]:
            last += 1
        found.append(UnusualMoment(at, first, last, float(scores[at])))
        free &= np.abs(seconds - seconds[at]) >= APART_SECONDS
    return found


def strangeness(vectors: NDArray[np.float32], seconds: NDArray[np.float64]) -> NDArray[np.float64]:
    """`(keyframes,)` in [0, 2]: 1 minus the mean cosine to the share `RESEMBLING` of the video that resembles each
    most, what lies nearer than `APART_SECONDS` left out; NaN where everything does.
    """
    found = np.full(len(seconds), np.nan)
    many = max(1, math.ceil(RESEMBLING * len(seconds)))
    for start in range(0, len(seconds), CHUNK):
        rows = slice(start, start + CHUNK)
        cosines = np.asarray(vectors[rows], np.float32) @ np.asarray(vectors, np.float32).T
        cosines[np.abs(seconds[rows, None] - seconds) < APART_SECONDS] = -np.inf
        best = -np.sort(-cosines, axis=1)[:, :many]
        there = np.isfinite(best)
        known = there.any(axis=1)
        sums = np.where(there, best, 0.0).sum(axis=1)
        found[rows][known] = 1.0 - sums[known] / there.sum(axis=1)[known]
    return found


def find_unusual(frames: FrameIndex, video_id: str, *, limit: int = 3) -> list[Evidence]:
    """The moments of a video that resemble the rest of it least, those first; `score` is 1 minus a cosine, within
    [0, 1].
    """
    keyframes, vectors = frames.vectors(video_id)
    seconds = np.array([keyframe.seconds for keyframe in keyframes], np.float64)
    return [
        Evidence(
            Moment(video_id, keyframes[moment.first].seconds, keyframes[moment.last].seconds + TAIL_SECONDS),
            tool="find_unusual",
            score=min(1.0, max(0.0, moment.score)),
            keyframe=KeyframeRef.of(keyframes[moment.at]),
        )
        for moment in unusual_moments(vectors, seconds, limit=limit)
    ]


def find_unusual_tool(frames: FrameIndex, *, limit: int = 3) -> BaseTool:
    """The tool over `frames`; its artifact is a list of Evidence, the least usual first."""

    def run(video: str | None = None) -> tuple[str, list[Evidence]]:
        known = known_video(frames, video)
        videos = [known] if known else [one.video_id for one in frames.videos()]
        if len(videos) > MOST_VIDEOS:
            raise ToolException(f"{len(videos)} videos are too many to look through at once; name one")
        found = [moment for one in videos for moment in find_unusual(frames, one, limit=limit)]
        if not found:
            raise ToolException(f"nothing lies {APART_SECONDS:g} seconds apart: too short to say what is usual there")
        best = sorted(found, key=lambda moment: -moment.score)[:limit]
        return ", ".join(f"{one.moment.video_id} at {clock(one.moment.start_seconds)}" for one in best), best

    return artifact_tool("find_unusual", run, FindUnusualInput)
