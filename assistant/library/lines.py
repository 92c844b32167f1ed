"""Lines in the catalog: their text as it was read, and its folded words in SQLite's FTS5."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assistant.text.fold import folded_words
from tools.types import Line, Source


@dataclass(frozen=True, slots=True)
class LineFilter:
    """Conditions on the table `line`: SQL that starts with AND or is empty, and the values of its placeholders."""

    sql: str = ""
    values: tuple[Any, ...] = ()

    @classmethod
    def where(
        cls,
        *,
        video_id: str | None = None,
        source: Source | None = None,
        start_seconds: float | None = None,
        end_seconds: float | None = None,
        excluded_source: Source | None = None,
    ) -> LineFilter:
        """Returns the filter for lines that touch `[start_seconds, end_seconds)` and meet the other conditions.

        A condition that is None is not checked.
        """
        conditions = [
            ("AND line.video_id = ?", video_id),
            ("AND line.source = ?", source),
            ("AND line.end_seconds > ?", start_seconds),
            ("AND line.start_seconds < ?", end_seconds),
            ("AND line.source != ?", excluded_source),
        ]
        checked = [(clause, value) for clause, value in conditions if value is not None]
        return cls(" ".join(clause for clause, _ in checked), tuple(value for _, value in checked))


def insert_lines(connection: sqlite3.Connection, lines: Sequence[Line]) -> None:
    """Adds lines and their folded words, within the caller's transaction."""
    for line in lines:
        box = json.dumps(line.box) if line.box else None
        cursor = connection.execute(
            "INSERT INTO line (video_id, start_seconds, end_seconds, source, text, score, box, language) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                line.video_id,
                line.start_seconds,
                line.end_seconds,
                line.source,
                line.text,
                line.score,
                box,
                line.language,
            ),
        )
        connection.execute(
            "INSERT INTO line_index (rowid, folded) VALUES (?, ?)",
            (cursor.lastrowid, " ".join(folded_words(line.text))),
        )
        if line.word_starts:
            connection.execute("INSERT INTO line_words VALUES (?, ?)", (cursor.lastrowid, json.dumps(line.word_starts)))


def delete_lines(connection: sqlite3.Connection, video_id: str) -> None:
    """Deletes a video's lines and their folded words, within the caller's transaction."""
    connection.execute("DELETE FROM line_index WHERE rowid IN (SELECT id FROM line WHERE video_id = ?)", (video_id,))
    connection.execute("DELETE FROM line_words WHERE line_id IN (SELECT id FROM line WHERE video_id = ?)", (video_id,))
    connection.execute("DELETE FROM line WHERE video_id = ?", (video_id,))


def select_lines(connection: sqlite3.Connection, line_filter: LineFilter) -> list[Line]:
    """Returns the lines that pass a filter, in time order."""
    rows = connection.execute(
        f"SELECT * FROM line WHERE 1 {line_filter.sql} ORDER BY start_seconds, id",  # noqa: S608 - our own conditions
        line_filter.values,
    )
    return [line_from_row(row) for row in rows]


def read_word_starts(connection: sqlite3.Connection, line_id: int) -> tuple[float, ...]:
    """Returns when each word of a line begins, in seconds; empty if that was not heard."""
    row = connection.execute("SELECT starts FROM line_words WHERE line_id = ?", (line_id,)).fetchone()
    return tuple(json.loads(row["starts"])) if row else ()


def line_from_row(row: sqlite3.Row, score: float | None = None) -> Line:
    """Returns a stored row as a line; `score`, in [0, 1], replaces the reader's confidence."""
    box = tuple(json.loads(row["box"])) if row["box"] else None
    return Line(
        video_id=row["video_id"],
        start_seconds=row["start_seconds"],
        end_seconds=row["end_seconds"],
        source=row["source"],
        text=row["text"],
        score=row["score"] if score is None else score,
        box=box,
        language=row["language"],
    )


def count_index_mismatches(connection: sqlite3.Connection) -> int:
    """Returns how many lines the full-text index lacks, plus how many of its entries belong to no line."""
    (count,) = connection.execute(
        "SELECT (SELECT count(*) FROM line WHERE id NOT IN (SELECT rowid FROM line_index)) + "
        "(SELECT count(*) FROM line_index WHERE rowid NOT IN (SELECT id FROM line))"
    ).fetchone()
    return int(count)


def rebuild_line_index(connection: sqlite3.Connection) -> None:
    """Fills the full-text index again from the stored lines, within the caller's transaction."""
    connection.execute("DELETE FROM line_index")
    rows = connection.execute("SELECT id, text FROM line").fetchall()
    connection.executemany(
        "INSERT INTO line_index (rowid, folded) VALUES (?, ?)",
        [(row["id"], " ".join(folded_words(row["text"]))) for row in rows],
    )
