"""SQLite files that several processes open at once."""

from __future__ import annotations

import sqlite3
import time
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE_SECONDS = 30.0
_PAUSE_SECONDS = 0.01


def connect(
    path: Path, *, isolation_level: Literal["DEFERRED", "IMMEDIATE", "EXCLUSIVE"] | None = "DEFERRED"
) -> sqlite3.Connection:
    """A connection to the file in WAL mode, for any thread, that waits up to `PATIENCE_SECONDS` for other processes.

    The folder of the file is made where there is none.

    SQLite's own timeout does not cover the first access: while another process makes the file, recovers it after a
    kill, or cleans up as the last one to close it, it says "database is locked" at once (https://sqlite.org/wal.html,
    section 6). So that one is tried again here.

    Raises:
        sqlite3.DatabaseError: the file is no database, or stayed locked.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(
        path, timeout=PATIENCE_SECONDS, isolation_level=isolation_level, check_same_thread=False
    )
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.DatabaseError as error:
            # Extended codes (SQLITE_BUSY_RECOVERY and the like) keep the plain one in their low byte.
            busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() > deadline:
                connection.close()
                raise
            time.sleep(_PAUSE_SECONDS)
        else:
            return connection
