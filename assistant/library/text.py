"""Lines in the catalog: their text as it was read, and its folded words in SQLite's FTS5."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from assistant.text.fold import terms
from tools.types import Line


def insert(connection: sqlite3.Connection, lines: Sequence[Line]) -> None:
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
            "INSERT INTO line_index (rowid, folded) VALUES (?, ?)", (cursor.lastrowid, " ".join(terms(line.text)))
        )


def delete(connection: sqlite3.Connection, video_id: str) -> None:
    """Takes a video's lines out, within the caller's transaction."""
    connection.execute("DELETE FROM line_index WHERE rowid IN (SELECT id FROM line WHERE video_id = ?)", (video_id,))
    connection.execute("DELETE FROM line WHERE video_id = ?", (video_id,))


def to_line(row: sqlite3.Row, score: float | None = None) -> Line:
    """A stored row as a line; `score` replaces the reader's confidence."""
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
