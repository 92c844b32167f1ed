"""Writes videos: each one as a new generation, whole or absent."""

from __future__ import annotations

import json
import shutil
import time
import uuid
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.library import sidecar
from assistant.library.identity import hash_content, make_video_id
from assistant.library.lines import insert_lines
from assistant.library.meaning import replace_meaning, retire_meaning, sweep_meaning
from assistant.library.records import KeyframeRow, LibraryError, StoredVideo, VideoRecord
from assistant.library.storage import Storage
from assistant.library.vectors import vector_id
from tools.types import Line, Passage

FEATURE_BYTES = 2  # of a float16 number


class Writer:
    """Adds and removes videos; made by `Library.writer`, which holds the writer lock meanwhile."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def begin(self, path: Path, *, force: bool = False) -> VideoDraft | None:
        """Starts a video.

        Args:
            path: the video file.
            force: begin even if the same content is ready.

        Returns:
            None if the same content is ready already (its new path is recorded), unless `force`. Content that is ready
            for another retrieval model only is begun anew.

        Raises:
            LibraryError: the library was opened without a retrieval model.
        """
        path = path.resolve()
        content_hash = hash_content(path)
        catalog = self._storage.catalog
        known = catalog.connection.execute(
            "SELECT video_id, embedder FROM video WHERE content = ?", (content_hash,)
        ).fetchone()
        if known and not force and known["embedder"] == self._storage.require_embedder():
            with catalog.transaction():
                self.record_path(path, known["video_id"])
            return None
        video_id = known["video_id"] if known else self._free_video_id(path, content_hash)
        return VideoDraft(self._storage, self, path, video_id, content_hash)

    def _free_video_id(self, path: Path, content_hash: str) -> str:
        """Returns an id that no other video has: the usual one, or one with more digits of the hash."""
        connection = self._storage.catalog.connection
        for digits in range(6, len(content_hash) + 1):
            video_id = make_video_id(path, content_hash, digits)
            if not connection.execute("SELECT 1 FROM video WHERE video_id = ?", (video_id,)).fetchone():
                return video_id
        raise LibraryError(f"{path} has the id of another video; rename the file")

    def record_path(self, path: Path, video_id: str) -> None:
        """Stores where a video's file lies, its size and modification time, within the caller's transaction."""
        state = path.stat()
        self._storage.catalog.connection.execute(
            "INSERT OR REPLACE INTO path VALUES (?, ?, ?, ?)", (str(path), video_id, state.st_size, state.st_mtime_ns)
        )

    def add_lines(self, video_id: str, lines: Sequence[Line]) -> None:
        """Adds lines to a ready video, all of them or none."""
        with self._storage.catalog.transaction() as connection:
            insert_lines(connection, lines)
            connection.execute("UPDATE video SET lines = lines + ? WHERE video_id = ?", (len(lines), video_id))
        self._mark_current()

    def remove(self, video_id: str) -> None:
        """Removes a ready video; its file stays.

        Raises:
            LibraryError: there is no such video.
        """
        row = self._storage.video_row(video_id)
        with self._storage.catalog.transaction() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO garbage VALUES (?, ?, ?)", (video_id, row["generation"], row["embedder"])
            )
            retire_meaning(connection, video_id, row["generation"])
            self._storage.delete_video_rows(connection, video_id)
            connection.execute("DELETE FROM recorded WHERE video_id = ?", (video_id,))
            connection.execute("DELETE FROM path WHERE video_id = ?", (video_id,))
        self.sweep_garbage()

    def set_meaning(
        self, video_id: str, encoder: str, passages: Sequence[Passage], vectors: NDArray[np.float32]
    ) -> None:
        """Stores the passages of a ready video in place of those before, all of them or none.

        Args:
            video_id: the video.
            encoder: identity of the sentence encoder.
            passages: n of them, in time order.
            vectors: `(n, d)` float32, L2-normalised.
        """
        replace_meaning(self._storage, video_id, encoder, passages, vectors)
        self._mark_current()

    def limit_feature_bytes(self, max_bytes: int) -> list[str]:
        """Deletes stored image states, first those of the videos added first, until the rest takes `max_bytes` at most.

        Questions about such a video are then answered from its thumbnails.

        Returns:
            The ids of the videos whose image states were deleted.
        """
        storage, emptied_ids = self._storage, []
        videos = [video for video in storage.stored_videos() if video.feature_tokens]
        total_bytes = sum(_feature_bytes(video) for video in videos)
        for video in videos:
            if total_bytes <= max_bytes:
                break
            with storage.catalog.transaction() as connection:
                connection.execute("UPDATE video SET feature_tokens = 0 WHERE video_id = ?", (video.video_id,))
            # The catalog comes first: a kill in between leaves a file that nobody reads, and that goes with its video.
            folder = sidecar.generation_folder(storage.root, video.video_id, video.generation)
            (folder / sidecar.FEATURES).unlink(missing_ok=True)
            total_bytes -= _feature_bytes(video)
            emptied_ids.append(video.video_id)
        self._mark_current()
        return emptied_ids

    def sweep_garbage(self) -> None:
        """Deletes what killed writers and replaced or removed videos left behind."""
        storage = self._storage
        sweep_meaning(storage)
        for row in storage.catalog.connection.execute("SELECT * FROM garbage").fetchall():
            video_id, generation = row["video_id"], row["generation"]
            folder = sidecar.generation_folder(storage.root, video_id, generation)
            ids = [vector_id(video_id, generation, index) for index in sidecar.read_frame_indexes(folder)]
            if ids:
                storage.vector_store.delete(row["embedder"], ids)
            shutil.rmtree(folder, ignore_errors=True)
            if folder.parent.exists() and not any(folder.parent.iterdir()):
                folder.parent.rmdir()
            with storage.catalog.transaction() as connection:
                connection.execute("DELETE FROM garbage WHERE video_id = ? AND generation = ?", (video_id, generation))
        self._mark_current()

    def _mark_current(self) -> None:
        self._storage.vector_store.mark_current(self._storage.catalog.revision)


def _feature_bytes(video: StoredVideo) -> int:
    return video.keyframes * video.feature_tokens * video.feature_width * FEATURE_BYTES


class VideoDraft:
    """A video that is being written. Readers see nothing of it before `commit`."""

    def __init__(self, storage: Storage, writer: Writer, path: Path, video_id: str, content_hash: str) -> None:
        self.video_id = video_id
        self._storage, self._writer, self._path, self._content_hash = storage, writer, path, content_hash
        self._embedder = storage.require_embedder()
        self._generation = uuid.uuid4().hex[:12]
        self.folder = sidecar.generation_folder(storage.root, video_id, self._generation)
        with storage.catalog.transaction() as connection:
            connection.execute("INSERT INTO garbage VALUES (?, ?, ?)", (video_id, self._generation, self._embedder))
        self._files = sidecar.SidecarWriter(self.folder)
        self._rows: list[KeyframeRow] = []
        self._lines: list[Line] = []
        self._dimensions = 0
        self._feature_shape: tuple[int, int] | None = None

    @property
    def keyframe_count(self) -> int:
        """How many keyframes were added so far."""
        return len(self._rows)

    def thumbnail_path(self, frame_index: int) -> Path:
        """Returns where a keyframe's thumbnail (JPEG) must be written."""
        return sidecar.thumbnail_path(self.folder, frame_index)

    def add_keyframes(
        self, rows: Sequence[KeyframeRow], vectors: NDArray[np.float32], features: NDArray[np.float16] | None
    ) -> None:
        """Adds keyframes in time order.

        Args:
            rows: n keyframes.
            vectors: `(n, d)` float32, L2-normalised.
            features: `(n, tokens, width)` float16 image states of the core; None in all batches or in none.

        Raises:
            ValueError: the shapes do not agree with each other or with the batch before, or times do not rise.
        """
        shape = None if features is None else (features.shape[1], features.shape[2])
        if vectors.shape[:1] != (len(rows),) or (features is not None and len(features) != len(rows)):
            raise ValueError(f"{len(rows)} keyframes came with vectors {vectors.shape} and features {shape}")
        if not rows:
            return
        if self._rows and (vectors.shape[1] != self._dimensions or shape != self._feature_shape):
            raise ValueError(f"a batch of {vectors.shape[1]} dimensions, features {shape}, follows one that differs")
        seconds = [*(row.seconds for row in self._rows[-1:]), *(row.seconds for row in rows)]
        if any(later <= earlier for earlier, later in pairwise(seconds)):
            raise ValueError(f"keyframes must rise in time, came {seconds}")
        self._dimensions, self._feature_shape = vectors.shape[1], shape
        self._rows += rows
        frame_indexes = [row.frame_index for row in rows]
        self._files.append(frame_indexes, vectors, features)
        ids = [vector_id(self.video_id, self._generation, index) for index in frame_indexes]
        self._storage.vector_store.upsert(self._embedder, ids, vectors)

    def add_lines(self, lines: Sequence[Line]) -> None:
        """Adds lines, in any order."""
        self._lines += lines

    def commit(self, record: VideoRecord) -> None:
        """Makes the video ready, all at once, and sweeps its earlier generation.

        Raises:
            ValueError: no keyframes were added.
        """
        if not self._rows:
            raise ValueError("a video without keyframes cannot be committed")
        self._files.close()
        tokens, width = self._feature_shape or (0, 0)
        with self._storage.catalog.transaction() as connection:
            replaced = connection.execute(
                "SELECT generation, embedder FROM video WHERE video_id = ?", (self.video_id,)
            ).fetchone()
            if replaced:
                connection.execute("INSERT INTO garbage VALUES (?, ?, ?)", (self.video_id, *replaced))
                retire_meaning(connection, self.video_id, replaced["generation"])
                self._storage.delete_video_rows(connection, self.video_id)
            connection.execute(
                "INSERT INTO video VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    self.video_id,
                    self._generation,
                    self._content_hash,
                    self._embedder,
                    record.duration_seconds,
                    record.width,
                    record.height,
                    record.time_base,
                    record.frame_count,
                    json.dumps(record.warnings),
                    len(self._rows),
                    len(self._lines),
                    self._dimensions,
                    tokens,
                    width,
                    time.time_ns(),
                ),
            )
            if record.recorded_at is not None:
                connection.execute(
                    "INSERT INTO recorded VALUES (?, ?, 0) ON CONFLICT DO UPDATE SET at = excluded.at WHERE NOT given",
                    (self.video_id, record.recorded_at),
                )
            connection.executemany(
                "INSERT INTO keyframe VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    (self.video_id, position, row.frame_index, row.seconds, row.pts, row.shot, row.group)
                    for position, row in enumerate(self._rows)
                ],
            )
            insert_lines(connection, self._lines)
            self._writer.record_path(self._path, self.video_id)
            connection.execute(
                "DELETE FROM garbage WHERE video_id = ? AND generation = ?", (self.video_id, self._generation)
            )
        self._storage.vector_store.mark_current(self._storage.catalog.revision)
        if replaced:
            self._writer.sweep_garbage()

    def abort(self) -> None:
        """Gives the video up and deletes what was written of it."""
        self._files.close()
        self._writer.sweep_garbage()
