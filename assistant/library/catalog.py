"""The catalog: one SQLite file whose row of a video is its only commit point.

A video's keyframes, lines and their full-text index are written in the same transaction as its row. Vectors, features
and thumbnails cannot be: they are announced in the table `garbage` before they are written, and that transaction takes
the announcement back, so a killed writer leaves a note of exactly what must be swept.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assistant.library.records import LibraryError
from assistant.library.sqlite import connect

FORMAT_VERSION = 1

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
INSERT INTO meta VALUES ('format_version', 1), ('revision', 0);
CREATE TABLE video (
    video_id TEXT PRIMARY KEY, generation TEXT NOT NULL, content TEXT NOT NULL UNIQUE, embedder TEXT NOT NULL,
    duration_seconds REAL NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL, time_base TEXT NOT NULL,
    frame_count INTEGER NOT NULL, warnings TEXT NOT NULL, keyframes INTEGER NOT NULL, lines INTEGER NOT NULL,
    dimensions INTEGER NOT NULL, feature_tokens INTEGER NOT NULL, feature_width INTEGER NOT NULL, added INTEGER NOT NULL
);
CREATE TABLE path (path TEXT PRIMARY KEY, video_id TEXT NOT NULL, size INTEGER, mtime_ns INTEGER) WITHOUT ROWID;
CREATE INDEX path_video ON path (video_id);
CREATE TABLE keyframe (
    video_id TEXT, position INTEGER, frame_index INTEGER, seconds REAL, pts INTEGER, shot INTEGER, "group" INTEGER,
    PRIMARY KEY (video_id, position)
) WITHOUT ROWID;
CREATE TABLE line (
    id INTEGER PRIMARY KEY, video_id TEXT, start_seconds REAL, end_seconds REAL, source TEXT, text TEXT, score REAL,
    box TEXT, language TEXT
);
CREATE INDEX line_video ON line (video_id, start_seconds);
CREATE VIRTUAL TABLE line_index USING fts5 (folded, prefix = '2 3');
CREATE VIRTUAL TABLE line_terms USING fts5vocab (line_index, 'row');
CREATE TABLE garbage (video_id TEXT, generation TEXT, embedder TEXT, PRIMARY KEY (video_id, generation)) WITHOUT ROWID;
"""
# Tables that the first libraries lack, so they are made whenever a catalog is opened: when a video was recorded, which
# is what its file says until a user states another time (`given`); when each word of a spoken line begins; passages,
# and which encoder placed those of each video.
_LATER_TABLES = (
    "CREATE TABLE IF NOT EXISTS recorded (video_id TEXT PRIMARY KEY, at TEXT NOT NULL, given INTEGER NOT NULL) "
    "WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS line_words (line_id INTEGER PRIMARY KEY, starts TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS meaning (video_id TEXT PRIMARY KEY, tag TEXT NOT NULL, encoder TEXT NOT NULL, "
    "passages INTEGER NOT NULL, dimensions INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS passage (video_id TEXT, position INTEGER, start_seconds REAL, end_seconds REAL, "
    "source TEXT, text TEXT, language TEXT, frame_index INTEGER, PRIMARY KEY (video_id, position)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS meaning_garbage (video_id TEXT, generation TEXT, tag TEXT, encoder TEXT, "
    "passages INTEGER, PRIMARY KEY (video_id, tag)) WITHOUT ROWID",
)


class Catalog:
    """The catalog's file, with one connection for each thread; readers see whole videos only."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread_local = threading.local()
        self._open: list[sqlite3.Connection] = []
        self._lock = threading.Lock()

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection, in autocommit mode; writers use `transaction`.

        Raises:
            LibraryError: the file is no catalog of this program, or one of another format.
        """
        connection: sqlite3.Connection | None = getattr(self._thread_local, "connection", None)
        if connection is None:
            connection = self._connect()
            self._thread_local.connection = connection
            with self._lock:
                self._open.append(connection)
        return connection

    def _connect(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = None
        try:
            # Threads do not share connections; they may, so that `close` can close those of threads that have ended.
            connection = connect(self._path, isolation_level=None)
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("BEGIN IMMEDIATE")
            if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
                for statement in _SCHEMA.split(";\n"):
                    connection.execute(statement)
            for statement in _LATER_TABLES:
                connection.execute(statement)
            connection.execute("COMMIT")
            (version,) = connection.execute("SELECT value FROM meta WHERE key = 'format_version'").fetchone()
        except sqlite3.DatabaseError as error:
            if connection is not None:
                connection.close()
            raise LibraryError(
                f"{self._path} is no catalog of this program ({error}); give another --library"
            ) from None
        if version != FORMAT_VERSION:
            connection.close()
            raise LibraryError(
                f"the library in {self._path.parent} has format {version}, this program reads {FORMAT_VERSION}; "
                "use the version that made it, or give another --library and index again"
            )
        return connection

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Runs the `with` block as one transaction, all or nothing, and raises the library's revision by one."""
        connection = self.connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("UPDATE meta SET value = value + 1 WHERE key = 'revision'")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")

    @property
    def revision(self) -> int:
        """How many transactions have changed the library; a reader that sees a new value drops what it cached."""
        (revision,) = self.connection.execute("SELECT value FROM meta WHERE key = 'revision'").fetchone()
        return int(revision)

    def close(self) -> None:
        """Closes the connections of all threads; the next use opens new ones."""
        with self._lock:
            for connection in self._open:
                connection.close()
            self._open.clear()
        self._thread_local = threading.local()
