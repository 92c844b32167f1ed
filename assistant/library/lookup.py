"""Search of lines by their words: exact, phrase, prefix, typo-tolerant, forgiving missing accents.

The strict readings of a query are FTS5's: its quoted phrases, all its words, all its words as beginnings of words. If
none of them matches a line, each word is corrected against the words that the library knows; the lines that hold most
of the corrected words, of which the rare ones count most, are then compared with the query letter by letter. A word of
three letters or fewer is never corrected, since almost any two of them are alike; only in a query as long as a sentence
may the letters around it make up for it.

A word that is typed without accents matches the word with any. A word that is typed with them matches itself, and in a
line without accents, which a reader of screen text often leaves out, the word without them; but where a line has
accents, other accents make another word ("chó", a dog, is not "cho", give).
"""

from __future__ import annotations

import itertools
import math
import re
import sqlite3
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from assistant.library.catalog import Catalog
from assistant.library.lines import LineFilter, line_from_row, read_word_starts
from assistant.text.fold import folded_words
from assistant.text.stop_words import FUNCTION_WORDS
from tools.types import Line

MIN_SHARE = 1e-9  # keeps the logarithm of a word's share of lines finite
MIN_VOTE = 0.01  # a word that every line holds still votes

_QUOTED = re.compile(r'"([^"]+)"')
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class LookupOptions:
    """How forgiving the search of lines is.

    Similarities are in [0, 1]: 1 minus the edits (optimal string alignment) for each letter of the longer word.
    """

    max_candidates: int = 200  # lines scored in full, after SQLite's ranking or the words' votes; more cost time
    max_corrections: int = 6  # known words that each word may stand for; one typo fits several words
    min_similarity: float = 0.6  # of two words: two of five letters may be wrong; the query as a whole decides
    min_held_similarity: float = 0.75  # of two words: from it on, one is the other with a typing error
    min_joined_letters: int = 6  # from this length on, an unknown word may be two words that ran together
    min_part_match: float = 85.0  # of 100: how well a known word must stand within such an unknown word
    min_prefix_letters: int = 3  # a shorter word is no beginning of another: it begins too many
    min_typo_letters: int = 4  # a shorter word is never corrected: one other letter makes "pho" of "cho"
    min_voters: int = 5  # so many of the rarest words always vote for lines
    max_voted_share: float = 0.3  # of all lines, in [0, 1]: up to it, further words vote too
    min_score: float = 0.4  # of a hit, in [0, 1]; less is chance
    prefix_weight: float = 0.9  # what a word counts that is only the beginning of a word of the line
    typo_weight: float = 0.8  # what a word counts that is only similar, times its similarity
    min_sentence_letters: int = 12  # of a query: from this length on, all its letters together decide
    accents_weight: float = 0.8  # what a long word counts that has other accents than were typed
    scattered_weight: float = 0.95  # factor on the score of a line in which the words do not stand together
    unknown_word_weight: float = 0.5  # what a word that no line holds counts in a question, of the rarest word's weight


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of a query or of a line, folded and as they are written."""

    folded: tuple[str, ...]
    written: tuple[str, ...]  # in lower case, with their accents; one for each of `folded`

    @classmethod
    def of(cls, text: str) -> _Words:
        """Returns the words of a text in order; a word whose accents cannot be kept apart has none."""
        written = tuple(_WORD.findall(unicodedata.normalize("NFC", text).casefold()))
        folded = tuple(folded_words(text))
        return cls(folded, written if len(written) == len(folded) else folded)

    @property
    def have_accents(self) -> bool:
        return self.folded != self.written

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Yields each word folded and as it is written."""
        return zip(self.folded, self.written, strict=True)


