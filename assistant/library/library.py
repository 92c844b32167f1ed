"""The library: one folder, one truth. Readers see whole videos; one writer at a time adds or removes them."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.library import sidecar, text
from assistant.library.catalog import Catalog
from assistant.library.lock import writing
from assistant.library.lookup import LineFilter, Lookup
from assistant.library.projection import Projection, project
from assistant.library.records import KeyframeArrays, LibraryError, StoredVideo, VectorIndexError
from assistant.library.vectors import VectorStore, vector_id
from assistant.library.writer import Writer
from tools.types import Keyframe, Line, Source, Video

OPEN_VIDEOS = 256  # whose keyframes and mapped vectors are kept at hand
OPEN_TRACKS = 4096  # whose bare times and mapped vectors are: 16 bytes a keyframe


log = logging.getLogger(__name__)


class Library:
    """What is known about the videos in one folder.

    Args:
        root: the folder; made when something is first read or written.
        embedder: identity of the retrieval model whose vectors are searched and written; None reads text only.
    """

    def __init__(self, root: Path, *, embedder: str | None = None) -> None:
        self.root = root
        self.embedder = embedder
        self.catalog = Catalog(root / "catalog.sqlite")
        self._opened: OrderedDict[tuple[str, str], tuple[list[Keyframe], NDArray[np.float32]]] = OrderedDict()
        self._tracks: OrderedDict[tuple[str, str], KeyframeArrays] = OrderedDict()
        self._opened_lock = threading.Lock()
        self._projected: tuple[int, Projection | None] = -1, None  # with the revision it was made for
        self._projected_lock = threading.Lock()
        self._lookup = Lookup()

    @property
    def vector_store(self) -> VectorStore:
        return VectorStore.at(self.root / "chroma")

    def embedder_or_raise(self) -> str:
        """The identity of the retrieval model.

        Raises:
            LibraryError: the library was opened without one.
        """
        if self.embedder is None:
            raise LibraryError("this library was opened without a retrieval model; it can only be read as text")
        return self.embedder

    # -- catalog

    def videos(self) -> list[Video]:
        """Every ready video, in the order they were first added."""
        paths: dict[str, list[str]] = {}
        for path, video_id in self.catalog.connection.execute("SELECT path, video_id FROM path ORDER BY path"):
            paths.setdefault(video_id, []).append(path)
        recorded = dict(self.catalog.connection.execute("SELECT video_id, at FROM recorded").fetchall())
        return [_described(row, paths.get(row["video_id"], []), recorded.get(row["video_id"])) for row in self._rows()]

    def foreign_videos(self) -> list[str]:
        """The videos that another retrieval model embedded, which this one cannot search."""
        found = self.catalog.connection.execute(
            "SELECT video_id FROM video WHERE embedder != ? ORDER BY added", (self.embedder_or_raise(),)
        )
        return [video_id for (video_id,) in found]

    def video(self, video_id: str) -> Video:
        """One video.

        Raises:
            LibraryError: there is none of that id; names those there are.
        """
        return self._video(self._row(video_id))

    def _row(self, video_id: str) -> sqlite3.Row:
        found = self.catalog.connection.execute("SELECT * FROM video WHERE video_id = ?", (video_id,)).fetchone()
        if found is None:
            known = [row[0] for row in self.catalog.connection.execute("SELECT video_id FROM video ORDER BY added")]
            names = ", ".join(known[:10]) + (f" and {len(known) - 10} more" if len(known) > 10 else "")
            raise LibraryError(f"no video {video_id!r} in the library; there are: {names or 'none'}")
        row: sqlite3.Row = found
        return row

    def _video(self, row: sqlite3.Row) -> Video:
        paths = self.catalog.connection.execute(
            "SELECT path FROM path WHERE video_id = ? ORDER BY path", (row["video_id"],)
        )
        recorded = self.catalog.connection.execute(
            "SELECT at FROM recorded WHERE video_id = ?", (row["video_id"],)
        ).fetchone()
        return _described(row, [path for (path,) in paths], recorded[0] if recorded else None)

    def set_recorded(self, video_id: str, at: datetime) -> None:
        """When a video was recorded, by somebody who knows; indexing again does not change it.

        Raises:
            LibraryError: there is no such video.
            LibraryBusyError: another process is writing.
        """
        self._row(video_id)
        with self.writer(), self.catalog.transaction() as connection:
            written = at.astimezone().isoformat(timespec="seconds")
            connection.execute("INSERT OR REPLACE INTO recorded VALUES (?, ?, 1)", (video_id, written))

    def find_unchanged(self, path: Path) -> str | None:
        """The ready video that this file is, judged by path, size and modification time; None if unknown or changed."""
        try:
            path = path.resolve()
            state = path.stat()
        except OSError:
            return None
        found = self.catalog.connection.execute(
            "SELECT video.video_id FROM path JOIN video USING (video_id) "
            "WHERE path = ? AND size = ? AND mtime_ns = ? AND embedder = ?",
            (str(path), state.st_size, state.st_mtime_ns, self.embedder),
        ).fetchone()
        return found["video_id"] if found else None

    # -- keyframes and vectors

    def keyframes(
        self, video_id: str, start_seconds: float | None = None, end_seconds: float | None = None
    ) -> list[Keyframe]:
        """The keyframes of `[start_seconds, end_seconds)` in time order."""
        keyframes, _ = self._open(self._row(video_id))
        return keyframes[_span(keyframes, start_seconds, end_seconds)]

    def keyframe(self, video_id: str, frame_index: int) -> Keyframe:
        """One keyframe.

        Raises:
            LibraryError: the frame is no keyframe of the video.
        """
        for keyframe in self.keyframes(video_id):
            if keyframe.frame_index == frame_index:
                return keyframe
        raise LibraryError(f"frame {frame_index} is no keyframe of {video_id}")

    def nearest_keyframe(self, video_id: str, seconds: float) -> Keyframe:
        """The keyframe nearest in time."""
        return min(self.keyframes(video_id), key=lambda keyframe: abs(keyframe.seconds - seconds))

    def vectors(self, video_id: str) -> tuple[list[Keyframe], NDArray[np.float32]]:
        """Keyframes in time order with their vectors, `(n, d)` float32, memory-mapped."""
        self._check_space([video_id])
        return self._open(self._row(video_id))

    def peaks(self, vectors: NDArray[np.float32]) -> tuple[list[str], NDArray[np.float32]]:
        """Video ids, and `(queries, videos)` float32: no keyframe of the video has a greater cosine with the query.

        Args:
            vectors: `(q, d)` float32, L2-normalised.
        """
        projection = self._projection()
        if projection is None:
            return [], np.empty((len(vectors), 0), np.float32)
        return projection.video_ids, projection.peaks(vectors)

    def _projection(self) -> Projection | None:
        """Of the library as it is now; what it holds already is not read again."""
        with self._projected_lock:
            revision, known = self._projected
            now = self.catalog.revision
            if revision != now:
                self._check_space(None)
                rows = {(row["video_id"], row["generation"]): row for row in self._rows()}
                counts = {key: int(row["keyframes"]) for key, row in rows.items()}
                known = project(counts, lambda key: sidecar.map_vectors(self.root, _stored(rows[key])), known)
                self._projected = now, known
            return known

    def _rows(self) -> list[sqlite3.Row]:
        return self.catalog.connection.execute("SELECT * FROM video ORDER BY added").fetchall()

    def track(self, video_id: str) -> KeyframeArrays:
        """The bare numbers of a video's keyframes, quick to get.

        Raises:
            LibraryError: there is no such video, or it was indexed with another retrieval model.
        """
        self._check_space([video_id])
        row = self._row(video_id)
        key = (row["video_id"], row["generation"])
        with self._opened_lock:
            if key in self._tracks:
                self._tracks.move_to_end(key)
                return self._tracks[key]
        stored = self.catalog.connection.execute(
            "SELECT frame_index, seconds FROM keyframe WHERE video_id = ? ORDER BY position", (video_id,)
        )
        numbers = np.array([tuple(k) for k in stored], np.float64).reshape(-1, 2)
        vectors = sidecar.map_vectors(self.root, _stored(row))
        track = KeyframeArrays(numbers[:, 0].astype(np.int64), np.ascontiguousarray(numbers[:, 1]), vectors)
        with self._opened_lock:
            self._tracks[key] = track
            while len(self._tracks) > OPEN_TRACKS:
                self._tracks.popitem(last=False)
        return track

    def features(self, video_id: str, frame_indexes: Sequence[int]) -> NDArray[np.float16] | None:
        """Image states of the core, `(n, tokens, width)` float16, or None where none are stored."""
        row = self._row(video_id)
        mapped = sidecar.map_features(self.root, _stored(row))
        if mapped is None:
            return None
        keyframes, _ = self._open(row)
        position = {keyframe.frame_index: i for i, keyframe in enumerate(keyframes)}
        try:
            return np.asarray(mapped[[position[index] for index in frame_indexes]])
        except KeyError as error:
            raise LibraryError(f"frame {error} is no keyframe of {video_id}") from None

    def search_vectors(
        self,
        vectors: NDArray[np.float32],
        *,
        video_id: str | None = None,
        start_seconds: float | None = None,
        end_seconds: float | None = None,
        limit: int = 16,
    ) -> list[list[tuple[Keyframe, float]]]:
        """The nearest keyframes of each query, best first, with cosine similarities.

        All videos without a range: approximate, through Chroma. One video or a range: exact, on the sidecar.

        Args:
            vectors: `(q, d)` float32, L2-normalised.
        """
        self._check_space([video_id] if video_id else None)
        if video_id is None and start_seconds is None and end_seconds is None:
            try:
                return self._search_all(vectors, limit)
            except VectorIndexError as error:
                log.warning("%s; until then every stored vector is compared", error)
        if video_id is not None:
            rows = [self._row(video_id)]
        else:
            rows = self.catalog.connection.execute("SELECT * FROM video").fetchall()
        found: list[list[tuple[Keyframe, float]]] = [[] for _ in vectors]
        for row in rows:
            keyframes, stored = self._open(row)
            span = _span(keyframes, start_seconds, end_seconds)
            scores = vectors @ np.asarray(stored[span]).T
            chosen = keyframes[span]
            for hits, line in zip(found, scores, strict=True):
                best = np.argsort(-line, kind="stable")[:limit]
                hits += [(chosen[i], float(line[i])) for i in best]
        return [sorted(hits, key=lambda hit: -hit[1])[:limit] for hits in found]

    def _search_all(self, vectors: NDArray[np.float32], limit: int) -> list[list[tuple[Keyframe, float]]]:
        """Chroma's hits that the catalog knows; over-fetched, since a few may belong to replaced generations."""
        connection = self.catalog.connection
        total: int = connection.execute("SELECT coalesce(sum(keyframes), 0) FROM video").fetchone()[0]
        if not total:
            return [[] for _ in vectors]
        rows: dict[str, sqlite3.Row | None] = {}
        fetch = limit  # replaced generations are swept at the next start: too few hits are rare, and asked for again
        while True:
            batches = self.vector_store.query(
                self.embedder_or_raise(), vectors, limit=fetch, revision=self.catalog.revision
            )
            found = [[hit for hit in batch if self._is_ready(hit[0], rows)] for batch in batches]
            if all(len(hits) >= min(limit, total) for hits in found) or fetch > total + limit:
                break
            fetch *= 4
        return [[(self._keyframe_of(name, rows), score) for name, score in hits[:limit]] for hits in found]

    def _is_ready(self, name: str, rows: dict[str, sqlite3.Row | None]) -> bool:
        video_id, generation, _ = name.split("/")
        if video_id not in rows:
            rows[video_id] = self.catalog.connection.execute(
                "SELECT * FROM video WHERE video_id = ?", (video_id,)
            ).fetchone()
        row = rows[video_id]
        return row is not None and row["generation"] == generation

    def _keyframe_of(self, name: str, rows: dict[str, sqlite3.Row | None]) -> Keyframe:
        video_id, _, frame_index = name.split("/")
        row = rows[video_id]
        if row is None:
            raise LibraryError(f"{name} is not in the catalog")
        keyframes, _ = self._open(row)
        low, high = 0, len(keyframes)
        while low < high:  # keyframes rise in frame index as they do in time
            middle = (low + high) // 2
            if keyframes[middle].frame_index < int(frame_index):
                low = middle + 1
            else:
                high = middle
        return keyframes[low]

    def _open(self, row: sqlite3.Row) -> tuple[list[Keyframe], NDArray[np.float32]]:
        key = (row["video_id"], row["generation"])
        with self._opened_lock:
            if key in self._opened:
                self._opened.move_to_end(key)
                return self._opened[key]
        folder = sidecar.folder_of(self.root, *key)
        stored = self.catalog.connection.execute(
            "SELECT * FROM keyframe WHERE video_id = ? ORDER BY position", (row["video_id"],)
        )
        keyframes = [
            Keyframe(
                video_id=k["video_id"],
                frame_index=k["frame_index"],
                seconds=k["seconds"],
                shot=k["shot"],
                group=k["group"],
                image=str(sidecar.thumbnail(folder, k["frame_index"])),
            )
            for k in stored
        ]
        opened = keyframes, sidecar.map_vectors(self.root, _stored(row))
        with self._opened_lock:
            self._opened[key] = opened
            while len(self._opened) > OPEN_VIDEOS:
                self._opened.popitem(last=False)
        return opened

    def _check_space(self, video_ids: Sequence[str] | None) -> None:
        """Vectors of another model cannot be compared with this one's."""
        where = "" if video_ids is None else f"AND video_id IN ({', '.join('?' * len(video_ids))})"
        others: int
        others, example = self.catalog.connection.execute(
            f"SELECT count(*), min(embedder) FROM video WHERE embedder != ? {where}",  # noqa: S608 - only placeholders
            (self.embedder_or_raise(), *(video_ids or ())),
        ).fetchone()
        if others:
            raise LibraryError(
                f"{others} video(s) were indexed with {example}, this profile uses {self.embedder}; "
                "run `video-assistant reindex` or choose the other --profile"
            )

    # -- lines

    def lines(
        self,
        video_id: str,
        *,
        source: Source | None = None,
        start_seconds: float | None = None,
        end_seconds: float | None = None,
    ) -> list[Line]:
        """The lines of a video that touch `[start_seconds, end_seconds)`, in time order."""
        condition = _line_condition(self._row(video_id)["video_id"], source, start_seconds, end_seconds)
        rows = self.catalog.connection.execute(
            f"SELECT * FROM line WHERE 1 {condition.sql} ORDER BY start_seconds, id",  # noqa: S608 - conditions are ours
            condition.values,
        )
        return [text.to_line(row) for row in rows]

    def search_lines(
        self,
        query: str,
        *,
        video_id: str | None = None,
        source: Source | None = None,
        start_seconds: float | None = None,
        end_seconds: float | None = None,
        limit: int = 20,
        without: Source | None = None,
        typos: bool = True,
    ) -> list[Line]:
        """Lines that hold the words of `query`, best first, `score` in [0, 1]; accents are forgiven.

        Args:
            without: a source whose lines are left out.
            typos: where no line holds the words, look for words like them.
        """
        if video_id is not None:
            self._row(video_id)
        condition = _line_condition(video_id, source, start_seconds, end_seconds, without)
        connection, revision = self.catalog.connection, self.catalog.revision
        return self._lookup.search(connection, revision, query, condition, limit, typos=typos)

    def passages(self, question: str, *, video_id: str | None = None, limit: int = 20) -> list[Line]:
        """Lines that say most of what a question is about, best first, `score` in [0, 1]; none where none does."""
        if video_id is not None:
            self._row(video_id)
        condition = _line_condition(video_id, None, None, None)
        return self._lookup.passages(self.catalog.connection, self.catalog.revision, question, condition, limit)

    # -- writing

    @contextmanager
    def writer(self, *, timeout_seconds: float = 5.0) -> Iterator[Writer]:
        """The one writer; sweeps first what a killed one left.

        Raises:
            LibraryBusyError: another process is writing; says which.
        """
        with writing(self.root, timeout_seconds):
            # Another process may have written since our client opened.
            self.vector_store.close()
            writer = Writer(self)
            try:
                writer.sweep()
            except VectorIndexError as error:
                log.warning("%s; it is built anew from the stored vectors", error)
                self.rebuild_vectors()
                writer.sweep()
            yield writer

    def rebuild_vectors(self) -> None:
        """Fills Chroma again from the arrays of the ready videos. The caller holds the writer lock."""
        videos = self.stored_videos()
        for embedder in {video.embedder for video in videos} | {self.embedder_or_raise()}:
            self.vector_store.drop(embedder)
        for video in videos:
            ids = [vector_id(video.video_id, video.generation, k.frame_index) for k in self.keyframes(video.video_id)]
            self.vector_store.upsert(video.embedder, ids, sidecar.map_vectors(self.root, video))
        with self.catalog.transaction():  # readers see by the revision that they must open Chroma again
            pass
        self.vector_store.written(self.catalog.revision)

    def remove(self, video_id: str) -> None:
        """Takes a video out; its file stays."""
        row = self._row(video_id)
        with self.writer() as writer:
            with self.catalog.transaction() as connection:
                connection.execute(
                    "INSERT OR IGNORE INTO garbage VALUES (?, ?, ?)", (video_id, row["generation"], row["embedder"])
                )
                self.delete_rows(connection, video_id)
                connection.execute("DELETE FROM recorded WHERE video_id = ?", (video_id,))
                connection.execute("DELETE FROM path WHERE video_id = ?", (video_id,))
            writer.sweep()

    def delete_rows(self, connection: sqlite3.Connection, video_id: str) -> None:
        """A video's rows apart from its paths, within the caller's transaction."""
        connection.execute("DELETE FROM video WHERE video_id = ?", (video_id,))
        connection.execute("DELETE FROM keyframe WHERE video_id = ?", (video_id,))
        text.delete(connection, video_id)

    def check(self, *, mend: bool = True) -> list[str]:
        """Compares all that is stored; one line a finding, none when all is well. Holds the writer lock."""
        from assistant.library.check import check

        with self.writer():
            return check(self, mend=mend)

    def stored_videos(self) -> list[StoredVideo]:
        """Where each ready video's arrays lie."""
        return [_stored(row) for row in self._rows()]

    def close(self) -> None:
        self.vector_store.close()
        self.catalog.close()
        with self._opened_lock:
            self._opened.clear()
            self._tracks.clear()


