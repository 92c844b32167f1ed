"""Keyframes with their vectors: opened on first use, kept at hand, and searched through Chroma or exactly."""

from __future__ import annotations

import bisect
import logging
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.library import sidecar
from assistant.library.projection import Projection, project
from assistant.library.records import KeyframeArrays, LibraryError, VectorIndexError
from assistant.library.storage import Storage, stored_video
from tools.types import Keyframe

MAX_OPEN_VIDEOS = 256  # videos whose keyframe records and mapped vectors are cached
MAX_OPEN_ARRAYS = 4096  # videos whose plain arrays and mapped vectors are cached: 16 bytes a keyframe
OVERFETCH_GROWTH = 4  # by which factor a search of Chroma asks for more hits when too many were outdated

log = logging.getLogger(__name__)

Generation = tuple[str, str]  # video id and generation: together they never change their content


class KeyframeVectors:
    """Reads and searches the keyframes and vectors of one library; safe to use from several threads."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._lock = threading.Lock()
        self._videos: OrderedDict[Generation, tuple[list[Keyframe], NDArray[np.float32]]] = OrderedDict()
        self._arrays: OrderedDict[Generation, KeyframeArrays] = OrderedDict()
        self._projection_lock = threading.Lock()
        self._projection: tuple[int, Projection | None] = -1, None  # with the revision that it was made for

    def open(self, row: sqlite3.Row) -> tuple[list[Keyframe], NDArray[np.float32]]:
        """Returns the keyframes of a video's row in time order, and their vectors `(n, d)`, memory-mapped.

        Raises:
            LibraryError: the file of the vectors is damaged.
        """
        key = (row["video_id"], row["generation"])
        with self._lock:
            if key in self._videos:
                self._videos.move_to_end(key)
                return self._videos[key]
        video = stored_video(row)
        opened = self._storage.read_keyframes(video), sidecar.map_vectors(self._storage.root, video)
        with self._lock:
            self._videos[key] = opened
            while len(self._videos) > MAX_OPEN_VIDEOS:
                self._videos.popitem(last=False)
        return opened

    def arrays(self, video_id: str) -> KeyframeArrays:
        """Returns the keyframes of a video as plain arrays, which are quicker to get than records.

        Raises:
            LibraryError: there is no such video, or it was indexed with another retrieval model.
        """
        self.check_embedder([video_id])
        row = self._storage.video_row(video_id)
        key = (row["video_id"], row["generation"])
        with self._lock:
            if key in self._arrays:
                self._arrays.move_to_end(key)
                return self._arrays[key]
        rows = self._storage.catalog.connection.execute(
            "SELECT frame_index, seconds FROM keyframe WHERE video_id = ? ORDER BY position", (video_id,)
        )
        numbers = np.array([tuple(keyframe) for keyframe in rows], np.float64).reshape(-1, 2)
        vectors = sidecar.map_vectors(self._storage.root, stored_video(row))
        arrays = KeyframeArrays(numbers[:, 0].astype(np.int64), np.ascontiguousarray(numbers[:, 1]), vectors)
        with self._lock:
            self._arrays[key] = arrays
            while len(self._arrays) > MAX_OPEN_ARRAYS:
                self._arrays.popitem(last=False)
        return arrays

    def features(self, video_id: str, frame_indexes: Sequence[int]) -> NDArray[np.float16] | None:
        """Returns the core's image states of some keyframes, `(n, tokens, width)`, or None if none are stored.

        Raises:
            LibraryError: there is no such video, a frame is no keyframe of it, or the file is damaged.
        """
        row = self._storage.video_row(video_id)
        features = sidecar.map_features(self._storage.root, stored_video(row))
        if features is None:
            return None
        keyframes, _ = self.open(row)
        positions = {keyframe.frame_index: position for position, keyframe in enumerate(keyframes)}
        try:
            return np.asarray(features[[positions[index] for index in frame_indexes]])
        except KeyError as error:
            raise LibraryError(f"frame {error} is no keyframe of {video_id}") from None

    def search(
        self,
        vectors: NDArray[np.float32],
        *,
        video_id: str | None,
        start_seconds: float | None,
        end_seconds: float | None,
        limit: int,
    ) -> list[list[tuple[Keyframe, float]]]:
        """Returns, for each query, the nearest keyframes with their cosine similarities, best first.

        A search of all videos without a range is approximate and goes through Chroma; if Chroma's index is damaged,
        and for one video or a range, every stored vector is compared.

        Args:
            vectors: `(q, d)` float32, L2-normalised.
            video_id: the only video to search; None searches all.
            start_seconds: start of the range `[start_seconds, end_seconds)`; None is the video's start.
            end_seconds: end of the range; None is the video's end.
            limit: the most hits of a query.
        """
        self.check_embedder([video_id] if video_id else None)
        if video_id is None and start_seconds is None and end_seconds is None:
            try:
                return self._search_chroma(vectors, limit)
            except VectorIndexError as error:
                log.warning("%s; until then every stored vector is compared", error)
        if video_id is not None:
            rows = [self._storage.video_row(video_id)]
        else:
            rows = self._storage.catalog.connection.execute("SELECT * FROM video").fetchall()
        hits_by_query: list[list[tuple[Keyframe, float]]] = [[] for _ in vectors]
        for row in rows:
            keyframes, stored = self.open(row)
            span = find_span(keyframes, start_seconds, end_seconds)
            similarities = vectors @ np.asarray(stored[span]).T  # (queries, keyframes of the span)
            candidates = keyframes[span]
            for hits, scores in zip(hits_by_query, similarities, strict=True):
                best = np.argsort(-scores, kind="stable")[:limit]
                hits += [(candidates[position], float(scores[position])) for position in best]
        return [sorted(hits, key=lambda hit: -hit[1])[:limit] for hits in hits_by_query]

    def _search_chroma(self, vectors: NDArray[np.float32], limit: int) -> list[list[tuple[Keyframe, float]]]:
        """Returns Chroma's hits that belong to ready videos; hits of replaced generations are left out."""
        connection = self._storage.catalog.connection
        total: int = connection.execute("SELECT coalesce(sum(keyframes), 0) FROM video").fetchone()[0]
        if not total:
            return [[] for _ in vectors]
        rows: dict[str, sqlite3.Row | None] = {}
        fetch = limit  # replaced generations are swept at the next start: too few hits are rare, and asked for again
        while True:
            batches = self._storage.vector_store.query(
                self._storage.require_embedder(), vectors, limit=fetch, revision=self._storage.catalog.revision
            )
            ready = [[hit for hit in batch if self._is_ready(hit[0], rows)] for batch in batches]
            if all(len(hits) >= min(limit, total) for hits in ready) or fetch > total + limit:
                break
            fetch *= OVERFETCH_GROWTH
        return [[(self._keyframe_of_vector(name, rows), score) for name, score in hits[:limit]] for hits in ready]

    def _is_ready(self, name: str, rows: dict[str, sqlite3.Row | None]) -> bool:
        """Whether a vector belongs to the generation of a ready video; `rows` caches the catalog's rows."""
        video_id, generation, _ = name.split("/")
        if video_id not in rows:
            rows[video_id] = self._storage.catalog.connection.execute(
                "SELECT * FROM video WHERE video_id = ?", (video_id,)
            ).fetchone()
        row = rows[video_id]
        return row is not None and row["generation"] == generation

    def _keyframe_of_vector(self, name: str, rows: dict[str, sqlite3.Row | None]) -> Keyframe:
        video_id, _, frame_index = name.split("/")
        row = rows[video_id]
        if row is None:
            raise LibraryError(f"{name} is not in the catalog")
        keyframes, _ = self.open(row)
        # Keyframes rise in frame index as they do in time.
        return keyframes[bisect.bisect_left(keyframes, int(frame_index), key=lambda keyframe: keyframe.frame_index)]

    def upper_bounds(self, vectors: NDArray[np.float32]) -> tuple[list[str], NDArray[np.float32]]:
        """Returns video ids, and `(q, videos)` float32: no keyframe of the video has a greater cosine with the query.

        Args:
            vectors: q queries, `(q, d)` float32, L2-normalised.
        """
        projection = self._current_projection()
        if projection is None:
            return [], np.empty((len(vectors), 0), np.float32)
        return projection.video_ids, projection.upper_bounds(vectors)

    def _current_projection(self) -> Projection | None:
        """Returns the projection of the library as it is now; what the last one holds already is not read again."""
        with self._projection_lock:
            revision, projection = self._projection
            current_revision = self._storage.catalog.revision
            if revision != current_revision:
                self.check_embedder(None)
                videos = {(video.video_id, video.generation): video for video in self._storage.stored_videos()}
                counts = {key: video.keyframes for key, video in videos.items()}
                root = self._storage.root
                projection = project(counts, lambda key: sidecar.map_vectors(root, videos[key]), projection)
                self._projection = current_revision, projection
            return projection

    def check_embedder(self, video_ids: Sequence[str] | None) -> None:
        """Refuses videos whose vectors cannot be compared with those of the library's retrieval model.

        Args:
            video_ids: the videos to check; None checks all.

        Raises:
            LibraryError: another retrieval model embedded some of them.
        """
        only = "" if video_ids is None else f"AND video_id IN ({', '.join('?' * len(video_ids))})"
        count, example = self._storage.catalog.connection.execute(
            f"SELECT count(*), min(embedder) FROM video WHERE embedder != ? {only}",  # noqa: S608 - only placeholders
            (self._storage.require_embedder(), *(video_ids or ())),
        ).fetchone()
        if count:
            raise LibraryError(
                f"{count} video(s) were indexed with {example}, this profile uses {self._storage.embedder}; "
                "run `video-assistant reindex` or choose the other --profile"
            )

    def clear(self) -> None:
        """Forgets the opened videos."""
        with self._lock:
            self._videos.clear()
            self._arrays.clear()


def find_span(keyframes: Sequence[Keyframe], start_seconds: float | None, end_seconds: float | None) -> slice:
    """Returns the positions of the keyframes in `[start_seconds, end_seconds)`; None stands for an open end."""
    times = [keyframe.seconds for keyframe in keyframes]
    first = 0 if start_seconds is None else int(np.searchsorted(times, start_seconds, "left"))
    stop = len(times) if end_seconds is None else int(np.searchsorted(times, end_seconds, "left"))
    return slice(first, max(first, stop))
