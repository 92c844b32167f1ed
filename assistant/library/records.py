"""Records that are written into a library or read from it, and its errors."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tools.errors import VideoAssistantError


class LibraryError(VideoAssistantError):
    """The library cannot do what was asked."""


class LibraryBusyError(LibraryError):
    """Another process is writing."""


class VectorIndexError(LibraryError):
    """Chroma cannot read its own index, as after a kill in the middle of writing."""


@dataclass(frozen=True, slots=True)
class KeyframeRow:
    """A keyframe as it is stored."""

    frame_index: int  # presentation order of decodable frames, from 0
    seconds: float  # relative to the first displayed frame
    pts: int  # in units of the video's time base
    shot: int  # index of its shot, from 0
    group: int  # near-duplicates share a group


@dataclass(frozen=True, slots=True)
class VideoRecord:
    """What is known of a video once its last frame has been decoded."""

    duration_seconds: float
    width: int  # pixels of the displayed frame
    height: int
    time_base: str  # a fraction, such as `1/12800`
    frame_count: int  # decodable frames
    warnings: tuple[str, ...] = ()
    recorded_at: str | None = None  # ISO 8601 with UTC offset


@dataclass(frozen=True, slots=True)
class StoredVideo:
    """Where a ready video's arrays lie, and their shapes."""

    video_id: str
    generation: str  # of its files: indexing again makes a new one
    embedder: str  # identity of the retrieval model
    keyframes: int  # number of them
    dimensions: int  # of a vector
    feature_tokens: int  # image states of a keyframe; 0: none are stored
    feature_width: int  # of an image state


@dataclass(frozen=True, slots=True)
class KeyframeArrays:
    """The keyframes of one video as plain arrays, in time order."""

    frame_indexes: NDArray[np.int64]  # (keyframes,), rising
    seconds: NDArray[np.float64]  # (keyframes,)
    vectors: NDArray[np.float32]  # (keyframes, d), L2-normalised, memory-mapped
