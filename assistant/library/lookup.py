"""Lookup of lines: exact, phrase, prefix, typo-tolerant, accent-insensitive.

The strict readings of a query are FTS5's: its quoted phrases, all its words, all as beginnings of words. Where they
find nothing, each word is corrected against the words that the library knows; the lines that hold most of the corrected
ones, the rare ones counting most, are then compared with the query letter by letter.
"""

from __future__ import annotations

import math
import re
import sqlite3
import threading
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from assistant.library.text import to_line
from assistant.text.fold import terms
from assistant.text.stop_words import FUNCTION_WORDS
from tools.types import Line

CANDIDATES = 200  # compared letter by letter, after SQLite's ranking or the words' votes
CORRECTIONS = 6  # of each word: one typo fits several words
SIMILAR = 0.6  # two of five letters may be wrong; the query as a whole decides
JOINED, WITHIN = 6, 85.0  # letters of a word that may be two; of 100, how well one of them must stand in it
SHORTEST = 3  # letters: a shorter word is like too many others, and begins too many
VOTERS, VOTES = 5, 0.3  # the rarest words vote: so many at least, then as long as their lines stay within this share
WEAKEST = 0.4  # score of a hit
BEGINNING, TYPO = 0.9, 0.8  # what a word counts that only begins so, or is only similar
APART = 0.95  # of the score, where the words do not stand together

_QUOTED = re.compile(r'"([^"]+)"')
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class LineFilter:
    """Further SQL on the table `line`, starting with AND, or empty; and its parameters."""

    sql: str = ""
    values: tuple[Any, ...] = ()


class Lookup:
    """Searches one library's lines; keeps its words, read once for each revision."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._revision = -1
        self._counts: dict[str, int] = {}
        self._known: list[str] = []
        self._lines = 0

    def search(
        self,
        connection: sqlite3.Connection,
        revision: int,
        query: str,
        condition: LineFilter,
        limit: int,
        *,
        typos: bool = True,
    ) -> list[Line]:
        """Lines that hold the query's words, best first, scored in [0, 1], with marks where they matched."""
        words = terms(query)
        if not words:
            return []
        rows = _strict(connection, query, words, condition)
        scored = [(_score(words, terms(row["text"])), row) for row in rows]
        if not rows and typos:
            self._refresh(connection, revision)
            for row in self._similar(connection, words, condition):
                line = terms(row["text"])
                scored.append((max(_score(words, line), _likeness(words, line)), row))
        written = set(_WORD.findall(unicodedata.normalize("NFC", query).casefold()))
        # Among equals: the one with the accents as they were typed, then the order that SQLite gave.
        scored.sort(key=lambda pair: (-pair[0], -len(written & set(_WORD.findall(pair[1]["text"].casefold())))))
        return [
            replace(to_line(row, score), marks=marks(words, row["text"]))
            for score, row in scored[:limit]
            if score >= WEAKEST
        ]

    def passages(
        self, connection: sqlite3.Connection, revision: int, question: str, condition: LineFilter, limit: int
    ) -> list[Line]:
        """Lines that say most of what a question is about, best first, scored in [0, 1].

        Its words count by how rare they are among the lines; those of grammar do not count, and a word that no line
        holds counts half of the rarest, against every line.
        """
        words = [word for word in dict.fromkeys(terms(question)) if word not in FUNCTION_WORDS]
        self._refresh(connection, revision)
        rarest = math.log(max(2, self._lines))
        telling = {word: math.log(1 + self._lines / self._counts[word]) for word in words if word in self._counts}
        whole = sum(telling.values()) + 0.5 * rarest * (len(words) - len(telling))
        found = []
        for row in self._voted(connection, [[word] for word in telling], condition):
            line = set(terms(row["text"]))
            score = sum(weight for word, weight in telling.items() if word in line) / whole
            if score >= WEAKEST:
                found.append(replace(to_line(row, score), marks=marks(list(telling), row["text"])))
        return sorted(found, key=lambda line: -line.score)[:limit]

    def _refresh(self, connection: sqlite3.Connection, revision: int) -> None:
        with self._lock:
            if revision != self._revision:
                self._counts = dict(connection.execute("SELECT term, doc FROM line_terms").fetchall())
                self._known = list(self._counts)
                (self._lines,) = connection.execute("SELECT count(*) FROM line").fetchone()
                self._revision = revision

    def _similar(
        self, connection: sqlite3.Connection, words: Sequence[str], condition: LineFilter
    ) -> list[sqlite3.Row]:
        """The lines that most of the words, corrected, vote for."""
        return self._voted(
            connection, [group for word in dict.fromkeys(words) if (group := self._corrected(word))], condition
        )

    def _voted(
        self, connection: sqlite3.Connection, groups: Sequence[Sequence[str]], condition: LineFilter
    ) -> list[sqlite3.Row]:
        """The lines that hold a word of most groups, the rare ones counting most."""
        found: list[Any] = []
        weights: list[Any] = []
        asked = 0.0
        for number, group in enumerate(sorted(groups, key=self._share)):
            asked += self._share(group)
            if number >= VOTERS and asked > VOTES:
                break
            reading = " OR ".join(f'"{word}"' for word in group)
            rows = connection.execute("SELECT rowid FROM line_index WHERE line_index MATCH ?", (reading,)).fetchall()
            ids = np.fromiter((row[0] for row in rows), np.int64, len(rows))
            found.append(ids)
            weights.append(np.full(len(ids), 0.01 - math.log(max(self._share(group), 1e-9))))
        if not found or not sum(map(len, found)):
            return []
        votes = np.bincount(np.concatenate(found), np.concatenate(weights))
        if condition.sql:
            allowed = connection.execute(f"SELECT id FROM line WHERE 1 {condition.sql}", condition.values)  # noqa: S608 - ours
            kept = np.zeros_like(votes)
            ids = np.fromiter((row[0] for row in allowed if row[0] < len(votes)), np.int64)
            kept[ids] = votes[ids]
            votes = kept
        top = np.argpartition(-votes, CANDIDATES)[:CANDIDATES] if len(votes) > CANDIDATES else np.arange(len(votes))
        best = [int(i) for i in top[np.argsort(-votes[top], kind="stable")] if votes[i] > 0]
        places = ", ".join("?" * len(best))
        rows = connection.execute(f"SELECT * FROM line WHERE id IN ({places})", best).fetchall()  # noqa: S608
        order = {line_id: place for place, line_id in enumerate(best)}
        return sorted(rows, key=lambda row: order[row["id"]])

    def _corrected(self, word: str) -> list[str]:
        """The known words that `word` may stand for, or that may have run together in it, best first."""
        from rapidfuzz import fuzz, process
        from rapidfuzz.distance import OSA

        if len(word) < SHORTEST:
            return [word] if word in self._counts else []
        likeness = OSA.normalized_similarity
        found = process.extract(word, self._known, scorer=likeness, limit=CORRECTIONS, score_cutoff=SIMILAR)
        if word not in self._counts and len(word) >= JOINED:
            parts = [known for known in self._known if SHORTEST <= len(known) < len(word)]
            found += process.extract(word, parts, scorer=fuzz.partial_ratio, limit=CORRECTIONS, score_cutoff=WITHIN)
        return list(dict.fromkeys(term for term, _, _ in found))

    def _share(self, group: Sequence[str]) -> float:
        """Of the lines, that hold a word of the group; at most."""
        return min(1.0, sum(self._counts[word] for word in group) / max(1, self._lines))


