"""`video-assistant evaluate PART`: runs one evaluation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tools.errors import VideoAssistantError

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.session import Session
    from bench.quality.real.passage_search import Ranking

POCKET = ("retrieval", "answers", "language", "limits", "pocket")
VIDEO_QA = ("msvd", "msrvtt", "ivqa")
UNDERSTANDING = ("planning", "everyday")
REAL = ("speech", "sight", "search")
OTHERS = ("rerank", "text", "feedback", "dialogues", "events", "grounding", "odds")
PARTS = (*POCKET, *OTHERS, *VIDEO_QA, *UNDERSTANDING, *REAL)
NEEDS: dict[str, tuple[str, str]] = {
    **dict.fromkeys(VIDEO_QA, ("--media", "a folder of its questions and videos")),
    "planning": ("--questions", "a file with one question a line"),
    "everyday": ("--set", "a folder with questions.jsonl"),
    "speech": ("--set", "a folder with speech.jsonl"),
    "sight": ("--set", "a folder with sight.jsonl"),
    "search": ("--set", "a folder with search.jsonl"),
}
"""The option without which a part cannot run, and what it must name; `text` needs `--media` or `--set` alone."""
SIZE_PER_QUERY = 50  # of `events`, where a query needs three or four clips
SIZE_PER_LIBRARY = 5  # of `odds`, which asks 14 questions for each
SIZE_PER_CLIP = 50  # of `dialogues`, where a clip gives about forty questions


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions from files, for the parts in `UNDERSTANDING` and `REAL`, and for `text` over lectures."""

    path: Path  # `planning`: the file of questions; else the folder of the set
    planner: str | None = None  # of `planning`: who reads the questions; None: the session's language model
    out: Path | None = None  # where a row for each question is written; None: nowhere
    by: Ranking = "both"  # of `text`: how passages are ranked
    keep: Path | None = None  # of `text` and `REAL`: where their libraries are kept for next time; None: nowhere


def evaluate(
    part: str,
    session: Session,
    *,
    seed: int,
    size: int,
    media: Path | None = None,
    question_set: QuestionSet | None = None,
) -> dict[str, Any]:
    """`{"figures": {dotted name: number}, "settings": {...}}` of one of `PARTS`.

    Args:
        part: one of `PARTS`.
        session: whose models are measured.
        seed: of the samples.
        size: how many samples.
        media: folder of real media; optional for `limits`, `pocket` and the parts in `REAL`, required for the parts
            that `NEEDS` names.
        question_set: required for the parts in `UNDERSTANDING` and `REAL`; makes `text` measure lectures.

    Raises:
        VideoAssistantError: what the part needs is missing or holds nothing to measure with, or the size is too small.
    """
    if question_set is not None:
        return _evaluate_set(part, session, question_set, seed, media)
    if part in VIDEO_QA and media is not None:
        from bench.quality.zero_shot_video_qa import evaluate as video_qa

        return video_qa(part, session.local_blip, media, size=size)
    if part == "text" and media is not None:
        from bench.quality.text.evaluate import evaluate as text

        return text(session, media, seed=seed)
    if part == "dialogues":
        from bench.quality.dialogues.evaluate import evaluate as dialogues

        return dialogues(session, seed=seed, size=max(1, size // SIZE_PER_CLIP))
    if part == "events":
        from bench.quality.events.evaluate import evaluate as events

        return events(session, seed=seed, size=max(2, size // SIZE_PER_QUERY))
    if part == "grounding":
        from bench.quality.grounding import evaluate as grounding

        return grounding(session, seed=seed, size=size)
    if part == "odds":
        from bench.quality.odds import evaluate as odds

        return odds(seed=seed, size=max(10, size // SIZE_PER_LIBRARY))
    if part == "rerank":
        from bench.quality.rerank import evaluate as rerank

        return rerank(session, seed=seed, size=size)
    if part == "feedback":
        from bench.quality.feedback import evaluate as feedback

        return feedback(session, seed=seed, size=size)
    from assistant.agent.options import AgentOptions
    from training.evaluation.run import evaluate as pocket

    threshold = AgentOptions().min_confidence
    try:
        return pocket(
            part, session.clip, session.local_blip, seed=seed, size=size, media=media, min_confidence=threshold
        )
    except ValueError as error:
        raise VideoAssistantError(str(error)) from None


def _evaluate_set(
    part: str, session: Session, question_set: QuestionSet, seed: int, media: Path | None
) -> dict[str, Any]:
    """`evaluate` of a part that asks the questions of a set."""
    folder, keep, out = question_set.path, question_set.keep, question_set.out
    if part == "planning":
        from bench.quality.understanding.planning import evaluate as planning

        return planning(session, folder, planner=question_set.planner, seed=seed, out=out)
    if part == "everyday":
        from bench.quality.understanding.everyday import evaluate as everyday

        return everyday(session, folder, out=out)
    if part == "text":
        from bench.quality.real.lectures import evaluate as lectures

        return lectures(session, folder, by=question_set.by, keep=keep, out=out)
    if part == "speech":
        from bench.quality.real.speech import evaluate as speech

        return speech(session, folder, media=media, out=out)
    if part == "sight":
        from bench.quality.real.sight import evaluate as sight

        return sight(session, folder, media=media, keep=keep, out=out)
    from bench.quality.real.known_items import evaluate as known_items

    return known_items(session, folder, media=media, keep=keep, out=out)
