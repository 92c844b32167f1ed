"""Search over the library: implements the `FrameIndex` and `TextIndex` ports of the tools."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.retrieval.feedback import apply_feedback, is_rejected
from assistant.retrieval.fusion import Channel, ChannelHit, fuse, hits_at_keyframes, picture_weight, text_weight
from assistant.retrieval.meaning import fuse_lines
from assistant.retrieval.odds import DEFAULT_OPTIONS, InDomain, mark_pictures
from tools.errors import VideoAssistantError
from tools.odds import DEFAULT_OPTIONS as ODDS_OPTIONS
from tools.odds import LibraryOdds, calibrate_for, count_pictures
from tools.ports import Background, Calibration, Feedback, Peaks, Similarities
from tools.types import SOURCES, FrameHit, Keyframe, Line, Source, Video

if TYPE_CHECKING:
    from assistant.library import Library
    from assistant.retrieval.meaning import MeaningSearch
    from assistant.retrieval.named_pictures import NamedPictures
    from assistant.retrieval.rerank import Reranker

CACHED_QUERIES = 256  # embedded texts kept in memory: the page searches the same words again on every click
CHANNEL_HITS = 100  # hits taken from each channel, from which its weight is computed
EXTRA_HITS_PER_REJECTION = 16  # hits fetched on top for each rejected keyframe, whose near-duplicates are dropped
SAMPLED_PICTURES = 20_000  # of the library, evenly spread, from which it is read what chance gives
COMPARED_KEYFRAMES = 256  # of each of two videos, evenly spread, when videos are compared
MIN_WORDS_WITH_MEANING = 3  # of a query; fewer words have no context that their meaning could be told by
MIN_LINE_SCORE = 0.6  # share of the query that a line must contain; a smaller share is chance


class TextEncoder(Protocol):
    """Maps texts and pictures to vectors of the library's embedding space."""

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]: ...
    def embed_images(self, images: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]: ...


