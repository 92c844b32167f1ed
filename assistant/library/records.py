"""What is written into a library, and what can go wrong with one."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tools.errors import VideoAssistantError


class LibraryError(VideoAssistantError):
    """A library that cannot do what was asked."""


class LibraryBusyError(LibraryError):
    """Somebody else is writing."""


class VectorIndexError(LibraryError):
    """Chroma cannot read its own index: a kill can hit it in the middle of writing."""


@dataclass(frozen=True, slots=True)
class KeyframeRow:
    """A keyframe as it is stored."""

    frame_index: int  # presentation order of decodable frames, from 0
    seconds: float  # relative to the first displayed frame
    pts: int  # in units of the video's time base
    shot: int
    group: int  # near-duplicates share a group


@dataclass(frozen=True, slots=True)
class VideoRecord:
    """What is known of a video when its last frame has been seen."""

    duration_seconds: float
    width: int  # pixels of the displayed frame
    height: int
    time_base: str  # a fraction, such as `1/12800`
    frame_count: int
    warnings: tuple[str, ...] = ()
    recorded_at: str | None = None  # ISO 8601 with its offset


@dataclass(frozen=True, slots=True)
class StoredVideo:
    """Where a ready video's arrays lie, and their shapes."""

    video_id: str
    generation: str
    embedder: str
    keyframes: int
    dimensions: int
    feature_tokens: int  # 0: no features
    feature_width: int


@dataclass(frozen=True, slots=True)
class KeyframeArrays:
    """The keyframes of one video as bare numbers, in time order."""

    frame_indexes: NDArray[np.int64]  # (keyframes,)
    seconds: NDArray[np.float64]  # (keyframes,)
    vectors: NDArray[np.float32]  # (keyframes, d), L2-normalised, memory-mapped
