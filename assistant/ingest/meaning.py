"""The step after a video is ready: places its passages, and the names of its things, in the space of meaning.

It reads only what the library holds, lines and thumbnails, so a library of an older release gets it without decoding.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.ingest.names import KeyframeNamer
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


def add_meaning(
    library: Library, writer: Writer, video_id: str, encoder: MeaningEncoder, namer: KeyframeNamer | None = None
) -> None:
    """Stores a ready video's passages and the names of its keyframes, with their vectors, in place of those before.

    Args:
        library: holds the video.
        writer: of that library.
        video_id: the video.
        encoder: places the passages.
        namer: names keyframes that have no names yet, in the space of this encoder. Names that are there stay.
    """
    passages = build_passages(library.lines(video_id))
    vectors = encoder.embed([passage.text for passage in passages])
    names, places = library.passage_vectors.of_source(video_id, encoder.identity, "name")
    if not names and namer is not None:
        names, places = namer.name(library, video_id)
    if names:
        passages, vectors = [*passages, *names], np.concatenate([vectors, places])
        order = sorted(range(len(passages)), key=lambda row: (passages[row].start_seconds, passages[row].end_seconds))
        passages, vectors = [passages[row] for row in order], vectors[order]
    writer.set_meaning(video_id, encoder.identity, passages, vectors)


def lacks_meaning(library: Library, video_id: str, encoder: MeaningEncoder, namer: KeyframeNamer | None = None) -> bool:
    """Whether this encoder has not placed a ready video's passages yet, or its keyframes have no names but could."""
    if library.meaning_encoder(video_id) != encoder.identity:
        return True
    if namer is None or library.passage_vectors.has_source(video_id, "name"):
        return False
    return namer.has_unknown(library, video_id)
