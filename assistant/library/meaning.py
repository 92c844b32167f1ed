"""Passages and their vectors in the space of a sentence encoder: written after a video, replaced as a whole.

The catalog's row of `meaning` is the commit. The file of vectors and Chroma's entries are announced in
`meaning_garbage` before they are written, so a killed writer leaves a note of what must be swept.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import uuid
from collections import OrderedDict
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.library import sidecar
from assistant.library.records import LibraryError, VectorIndexError
from assistant.library.storage import Storage
from tools.types import PASSAGE_SOURCES, Passage, PassageHit, PassageSource, Spot

MAX_OPEN_VIDEOS = 4096  # whose mapped vectors and sources are cached
MAX_SAMPLE = 20_000  # passages from which the usual cosine of a query is computed
OVERFETCH = 4  # how many more hits Chroma is asked for when some belong to replaced passages or other sources


def replace_meaning(
    storage: Storage, video_id: str, encoder: str, passages: Sequence[Passage], vectors: NDArray[np.float32]
) -> None:
    """Stores the passages of a ready video in place of those before. The caller holds the writer lock.

    Args:
        storage: the library's stores.
        video_id: the video.
        encoder: identity of the sentence encoder.
        passages: n of them, in time order.
        vectors: `(n, d)` float32, L2-normalised.

    Raises:
        LibraryError: there is no such video.
        ValueError: the numbers of passages and vectors differ.
    """
    if len(passages) != len(vectors):
        raise ValueError(f"{len(passages)} passages came with {len(vectors)} vectors")
    generation = storage.video_row(video_id)["generation"]
    tag = uuid.uuid4().hex[:12]
    with storage.catalog.transaction() as connection:
        connection.execute(
            "INSERT INTO meaning_garbage VALUES (?, ?, ?, ?, ?)", (video_id, generation, tag, encoder, len(passages))
        )
    path = vectors_path(storage.root, video_id, generation, tag)
    with path.open("wb") as file:
        file.write(np.ascontiguousarray(vectors, np.float32).tobytes())
        file.flush()
        os.fsync(file.fileno())
    if len(passages):
        storage.vector_store.upsert(encoder, vector_ids(video_id, tag, len(passages)), vectors)
    with storage.catalog.transaction() as connection:
        retire_meaning(connection, video_id, generation)
        connection.execute(
            "INSERT INTO meaning VALUES (?, ?, ?, ?, ?)",
            (video_id, tag, encoder, len(passages), vectors.shape[1] if len(passages) else 0),
        )
        connection.executemany(
            "INSERT INTO passage VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (video_id, position, p.start_seconds, p.end_seconds, p.source, p.text, p.language, p.frame_index)
                for position, p in enumerate(passages)
            ],
        )
        connection.execute("DELETE FROM meaning_garbage WHERE video_id = ? AND tag = ?", (video_id, tag))
    sweep_meaning(storage)


def retire_meaning(connection: sqlite3.Connection, video_id: str, generation: str) -> None:
    """Takes a video's passages out of the catalog and notes what must be swept, within the caller's transaction."""
    connection.execute(
        "INSERT INTO meaning_garbage SELECT video_id, ?, tag, encoder, passages FROM meaning WHERE video_id = ?",
        (generation, video_id),
    )
    connection.execute("DELETE FROM meaning WHERE video_id = ?", (video_id,))
    connection.execute("DELETE FROM passage WHERE video_id = ?", (video_id,))


def sweep_meaning(storage: Storage) -> None:
    """Deletes the vectors of passages that were replaced or removed, or that a killed writer left."""
    for row in storage.catalog.connection.execute("SELECT * FROM meaning_garbage").fetchall():
        if row["passages"]:
            storage.vector_store.delete(row["encoder"], vector_ids(row["video_id"], row["tag"], row["passages"]))
        vectors_path(storage.root, row["video_id"], row["generation"], row["tag"]).unlink(missing_ok=True)
        with storage.catalog.transaction() as connection:
            connection.execute(
                "DELETE FROM meaning_garbage WHERE video_id = ? AND tag = ?", (row["video_id"], row["tag"])
            )


def rebuild_passage_index(storage: Storage) -> None:
    """Fills Chroma again from the stored vectors of passages. The caller holds the writer lock."""
    rows = storage.catalog.connection.execute(
        "SELECT meaning.*, generation FROM meaning JOIN video USING (video_id)"
    ).fetchall()
    for encoder in {row["encoder"] for row in rows}:
        storage.vector_store.drop(encoder)
    for row in rows:
        if row["passages"]:
            ids = vector_ids(row["video_id"], row["tag"], row["passages"])
            storage.vector_store.upsert(row["encoder"], ids, map_passage_vectors(storage.root, row))
    storage.vector_store.mark_current(storage.catalog.revision)


def map_passage_vectors(root: Path, meaning: sqlite3.Row) -> NDArray[np.float32]:
    """Returns the vectors of a row of `meaning`, with its video's generation: `(passages, d)` float32, memory-mapped.

    Raises:
        LibraryError: the file is missing or shorter than the catalog says.
    """
    shape = (meaning["passages"], meaning["dimensions"])
    path = vectors_path(root, meaning["video_id"], meaning["generation"], meaning["tag"])
    try:
        return np.asarray(np.memmap(path, np.float32, "r", shape=shape)) if shape[0] else np.empty(shape, np.float32)
    except (OSError, ValueError) as error:
        advice = f"run `video-assistant reindex {meaning['video_id']}`"
        raise LibraryError(f"{path} is damaged ({error}); {advice}") from None


def vectors_path(root: Path, video_id: str, generation: str, tag: str) -> Path:
    """Returns where the vectors of a video's passages lie, `(passages, d)` float32."""
    return sidecar.generation_folder(root, video_id, generation) / f"passages-{tag}.f32"


