"""`video-assistant evaluate text --set FOLDER`: questions to lectures, answered by the passage that says it."""

from __future__ import annotations

from collections import defaultdict
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.quality.real.evaluation_set import EvaluationSet, report
from bench.quality.real.lecture_library import LECTURES, index_lectures, lecture_files
from bench.quality.real.video_library import open_library
from bench.quality.understanding.question_files import share, write_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from assistant.session import Session
    from tools.types import Line

QUESTIONS = "questions.jsonl"
FIELDS = ("id", "question", "language", "lecture", "start_seconds", "end_seconds", "kind", "alternatives")
HITS = 10  # passages that a question is answered with
TOPS = (1, 3, 10)
ANSWERED_TOP = 3  # passages that are shown, one of which must be right, for a question to count as answered
ABSENT, PARAPHRASE, LEXICAL = "absent", "paraphrase", "lexical"


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that a search returned."""

    lectures: tuple[str, ...]  # file names; several if their content is the same
    line: Line

    @property
    def is_shown(self) -> bool:
        """Whether it is shown as an answer, rather than folded under "nothing like it; the nearest"."""
        return getattr(self.line, "shown", True)

    def answers(self, item: Mapping[str, Any]) -> bool:
        """Whether it overlaps the passage that answers, or an alternative."""
        return any(
            passage["lecture"] in self.lectures
            and self.line.start_seconds < passage["end_seconds"]
            and self.line.end_seconds > passage["start_seconds"]
            for passage in (item, *item["alternatives"])
        )

    def row(self) -> dict[str, Any]:
        """Returns what a file of rows says of it."""
        return {
            "video": self.lectures[0],
            "start_seconds": round(self.line.start_seconds, 3),
            "end_seconds": round(self.line.end_seconds, 3),
            "score": round(self.line.score, 4),
            "shown": self.is_shown,
            "source": self.line.source,
            "text": self.line.text,
        }


def evaluate(session: Session, folder: Path, *, keep: Path | None = None, out: Path | None = None) -> dict[str, Any]:
    """Figures `text.*` of English questions, and `text.vi.*` of Vietnamese ones.

    `paraphrase.topN` and `lexical.topN` are the shares of the questions that share no rare word with the passage that
    answers, or that share some, for which it is among the first N hits. `absent.refused` is the share of the questions
    about what no lecture discusses that no hit is shown for, and `answered` the share of the paraphrases for which a
    right passage is among the first three hits and shown.

    Args:
        session: whose models search; the lectures are a library of their own.
        folder: of the set: `questions.jsonl` and `lectures/*.srt`.
        keep: folder in which the library is kept for next time; None: it is removed.
        out: where a row for each question is written; None: nowhere.

    Raises:
        VideoAssistantError: the folder is no such set.
    """
    items = EvaluationSet(folder).items(QUESTIONS, FIELDS)
    files = lecture_files(folder)
    with ExitStack() as stack:
        opened = stack.enter_context(open_library(session, LECTURES, keep))
        lectures = index_lectures(opened, files)
        rows = []
        for item in items:
            if item["kind"] != ABSENT and item["lecture"] not in lectures:
                report(f"{item['id']}: its lecture {item['lecture']} is not indexed; the question is left out")
                continue
            rows.append(ask(opened, item, lectures))
        line_count = sum(video.lines for video in opened.library.videos())
    if out is not None:
        write_rows(out, rows)
    settings = {"questions": len(rows), "left_out": len(items) - len(rows), "lectures": len(lectures)}
    return {"figures": figures(rows), "settings": {**settings, "lines": line_count}}


def ask(session: Session, item: Mapping[str, Any], lectures: Mapping[str, str]) -> dict[str, Any]:
    """Searches all lectures for one question as the chat does, and returns its row.

    Args:
        session: over the lectures.
        item: a line of `questions.jsonl`.
        lectures: their ids in the library, by file name.
    """
    names = defaultdict(list)
    for name, video_id in lectures.items():
        names[video_id].append(name)
    lines = session.search.passages(item["question"], limit=HITS)
    hits = [Hit(tuple(names[line.video_id]), line) for line in lines]
    is_absent = item["kind"] == ABSENT
    ranks = [] if is_absent else [rank for rank, hit in enumerate(hits, 1) if hit.answers(item)]
    return {
        "id": item["id"],
        "question": item["question"],
        "language": item["language"],
        "kind": item["kind"],
        "rank": ranks[0] if ranks else None,  # of the first hit that answers, from 1
        "answered": any(rank <= ANSWERED_TOP and hits[rank - 1].is_shown for rank in ranks),
        "refused": not any(hit.is_shown for hit in hits),
        "hits": [hit.row() for hit in hits],
    }


def figures(rows: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """The figures of rows; a figure of no question is left out."""
    groups: defaultdict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[row["language"], row["kind"]].append(row)
    results = {}
    for (language, kind), group in sorted(groups.items()):
        prefix = "text" if language == "en" else f"text.{language}"
        if kind == ABSENT:
            results[f"{prefix}.absent.refused"] = share([row["refused"] for row in group])
            continue
        for top in TOPS:
            ranks = [row["rank"] for row in group]
            results[f"{prefix}.{kind}.top{top}"] = share([rank is not None and rank <= top for rank in ranks])
        if kind == PARAPHRASE:
            results[f"{prefix}.answered"] = share([row["answered"] for row in group])
    return results
