"""How times and moments are written for people and models, and how moments that they write are read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from langchain_core.tools import ToolException

if TYPE_CHECKING:
    from tools.ports import FrameIndex
    from tools.types import Keyframe

_MOMENT = re.compile(r"(?P<video>.+)@(?P<seconds>\d+(?:\.\d+)?)")


def format_timestamp(seconds: float) -> str:
    """Writes seconds as minutes and seconds, cut to tenths: 83.25 as `1:23.2`, 3600 as `1:00:00.0`."""
    tenths = max(0, int(seconds * 10))
    minutes, rest = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    tail = f"{rest // 10:02d}.{rest % 10}"
    return f"{hours}:{minutes:02d}:{tail}" if hours else f"{minutes}:{tail}"


def format_moment(keyframe: Keyframe) -> str:
    """Writes the moment of a keyframe as `VIDEO@SECONDS`, which `keyframe_at` reads."""
    return f"{keyframe.video_id}@{keyframe.seconds:.3f}"


def require_video(frames: FrameIndex, video_id: str | None) -> str | None:
    """Returns `video_id` itself if the library holds that video; None for None.

    Raises:
        ToolException: the library does not hold it; the message names the videos that it holds.
    """
    if video_id is None:
        return None
    known = [video.video_id for video in frames.videos()]
    if video_id not in known:
        raise ToolException(f"no video {video_id!r}; the library holds: {', '.join(known) or 'nothing yet'}")
    return video_id


def keyframe_at(frames: FrameIndex, where: str) -> Keyframe:
    """Returns the keyframe nearest to a moment that is written `VIDEO@SECONDS`.

    Raises:
        ToolException: it is not written so, the video is unknown or has no keyframes, or it ends before.
    """
    parsed = _MOMENT.fullmatch(where.strip())
    if parsed is None:
        raise ToolException(f"{where!r} is no moment; write VIDEO@SECONDS")
    video_id, seconds = parsed["video"], float(parsed["seconds"])
    require_video(frames, video_id)
    keyframes = frames.keyframes(video_id)
    if not keyframes:
        raise ToolException(f"{video_id} has no keyframes; index it again")
    duration = next(video.duration_seconds for video in frames.videos() if video.video_id == video_id)
    # A file may say too little of its length, and a moment is written with three decimals.
    if seconds > max(duration, keyframes[-1].seconds + 0.001):
        raise ToolException(f"{video_id} ends at {format_timestamp(duration)}, {format_timestamp(seconds)} is past it")
    return min(keyframes, key=lambda k: abs(k.seconds - seconds))
