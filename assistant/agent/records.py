"""The parts of a reply, and their form as plain data for the checkpoint: ids and facts, never pixels."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from assistant.text.language import Language
from tools.types import EventMoment, EventSequence, Evidence, KeyframeRef, Moment

if TYPE_CHECKING:
    from collections.abc import Callable

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
    """A step of the agent, and who decided it."""

    tool: str
    arguments: dict[str, Any]
    summary: str
    decided_by: DecidedBy
    say: str  # for the screen, in the user's language


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer with its evidence."""

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
    # How the question was read, as plain data: its kind, the tool that answers, the query, the calls, who decided.
    read_as: dict[str, Any] = field(default_factory=dict)


class Sentence(NamedTuple):
    """A sentence as it is read and as it is spoken."""

    text: str
    spoken: str

    def followed_by(self, more: str) -> Sentence:
        """With another sentence at its end."""
        return Sentence(self.text + more, self.spoken + more)


@dataclass(frozen=True, slots=True)
class ReplyDraft:
    """A reply without its question and steps."""

    sentence: Sentence
    confidence: float = 0.0  # in [0, 1]
    short: str = ""  # in English, for the memory; empty: nothing is known
    evidence: tuple[Evidence, ...] = ()
    sequences: tuple[EventSequence, ...] = ()
    conditions: tuple[Condition, ...] = ()
    choices: tuple[str, ...] = ()

    def complete(
        self,
        question: str,
        language: Language,
        steps: tuple[Step, ...],
        calibration: Callable[[float], float] | None = None,
    ) -> Reply:
        """Returns the reply to `question`, as `steps` led to it; `calibration` makes its confidence a probability."""
        return Reply(
            question=question,
            answer=self.sentence.text,
            spoken=self.sentence.spoken,
            language=language,
            confidence=self.confidence if calibration is None else calibration(self.confidence),
            conditions=self.conditions,
            evidence=self.evidence,
            sequences=self.sequences,
            steps=steps,
            short=self.short,
            calibrated=calibration is not None,
            choices=self.choices,
        )


@dataclass(frozen=True, slots=True)
class ThreadInfo:
    """A conversation."""

    thread_id: str
    title: str  # the name it was given, else its first question
    turns: int


def reply_to_row(reply: Reply) -> dict[str, Any]:
    """Returns a reply as plain data, for the checkpoint."""
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
    """Returns evidence as a flat row; stored conversations have always had this form."""
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
