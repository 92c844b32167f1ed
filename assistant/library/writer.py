"""Writing: one video, one generation, whole or absent."""

from __future__ import annotations

import json
import logging
import shutil
import time
import uuid
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from assistant.library import sidecar, text
from assistant.library.identity import content_hash, video_id
from assistant.library.records import KeyframeRow, LibraryError, StoredVideo, VideoRecord
from assistant.library.vectors import vector_id
from tools.types import Line

if TYPE_CHECKING:
    from assistant.library.library import Library

log = logging.getLogger(__name__)


class Writer:
    """Holds the library's writer lock; made by `Library.writer`."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def begin(self, path: Path, *, force: bool = False) -> VideoDraft | None:
        """Starts a video.

        Returns:
            None if the same content is ready already (its new path is recorded), unless `force`. Content that is ready
            for another retrieval model only is begun anew.
        """
        path = path.resolve()
        content = content_hash(path)
        catalog = self._library.catalog
        known = catalog.connection.execute(
            "SELECT video_id, embedder FROM video WHERE content = ?", (content,)
        ).fetchone()
        if known and not force and known["embedder"] == self._library.embedder_or_raise():
            with catalog.transaction():
                self.record_path(path, known["video_id"])
            return None
        name = known["video_id"] if known else self._free_id(path, content)
        return VideoDraft(self._library, self, path, name, content)

    def _free_id(self, path: Path, content: str) -> str:
        for digits in range(6, len(content) + 1):
            name = video_id(path, content, digits)
            if not self._library.catalog.connection.execute(
                "SELECT 1 FROM video WHERE video_id = ?", (name,)
            ).fetchone():
                return name
        raise LibraryError(f"{path} has the id of another video; rename the file")

    def record_path(self, path: Path, name: str) -> None:
        """Remembers where a video lies and how its file looked, within the caller's transaction."""
        state = path.stat()
        self._library.catalog.connection.execute(
            "INSERT OR REPLACE INTO path VALUES (?, ?, ?, ?)", (str(path), name, state.st_size, state.st_mtime_ns)
        )

    def add_lines(self, name: str, lines: Sequence[Line]) -> None:
        """Adds lines to a ready video, all of them or none."""
        with self._library.catalog.transaction() as connection:
            text.insert(connection, lines)
            connection.execute("UPDATE video SET lines = lines + ? WHERE video_id = ?", (len(lines), name))
        self._library.vector_store.written(self._library.catalog.revision)

    def bound_features(self, most_bytes: int) -> list[str]:
        """Drops stored image states, those of the videos added first, until the rest takes at most `most_bytes`.

        Questions about such a video are answered from its thumbnails then.

        Returns:
            The ids of the videos that lost theirs.
        """
        library, dropped = self._library, []
        videos = [video for video in library.stored_videos() if video.feature_tokens]
        total = sum(_feature_bytes(video) for video in videos)
        for video in videos:
            if total <= most_bytes:
                break
            with library.catalog.transaction() as connection:
                connection.execute("UPDATE video SET feature_tokens = 0 WHERE video_id = ?", (video.video_id,))
            # The catalog first: a kill in between leaves a file that nobody reads, and goes with its video.
            folder = sidecar.folder_of(library.root, video.video_id, video.generation)
            (folder / sidecar.FEATURES).unlink(missing_ok=True)
            total -= _feature_bytes(video)
            dropped.append(video.video_id)
        library.vector_store.written(library.catalog.revision)
        return dropped

    def sweep(self) -> None:
        """Removes what killed writers and replaced or removed videos left behind."""
        library = self._library
        rows = library.catalog.connection.execute("SELECT * FROM garbage").fetchall()
        for row in rows:
            folder = sidecar.folder_of(library.root, row["video_id"], row["generation"])
            ids = [vector_id(row["video_id"], row["generation"], frame) for frame in sidecar.read_frames(folder)]
            if ids:
                library.vector_store.delete(row["embedder"], ids)
            shutil.rmtree(folder, ignore_errors=True)
            if folder.parent.exists() and not any(folder.parent.iterdir()):
                folder.parent.rmdir()
            with library.catalog.transaction() as connection:
                connection.execute(
                    "DELETE FROM garbage WHERE video_id = ? AND generation = ?", (row["video_id"], row["generation"])
                )
        library.vector_store.written(library.catalog.revision)