class Lookup:
    """Searches the lines of one catalog; keeps its words, which are read once for each revision."""

    def __init__(self, catalog: Catalog, options: LookupOptions) -> None:
        self._catalog = catalog
        self._options = options
        self._lock = threading.Lock()
        self._revision = -1
        self._line_counts: dict[str, int] = {}  # how many lines hold each word
        self._known_words: list[str] = []
        self._total_lines = 0

    def search(self, query: str, line_filter: LineFilter, limit: int, *, allow_typos: bool = True) -> list[Line]:
        """Returns the lines that hold the query's words, best first, scored in [0, 1], with marks at the matches.

        A spoken line starts with the first word that matches.
        """
        words = _Words.of(query)
        if not words.folded:
            return []
        scored_rows = [
            (self._score(words, line_words), row) for row, line_words in self._strict_rows(query, words, line_filter)
        ]
        if not scored_rows and allow_typos:
            self._refresh()
            for row in self._similar_rows(words.folded, line_filter):
                line_words = _Words.of(row["text"])
                score = max(self._score(words, line_words), self._letter_similarity(words, line_words))
                scored_rows.append((score, row))
        typed = set(words.written)
        # Among equals, the line with the accents as they were typed comes first; then SQLite's order stays.
        scored_rows.sort(key=lambda pair: (-pair[0], -len(typed & set(_WORD.findall(pair[1]["text"].casefold())))))
        return [
            self._marked_line(row, score, words)
            for score, row in scored_rows[:limit]
            if score >= self._options.min_score
        ]

    def passages(self, question: str, line_filter: LineFilter, limit: int) -> list[Line]:
        """Returns the lines that hold most of what a question is about, best first, scored in [0, 1].

        Its words count by how rare they are among the lines. Words of grammar do not count; a word that no line holds
        counts half of the rarest word, against every line.
        """
        words = [word for word in dict.fromkeys(folded_words(question)) if word not in FUNCTION_WORDS]
        self._refresh()
        rarest_weight = math.log(max(2, self._total_lines))
        weights = {
            word: math.log(1 + self._total_lines / self._line_counts[word])
            for word in words
            if word in self._line_counts
        }
        unknown_count = len(words) - len(weights)
        total_weight = sum(weights.values()) + self._options.unknown_word_weight * rarest_weight * unknown_count
        lines = []
        for row in self._rows_by_votes([[word] for word in weights], line_filter):
            line_words = set(folded_words(row["text"]))
            score = sum(weight for word, weight in weights.items() if word in line_words) / total_weight
            if score >= self._options.min_score:
                lines.append(self._marked_line(row, score, _Words(tuple(weights), tuple(weights))))
        return sorted(lines, key=lambda line: -line.score)[:limit]

    def share_held(self, query: str, line: Line) -> float:
        """Returns the share of a query's words that a line holds, in [0, 1], words of grammar left out.

        A word counts whole if it stands there, begins a word there, or differs by a typing error; in screen text also
        if its accents do, which are often misread.
        """
        options = self._options
        words = [word for word in _Words.of(query) if word[0] not in FUNCTION_WORDS] or list(_Words.of(query))
        line_words = _Words.of(line.text)
        held = 0
        for folded, written in words:
            score = self._word_score(folded, written, line_words)
            is_misread = folded in line_words.folded and score < 1.0
            if is_misread:
                held += len(folded) >= options.min_typo_letters and line.source == "ocr"
            else:
                held += score >= min(options.prefix_weight, options.typo_weight * options.min_held_similarity)
        return held / max(1, len(words))

    def _refresh(self) -> None:
        """Reads the library's words again if the library has changed."""
        connection, revision = self._catalog.connection, self._catalog.revision
        with self._lock:
            if revision != self._revision:
                self._line_counts = dict(connection.execute("SELECT term, doc FROM line_terms").fetchall())
                self._known_words = list(self._line_counts)
                (self._total_lines,) = connection.execute("SELECT count(*) FROM line").fetchone()
                self._revision = revision

    def _strict_rows(self, query: str, words: _Words, line_filter: LineFilter) -> list[tuple[sqlite3.Row, _Words]]:
        """Returns the lines that match the strictest reading of the query that any line matches, with their words."""
        options = self._options
        phrases = [phrase for quoted in _QUOTED.findall(query) if (phrase := " ".join(folded_words(quoted)))]
        readings = [
            " AND ".join(f'"{part}"' for part in [*phrases, *words.folded]),
            " AND ".join(f'"{word}"' for word in words.folded),
            " AND ".join(
                f'"{word}"*' if len(word) >= options.min_prefix_letters else f'"{word}"' for word in words.folded
            ),
        ]
        for reading in dict.fromkeys(readings):
            rows = self._catalog.connection.execute(
                "SELECT line.* FROM line_index JOIN line ON line.id = line_index.rowid "  # noqa: S608 - our own conditions
                f"WHERE line_index MATCH ? {line_filter.sql} ORDER BY bm25(line_index)",
                (reading, *line_filter.values),
            )
            # The index knows no accents, so a line may hold another word than was typed.
            with_words = ((row, _Words.of(row["text"])) for row in rows)
            matches = (
                (row, line_words)
                for row, line_words in with_words
                if all(self._word_score(*word, line_words) >= options.prefix_weight for word in words)
            )
            if candidates := list(itertools.islice(matches, options.max_candidates)):
                return candidates
        return []

    def _similar_rows(self, words: Sequence[str], line_filter: LineFilter) -> list[sqlite3.Row]:
        """Returns the lines that most of the words, once corrected, vote for."""
        options = self._options
        is_sentence = sum(map(len, words)) >= options.min_sentence_letters
        min_letters = options.min_prefix_letters if is_sentence else options.min_typo_letters
        groups = [group for word in dict.fromkeys(words) if (group := self._corrections(word, min_letters))]
        return self._rows_by_votes(groups, line_filter)

    def _rows_by_votes(self, groups: Sequence[Sequence[str]], line_filter: LineFilter) -> list[sqlite3.Row]:
        """Returns the lines that hold a word of most groups, of which those with rare words count most."""
        line_ids: list[NDArray[np.int64]] = []
        weights: list[NDArray[np.float64]] = []
        connection = self._catalog.connection
        voted_share = 0.0
        for number, group in enumerate(sorted(groups, key=self._line_share)):
            voted_share += self._line_share(group)
            if number >= self._options.min_voters and voted_share > self._options.max_voted_share:
                break
            reading = " OR ".join(f'"{word}"' for word in group)
            rows = connection.execute("SELECT rowid FROM line_index WHERE line_index MATCH ?", (reading,)).fetchall()
            ids = np.fromiter((row[0] for row in rows), np.int64, len(rows))
            line_ids.append(ids)
            weights.append(np.full(len(ids), MIN_VOTE - math.log(max(self._line_share(group), MIN_SHARE))))
        if not line_ids or not sum(map(len, line_ids)):
            return []
        votes = np.bincount(np.concatenate(line_ids), np.concatenate(weights))  # by line id
        if line_filter.sql:
            rows = connection.execute(f"SELECT id FROM line WHERE 1 {line_filter.sql}", line_filter.values).fetchall()  # noqa: S608 - our own conditions
            allowed_ids = np.fromiter((row[0] for row in rows if row[0] < len(votes)), np.int64)
            allowed_votes = np.zeros_like(votes)
            allowed_votes[allowed_ids] = votes[allowed_ids]
            votes = allowed_votes
        most = self._options.max_candidates
        top = np.argpartition(-votes, most)[:most] if len(votes) > most else np.arange(len(votes))
        best_ids = [int(line_id) for line_id in top[np.argsort(-votes[top], kind="stable")] if votes[line_id] > 0]
        placeholders = ", ".join("?" * len(best_ids))
        rows = connection.execute(f"SELECT * FROM line WHERE id IN ({placeholders})", best_ids).fetchall()  # noqa: S608
        ranks = {line_id: rank for rank, line_id in enumerate(best_ids)}
        return sorted(rows, key=lambda row: ranks[row["id"]])

    def _corrections(self, word: str, min_letters: int) -> list[str]:
        """Returns the known words that `word` may stand for, or that may have run together in it, best first.

        A word of fewer than `min_letters` stands for itself only.
        """
        from rapidfuzz import fuzz, process
        from rapidfuzz.distance import OSA

        options = self._options
        if len(word) < min_letters:
            return [word] if word in self._line_counts else []
        matches = process.extract(
            word,
            self._known_words,
            scorer=OSA.normalized_similarity,
            limit=options.max_corrections,
            score_cutoff=options.min_similarity,
        )
        if word not in self._line_counts and len(word) >= options.min_joined_letters:
            parts = [known for known in self._known_words if options.min_prefix_letters <= len(known) < len(word)]
            matches += process.extract(
                word,
                parts,
                scorer=fuzz.partial_ratio,
                limit=options.max_corrections,
                score_cutoff=options.min_part_match,
            )
        return list(dict.fromkeys(known for known, _, _ in matches))

    def _line_share(self, words: Sequence[str]) -> float:
        """Returns an upper bound of the share of lines that hold one of some known words, in [0, 1]."""
        return min(1.0, sum(self._line_counts[word] for word in words) / max(1, self._total_lines))

    def _marked_line(self, row: sqlite3.Row, score: float, words: _Words) -> Line:
        """Returns a row as a line with marks at `words`.

        A line whose words have times starts with the first word that is marked.
        """
        line = replace(line_from_row(row, score), marks=self._marks(words, row["text"]))
        if not line.marks or line.source != "speech":
            return line
        word_starts = read_word_starts(self._catalog.connection, row["id"])
        position = len(line.text[: line.marks[0][0] + 1].split()) - 1
        start_seconds = word_starts[position] if position < len(word_starts) else line.start_seconds
        return replace(
            line, start_seconds=min(max(line.start_seconds, start_seconds), line.end_seconds), word_starts=word_starts
        )

    def _marks(self, words: _Words, text: str) -> tuple[tuple[int, int], ...]:
        """Returns where `text` holds the words or similar ones: `(start, end)` of whole words, in letters."""
        has_accents = _Words.of(text).have_accents
        return tuple(
            match.span()
            for match in _WORD.finditer(text)
            if any(self._word_score(*word, _Words.of(match.group()), has_accents) > 0 for word in words)
        )

    def _score(self, words: _Words, line_words: _Words) -> float:
        """Returns how well a line matches a query, in [0, 1]: 1 for the whole phrase.

        Prefixes, similar words, missing words and words that do not stand together lower it.
        """
        share = sum(self._word_score(*word, line_words) for word in words) / len(words.folded)
        stand_together = " ".join(words.folded) in " ".join(line_words.folded)
        return share if stand_together or len(words.folded) == 1 else self._options.scattered_weight * share

    def _word_score(self, word: str, written: str, line_words: _Words, line_has_accents: bool | None = None) -> float:
        """Returns 1 if the line holds the word, less if only as a prefix or a similar word, and 0 otherwise.

        Args:
            word: folded.
            written: the same word as it was typed, in lower case.
            line_words: the words of the line, or some of them.
            line_has_accents: whether any word of the whole line has accents; None: as `line_words`.
        """
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        options = self._options
        has_accents = line_words.have_accents if line_has_accents is None else line_has_accents
        # What stands in the line is compared with accents only if both have some: either may be typed without them.
        sought, present = (
            (written, line_words.written) if written != word and has_accents else (word, line_words.folded)
        )
        if sought in present:
            return 1.0
        # A short word with accents is a whole Vietnamese syllable: "chó" begins no other word.
        min_letters = options.min_prefix_letters if written == word else options.min_typo_letters
        if len(word) >= min_letters and any(other.startswith(sought) for other in present):
            return options.prefix_weight
        if len(word) < options.min_typo_letters:
            return 0.0
        if word in line_words.folded:
            return options.accents_weight
        match = process.extractOne(
            word, line_words.folded, scorer=OSA.normalized_similarity, score_cutoff=options.min_similarity
        )
        return options.typo_weight * float(match[1]) if match else 0.0

    def _letter_similarity(self, words: _Words, line_words: _Words) -> float:
        """Returns how similar the letters without blanks are, so that a lost or an added blank costs nothing.

        Of a query shorter than a sentence, each word too short to be corrected must stand there; else it is 0.
        """
        from rapidfuzz import fuzz

        query, text = "".join(words.folded), "".join(line_words.folded)
        written_text = "".join(line_words.written)
        for word, written in words:
            sought, present = (written, written_text) if line_words.have_accents and written != word else (word, text)
            is_short = len(word) < self._options.min_typo_letters and len(query) < self._options.min_sentence_letters
            if is_short and sought not in present:
                return 0.0
        # A line that is shorter than the query must not match by standing for a part of it.
        percent = fuzz.partial_ratio(query, text) if len(query) <= len(text) else fuzz.ratio(query, text)
        return self._options.typo_weight * percent / 100 if percent >= 100 * self._options.min_similarity else 0.0
