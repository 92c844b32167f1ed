"""Keeps conversations on disk, in LangGraph's SQLite checkpointer, with a lock for each."""

from __future__ import annotations

import sqlite3
import threading
import zlib
from collections import defaultdict
from contextlib import contextmanager
from typing import TYPE_CHECKING

from assistant.library.sqlite import connect
from tools.errors import VideoAssistantError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from langgraph.checkpoint.sqlite import SqliteSaver

    from assistant.agent.records import Mark
    from tools.types import Spot


LOCK_FILES = 16
LOCK_TIMEOUT_SECONDS = 60.0  # an answer takes seconds, on a slow machine a few tens of them


class Memory:
    """Owns the checkpointer. Without a path, conversations are kept in memory only."""

    def __init__(self, path: Path | None) -> None:
        from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
        from langgraph.checkpoint.sqlite import SqliteSaver

        self._connection = sqlite3.connect(":memory:", check_same_thread=False) if path is None else connect(path)
        # The state is plain data and messages; nothing else may come back out of a file.
        self.saver: SqliteSaver = SqliteSaver(self._connection, serde=JsonPlusSerializer(allowed_msgpack_modules=[]))
        self.saver.setup()
        with self._connection:
            self._connection.execute(
                "CREATE TABLE IF NOT EXISTS titles (thread_id TEXT PRIMARY KEY, title TEXT NOT NULL)"
            )
            self._connection.execute(
                "CREATE TABLE IF NOT EXISTS marks (thread_id TEXT, video_id TEXT, frame_index INTEGER, "
                "mark TEXT NOT NULL, PRIMARY KEY (thread_id, video_id, frame_index))"
            )
        self._path = path
        self._guard = threading.Lock()
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    @contextmanager
    def turn(self, thread_id: str) -> Iterator[None]:
        """Holds the lock of a conversation: one turn at a time, whichever thread or process asks.

        Raises:
            VideoAssistantError: another process has been answering in it for `LOCK_TIMEOUT_SECONDS`.
        """
        with self._guard:
            thread_lock = self._locks[thread_id]
        with thread_lock, self._process_lock(thread_id):
            yield

    @contextmanager
    def _process_lock(self, thread_id: str) -> Iterator[None]:
        if self._path is None:
            yield
            return
        from filelock import FileLock, Timeout

        # A few files serve all conversations: two that share a file wait for each other, but only across processes.
        name = f"{self._path.name}.lock{zlib.crc32(thread_id.encode()) % LOCK_FILES}"
        lock = FileLock(self._path.with_name(name), thread_local=False)
        try:
            lock.acquire(timeout=LOCK_TIMEOUT_SECONDS)
        except Timeout:
            raise VideoAssistantError(
                f"another process is answering in the conversation {thread_id!r}; wait for it, or use another --thread"
            ) from None
        try:
            yield
        finally:
            lock.release()

    def thread_ids(self) -> list[str]:
        """Every conversation, the latest first."""
        with self.saver.cursor(transaction=False) as cursor:
            cursor.execute("SELECT thread_id FROM checkpoints GROUP BY thread_id ORDER BY MAX(rowid) DESC")
            return [row[0] for row in cursor.fetchall()]

    def titles(self) -> dict[str, str]:
        """The names that conversations were given, by their ids."""
        with self.saver.cursor(transaction=False) as cursor:
            return dict(cursor.execute("SELECT thread_id, title FROM titles").fetchall())

    def rename(self, thread_id: str, title: str) -> None:
        with self.saver.cursor() as cursor:
            cursor.execute("INSERT OR REPLACE INTO titles VALUES (?, ?)", (thread_id, title))

    def marks(self, thread_id: str) -> dict[Spot, Mark]:
        """The keyframes that were pinned or rejected in a conversation."""
        with self.saver.cursor(transaction=False) as cursor:
            rows = cursor.execute("SELECT video_id, frame_index, mark FROM marks WHERE thread_id = ?", (thread_id,))
            return {(video_id, frame_index): mark for video_id, frame_index, mark in rows.fetchall()}

    def mark(self, thread_id: str, spot: Spot, mark: Mark | None) -> None:
        """Marks a keyframe; None removes the mark."""
        with self.saver.cursor() as cursor:
            cursor.execute(
                "DELETE FROM marks WHERE thread_id = ? AND video_id = ? AND frame_index = ?", (thread_id, *spot)
            )
            if mark is not None:
                cursor.execute("INSERT INTO marks VALUES (?, ?, ?, ?)", (thread_id, *spot, mark))

    def delete(self, thread_id: str) -> None:
        self.saver.delete_thread(thread_id)
        with self.saver.cursor() as cursor:
            cursor.execute("DELETE FROM titles WHERE thread_id = ?", (thread_id,))
            cursor.execute("DELETE FROM marks WHERE thread_id = ?", (thread_id,))

    def close(self) -> None:
        self._connection.close()
