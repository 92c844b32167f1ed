"""What ingest reports, and the models that it needs, as Protocols."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.media.readings import Transcript

Status = Literal["indexed", "unchanged", "failed"]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the indexing of one video is."""

    video: str  # path
    stage: str  # what is being done, for the screen
    done_seconds: float  # of the video
    total_seconds: float | None  # None if the file does not state its duration
    eta_seconds: float | None  # time left; None if unknown


@dataclass(frozen=True, slots=True)
class IndexResult:
    """What became of one input file."""

    video_id: str | None  # None if it failed
    path: str
    status: Status
    seconds: float  # of work
    keyframes: int
    lines: int
    warnings: tuple[str, ...]
    error: str | None  # one line; None unless it failed


class Embedder(Protocol):
    """The retrieval model: turns pictures into vectors."""

    @property
    def identity(self) -> str:
        """Names the model and its weights: vectors of different identities cannot be compared."""
        ...

    def embed_images(self, images: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """Returns `(n, d)` float32, L2-normalised, for n HWC uint8 RGB pictures."""
        ...


class FeatureExtractor(Protocol):
    """The core's vision tower: turns pictures into image states."""

    def features(self, images: Sequence[NDArray[np.uint8]]) -> NDArray[np.float16]:
        """Returns `(n, tokens, width)` float16 for n HWC uint8 RGB pictures."""
        ...


class SpeechRecogniser(Protocol):
    """Turns speech into timed text."""

    @property
    def language(self) -> str | None:
        """The only language that it knows (ISO 639-1); None if it detects the language."""
        ...

    def transcribe(self, samples: NDArray[np.float32], start_seconds: float) -> Transcript:
        """Returns what is said in `samples` (mono, 16 kHz, in [-1, 1]) that begin at `start_seconds`, in time order."""
        ...
