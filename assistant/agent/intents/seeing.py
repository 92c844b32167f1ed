"""Looks again, for kinds whose answer needs more than the frames of one search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.agent.answer_types import fits
from assistant.agent.conditions import split_caption
from tools.events.verification import locate_occurrences, verify_frames
from tools.moments import ScoredKeyframe, merge_into_moments, sample_evenly
from tools.odds import count_pictures

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.agent.intents.base import Findings
    from tools.types import Evidence, Keyframe

SEEN = "find_frames"


def seen_frames(findings: Findings, statement: str, *, video_id: str | None = None) -> list[ScoredKeyframe]:
    """The frames in scope that show a statement, in time order, each with its P(yes)."""
    scope = findings.scope
    hits = findings.frames.search(
        statement,
        video_id=video_id or scope.video_id,
        start_seconds=scope.start,
        end_seconds=scope.end,
        limit=findings.options.reviewed_frames,
    )
    keyframes = sorted((hit.keyframe for hit in hits), key=lambda k: (k.video_id, k.seconds))
    pictures = count_pictures(findings.frames, video_id or scope.video_id, scope.start, scope.end)
    probabilities = verify_frames(findings.frames, findings.looker, statement, keyframes, pictures=pictures)
    scored = [ScoredKeyframe(k, p) for k, p in zip(keyframes, probabilities, strict=True)]
    return [s for s in scored if s.score >= findings.options.min_verified]


def seen_moments(findings: Findings, statement: str, *, video_id: str | None = None) -> list[Evidence]:
    """The moments in scope that show a statement, in time order."""
    moments = merge_into_moments(seen_frames(findings, statement, video_id=video_id), tool=SEEN)
    return sorted(moments, key=lambda e: (e.moment.video_id, e.moment.start_seconds))


def event_moments(findings: Findings, event: str, frames: Sequence[Keyframe]) -> list[Evidence]:
    """The moments in which an event happens around some frames, in time order; none if it does not or is no event."""
    found = locate_occurrences(findings.frames, findings.looker, event, list(frames), tool=SEEN) or []
    sure = [o.evidence for o in found if o.evidence.score >= findings.options.min_verified]
    return sorted(sure, key=lambda e: (e.moment.video_id, e.moment.start_seconds))


def best_moments(findings: Findings) -> tuple[Evidence, ...]:
    """The moments that show what was searched, the surest first."""
    if findings.occurrences:
        return findings.occurrences[: findings.options.shown_moments]
    seen = [s for s in findings.scored if s.score >= findings.options.min_verified]
    return tuple(merge_into_moments(seen, tool=SEEN))[: findings.options.shown_moments]


def frames_of(findings: Findings, evidence: Evidence, *, before: float = 0.0, after: float = 0.0) -> list[Keyframe]:
    """The keyframes of a moment and of some seconds before and after it."""
    moment = evidence.moment
    return findings.frames.keyframes(
        moment.video_id, max(0.0, moment.start_seconds - before), moment.end_seconds + after + 0.001
    )


def describe_person(findings: Findings, evidence: Evidence) -> tuple[str, float]:
    """What the person of a moment looks like, in English, and how sure the core is; empty if it does not say.

    The core is asked for the colour of the clothes, which every core can name; the rest of its caption is not sure to
    be about the same person.
    """
    frames = sample_evenly(
        frames_of(findings, evidence, after=findings.options.around_seconds), findings.options.answer_frames
    )
    answer = findings.looker.answer("what colour is the person?", frames) if frames else None
    if answer is None or not fits("colour", answer.text):
        return "", 0.0
    return f"a person in {answer.text}", answer.confidence


def named_things(findings: Findings, frames: Sequence[Keyframe]) -> list[str]:
    """The different things that the captions of some frames name, the most often named first."""
    counts: dict[str, int] = {}
    for caption in findings.looker.caption(list(frames)):
        things, _ = split_caption(caption.text)
        for thing in dict.fromkeys(things):
            counts[thing] = counts.get(thing, 0) + 1
    return sorted(counts, key=lambda thing: -counts[thing])