def _feature_bytes(video: StoredVideo) -> int:
    return video.keyframes * video.feature_tokens * video.feature_width * 2


class VideoDraft:
    """A video on its way in. Nothing of it is seen before `commit`."""

    def __init__(self, library: Library, writer: Writer, path: Path, name: str, content: str) -> None:
        self.video_id = name
        self._library, self._writer, self._path, self._content = library, writer, path, content
        self._embedder = library.embedder_or_raise()
        self._generation = uuid.uuid4().hex[:12]
        self.folder = sidecar.folder_of(library.root, name, self._generation)
        with library.catalog.transaction() as connection:
            connection.execute("INSERT INTO garbage VALUES (?, ?, ?)", (name, self._generation, self._embedder))
        self._files = sidecar.SidecarWriter(self.folder)
        self._rows: list[KeyframeRow] = []
        self._lines: list[Line] = []
        self._dimensions = 0
        self._feature_shape: tuple[int, int] | None = None

    @property
    def keyframe_count(self) -> int:
        return len(self._rows)

    def thumbnail_path(self, frame_index: int) -> Path:
        """Where the keyframe's thumbnail (JPEG) belongs."""
        return sidecar.thumbnail(self.folder, frame_index)

    def add_keyframes(
        self, rows: Sequence[KeyframeRow], vectors: NDArray[np.float32], features: NDArray[np.float16] | None
    ) -> None:
        """Adds keyframes in time order.

        Args:
            rows: n keyframes.
            vectors: `(n, d)` float32, L2-normalised.
            features: `(n, tokens, width)` float16 image states of the core, or None; for all keyframes or for none.

        Raises:
            ValueError: shapes that do not agree, or keyframes out of order.
        """
        shape = None if features is None else (features.shape[1], features.shape[2])
        if vectors.shape[:1] != (len(rows),) or (features is not None and len(features) != len(rows)):
            raise ValueError(f"{len(rows)} keyframes came with vectors {vectors.shape} and features {shape}")
        if not rows:
            return
        if self._rows and (vectors.shape[1] != self._dimensions or shape != self._feature_shape):
            raise ValueError(f"a batch of {vectors.shape[1]} dimensions, features {shape}, follows one that differs")
        seconds = [*(row.seconds for row in self._rows[-1:]), *(row.seconds for row in rows)]
        if any(b <= a for a, b in pairwise(seconds)):
            raise ValueError(f"keyframes must rise in time, came {seconds}")
        self._dimensions, self._feature_shape = vectors.shape[1], shape
        self._rows += rows
        frames = [row.frame_index for row in rows]
        self._files.append(frames, vectors, features)
        ids = [vector_id(self.video_id, self._generation, frame) for frame in frames]
        self._library.vector_store.upsert(self._embedder, ids, vectors)

    def add_lines(self, lines: Sequence[Line]) -> None:
        """Adds timed text, in any order."""
        self._lines += lines

    def commit(self, record: VideoRecord) -> None:
        """Makes the video ready, all at once; an earlier generation of it is swept."""
        if not self._rows:
            raise ValueError("a video without keyframes cannot be committed")
        self._files.close()
        tokens, width = self._feature_shape or (0, 0)
        with self._library.catalog.transaction() as connection:
            old = connection.execute(
                "SELECT generation, embedder FROM video WHERE video_id = ?", (self.video_id,)
            ).fetchone()
            if old:
                connection.execute("INSERT INTO garbage VALUES (?, ?, ?)", (self.video_id, *old))
                self._library.delete_rows(connection, self.video_id)
            connection.execute(
                "INSERT INTO video VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    self.video_id,
                    self._generation,
                    self._content,
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
                    (self.video_id, i, row.frame_index, row.seconds, row.pts, row.shot, row.group)
                    for i, row in enumerate(self._rows)
                ],
            )
            text.insert(connection, self._lines)
            self._writer.record_path(self._path, self.video_id)
            connection.execute(
                "DELETE FROM garbage WHERE video_id = ? AND generation = ?", (self.video_id, self._generation)
            )
        self._library.vector_store.written(self._library.catalog.revision)
        if old:
            self._writer.sweep()

    def abort(self) -> None:
        """Leaves nothing behind."""
        self._files.close()
        self._writer.sweep()
