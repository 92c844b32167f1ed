"""`video-assistant evaluate PART`: runs one evaluation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tools.errors import VideoAssistantError

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.session import Session

POCKET = ("retrieval", "answers", "language", "limits", "pocket")
VIDEO_QA = ("msvd", "msrvtt", "ivqa")
UNDERSTANDING = ("planning", "everyday")
PARTS = (*POCKET, "rerank", "text", "feedback", "dialogues", "events", "grounding", *VIDEO_QA, *UNDERSTANDING)
NEEDS: dict[str, tuple[str, str]] = {
    "text": ("--media", "a folder of media with truth files"),
    **dict.fromkeys(VIDEO_QA, ("--media", "a folder of its questions and videos")),
    "planning": ("--questions", "a file with one question a line"),
    "everyday": ("--set", "a folder with questions.jsonl"),
}
"""The option without which a part cannot run, and what it must name."""
SIZE_PER_QUERY = 50  # of `events`, where a query needs three or four clips
SIZE_PER_CLIP = 50  # of `dialogues`, where a clip gives about forty questions


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions from a file, for the parts in `UNDERSTANDING`."""

    path: Path  # `planning`: the file of questions; `everyday`: the folder of the set
    planner: str | None = None  # of `planning`: who reads the questions; None: the session's language model
    out: Path | None = None  # where a row for each question is written; None: nowhere


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
        media: folder of real media; optional for `limits` and `pocket`, required for the parts that `NEEDS` names.
        question_set: required for the parts in `UNDERSTANDING`.

    Raises:
        VideoAssistantError: what the part needs is missing or holds nothing to measure with, or the size is too small.
    """
    if part == "planning" and question_set is not None:
        from bench.quality.understanding.planning import evaluate as planning

        return planning(session, question_set.path, planner=question_set.planner, seed=seed, out=question_set.out)
    if part == "everyday" and question_set is not None:
        from bench.quality.understanding.everyday import evaluate as everyday

        return everyday(session, question_set.path, out=question_set.out)
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
