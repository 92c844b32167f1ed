"""SQLite files opened by many at once: everybody gets in, and what is no database is said to be none."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Timer

import pytest

from assistant.agent.memory import Memory
from assistant.library.catalog import Catalog
from assistant.library.sqlite import connect

TOGETHER = 6


def test_it_waits_where_sqlite_itself_gives_up_at_once(tmp_path: Path) -> None:
    path = tmp_path / "new.sqlite"
    maker = sqlite3.connect(path, check_same_thread=False)
    maker.execute("CREATE TABLE made (value)")
    maker.execute("BEGIN EXCLUSIVE")
    maker.execute("INSERT INTO made VALUES (1)")
    leaving = Timer(0.3, maker.commit)
    leaving.start()
    connection = connect(path)
    assert connection.execute("SELECT value FROM made").fetchall() == [(1,)]
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    leaving.join()
    connection.close()
    maker.close()


def test_conversations_and_libraries_are_made_by_many_at_once(tmp_path: Path) -> None:
    for attempt in range(10):
        start = Barrier(TOGETHER)
        path = tmp_path / f"threads{attempt}.sqlite"

        def make(number: int, start: Barrier = start, path: Path = path) -> None:
            start.wait()
            memory = Memory(path)
            memory.rename(f"thread {number}", "a name")
            memory.close()
            catalog = Catalog(path.with_suffix(".catalog"))
            assert catalog.revision == 0
            catalog.close()

        with ThreadPoolExecutor(TOGETHER) as pool:
            list(pool.map(make, range(TOGETHER)))
        memory = Memory(path)
        assert len(memory.titles()) == TOGETHER
        memory.close()


def test_what_is_no_database_is_an_error_at_once(tmp_path: Path) -> None:
    path = tmp_path / "text.sqlite"
    path.write_text("no database " * 100)
    with pytest.raises(sqlite3.DatabaseError, match="not a database"):
        connect(path)