def vector_ids(video_id: str, tag: str, count: int) -> list[str]:
    """Returns the ids of a video's passages in Chroma, in their order."""
    return [f"{video_id}/{tag}/{position}" for position in range(count)]


class PassageVectors:
    """Reads and searches the passages of one library; safe to use from several threads."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._lock = threading.Lock()
        self._videos: OrderedDict[tuple[str, str], tuple[NDArray[np.float32], NDArray[np.str_]]] = OrderedDict()

    def encoder_of(self, video_id: str) -> str | None:
        """Returns the identity of the encoder that placed a video's passages; None if none has."""
        row = self._storage.catalog.connection.execute(
            "SELECT encoder FROM meaning WHERE video_id = ?", (video_id,)
        ).fetchone()
        return row["encoder"] if row else None

    def passages(self, video_id: str) -> list[Passage]:
        """Returns the passages of a video, in their order."""
        rows = self._storage.catalog.connection.execute(
            "SELECT * FROM passage WHERE video_id = ? ORDER BY position", (video_id,)
        )
        return [_passage(row) for row in rows]

    def has_source(self, video_id: str, source: PassageSource) -> bool:
        """Whether a video has passages of a source."""
        row = self._storage.catalog.connection.execute(
            "SELECT 1 FROM passage WHERE video_id = ? AND source = ? LIMIT 1", (video_id, source)
        ).fetchone()
        return row is not None

    def of_source(
        self, video_id: str, encoder: str, source: PassageSource
    ) -> tuple[list[Passage], NDArray[np.float32]]:
        """Returns a video's passages of a source and their vectors, in order; none if another encoder placed them."""
        meanings = self._meanings(encoder, video_id)
        if not meanings:
            return [], np.empty((0, 0), np.float32)
        vectors, sources = self._open(meanings[0])
        (rows,) = np.nonzero(sources == source)
        passages = self.passages(video_id)
        return [passages[row] for row in rows], np.array(vectors[rows], np.float32)

    def of_pictures(self, encoder: str, spots: Sequence[Spot]) -> NDArray[np.float32]:
        """Returns the vectors of named keyframes, `(n, d)` float32.

        Raises:
            LibraryError: a keyframe is not named in the space of this encoder.
        """
        vectors = np.zeros((len(spots), 0), np.float32)
        for video_id in dict.fromkeys(video_id for video_id, _ in spots):
            positions = {
                row["frame_index"]: row["position"]
                for row in self._storage.catalog.connection.execute(
                    "SELECT frame_index, position FROM passage WHERE video_id = ? AND source = 'name'", (video_id,)
                )
            }
            for meaning in self._meanings(encoder, video_id):
                stored, _ = self._open(meaning)
                vectors = vectors if vectors.shape[1] else np.zeros((len(spots), stored.shape[1]), np.float32)
                for row, (spot_video_id, frame_index) in enumerate(spots):
                    if spot_video_id == video_id and frame_index in positions:
                        vectors[row] = stored[positions.pop(frame_index)]
        missing = [spot for spot, vector in zip(spots, vectors, strict=True) if not vector.any()]
        if missing:
            raise LibraryError(f"{missing[0]} is not named in the space of {encoder}; index its video again")
        return vectors

    def search(
        self,
        encoder: str,
        vector: NDArray[np.float32],
        *,
        video_id: str | None = None,
        sources: Collection[PassageSource] = PASSAGE_SOURCES,
        start_seconds: float | None = None,
        end_seconds: float | None = None,
        limit: int = 20,
    ) -> list[PassageHit]:
        """Returns the passages nearest in meaning that touch a range, best first.

        A search of all videos is approximate (Chroma); one of a video or a range is exact.

        Args:
            encoder: identity of the sentence encoder; videos that another one placed are left out.
            vector: `(d,)` float32, L2-normalised.
            video_id: the only video to search; None searches all.
            sources: of the passages.
            start_seconds: start of the range `[start_seconds, end_seconds)`; None is the video's start.
            end_seconds: end of the range; None is the video's end.
            limit: the most hits.
        """
        if video_id is None and start_seconds is None and end_seconds is None:
            return self._search_all(encoder, vector, set(sources), limit)
        hits = [
            hit
            for row in self._meanings(encoder, video_id)
            for hit in self._search_video(row, vector, set(sources), start_seconds, end_seconds, limit)
        ]
        return sorted(hits, key=lambda hit: -hit.score)[:limit]

    def _search_all(
        self, encoder: str, vector: NDArray[np.float32], sources: set[PassageSource], limit: int
    ) -> list[PassageHit]:
        meanings = {row["video_id"]: row for row in self._meanings(encoder, None)}
        total = sum(row["passages"] for row in meanings.values())
        if not total:
            return []
        fetch = limit
        connection = self._storage.catalog.connection
        while True:
            try:
                (nearest,) = self._storage.vector_store.query(
                    encoder, vector[None], limit=min(fetch, total), revision=self._storage.catalog.revision
                )
            except VectorIndexError:
                hits = [
                    hit
                    for row in meanings.values()
                    for hit in self._search_video(row, vector, sources, None, None, limit)
                ]
                return sorted(hits, key=lambda hit: -hit.score)[:limit]
            hits = []
            for name, score in nearest:
                video_id, tag, position = name.rsplit("/", 2)
                if video_id in meanings and meanings[video_id]["tag"] == tag:
                    row = connection.execute(
                        "SELECT * FROM passage WHERE video_id = ? AND position = ?", (video_id, int(position))
                    ).fetchone()
                    if row is not None and row["source"] in sources:
                        hits.append(PassageHit(_passage(row), score))
            if len(hits) >= limit or fetch >= total:
                return hits[:limit]
            fetch *= OVERFETCH

    def _search_video(
        self,
        meaning: sqlite3.Row,
        vector: NDArray[np.float32],
        sources: set[PassageSource],
        start_seconds: float | None,
        end_seconds: float | None,
        limit: int,
    ) -> list[PassageHit]:
        vectors, stored_sources = self._open(meaning)
        if not len(vectors):
            return []
        scores = np.where(np.isin(stored_sources, list(sources)), vectors @ vector, -np.inf)
        if start_seconds is not None or end_seconds is not None:
            rows = self._storage.catalog.connection.execute(
                "SELECT start_seconds, end_seconds FROM passage WHERE video_id = ? ORDER BY position",
                (meaning["video_id"],),
            ).fetchall()
            times = np.array([tuple(row) for row in rows])
            # A passage that is a moment has no length: it touches the range if it lies in it.
            touches = (np.maximum(times[:, 1], np.nextafter(times[:, 0], np.inf)) > (start_seconds or 0.0)) & (
                times[:, 0] < (np.inf if end_seconds is None else end_seconds)
            )
            scores = np.where(touches, scores, -np.inf)
        passages = None
        hits = []
        for position in np.argsort(-scores, kind="stable")[:limit]:
            if np.isfinite(scores[position]):
                passages = passages or self.passages(meaning["video_id"])
                hits.append(PassageHit(passages[int(position)], float(scores[position])))
        return hits

    def cosines(
        self, encoder: str, vector: NDArray[np.float32], sources: Collection[PassageSource] = PASSAGE_SOURCES
    ) -> NDArray[np.float32]:
        """Returns the cosines of a query with all passages of some sources, or with an even sample of at most 20,000.

        What is usual among them tells how unusual a hit is.
        """
        meanings = self._meanings(encoder, None)
        step = -(-sum(row["passages"] for row in meanings) // MAX_SAMPLE) or 1
        parts, offset = [], 0
        for meaning in meanings:
            vectors, stored_sources = self._open(meaning)
            rows = np.arange((-offset) % step, len(vectors), step)
            offset += len(vectors)
            rows = rows[np.isin(stored_sources[rows], list(sources))]
            if len(rows):
                parts.append(vectors[rows] @ vector)
        return np.concatenate(parts) if parts else np.empty(0, np.float32)

    def _meanings(self, encoder: str, video_id: str | None) -> list[sqlite3.Row]:
        """The rows of `meaning` of one encoder, with the generation of their video."""
        only, values = ("", ()) if video_id is None else ("AND meaning.video_id = ?", (video_id,))
        return self._storage.catalog.connection.execute(
            f"SELECT meaning.*, generation FROM meaning JOIN video USING (video_id) WHERE encoder = ? {only} "  # noqa: S608 - our own condition
            "ORDER BY added",
            (encoder, *values),
        ).fetchall()

    def _open(self, meaning: sqlite3.Row) -> tuple[NDArray[np.float32], NDArray[np.str_]]:
        """The vectors of a video's passages, memory-mapped, and the source of each.

        Raises:
            LibraryError: the file of the vectors is damaged.
        """
        key = (meaning["video_id"], meaning["tag"])
        with self._lock:
            if key in self._videos:
                self._videos.move_to_end(key)
                return self._videos[key]
        vectors = map_passage_vectors(self._storage.root, meaning)
        rows = self._storage.catalog.connection.execute(
            "SELECT source FROM passage WHERE video_id = ? ORDER BY position", (meaning["video_id"],)
        )
        opened = vectors, np.array([source for (source,) in rows], np.str_)
        with self._lock:
            self._videos[key] = opened
            while len(self._videos) > MAX_OPEN_VIDEOS:
                self._videos.popitem(last=False)
        return opened

    def clear(self) -> None:
        """Forgets the opened videos."""
        with self._lock:
            self._videos.clear()


def _passage(row: sqlite3.Row) -> Passage:
    return Passage(
        video_id=row["video_id"],
        start_seconds=row["start_seconds"],
        end_seconds=row["end_seconds"],
        source=row["source"],
        text=row["text"],
        language=row["language"],
        frame_index=row["frame_index"],
    )
