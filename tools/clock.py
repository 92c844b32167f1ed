"""Seconds as people read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langchain_core.tools import ToolException

if TYPE_CHECKING:
    from tools.ports import FrameIndex


def clock(seconds: float) -> str:
    """`83.25` as `1:23.2`, `3600` as `1:00:00.0`."""
    tenths = max(0, int(seconds * 10))
    minutes, rest = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    tail = f"{rest // 10:02d}.{rest % 10}"
    return f"{hours}:{minutes:02d}:{tail}" if hours else f"{minutes}:{tail}"


def known_video(frames: FrameIndex, video_id: str | None) -> str | None:
    """`video_id` itself.

    Raises:
        ToolException: the library does not hold it.
    """
    if video_id is None:
        return None
    known = [video.video_id for video in frames.videos()]
    if video_id not in known:
        raise ToolException(f"no video {video_id!r}; the library holds: {', '.join(known) or 'nothing yet'}")
    return video_id
