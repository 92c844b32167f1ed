"""The library: one folder, one truth. Readers see whole videos; one writer at a time adds or removes them."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.library.check import check_storage
from assistant.library.keyframe_vectors import KeyframeVectors, find_span
from assistant.library.lines import LineFilter, select_lines
from assistant.library.lock import hold_writer_lock
from assistant.library.lookup import Lookup, LookupOptions
from assistant.library.meaning import PassageVectors, rebuild_passage_index
from assistant.library.records import KeyframeArrays, LibraryError, VectorIndexError
from assistant.library.storage import Storage
from assistant.library.writer import Writer
from tools.types import Keyframe, Line, Source, Video

log = logging.getLogger(__name__)


class Library:
    """What is known about the videos in one folder.

    Args:
        root: the folder; it is made when something is first read or written.
        embedder: identity of the retrieval model whose vectors are searched and written; None reads text only.
        lookup_options: how forgiving the search of lines is.
    """

    def __init__(self, root: Path, *, embedder: str | None = None, lookup_options: LookupOptions | None = None) -> None:
        self.storage = Storage(root, embedder)
        self._keyframe_vectors = KeyframeVectors(self.storage)
        self.passage_vectors = PassageVectors(self.storage)
        self._lookup = Lookup(self.storage.catalog, lookup_options or LookupOptions())

    @property
    def root(self) -> Path:
        """The library's folder."""
        return self.storage.root

    @property
    def revision(self) -> int:
        """How many transactions have changed the library: what was computed at another revision is outdated."""
        return self.storage.catalog.revision

    # -- videos

    def videos(self) -> list[Video]:
        """Returns every ready video, in the order in which they were first added."""
        connection = self.storage.catalog.connection
        paths: dict[str, list[str]] = {}
        for path, video_id in connection.execute("SELECT path, video_id FROM path ORDER BY path"):
            paths.setdefault(video_id, []).append(path)
        recorded_at = dict(connection.execute("SELECT video_id, at FROM recorded").fetchall())
        return [
            _video_from_row(row, paths.get(row["video_id"], []), recorded_at.get(row["video_id"]))
            for row in self.storage.video_rows()
        ]

    def incompatible_video_ids(self) -> list[str]:
        """Returns the ids of the videos that another retrieval model embedded: this one cannot search them."""
        rows = self.storage.catalog.connection.execute(
            "SELECT video_id FROM video WHERE embedder != ? ORDER BY added", (self.storage.require_embedder(),)
        )
        return [video_id for (video_id,) in rows]

    def video(self, video_id: str) -> Video:
        """Returns one video.

        Raises:
            LibraryError: the library holds no such video; the message names those that it holds.
        """
        row = self.storage.video_row(video_id)
        connection = self.storage.catalog.connection
        paths = connection.execute("SELECT path FROM path WHERE video_id = ? ORDER BY path", (video_id,))
        recorded = connection.execute("SELECT at FROM recorded WHERE video_id = ?", (video_id,)).fetchone()
        return _video_from_row(row, [path for (path,) in paths], recorded[0] if recorded else None)

    def set_recorded_at(self, video_id: str, recorded_at: datetime) -> None:
        """Stores when a video was recorded, as a user states it; indexing the video again does not change it.

        Raises:
            LibraryError: there is no such video.
            LibraryBusyError: another process is writing.
        """
        self.storage.video_row(video_id)
        with self.writer(), self.storage.catalog.transaction() as connection:
            written = recorded_at.astimezone().isoformat(timespec="seconds")
            connection.execute("INSERT OR REPLACE INTO recorded VALUES (?, ?, 1)", (video_id, written))

    def find_unchanged(self, path: Path) -> str | None:
        """Returns the id of the ready video that a file is, by path, size and modification time.

        None means that the file is unknown, has changed, or was indexed with another retrieval model.
        """
        try:
            path = path.resolve()
            state = path.stat()
        except OSError:
            return None
        row = self.storage.catalog.connection.execute(
            "SELECT video.video_id FROM path JOIN video USING (video_id) "
            "WHERE path = ? AND size = ? AND mtime_ns = ? AND embedder = ?",
            (str(path), state.st_size, state.st_mtime_ns, self.storage.embedder),
        ).fetchone()
        return row["video_id"] if row else None

    # -- keyframes and vectors

    def keyframes(
        self, video_id: str, start_seconds: float | None = None, end_seconds: float | None = None
    ) -> list[Keyframe]:
        """Returns the keyframes of `[start_seconds, end_seconds)` in time order."""
        keyframes, _ = self._keyframe_vectors.open(self.storage.video_row(video_id))
        return keyframes[find_span(keyframes, start_seconds, end_seconds)]

    def keyframe(self, video_id: str, frame_index: int) -> Keyframe:
        """Returns one keyframe.

        Raises:
            LibraryError: the frame is no keyframe of the video.
        """
        for keyframe in self.keyframes(video_id):
            if keyframe.frame_index == frame_index:
                return keyframe
        raise LibraryError(f"frame {frame_index} is no keyframe of {video_id}")

    def nearest_keyframe(self, video_id: str, seconds: float) -> Keyframe:
        """Returns the keyframe nearest in time."""
        return min(self.keyframes(video_id), key=lambda keyframe: abs(keyframe.seconds - seconds))

    def vectors(self, video_id: str) -> tuple[list[Keyframe], NDArray[np.float32]]:
        """Returns the keyframes of a video in time order and their vectors, `(n, d)` float32, memory-mapped."""
        self._keyframe_vectors.check_embedder([video_id])
        return self._keyframe_vectors.open(self.storage.video_row(video_id))

    def keyframe_arrays(self, video_id: str) -> KeyframeArrays:
        """Returns the keyframes of a video as plain arrays, which are quicker to get than records.

        Raises:
            LibraryError: there is no such video, or it was indexed with another retrieval model.
        """
        return self._keyframe_vectors.arrays(video_id)

    def features(self, video_id: str, frame_indexes: Sequence[int]) -> NDArray[np.float16] | None:
        """Returns the core's image states of n keyframes, `(n, tokens, width)`, or None if none are stored."""
        return self._keyframe_vectors.features(video_id, frame_indexes)

    def search_vectors(
        self,
        vectors: NDArray[np.float32],
        *,
        video_id: str | None = None,
        start_seconds: float | None = None,
        end_seconds: float | None = None,
        limit: int = 16,
    ) -> list[list[tuple[Keyframe, float]]]:
        """Returns, for each query, the nearest keyframes with their cosine similarities, best first.

        A search of all videos without a range is approximate; one of one video or of a range is exact.

        Args:
            vectors: q queries, `(q, d)` float32, L2-normalised.
            video_id: the only video to search; None searches all.
            start_seconds: start of the range `[start_seconds, end_seconds)`; None is the video's start.
            end_seconds: end of the range; None is the video's end.
            limit: the most hits of a query.
        """
        return self._keyframe_vectors.search(
            vectors, video_id=video_id, start_seconds=start_seconds, end_seconds=end_seconds, limit=limit
        )

    def similarity_upper_bounds(self, vectors: NDArray[np.float32]) -> tuple[list[str], NDArray[np.float32]]:
        """Returns video ids, and `(q, videos)` float32: no keyframe of the video has a greater cosine with the query.

        Args:
            vectors: q queries, `(q, d)` float32, L2-normalised.
        """
        return self._keyframe_vectors.upper_bounds(vectors)

    # -- lines

    def lines(
        self,
        video_id: str,
        *,
        source: Source | None = None,
        start_seconds: float | None = None,
        end_seconds: float | None = None,
    ) -> list[Line]:
        """Returns the lines of a video that touch `[start_seconds, end_seconds)`, in time order."""
        self.storage.video_row(video_id)
        line_filter = LineFilter.where(
            video_id=video_id, source=source, start_seconds=start_seconds, end_seconds=end_seconds
        )
        return select_lines(self.storage.catalog.connection, line_filter)

    def search_lines(
        self,
        query: str,
        *,
        video_id: str | None = None,
        source: Source | None = None,
        start_seconds: float | None = None,
        end_seconds: float | None = None,
        limit: int = 20,
        excluded_source: Source | None = None,
        allow_typos: bool = True,
    ) -> list[Line]:
        """Returns the lines that hold the words of `query`, best first, with `score` in [0, 1]; accents are forgiven.

        Args:
            query: words; what stands in double quotes is preferred as a phrase.
            video_id: the only video to search; None searches all.
            source: the only source whose lines are searched; None searches all.
            start_seconds: lines that end before it are left out.
            end_seconds: lines that start from it on are left out.
            limit: the most lines.
            excluded_source: a source whose lines are left out.
            allow_typos: whether to search for similar words if no line holds the words themselves.
        """
        if video_id is not None:
            self.storage.video_row(video_id)
        line_filter = LineFilter.where(
            video_id=video_id,
            source=source,
            start_seconds=start_seconds,
            end_seconds=end_seconds,
            excluded_source=excluded_source,
        )
        return self._lookup.search(query, line_filter, limit, allow_typos=allow_typos)

    def passages(self, question: str, *, video_id: str | None = None, limit: int = 20) -> list[Line]:
        """Returns the lines that hold most of what a question is about, best first, with `score` in [0, 1]."""
        if video_id is not None:
            self.storage.video_row(video_id)
        return self._lookup.passages(question, LineFilter.where(video_id=video_id), limit)

    def share_held(self, query: str, line: Line) -> float:
        """Returns the share of a query's words that a line holds, in [0, 1], words of grammar left out."""
        return self._lookup.share_held(query, line)

    # -- passages

    def meaning_encoder(self, video_id: str) -> str | None:
        """Returns the identity of the sentence encoder that placed a video's passages; None if none has."""
        return self.passage_vectors.encoder_of(video_id)

    # -- writing

    @contextmanager
    def writer(self, *, timeout_seconds: float = 5.0) -> Iterator[Writer]:
        """Holds the library's only writer; first it sweeps what a killed writer left.

        Raises:
            LibraryBusyError: another process is writing; the message names it.
        """
        with hold_writer_lock(self.root, timeout_seconds):
            # Another process may have written since our client opened.
            self.storage.vector_store.close()
            writer = Writer(self.storage)
            try:
                writer.sweep_garbage()
            except VectorIndexError as error:
                log.warning("%s; it is built anew from the stored vectors", error)
                self.storage.rebuild_vector_index()
                rebuild_passage_index(self.storage)
                writer.sweep_garbage()
            yield writer

    def remove(self, video_id: str) -> None:
        """Removes a video from the library; its file stays.

        Raises:
            LibraryError: there is no such video.
            LibraryBusyError: another process is writing.
        """
        self.storage.video_row(video_id)
        with self.writer() as writer:
            writer.remove(video_id)

    def check(self, *, mend: bool = True) -> list[str]:
        """Compares all that is stored, holding the writer lock.

        Returns:
            One sentence for each thing that is not as it should be; empty if all is well.
        """
        with self.writer():
            return check_storage(self.storage, mend=mend)

    def close(self) -> None:
        """Closes Chroma and the catalog; the next use opens them again."""
        self.storage.close()
        self._keyframe_vectors.clear()
        self.passage_vectors.clear()


def _video_from_row(row: sqlite3.Row, paths: Sequence[str], recorded_at: str | None) -> Video:
    # A file that was moved is known under both names: a path that exists comes first.
    ordered = paths if len(paths) < 2 else sorted(paths, key=lambda path: not Path(path).exists())
    return Video(
        video_id=row["video_id"],
        paths=tuple(ordered),
        duration_seconds=row["duration_seconds"],
        width=row["width"],
        height=row["height"],
        keyframes=row["keyframes"],
        lines=row["lines"],
        recorded_at=recorded_at,
    )
