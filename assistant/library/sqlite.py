"""SQLite files that several processes open at the same time."""

from __future__ import annotations

import sqlite3
import time
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pathlib import Path

MAX_WAIT_SECONDS = 30.0  # for other processes
RETRY_SECONDS = 0.01  # between two attempts


def connect(
    path: Path, *, isolation_level: Literal["DEFERRED", "IMMEDIATE", "EXCLUSIVE"] | None = "DEFERRED"
) -> sqlite3.Connection:
    """Returns a connection to a file in WAL mode, for any thread, that waits `MAX_WAIT_SECONDS` for other processes.

    The file and its folder are made if they are missing.

    SQLite's own timeout does not cover the first access: while another process makes the file, recovers it after a
    kill, or cleans up because it closes it last, SQLite says "database is locked" at once
    (https://sqlite.org/wal.html, section 6). Therefore the first access is repeated here.

    Raises:
        sqlite3.DatabaseError: the file is no database, or it stayed locked.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(
        path, timeout=MAX_WAIT_SECONDS, isolation_level=isolation_level, check_same_thread=False
    )
    deadline = time.monotonic() + MAX_WAIT_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.DatabaseError as error:
            # Extended codes (SQLITE_BUSY_RECOVERY and the like) keep the plain one in their low byte.
            busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() > deadline:
                connection.close()
                raise
            time.sleep(RETRY_SECONDS)
        else:
            return connection