class LibrarySearch:
    """Implements `tools.ports.FrameIndex` and `tools.ports.TextIndex` over a library and a text encoder.

    Args:
        library: the library that is searched.
        encoder: maps texts and pictures to vectors of the library's space.
        calibration: maps cosines to probabilities.
        trained_curve: gives the curve that the model was trained with, if any; it replaces a guessed calibration.
        reranker: re-orders the best pictures of a text search; None keeps the order of their cosines.
        in_domain: says of keyframes whether a measured calibration holds for them; None: it holds for all.
        names: what a classifier named in pictures that the core does not know; None: nothing.
        meaning: finds lines by their meaning; None searches their words alone.
    """

    def __init__(
        self,
        library: Library,
        encoder: TextEncoder,
        calibration: Calibration,
        reranker: Reranker | None = None,
        trained_curve: Callable[[], Calibration | None] = lambda: None,
        in_domain: InDomain | None = None,
        names: NamedPictures | None = None,
        meaning: MeaningSearch | None = None,
    ) -> None:
        self.library = library
        self._meaning = meaning
        self._reranker = reranker
        self._calibration, self._trained_curve = calibration, trained_curve
        self._encoder, self._in_domain, self._names = encoder, in_domain, names
        self._texts: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self._video_ids: tuple[str, ...] | None = None
        self._sample = _PictureSample()

    def within(self, video_ids: Collection[str]) -> LibrarySearch:
        """Returns the same search limited to some videos; it is exact, on their stored vectors."""
        narrowed = copy(self)
        narrowed._video_ids = tuple(dict.fromkeys(video_ids))
        narrowed._names = None if self._names is None else self._names.within(video_ids)
        return narrowed

    @property
    def calibration(self) -> Calibration:
        return self._calibration if self._calibration.measured else self._trained_curve() or self._calibration

    def videos(self) -> list[Video]:
        return [
            video for video in self.library.videos() if self._video_ids is None or video.video_id in self._video_ids
        ]

    def _scopes(self, video_id: str | None) -> Sequence[str | None]:
        """The video ids to search one after the other; None stands for the whole library at once."""
        return [video_id] if video_id is not None or self._video_ids is None else self._video_ids

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
        """Keyframes by what they show and by what is written, said or captioned there, best first.

        A hit is `shown` if a channel finds that it matches; the others are the nearest of what does not.

        Args:
            query: the text in a language of the retrieval model.
            words: the text as it was typed, for the text channels; default: the query.
            video_id: searches this video only.
            start_seconds: searches from this second on.
            end_seconds: searches before this second.
            limit: the number of hits at most.
            feedback: pinned and rejected keyframes; they move the query vector, and rejected keyframes are left out
                together with the near-duplicates next to them.

        Raises:
            VideoAssistantError: `limit` is below 1.
        """
        if limit < 1:
            raise VideoAssistantError(f"limit is {limit}; it takes a whole number from 1 on")
        where: dict[str, Any] = {"video_id": video_id, "start_seconds": start_seconds, "end_seconds": end_seconds}
        rejected = feedback.rejected if feedback else ()
        vector = self.embed([query])
        if feedback is not None:
            vector = apply_feedback(
                vector,
                pinned=list(map(self._vector, feedback.pinned)),
                rejected=list(map(self._vector, feedback.rejected)),
            )
        extra = len(rejected) * EXTRA_HITS_PER_REJECTION
        nearest = self.search_vector(vector, why=query, **where, limit=max(limit, CHANNEL_HITS) + extra)
        pictures = [hit for hit in nearest if not is_rejected(hit.keyframe, rejected)]
        if not pictures:
            return []
        weight = picture_weight([hit.score for hit in pictures])
        if feedback is None:  # what somebody marked is what they want to see more of
            pictures = mark_pictures(pictures, self._calibrate(query, **where), self._in_domain)
        # A model that reads the words alone would undo what pinning and rejecting changed.
        if self._reranker is not None and feedback is None:
            pictures = self._reranker.order(query, pictures)
        typed = query if words is None else words
        # Names are for pictures that the models do not know. Where these find a match, none is asked for; where not,
        # their order means nothing, and only fills up.
        if feedback is None and self._names is not None and not any(hit.shown for hit in pictures):
            named = self._names.search(query, **where, limit=CHANNEL_HITS)
        else:
            named = []
        channels = [Channel("picture", 0.0 if named else weight, _ranked(pictures))]
        if named:
            channels.append(Channel("name", picture_weight([hit.score for hit in named]), _ranked(named)))
        # Captions are a channel of their own: they have no typing errors, and they are so many that they would crowd
        # out what people wrote.
        lines = self._search_lines(typed, **where, excluded_source="caption", limit=CHANNEL_HITS)
        captions = self._search_lines(typed, **where, source="caption", allow_typos=False, limit=CHANNEL_HITS)
        channels += [self._text_channel(*named, typed, pictures) for named in (("words", lines), ("caption", captions))]
        near = self._near_lines(typed, **where, limit=limit)
        weight = text_weight([line.score for line in near], words=len(typed.split()), quoted=False)
        located = [(line, self._keyframes_of(line)) for line in near]
        channels.append(Channel("meaning", weight, hits_at_keyframes(located, pictures)))
        hits = fuse(channels, limit + extra)
        return [hit for hit in hits if not is_rejected(hit.keyframe, rejected)][:limit]

    def vectors(self, video_id: str) -> tuple[list[Keyframe], NDArray[np.float32]]:
        return self.library.vectors(video_id)

    def _vector(self, keyframe: Keyframe) -> NDArray[np.float32]:
        arrays = self.library.keyframe_arrays(keyframe.video_id)
        row: NDArray[np.float32] = arrays.vectors[int(np.searchsorted(arrays.frame_indexes, keyframe.frame_index))]
        return row

    def _text_channel(self, name: str, matches: Sequence[Line], words: str, pictures: Sequence[FrameHit]) -> Channel:
        """The lines that contain most of the words, as a channel."""
        lines = [self._marked_line(words, line) for line in matches if line.score >= MIN_LINE_SCORE]
        weight = text_weight([line.score for line in lines], words=len(words.split()), quoted='"' in words)
        return Channel(name, weight, hits_at_keyframes([(line, self._keyframes_of(line)) for line in lines], pictures))

    def _marked_line(self, words: str, line: Line) -> Line:
        """A line that was found, with whether it is shown."""
        return replace(line, shown=self.library.share_held(words, line) >= DEFAULT_OPTIONS.min_words_held)

    def _keyframes_of(self, line: Line) -> list[Keyframe]:
        """The keyframes displayed while a line is; the nearest one if there is none."""
        keyframes = self.keyframes(line.video_id, line.start_seconds, line.end_seconds)
        return keyframes or [self.library.nearest_keyframe(line.video_id, line.start_seconds)]

    def _calibrate(
        self, query: str, *, video_id: str | None, start_seconds: float | None, end_seconds: float | None
    ) -> Calibration | LibraryOdds:
        """What the cosines of a query mean where the best of a stretch are looked for."""
        if self.calibration.measured:
            return self.calibration
        pictures = count_pictures(self, video_id, start_seconds, end_seconds)
        return calibrate_for(self, [query], pictures=pictures)

    def pictures_if_few(self) -> int | None:
        """The distinct pictures of the library if they are too few to tell matches from chance, else None."""
        if self.calibration.measured:
            return None
        _, pictures = self._sample.of(self.library)
        return pictures if pictures < ODDS_OPTIONS.min_pictures else None

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
        """The videos most similar to `video_id`, best first, each represented by its most similar keyframe.

        A score is the mean, over the keyframes of `video_id`, of the cosine of the nearest keyframe in the other video.
        """
        _, query_vectors = self.library.vectors(video_id)
        query_step = -(-len(query_vectors) // COMPARED_KEYFRAMES)
        hits = []
        for video in self.videos():
            if video.video_id == video_id:
                continue
            keyframes, vectors = self.library.vectors(video.video_id)
            step = -(-len(vectors) // COMPARED_KEYFRAMES)
            scores = np.asarray(query_vectors[::query_step]) @ np.asarray(vectors[::step]).T
            best = keyframes[int(scores.max(axis=0).argmax()) * step]
            hits.append(FrameHit(best, float(scores.max(axis=1).mean()), why=f"like {video_id}"))
        return sorted(hits, key=lambda hit: -hit.score)[:limit]

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
            for scope in self._scopes(video_id)
            for keyframe, score in self.library.search_vectors(
                vector, video_id=scope, start_seconds=start_seconds, end_seconds=end_seconds, limit=limit
            )[0]
        ]
        return sorted(hits, key=lambda hit: -hit.score)[:limit]

    def similarities(self, queries: Sequence[str], *, video_id: str) -> Similarities:
        arrays = self.library.keyframe_arrays(video_id)
        return Similarities(arrays.frame_indexes, arrays.seconds, self.embed(queries) @ arrays.vectors.T)

    def peaks(self, queries: Sequence[str]) -> Peaks:
        video_ids, scores = self.library.similarity_upper_bounds(self.embed(queries))
        if self._video_ids is not None:
            columns = [column for column, video_id in enumerate(video_ids) if video_id in self._video_ids]
            video_ids, scores = [video_ids[column] for column in columns], scores[:, columns]
        return Peaks(video_ids, scores)

    def background(self, queries: Sequence[str]) -> Background:
        vectors, pictures = self._sample.of(self.library)
        cosines = self.embed(queries) @ vectors.T if pictures else np.empty((len(queries), 0), np.float32)
        return Background(cosines, pictures)

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
        where: dict[str, Any] = {"video_id": video_id, "start_seconds": start_seconds, "end_seconds": end_seconds}
        lines = self._search_lines(query, **where, source=source, limit=limit)
        near = self._near_lines(query, **where, source=source, limit=limit)
        return fuse_lines(lines, near, limit) if near else lines

    def _near_lines(
        self, query: str, *, video_id: str | None, source: Source | None = None, limit: int, **where: float | None
    ) -> list[Line]:
        """The passages that answer a query by their meaning; a word or two is searched by its letters alone."""
        if self._meaning is None or len(query.split()) < MIN_WORDS_WITH_MEANING:
            return []
        sources = SOURCES if source is None else (source,)
        lines = [
            line
            for scope in self._scopes(video_id)
            for line in self._meaning.search(query, video_id=scope, sources=sources, limit=limit, **where)
        ]
        return sorted((line for line in lines if line.shown), key=lambda line: -line.score)[:limit]

    def _search_lines(self, query: str, *, video_id: str | None, limit: int, **options: Any) -> list[Line]:
        scopes = self._scopes(video_id)
        lines = [
            line
            for scope in scopes
            for line in self.library.search_lines(query, video_id=scope, limit=limit, **options)
        ]
        return lines if len(scopes) == 1 else sorted(lines, key=lambda line: -line.score)[:limit]

    def passages(self, question: str, *, video_id: str | None = None, limit: int = 20) -> list[Line]:
        scopes = self._scopes(video_id)
        lines = [line for scope in scopes for line in self.library.passages(question, video_id=scope, limit=limit)]
        if self._meaning is not None:
            near = [line for scope in scopes for line in self._meaning.search(question, video_id=scope, limit=limit)]
            return fuse_lines(lines, near, limit)
        return lines if len(scopes) == 1 else sorted(lines, key=lambda line: -line.score)[:limit]

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
        """`(n, d)` float32, L2-normalised; recently embedded texts come from a cache."""
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


class _PictureSample:
    """An even sample of the distinct pictures of a library; it is read once for each revision."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._revision = -1
        self._vectors: NDArray[np.float32] = np.empty((0, 0), np.float32)
        self._pictures = 0

    def of(self, library: Library) -> tuple[NDArray[np.float32], int]:
        """Returns vectors `(n, d)` float32, L2-normalised, and how many distinct pictures the library holds.

        Near-duplicates count as one picture: chance does not give them one by one.
        """
        with self._lock:
            if library.revision != self._revision:
                revision = library.revision
                positions = {
                    video.video_id: _first_of_groups(library.keyframes(video.video_id)) for video in library.videos()
                }
                self._pictures = sum(map(len, positions.values()))
                step = max(1, -(-self._pictures // SAMPLED_PICTURES))
                samples, offset = [], 0
                for video_id, firsts in positions.items():
                    samples.append(np.asarray(library.vectors(video_id)[1])[firsts[offset::step]])
                    offset = (offset - len(firsts)) % step
                self._vectors = np.concatenate(samples) if samples else np.empty((0, 0), np.float32)
                self._revision = revision
            return self._vectors, self._pictures


def _first_of_groups(keyframes: Sequence[Keyframe]) -> list[int]:
    """The positions of the first keyframe of each group of near-duplicates."""
    firsts: dict[int, int] = {}
    for position, keyframe in enumerate(keyframes):
        firsts.setdefault(keyframe.group, position)
    return list(firsts.values())
