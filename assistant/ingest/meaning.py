"""The step after a video is ready: places its passages, and the names of its things, in the space of meaning.

It reads only what the library holds, lines and thumbnails, so a library of an older release gets it without decoding.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.ingest.passages import build_passages

if TYPE_CHECKING:
    from assistant.library import Library
    from assistant.library.writer import Writer


class MeaningEncoder(Protocol):
    """Places texts by their meaning."""

    @property
    def identity(self) -> str:
        """Names the model and its weights: vectors of different identities cannot be compared."""
        ...

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Returns `(n, d)` float32, L2-normalised, for n texts."""
        ...


def add_meaning(library: Library, writer: Writer, video_id: str, encoder: MeaningEncoder) -> None:
    """Stores the passages of a ready video with their vectors, in place of those before."""
    passages = build_passages(library.lines(video_id))
    writer.set_meaning(video_id, encoder.identity, passages, encoder.embed([passage.text for passage in passages]))


def lacks_meaning(library: Library, video_id: str, encoder: MeaningEncoder) -> bool:
    """Whether a ready video's passages were not placed by this encoder yet."""
    return library.meaning_encoder(video_id) != encoder.identity
