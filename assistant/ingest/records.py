"""What ingest takes and gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.media.readings import Cue

Status = Literal["indexed", "unchanged", "failed"]


@dataclass(frozen=True, slots=True)
class IngestOptions:
    """How densely a video is kept and read."""

    keyframe_seconds: float = 1.0  # two keyframes are at most so far apart
    read_seconds: float = 1.0  # within a shot, text on screen is read at most this often
    batch: int = 16  # frames that go through the models at once
    thumbnail_side: int = 480  # pixels of a thumbnail's longer side
    thumbnail_quality: int = 82  # JPEG, of 100
    feature_bytes: int = 50_000_000_000  # of stored image states, of all videos; a ViT-g's take 0.7 MB a keyframe


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one video is."""

    video: str  # path
    stage: str
    done_seconds: float  # of the video
    total_seconds: float | None  # None where the file does not say
    eta_seconds: float | None


@dataclass(frozen=True, slots=True)
class IndexResult:
    """What became of one input."""

    video_id: str | None
    path: str
    status: Status
    seconds: float  # of work
    keyframes: int
    lines: int
    warnings: tuple[str, ...]
    error: str | None


class Embedder(Protocol):
    """Pictures to vectors."""

    @property
    def identity(self) -> str: ...

    def embed_images(self, images: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """`(n, d)` float32, L2-normalised, for HWC uint8 RGB pictures."""
        ...


class FeatureExtractor(Protocol):
    """Pictures to the core's image states."""

    def features(self, images: Sequence[NDArray[np.uint8]]) -> NDArray[np.float16]:
        """`(n, tokens, width)` float16 for HWC uint8 RGB pictures."""
        ...


class Listener(Protocol):
    """Sound to words."""

    def transcribe(self, samples: NDArray[np.float32], start_seconds: float) -> list[Cue]:
        """What is said in `samples` (mono, 16 kHz, in [-1, 1]), which begin at `start_seconds`; in time order."""
        ...
