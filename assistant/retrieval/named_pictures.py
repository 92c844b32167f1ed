"""What a classifier named in a library's keyframes: implements `tools.ports.NameIndex` on its passages."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from copy import copy
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.retrieval.odds import passages_shown
from assistant.text.language import detect_language
from assistant.text.things import names_to_say
from tools.types import FrameHit, NamedPicture, Passage, PassageHit, PassageSource

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
        translate: returns a query in English, the language of the names, or None where it does not know the words.
    """

    def __init__(
        self,
        library: Library,
        encoder: MeaningEncoder | None,
        translate: Callable[[str], str | None] = lambda query: query,
    ) -> None:
        self._library, self._encoder, self._translate = library, encoder, translate
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
        hits = self._search(query, video_id, start_seconds, end_seconds, limit)
        return [picture for _, picture in self._with_pictures(hits)]

    def search(
        self,
        query: str,
        *,
        video_id: str | None = None,
        start_seconds: float | None = None,
        end_seconds: float | None = None,
        limit: int = 16,
    ) -> list[FrameHit]:
        """Returns the keyframes whose likely things' names are nearest to a query, best first.

        A hit is `shown` if the library would hardly hold so near a picture by chance.

        Args:
            query: as it was typed, or in English.
            video_id: the only video to search; None searches all.
            start_seconds: start of the range `[start_seconds, end_seconds)`; None is the video's start.
            end_seconds: end of the range; None is the video's end.
            limit: the most hits.
        """
        english = query if detect_language(query) == "en" else self._translate(query)
        hits = [] if english is None else self._search(english, video_id, start_seconds, end_seconds, limit)
        if not hits or english is None or self._encoder is None:
            return []
        vector = self._encoder.embed([english])[0]
        cosines = self._library.passage_vectors.cosines(self._encoder.identity, vector, _SOURCES)
        shown = dict(zip((_key(hit.passage) for hit in hits), passages_shown(hits, cosines), strict=True))
        return [
            FrameHit(
                picture.keyframe,
                hit.score,
                channel="name",
                why=", ".join(names_to_say(picture.text)) or english,
                shown=shown[_key(hit.passage)],
            )
            for hit, picture in self._with_pictures(hits)
        ]

    def _search(
        self, query: str, video_id: str | None, start_seconds: float | None, end_seconds: float | None, limit: int
    ) -> list[PassageHit]:
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
        return sorted(hits, key=lambda hit: -hit.score)[:limit]

    def _with_pictures(self, hits: Sequence[PassageHit]) -> list[tuple[PassageHit, NamedPicture]]:
        keyframes = {each: self._keyframes(each) for each in {hit.passage.video_id for hit in hits}}
        pictures = [(hit, _picture(hit.passage, keyframes[hit.passage.video_id])) for hit in hits]
        return [(hit, picture) for hit, picture in pictures if picture is not None]

    def _keyframes(self, video_id: str) -> dict[int, Keyframe]:
        return {keyframe.frame_index: keyframe for keyframe in self._library.keyframes(video_id)}


def _key(passage: Passage) -> tuple[str, int | None]:
    return passage.video_id, passage.frame_index


def _picture(passage: Passage, keyframes: dict[int, Keyframe]) -> NamedPicture | None:
    """The picture of a passage; None once its video was indexed again in between."""
    keyframe = None if passage.frame_index is None else keyframes.get(passage.frame_index)
    return None if keyframe is None else NamedPicture(keyframe, passage.end_seconds, passage.text)
