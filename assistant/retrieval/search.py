"""The library, searched in words: what the tools' `FrameIndex` and `TextIndex` ports ask for."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Sequence
from copy import copy
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.retrieval.feedback import moved, turned_down
from assistant.retrieval.fusion import Channel, ChannelHit, at_keyframes, fuse, picture_weight, text_weight
from tools.errors import VideoAssistantError
from tools.ports import Calibration, Feedback, Peaks, Similarities
from tools.types import FrameHit, Keyframe, Line, Source, Video

if TYPE_CHECKING:
    from assistant.library import Library
    from assistant.retrieval.rerank import Reranker

CACHED_QUERIES = 256  # a page that re-runs on every click asks for the same words again
WEIGHED = 100  # hits of each channel, from which its weight is judged
NEIGHBOURS = 16  # hits more that a search asks for, for each keyframe turned down
COMPARED = 256  # keyframes of each of two videos, spread evenly
HELD = 0.6  # of a query that a line must hold: less is chance


class TextEncoder(Protocol):
    """Words and pictures to vectors of the library's space."""

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]: ...
    def embed_images(self, images: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]: ...


class LibrarySearch:
    """Implements `tools.ports.FrameIndex` and `tools.ports.TextIndex` over a library and a text encoder.

    Args:
        library: what is searched.
        encoder: words and pictures to vectors of its space.
        calibration: what the cosines mean.
        reranker: puts the best pictures of a search in words in order; None: they keep the order of their cosines.
    """

    def __init__(
        self, library: Library, encoder: TextEncoder, calibration: Calibration, reranker: Reranker | None = None
    ) -> None:
        self.library = library
        self._reranker = reranker
        self.calibration = calibration
        self._encoder = encoder
        self._texts: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self._only: tuple[str, ...] | None = None

    def within(self, video_ids: Collection[str]) -> LibrarySearch:
        """The same search over some videos alone: exact, on their own arrays."""
        narrowed = copy(self)
        narrowed._only = tuple(dict.fromkeys(video_ids))
        return narrowed

    def videos(self) -> list[Video]:
        return [video for video in self.library.videos() if self._only is None or video.video_id in self._only]

    def _places(self, video_id: str | None) -> Sequence[str | None]:
        """Where to search: in one video, in each of the chosen ones, or in all at once."""
        return [video_id] if video_id is not None or self._only is None else self._only

    def keyframes(
        self, video_id: str, start_seconds: float | None = None, end_seconds: float | None = None
    ) -> list[Keyframe]:
        return self.library.keyframes(video_id, start_seconds, end_seconds)

    def search(
        self,
        query: str,
        *,
        words: str | None = None,
        video_id: str | None = None,
        start_seconds: float | None = None,
        end_seconds: float | None = None,
        limit: int = 16,
        feedback: Feedback | None = None,
    ) -> list[FrameHit]:
        """Keyframes by what they show, and by what is written, said or told of them, best first.

        Args:
            query: in the retrieval model's language.
            words: as they were typed, for the channels of text; default: the query.
            feedback: moves what pictures are compared with; what was turned down is left out, with the
                near-duplicates that stand beside it.
        """
        if limit < 1:
            raise VideoAssistantError(f"limit is {limit}; it takes a whole number from 1 on")
        where: dict[str, Any] = {"video_id": video_id, "start_seconds": start_seconds, "end_seconds": end_seconds}
        rejected = feedback.rejected if feedback else ()
        vector = self.embed([query])
        if feedback is not None:
            vector = moved(vector, *(list(map(self._vector, kept)) for kept in (feedback.pinned, feedback.rejected)))
        found = self.search_vector(vector, why=query, **where, limit=max(limit, WEIGHED) + len(rejected) * NEIGHBOURS)
        pictures = [hit for hit in found if not turned_down(hit.keyframe, rejected)]
        if not pictures:
            return []
        weight = picture_weight([hit.score for hit in pictures])
        # A model that reads the words alone would undo what pinning and rejecting changed.
        if self._reranker is not None and feedback is None:
            pictures = self._reranker.order(query, pictures)
        shown = Channel("picture", weight, _ranked(pictures))
        typed = query if words is None else words
        # Captions are the core's own words: without typos, and so many that they would crowd out what people wrote.
        said = self._search_lines(typed, **where, excluded_source="caption", limit=WEIGHED)
        told = self._search_lines(typed, **where, source="caption", allow_typos=False, limit=WEIGHED)
        others = [self._channel(*one, typed, pictures) for one in (("words", said), ("caption", told))]
        hits = fuse([shown, *others], limit + len(rejected) * NEIGHBOURS)
        return [hit for hit in hits if not turned_down(hit.keyframe, rejected)][:limit]

    def vectors(self, video_id: str) -> tuple[list[Keyframe], NDArray[np.float32]]:
        return self.library.vectors(video_id)

    def _vector(self, keyframe: Keyframe) -> NDArray[np.float32]:
        arrays = self.library.keyframe_arrays(keyframe.video_id)
        row: NDArray[np.float32] = arrays.vectors[int(np.searchsorted(arrays.frame_indexes, keyframe.frame_index))]
        return row

    def _channel(self, name: str, found: Sequence[Line], words: str, pictures: Sequence[FrameHit]) -> Channel:
        """Lines that hold most of the words, as a channel."""
        lines = [line for line in found if line.score >= HELD]
        weight = text_weight([line.score for line in lines], words=len(words.split()), quoted='"' in words)
        return Channel(name, weight, at_keyframes([(line, self._keyframes_of(line)) for line in lines], pictures))

    def _keyframes_of(self, line: Line) -> list[Keyframe]:
        """The keyframes shown while a line is, or the nearest."""
        found = self.keyframes(line.video_id, line.start_seconds, line.end_seconds)
        return found or [self.library.nearest_keyframe(line.video_id, line.start_seconds)]

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
            self.embed([query]),
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

    def similar_videos(self, video_id: str, *, limit: int = 16) -> list[FrameHit]:
        """The videos most like one, best first, each by the keyframe that is most like one of its own.

        Scores are the mean, over the keyframes of `video_id`, of the similarity of what is nearest in the other video.
        """
        _, own = self.library.vectors(video_id)
        found = []
        for video in self.videos():
            if video.video_id == video_id:
                continue
            keyframes, vectors = self.library.vectors(video.video_id)
            step = -(-len(vectors) // COMPARED)
            scores = np.asarray(own[:: -(-len(own) // COMPARED)]) @ np.asarray(vectors[::step]).T
            best = keyframes[int(scores.max(axis=0).argmax()) * step]
            found.append(FrameHit(best, float(scores.max(axis=1).mean()), why=f"like {video_id}"))
        return sorted(found, key=lambda hit: -hit.score)[:limit]

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
        hits = [
            FrameHit(keyframe=keyframe, score=score, why=why)
            for place in self._places(video_id)
            for keyframe, score in self.library.search_vectors(
                vector, video_id=place, start_seconds=start_seconds, end_seconds=end_seconds, limit=limit
            )[0]
        ]
        return sorted(hits, key=lambda hit: -hit.score)[:limit]

    def similarities(self, queries: Sequence[str], *, video_id: str) -> Similarities:
        arrays = self.library.keyframe_arrays(video_id)
        return Similarities(arrays.frame_indexes, arrays.seconds, self.embed(queries) @ arrays.vectors.T)

    def peaks(self, queries: Sequence[str]) -> Peaks:
        video_ids, scores = self.library.similarity_upper_bounds(self.embed(queries))
        if self._only is not None:
            kept = [place for place, video_id in enumerate(video_ids) if video_id in self._only]
            video_ids, scores = [video_ids[place] for place in kept], scores[:, kept]
        return Peaks(video_ids, scores)

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
        return self._search_lines(
            query,
            video_id=video_id,
            source=source,
            start_seconds=start_seconds,
            end_seconds=end_seconds,
            limit=limit,
        )

    def _search_lines(self, query: str, *, video_id: str | None, limit: int, **how: Any) -> list[Line]:
        places = self._places(video_id)
        lines = [x for place in places for x in self.library.search_lines(query, video_id=place, limit=limit, **how)]
        return lines if len(places) == 1 else sorted(lines, key=lambda line: -line.score)[:limit]

    def passages(self, question: str, *, video_id: str | None = None, limit: int = 20) -> list[Line]:
        places = self._places(video_id)
        lines = [x for place in places for x in self.library.passages(question, video_id=place, limit=limit)]
        return lines if len(places) == 1 else sorted(lines, key=lambda line: -line.score)[:limit]

    def lines(
        self,
        video_id: str,
        *,
        source: Source | None = None,
        start_seconds: float | None = None,
        end_seconds: float | None = None,
    ) -> list[Line]:
        return self.library.lines(video_id, source=source, start_seconds=start_seconds, end_seconds=end_seconds)

    def embed_images(self, images: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """`(n, d)` float32, L2-normalised, of HWC uint8 RGB pictures."""
        return self._encoder.embed_images(images)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """`(n, d)` float32, L2-normalised; what was asked lately is not encoded again."""
        missing = [text for text in dict.fromkeys(texts) if text not in self._texts]
        if missing:
            for text, row in zip(missing, self._encoder.embed_texts(missing), strict=True):
                self._texts[text] = row
        rows = np.stack([self._texts[text] for text in texts])
        while len(self._texts) > CACHED_QUERIES:
            self._texts.popitem(last=False)
        return rows


def _ranked(hits: Sequence[FrameHit]) -> list[ChannelHit]:
    return [ChannelHit(hit, rank) for rank, hit in enumerate(hits)]
