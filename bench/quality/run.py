"""`video-assistant evaluate PART`: which measurement of quality a part is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tools.errors import VideoAssistantError

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.session import Session

POCKET = ("retrieval", "answers", "language", "limits", "pocket")
VIDEO_QA = ("msvd", "msrvtt", "ivqa")
PARTS = (*POCKET, "rerank", "text", "feedback", "dialogues", "events", "grounding", *VIDEO_QA)
NEED_MEDIA = {"text": "media with truth files", **dict.fromkeys(VIDEO_QA, "its questions and videos")}
QUERY_SHARE = 50  # `events` asks one query, with three or four clips of its own, for so many of `size`
CLIP_SHARE = 50  # `dialogues` renders one clip, which gives some forty questions, for so many of `size`


def evaluate(part: str, session: Session, *, seed: int, size: int, media: Path | None) -> dict[str, Any]:
    """`{"figures": {dotted name: number}, "settings": {...}}` of one of `PARTS`.

    Args:
        part: what is measured.
        session: whose models are.
        seed: of the samples.
        size: how many of them.
        media: folder of real media, for `limits` and `pocket`; those of `NEED_MEDIA` take nothing without one.

    Raises:
        VideoAssistantError: there is nothing in the folder, or the size is too small.
    """
    if part in VIDEO_QA and media is not None:
        from bench.quality.zero_shot_video_qa import evaluate as video_qa

        return video_qa(part, session.local_blip, media, size=size)
    if part == "text" and media is not None:
        from bench.quality.text.evaluate import evaluate as text

        return text(session, media, seed=seed)
    if part == "dialogues":
        from bench.quality.dialogues.evaluate import evaluate as dialogues

        return dialogues(session, seed=seed, size=max(1, size // CLIP_SHARE))
    if part == "events":
        from bench.quality.events.evaluate import evaluate as events

        return events(session, seed=seed, size=max(2, size // QUERY_SHARE))
    if part == "grounding":
        from bench.quality.grounding import evaluate as grounding

        return grounding(session, seed=seed, size=size)
    if part == "rerank":
        from bench.quality.rerank import evaluate as rerank

        return rerank(session, seed=seed, size=size)
    if part == "feedback":
        from bench.quality.feedback import evaluate as feedback

        return feedback(session, seed=seed, size=size)
    from assistant.agent.records import AgentOptions
    from training.evaluation.run import evaluate as pocket

    least = AgentOptions().min_confidence
    try:
        return pocket(part, session.clip, session.local_blip, seed=seed, size=size, media=media, min_confidence=least)
    except ValueError as error:
        raise VideoAssistantError(str(error)) from None
