"""One writer at a time: an operating-system lock, which the end of its process frees, however the process ends."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from assistant.library.records import LibraryBusyError


@contextmanager
def hold_writer_lock(root: Path, timeout_seconds: float) -> Iterator[None]:
    """Holds the writer lock of the library in `root` while the `with` block runs.

    Raises:
        LibraryBusyError: another process held the lock for `timeout_seconds`; the message names the process.
    """
    root.mkdir(parents=True, exist_ok=True)
    note = root / "writer.pid"
    lock = FileLock(root / "writer.lock")
    try:
        lock.acquire(timeout=timeout_seconds)
    except Timeout:
        holder = note.read_text().strip() if note.exists() else "unknown"
        raise LibraryBusyError(
            f"process {holder} is writing to {root}; one writer at a time: wait for it, or stop it and try again"
        ) from None
    try:
        note.write_text(f"{os.getpid()}\n")
        yield
    finally:
        note.unlink(missing_ok=True)
        lock.release()