def _described(row: sqlite3.Row, paths: Sequence[str], recorded_at: str | None) -> Video:
    # A file that was moved is known under both names: the one that is there comes first.
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


def _stored(row: sqlite3.Row) -> StoredVideo:
    return StoredVideo(
        video_id=row["video_id"],
        generation=row["generation"],
        embedder=row["embedder"],
        keyframes=row["keyframes"],
        dimensions=row["dimensions"],
        feature_tokens=row["feature_tokens"],
        feature_width=row["feature_width"],
    )


def _span(keyframes: Sequence[Keyframe], start: float | None, end: float | None) -> slice:
    """Where the keyframes of `[start, end)` lie."""
    times = [keyframe.seconds for keyframe in keyframes]
    low = 0 if start is None else int(np.searchsorted(times, start, "left"))
    high = len(times) if end is None else int(np.searchsorted(times, end, "left"))
    return slice(low, max(low, high))


def _line_condition(
    video_id: str | None, source: Source | None, start: float | None, end: float | None, without: Source | None = None
) -> LineFilter:
    given = [
        ("AND line.video_id = ?", video_id),
        ("AND line.source = ?", source),
        ("AND line.end_seconds > ?", start),
        ("AND line.start_seconds < ?", end),
        ("AND line.source != ?", without),
    ]
    chosen = [(clause, value) for clause, value in given if value is not None]
    return LineFilter(" ".join(clause for clause, _ in chosen), tuple(value for _, value in chosen))
