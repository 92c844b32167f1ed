"""`video-assistant evaluate text --set FOLDER`: questions to lectures, answered by the passage that says it."""

from __future__ import annotations

from collections import defaultdict
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.quality.real.evaluation_set import EvaluationSet, report
from bench.quality.real.item_fields import ID, PASSAGES, SECONDS, TEXT, one_of, or_null
from bench.quality.real.lecture_library import LECTURES, index_lectures, lecture_files
from bench.quality.real.passage_search import FoundPassage, Ranking, search_passages
from bench.quality.real.video_library import open_library
from bench.quality.understanding.question_files import share, write_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from assistant.session import Session

QUESTIONS = "questions.jsonl"
FIELDS = {
    "id": ID,
    "question": TEXT,
    "language": one_of("en", "vi"),
    "kind": TEXT,
    "lecture": or_null(TEXT),
    "start_seconds": or_null(SECONDS),
    "end_seconds": or_null(SECONDS),
    "alternatives": PASSAGES,
}
HITS = 10  # passages that a question is answered with
TOPS = (1, 3, 10)
ANSWERED_TOP = 3  # passages that are shown, one of which must be right, for a question to count as answered
ABSENT, PARAPHRASE, LEXICAL = "absent", "paraphrase", "lexical"


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that a search returned, and where it lies."""

    lectures: tuple[str, ...]  # file names; several if their content is the same
    passage: FoundPassage

    def overlaps(self, answer: Mapping[str, Any]) -> bool:
        """Whether it has a moment in common with a passage that answers."""
        return self._is_in_lecture_of(answer) and (
            self.passage.start_seconds < answer["end_seconds"] and self.passage.end_seconds > answer["start_seconds"]
        )

    def is_inside(self, answer: Mapping[str, Any]) -> bool:
        """Whether its middle lies inside a passage that answers."""
        middle = (self.passage.start_seconds + self.passage.end_seconds) / 2
        return self._is_in_lecture_of(answer) and answer["start_seconds"] <= middle <= answer["end_seconds"]

    def _is_in_lecture_of(self, answer: Mapping[str, Any]) -> bool:
        return answer["lecture"] in self.lectures

    def row(self) -> dict[str, Any]:
        """Returns what a file of rows says of it."""
        return {
            "video": self.lectures[0],
            "start_seconds": round(self.passage.start_seconds, 3),
            "end_seconds": round(self.passage.end_seconds, 3),
            "score": round(self.passage.score, 4),
            "shown": self.passage.is_shown,
            "source": self.passage.source,
            "text": self.passage.text,
        }


def evaluate(
    session: Session, folder: Path, *, by: Ranking = "both", keep: Path | None = None, out: Path | None = None
) -> dict[str, Any]:
    """Figures `text.*` of English questions, and `text.vi.*` of Vietnamese ones.

    `paraphrase.topN` and `lexical.topN` are the shares of the questions that share no rare word with the passage that
    answers, or that share some, for which a hit among the first N overlaps it; `strict.topN` asks for the middle of the
    hit to lie inside it. `absent.refused` is the share of the questions
    about what no lecture discusses that no hit is shown for, and `answered` the share of the paraphrases for which a
    right passage is among the first three hits and shown.

    Args:
        session: whose models search; the lectures are a library of their own.
        folder: of the set: `questions.jsonl` and `lectures/*.srt`.
        by: how passages are ranked: `both` as in the chat, or by their words or their meaning alone.
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
            if item["kind"] != ABSENT and (item["lecture"] not in lectures or not PASSAGES.is_valid([item])):
                report(f"{item['id']}: its passage lies in no lecture that is indexed; the question is left out")
                continue
            rows.append(ask(opened, item, lectures, by))
        line_count = sum(video.lines for video in opened.library.videos())
    if out is not None:
        write_rows(out, rows)
    settings: dict[str, Any] = {"questions": len(rows), "left_out": len(items) - len(rows), "by": by}
    settings |= {"lectures": len(lectures), "lines": line_count}
    return {"figures": figures(rows), "settings": settings}


def ask(session: Session, item: Mapping[str, Any], lectures: Mapping[str, str], by: Ranking = "both") -> dict[str, Any]:
    """Searches all lectures for one question, and returns its row.

    Args:
        session: over the lectures.
        item: a line of `questions.jsonl`.
        lectures: their ids in the library, by file name.
        by: how passages are ranked.
    """
    names = defaultdict(list)
    for name, video_id in lectures.items():
        names[video_id].append(name)
    passages = search_passages(session, item["question"], by, HITS)
    hits = [Hit(tuple(names[passage.video_id]), passage) for passage in passages]
    answers = [] if item["kind"] == ABSENT else [item, *item["alternatives"]]
    ranks = [rank for rank, hit in enumerate(hits, 1) if any(map(hit.overlaps, answers))]
    strict_ranks = [rank for rank, hit in enumerate(hits, 1) if any(map(hit.is_inside, answers))]
    return {
        "id": item["id"],
        "question": item["question"],
        "language": item["language"],
        "kind": item["kind"],
        "rank": min(ranks, default=None),  # of the first hit that answers, from 1
        "strict_rank": min(strict_ranks, default=None),
        "answered": any(rank <= ANSWERED_TOP and hits[rank - 1].passage.is_shown for rank in ranks),
        "refused": not any(hit.passage.is_shown for hit in hits),
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
        for name, field in (("top", "rank"), ("strict.top", "strict_rank")):
            for top in TOPS:
                ranks = [row[field] for row in group]
                results[f"{prefix}.{kind}.{name}{top}"] = share([rank is not None and rank <= top for rank in ranks])
        if kind == PARAPHRASE:
            results[f"{prefix}.answered"] = share([row["answered"] for row in group])
    return results
