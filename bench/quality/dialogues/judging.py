"""Whether the chat's reply to a question about a clip is right: in its words, and in the moments that it shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.agent.calibration import is_right

if TYPE_CHECKING:
    from assistant.agent import Reply
    from bench.quality.dialogues.questions import ClipQuestion, Interval

SLACK_SECONDS = 1.0  # that evidence may lie outside a true interval: keyframes are a second apart
EVENT_SLACK_SECONDS = 1.5  # the same for the events of a sequence
JUDGED_EVIDENCE = 3  # pieces of evidence that must lie in a true interval where the answer is a time
UNANSWERABLE = frozenset({"unanswerable", "absent_colour"})
"""Kinds of questions that no clip answers."""
ANSWERED_BY_EVIDENCE = frozenset({"when", "sequence"})
"""Kinds of questions whose answer is a time: the moments of the evidence are judged, not the words."""


def is_right_reply(reply: Reply, question: ClipQuestion) -> bool:
    """Whether a reply answers the question; a question without an answer must be left unanswered."""
    if question.kind in UNANSWERABLE:
        return claims_nothing(reply)
    if question.event_intervals:
        moments = reply.sequences[0].moments if reply.sequences and reply.short else ()
        seconds = [moment.seconds for moment in moments if moment.seconds is not None]
        return len(seconds) == len(question.event_intervals) and all(
            is_within(at, intervals, EVENT_SLACK_SECONDS)
            for at, intervals in zip(seconds, question.event_intervals, strict=True)
        )
    if question.kind in ANSWERED_BY_EVIDENCE:
        return bool(reply.short and reply.evidence) and all(
            is_within(evidence.moment.start_seconds, question.intervals, SLACK_SECONDS)
            for evidence in reply.evidence[:JUDGED_EVIDENCE]
        )
    return bool(reply.short) and is_right(reply.answer, question.answers)


def claims_nothing(reply: Reply) -> bool:
    """Whether a reply says that it cannot tell, that there is no such thing, or that there are none."""
    return not reply.short or is_right(reply.answer, ("no", "không")) or is_right(reply.short, ("zero", "0"))


def is_within(seconds: float, intervals: Sequence[Interval], slack: float) -> bool:
    """Whether a time lies in one of the intervals, or at most `slack` seconds outside it."""
    return any(start - slack <= seconds <= end + slack for start, end in intervals)