def marks(words: Sequence[str], text: str) -> tuple[tuple[int, int], ...]:
    """Where `text` holds the folded `words`, or what is like them: `(start, end)` of whole words, in letters."""
    found = []
    for match in _WORD.finditer(text):
        own = terms(match.group())
        if any(_likeness_of_word(word, own) > 0 for word in words):
            found.append(match.span())
    return tuple(found)


def _strict(
    connection: sqlite3.Connection, query: str, words: Sequence[str], condition: LineFilter
) -> list[sqlite3.Row]:
    """The lines of the strictest reading that finds any."""
    phrases = [phrase for quoted in _QUOTED.findall(query) if (phrase := " ".join(terms(quoted)))]
    readings = [
        " AND ".join(f'"{part}"' for part in [*phrases, *words]),
        " AND ".join(f'"{word}"' for word in words),
        " AND ".join(f'"{word}"*' if len(word) >= SHORTEST else f'"{word}"' for word in words),
    ]
    for reading in dict.fromkeys(readings):
        rows: list[sqlite3.Row] = connection.execute(
            "SELECT line.* FROM line_index JOIN line ON line.id = line_index.rowid "  # noqa: S608 - conditions are ours
            f"WHERE line_index MATCH ? {condition.sql} ORDER BY bm25(line_index) LIMIT {CANDIDATES}",
            (reading, *condition.values),
        ).fetchall()
        if rows:
            return rows
    return []


def _score(words: Sequence[str], line: Sequence[str]) -> float:
    """How well a line's words answer the query's: 1 for the whole phrase, less for beginnings, typos, missing words."""
    share = sum(_likeness_of_word(word, line) for word in words) / len(words)
    together = " ".join(words) in " ".join(line)
    return share if together or len(words) == 1 else APART * share


def _likeness_of_word(word: str, line: Sequence[str]) -> float:
    """1 if the line holds the word, less for its beginning or one like it, 0 for none."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    if word in line:
        return 1.0
    if len(word) < SHORTEST:
        return 0.0
    if any(term.startswith(word) for term in line):
        return BEGINNING
    found = process.extractOne(word, line, scorer=OSA.normalized_similarity, score_cutoff=SIMILAR)
    return TYPO * float(found[1]) if found else 0.0


def _likeness(words: Sequence[str], line: Sequence[str]) -> float:
    """Letter by letter and without blanks: one that was lost or came in between costs nothing."""
    from rapidfuzz import fuzz

    query, text = "".join(words), "".join(line)
    # In a query longer than the line, the line may not stand for the whole.
    alike = fuzz.partial_ratio(query, text) if len(query) <= len(text) else fuzz.ratio(query, text)
    return TYPO * alike / 100 if alike >= 100 * SIMILAR else 0.0
