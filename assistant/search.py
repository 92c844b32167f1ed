"""The library, searched in words: what the tools' `FrameIndex` and `TextIndex` ports ask for."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from tools.errors import VideoAssistantError
from tools.ports import Similarities
from tools.types import FrameHit, Keyframe, Line, Source, Video

if TYPE_CHECKING:
    from assistant.library import Library

CACHED_QUERIES = 256  # a page that re-runs on every click asks for the same words again


class TextEncoder(Protocol):
    """Words and pictures to vectors of the library's space."""

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]: ...
    def embed_images(self, images: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]: ...


class LibrarySearch:
    """Implements `tools.ports.FrameIndex` and `tools.ports.TextIndex` over a library and a text encoder."""

    def __init__(self, library: Library, encoder: TextEncoder) -> None:
        self.library = library
        self._encoder = encoder
        self._texts: OrderedDict[str, NDArray[np.float32]] = OrderedDict()

    def videos(self) -> list[Video]:
        return self.library.videos()

    def keyframes(
        self, video_id: str, start_seconds: float | None = None, end_seconds: float | None = None
    ) -> list[Keyframe]:
        return self.library.keyframes(video_id, start_seconds, end_seconds)

    def search(
        self,
        query: str,
        *,
        video_id: str | None = None,
        start_seconds: float | None = None,
        end_seconds: float | None = None,
        limit: int = 16,
    ) -> list[FrameHit]:
        return self.search_pictures(
            query, video_id=video_id, start_seconds=start_seconds, end_seconds=end_seconds, limit=limit
        )

    def search_pictures(
        self,
        query: str,
        *,
        video_id: str | None = None,
        start_seconds: float | None = None,
        end_seconds: float | None = None,
        limit: int = 16,
    ) -> list[FrameHit]:
        """The keyframes whose pictures are nearest in meaning to `query`, best first."""
        return self.search_vector(
            self._embed([query]),
            why=query,
            video_id=video_id,
            start_seconds=start_seconds,
            end_seconds=end_seconds,
            limit=limit,
        )

    def search_image(
        self,
        image: NDArray[np.uint8],
        *,
        why: str,
        video_id: str | None = None,
        start_seconds: float | None = None,
        end_seconds: float | None = None,
        limit: int = 16,
    ) -> list[FrameHit]:
        """The keyframes that look most like `image` (HWC uint8 RGB)."""
        return self.search_vector(
            self._encoder.embed_images([image]),
            why=why,
            video_id=video_id,
            start_seconds=start_seconds,
            end_seconds=end_seconds,
            limit=limit,
        )

    def search_vector(
        self,
        vector: NDArray[np.float32],
        *,
        why: str,
        video_id: str | None,
        start_seconds: float | None,
        end_seconds: float | None,
        limit: int,
    ) -> list[FrameHit]:
        """The keyframes nearest to one vector, `(1, d)` L2-normalised."""
        if limit < 1:
            raise VideoAssistantError(f"limit is {limit}; it takes a whole number from 1 on")
        (hits,) = self.library.search_vectors(
            vector, video_id=video_id, start_seconds=start_seconds, end_seconds=end_seconds, limit=limit
        )
        return [FrameHit(keyframe=keyframe, score=score, why=why) for keyframe, score in hits]

    def similarities(self, queries: Sequence[str], *, video_id: str) -> Similarities:
        keyframes, vectors = self.library.vectors(video_id)
        return Similarities(keyframes=keyframes, scores=self._embed(queries) @ np.asarray(vectors).T)

    def search_lines(
        self,
        query: str,
        *,
        video_id: str | None = None,
        source: Source | None = None,
        start_seconds: float | None = None,
        end_seconds: float | None = None,
        limit: int = 20,
    ) -> list[Line]:
        return self.library.search_lines(
            query,
            video_id=video_id,
            source=source,
            start_seconds=start_seconds,
            end_seconds=end_seconds,
            limit=limit,
        )

    def lines(
        self,
        video_id: str,
        *,
        source: Source | None = None,
        start_seconds: float | None = None,
        end_seconds: float | None = None,
    ) -> list[Line]:
        return self.library.lines(video_id, source=source, start_seconds=start_seconds, end_seconds=end_seconds)

    def _embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        missing = [text for text in dict.fromkeys(texts) if text not in self._texts]
        if missing:
            for text, row in zip(missing, self._encoder.embed_texts(missing), strict=True):
                self._texts[text] = row
        rows = np.stack([self._texts[text] for text in texts])
        while len(self._texts) > CACHED_QUERIES:
            self._texts.popitem(last=False)
        return rows
