"""What a library stores of a video, made up: the speed of a search does not depend on what the frames show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.types import Keyframe

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from assistant.library import KeyframeRow, VideoDraft, VideoRecord, Writer

FRAME_RATE = 25
KEYFRAMES_PER_SHOT = 10


class StoredFeatures:
    """Hands out features of frames as a library does, whatever the video.

    Args:
        features: `(frames, tokens, width)` float16.
    """

    def __init__(self, features: NDArray[np.float16]) -> None:
        self._features = features

    def features(self, video_id: str, frame_indexes: Sequence[int]) -> NDArray[np.float16]:  # noqa: ARG002
        return self._features[list(frame_indexes)]


def keyframes(count: int) -> list[Keyframe]:
    """Keyframes of one video, a second apart, without pictures; their indexes are those of `StoredFeatures`."""
    return [Keyframe("v", index, float(index), 0, 0, "") for index in range(count)]


def keyframe_rows(count: int) -> list[KeyframeRow]:
    """Rows of keyframes that are a second apart, each the only one of its group of near-duplicates."""
    from assistant.library import KeyframeRow

    return [
        KeyframeRow(FRAME_RATE * i, float(i), FRAME_RATE * i, i // KEYFRAMES_PER_SHOT, group=i) for i in range(count)
    ]


def video_record(keyframe_count: int) -> VideoRecord:
    """The record of a video with so many of these keyframes."""
    from assistant.library import VideoRecord

    return VideoRecord(float(keyframe_count), 640, 360, f"1/{FRAME_RATE}", FRAME_RATE * keyframe_count)


def begin_video(writer: Writer, folder: Path, number: int) -> VideoDraft:
    """Begins the video of a number, whose file in `folder` holds that number and nothing else.

    Raises:
        ValueError: the library has this video already.
    """
    source = folder / f"video {number}.mp4"
    source.write_bytes(str(number).encode())
    draft = writer.begin(source)
    if draft is None:
        raise ValueError(f"{source} is in the library already; start with an empty library")
    return draft
