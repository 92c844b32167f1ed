"""What a classifier named in a library's keyframes: implements `tools.ports.NameIndex` on its passages."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from copy import copy
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.library.records import LibraryError
from assistant.retrieval.odds import ShownOptions, passages_shown
from assistant.text.language import detect_language
from assistant.text.things import names_to_say, shows_thing
from tools.types import FrameHit, NamedPicture, Passage, PassageHit, PassageSource

if TYPE_CHECKING:
    from assistant.library import Library


# Odds by which a picture's place must stand out: pictures lie nearer to sentences that nothing shows than lines do. Of
# 40 queries for what no video shows, two to four show a hit.
SHOWN = ShownOptions(min_named_odds=1000.0)
# Cosine of two pictures' places above which they show the same, and the second follows after all that differ.
MAX_ALIKE = 0.95
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
        self._last: tuple[str, NDArray[np.float32]] | None = None  # an answer searches one query several times

    def within(self, video_ids: Collection[str]) -> NamedPictures:
        """Returns the same index limited to some videos."""
        narrowed = copy(self)
        narrowed._video_ids = tuple(dict.fromkeys(video_ids))
        return narrowed

    def named_pictures(
        self, video_id: str, start_seconds: float | None = None, end_seconds: float | None = None
    ) -> list[NamedPicture]:
        keyframes = {keyframe.frame_index: keyframe for keyframe in self._library.keyframes(video_id)}
        return [
            NamedPicture(keyframe, passage.end_seconds, passage.text)
            for passage in self._library.passage_vectors.passages(video_id)
            if passage.source == "name"
            and passage.end_seconds > (start_seconds or 0.0)
            and (end_seconds is None or passage.start_seconds < end_seconds)
            if (keyframe := keyframes.get(passage.frame_index or 0)) is not None
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

        A hit is `shown` if a thing of the query is named there, or the library would hardly hold so near a picture by
        chance.

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
        vector = self._vector(english, self._encoder)
        cosines = self._library.passage_vectors.cosines(self._encoder.identity, vector, _SOURCES)
        stand_out = passages_shown(hits, cosines, options=SHOWN)
        things = _phrases(english)
        shown = {
            _key(hit.passage): stands_out or any(shows_thing(hit.passage.text, thing) for thing in things)
            for hit, stands_out in zip(hits, stand_out, strict=True)
        }
        return [
            FrameHit(
                picture.keyframe,
                hit.score,
                channel="name",
                why=", ".join(names_to_say(picture.text)) or english,
                shown=shown[_key(hit.passage)],
            )
            for hit, picture in self._with_pictures(self._varied(hits, self._encoder))
        ]

    def _varied(self, hits: Sequence[PassageHit], encoder: MeaningEncoder) -> list[PassageHit]:
        """Hits in their order, but those whose place is nearly that of a better one after all others.

        Carbonell and Goldstein 1998, "Maximal Marginal Relevance": the first hits are worth more if they differ.
        """
        spots = [(hit.passage.video_id, int(hit.passage.frame_index or 0)) for hit in hits]
        try:
            vectors = self._library.passage_vectors.of_pictures(encoder.identity, spots)
        except LibraryError:  # a video was indexed again in between
            return list(hits)
        alike = vectors @ vectors.T > MAX_ALIKE
        different: list[int] = []
        for row in range(len(hits)):
            if not alike[row, different].any():
                different.append(row)
        return [hits[row] for row in [*different, *sorted(set(range(len(hits))) - set(different))]]

    def _search(
        self, query: str, video_id: str | None, start_seconds: float | None, end_seconds: float | None, limit: int
    ) -> list[PassageHit]:
        if self._encoder is None:
            return []
        scopes = [video_id] if video_id is not None or self._video_ids is None else self._video_ids
        vector = self._vector(query, self._encoder)
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
        """Hits with their pictures; those whose video was indexed again in between are left out."""
        pictures = []
        for hit in hits:
            passage = hit.passage
            with suppress(LibraryError):
                keyframe = self._library.keyframe(passage.video_id, int(passage.frame_index or 0))
                pictures.append((hit, NamedPicture(keyframe, passage.end_seconds, passage.text)))
        return pictures

    def _vector(self, query: str, encoder: MeaningEncoder) -> NDArray[np.float32]:
        last = self._last
        if last is None or last[0] != query:
            self._last = last = query, encoder.embed([query])[0]
        return last[1]


def _phrases(query: str) -> list[str]:
    """The runs of up to three words of a query, each of which may name a thing."""
    words = re.findall(r"[\w-]+", query)
    return [" ".join(words[start:end]) for start in range(len(words)) for end in range(start + 1, start + 4)]


def _key(passage: Passage) -> tuple[str, int | None]:
    return passage.video_id, passage.frame_index
