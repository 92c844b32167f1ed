"""What a classifier named in a library's keyframes: implements `tools.ports.NameIndex` on its passages."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from copy import copy
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from tools.types import NamedPicture, Passage, PassageSource

if TYPE_CHECKING:
    from assistant.library import Library
    from tools.types import Keyframe


_SOURCES: tuple[PassageSource, ...] = ("name",)


class MeaningEncoder(Protocol):
    """Places texts by their meaning."""

    @property
    def identity(self) -> str:
        """Names the model and its weights."""
        ...

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Returns `(n, d)` float32, L2-normalised, for n texts."""
        ...


class NamedPictures:
    """Implements `tools.ports.NameIndex`.

    Args:
        library: whose keyframes were named while they were indexed.
        encoder: places the queries; None: no picture is near any.
    """

    def __init__(self, library: Library, encoder: MeaningEncoder | None) -> None:
        self._library, self._encoder = library, encoder
        self._video_ids: tuple[str, ...] | None = None

    def within(self, video_ids: Collection[str]) -> NamedPictures:
        """Returns the same index limited to some videos."""
        narrowed = copy(self)
        narrowed._video_ids = tuple(dict.fromkeys(video_ids))
        return narrowed

    def named_pictures(
        self, video_id: str, start_seconds: float | None = None, end_seconds: float | None = None
    ) -> list[NamedPicture]:
        keyframes = self._keyframes(video_id)
        return [
            picture
            for passage in self._library.passage_vectors.passages(video_id)
            if passage.source == "name"
            and passage.end_seconds > (start_seconds or 0.0)
            and (end_seconds is None or passage.start_seconds < end_seconds)
            if (picture := _picture(passage, keyframes)) is not None
        ]

    def nearest_named(
        self,
        query: str,
        *,
        video_id: str | None = None,
        start_seconds: float | None = None,
        end_seconds: float | None = None,
        limit: int = 8,
    ) -> list[NamedPicture]:
        if self._encoder is None:
            return []
        scopes = [video_id] if video_id is not None or self._video_ids is None else self._video_ids
        vector = self._encoder.embed([query])[0]
        hits = [
            hit
            for scope in scopes
            for hit in self._library.passage_vectors.search(
                self._encoder.identity,
                vector,
                video_id=scope,
                sources=_SOURCES,
                start_seconds=start_seconds,
                end_seconds=end_seconds,
                limit=limit,
            )
        ]
        nearest = sorted(hits, key=lambda hit: -hit.score)[:limit]
        keyframes = {each: self._keyframes(each) for each in {hit.passage.video_id for hit in nearest}}
        pictures = [_picture(hit.passage, keyframes[hit.passage.video_id]) for hit in nearest]
        return [picture for picture in pictures if picture is not None]

    def _keyframes(self, video_id: str) -> dict[int, Keyframe]:
        return {keyframe.frame_index: keyframe for keyframe in self._library.keyframes(video_id)}


def _picture(passage: Passage, keyframes: dict[int, Keyframe]) -> NamedPicture | None:
    """The picture of a passage; None once its video was indexed again in between."""
    keyframe = None if passage.frame_index is None else keyframes.get(passage.frame_index)
    return None if keyframe is None else NamedPicture(keyframe, passage.end_seconds, passage.text)
