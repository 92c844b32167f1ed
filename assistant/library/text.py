"""Lookup of lines: exact, prefix, typo-tolerant, accent-insensitive; SQLite FTS5 over the project's own fold."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

from assistant.library.fold import fold, terms
from tools.types import Line

CANDIDATES = 500  # ranked in Python after FTS5's own ranking
TYPO_SIMILARITY = 72.0  # of 100: one wrong letter in four passes, two do not


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


def search(connection: sqlite3.Connection, query: str, where: str, values: Sequence[Any], limit: int) -> list[Line]:
    """Lines that hold the query's words, best first, scored in [0, 1].

    The strictest reading that finds anything wins: all words; all as prefixes; all after correction against the words
    that the library knows; any of them.

    Args:
        where: further SQL conditions on `line`, starting with AND, or empty.
        values: of the conditions' parameters.
    """
    words = terms(query)
    if not words:
        return []
    corrected = [_correct(connection, word) for word in words]
    readings = [
        " AND ".join(f'"{word}"' for word in words),
        " AND ".join(f'"{word}"*' for word in words),
        " AND ".join(f'"{word}"*' for word in corrected),
        " OR ".join(f'"{word}"*' for word in dict.fromkeys([*words, *corrected])),
    ]
    for reading in dict.fromkeys(readings):
        rows = connection.execute(
            "SELECT line.* FROM line_index JOIN line ON line.id = line_index.rowid "  # noqa: S608 - conditions are ours
            f"WHERE line_index MATCH ? {where} ORDER BY bm25(line_index) LIMIT {CANDIDATES}",
            (reading, *values),
        ).fetchall()
        if rows:
            break
    else:
        return []
    scored = [(_score(words, row["text"]), row) for row in rows]
    scored.sort(key=lambda pair: -pair[0])  # stable: equal scores keep the order of bm25
    return [to_line(row, score) for score, row in scored[:limit]]


def _correct(connection: sqlite3.Connection, word: str) -> str:
    """The known word nearest to `word`, or `word` itself."""
    from rapidfuzz import fuzz, process

    if len(word) < 3 or connection.execute("SELECT 1 FROM line_terms WHERE term = ?", (word,)).fetchone():
        return word
    known = [row[0] for row in connection.execute("SELECT term FROM line_terms")]
    found = process.extractOne(word, known, scorer=fuzz.ratio, score_cutoff=TYPO_SIMILARITY)
    return found[0] if found else word


def _score(words: list[str], text: str) -> float:
    """How well a line answers the query: 1 for the whole phrase, less for prefixes, typos and missing words."""
    from rapidfuzz import fuzz, process

    line = terms(text)
    total = 0.0
    for word in words:
        if word in line:
            total += 1.0
        elif any(term.startswith(word) for term in line):
            total += 0.9
        else:
            found = process.extractOne(word, line, scorer=fuzz.ratio, score_cutoff=TYPO_SIMILARITY)
            total += 0.8 * found[1] / 100 if found else 0.0
    share = total / len(words)
    together = fold(" ".join(words)) in " ".join(line)
    return share if together or len(words) == 1 else 0.95 * share
