"""What an answer is made of, and its plain form for the checkpoint: ids and facts, never pixels."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from assistant.text.language import Language
from tools.types import EventMoment, EventSequence, Evidence, KeyframeRef, Moment

DecidedBy = Literal["core", "rule", "default"]
Verdict = Literal["seen", "not seen", "cannot tell"]
Mark = Literal["pinned", "rejected"]


@dataclass(frozen=True, slots=True)
class Condition:
    """A part of the question and whether it was seen."""

    text: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Step:
    """One thing the agent did, and who decided it."""

    tool: str
    arguments: dict[str, Any]
    summary: str
    decided_by: DecidedBy
    say: str  # for the screen, in the user's language


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that proves itself."""

    question: str
    answer: str
    spoken: str  # the answer for the voice: times in words, no citations
    language: Language
    confidence: float  # in [0, 1]
    conditions: tuple[Condition, ...]
    evidence: tuple[Evidence, ...]
    sequences: tuple[EventSequence, ...]
    steps: tuple[Step, ...]
    short: str = ""  # the answer in a few English words; empty: nothing is known
    calibrated: bool = False  # the confidence is a measured probability that the answer is right
    choices: tuple[str, ...] = ()  # where the answer asks back: the questions it may have meant, each whole


@dataclass(frozen=True, slots=True)
class ThreadInfo:
    """A conversation."""

    thread_id: str
    title: str  # the name it was given, else its first question
    turns: int


@dataclass(frozen=True, slots=True)
class AgentOptions:
    """Thresholds of the agent."""

    min_margin: float = 0.15  # of the tool choice; thinner: the default route
    min_verified: float = 0.5  # P(yes) of a kept frame
    min_passage: float = 0.6  # of what a question is about that a line must say, to answer where pictures do not
    min_confidence: float = 0.35  # below: "I don't know"
    sure: float = 0.65  # P(yes) from which a condition was seen; below 1 - sure it was not; between, nobody can tell
    agreed: float = 0.8  # confidence of an answer from several moments below which each is asked alone
    rival: float = 0.6  # of the best answer's confidence that makes another moment's answer as likely
    weighed: int = 8  # frames in which a circumstance of the question is looked for
    frames: int = 4  # looked at for one answer
    videos: int = 8  # looked at where the question names none
    placed: int = 4  # of the videos in which a sequence was found, those that the core looks at
    evidence: int = 8  # shown
    # Turns a follow-up is rewritten from. A turn is kept on its own feet, so the last one holds what "it" means; an
    # older one beside it makes the pocket core mix the two up.
    history: int = 1


def reply_to_row(reply: Reply) -> dict[str, Any]:
    """Plain data, for the checkpoint."""
    return {**asdict(reply), "evidence": tuple(map(evidence_to_row, reply.evidence))}


def reply_from_row(row: dict[str, Any]) -> Reply:
    """The inverse of `reply_to_row`."""
    return Reply(
        **{
            **row,
            "conditions": tuple(Condition(**c) for c in row["conditions"]),
            "evidence": tuple(map(evidence_from_row, row["evidence"])),
            "sequences": tuple(
                EventSequence(**{**s, "moments": tuple(EventMoment(**m) for m in s["moments"])})
                for s in row["sequences"]
            ),
            "steps": tuple(Step(**s) for s in row["steps"]),
            "choices": tuple(row.get("choices", ())),
        }
    )


def evidence_to_row(evidence: Evidence) -> dict[str, Any]:
    """Plain data, flat, in the form that conversations have been stored in from the beginning."""
    keyframe = evidence.keyframe
    return {
        "video_id": evidence.moment.video_id,
        "start_seconds": evidence.moment.start_seconds,
        "end_seconds": evidence.moment.end_seconds,
        "tool": evidence.tool,
        "score": evidence.score,
        "seconds": keyframe.seconds if keyframe else None,
        "frame_index": keyframe.frame_index if keyframe else None,
        "image": keyframe.image if keyframe else None,
        "text": evidence.text,
        "boxes": evidence.boxes,
        "labels": evidence.labels,
    }


def evidence_from_row(row: dict[str, Any]) -> Evidence:
    """The inverse of `evidence_to_row`; rows of old conversations may lack `labels`."""
    keyframe = None if row["seconds"] is None else KeyframeRef(row["seconds"], row["frame_index"], row["image"])
    return Evidence(
        Moment(row["video_id"], row["start_seconds"], row["end_seconds"]),
        tool=row["tool"],
        score=row["score"],
        keyframe=keyframe,
        text=row["text"],
        boxes=tuple((box[0], box[1], box[2], box[3]) for box in row["boxes"]),
        labels=tuple(row.get("labels", ())),
    )
