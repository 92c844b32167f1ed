"""The usual reply of each tool, for kinds of questions that compose none of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.agent.answer import Search
from assistant.agent.question.times import without_times

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.agent.intents.base import Findings
    from assistant.agent.records import ReplyDraft
    from tools.types import Evidence

READS = frozenset({"read_text"})
"""Tools whose findings rest on words, so that it plays no part whether the core knows the pictures."""

DESCRIBES = frozenset({"describe"})
"""Tools that tell what there is, whatever was asked."""


def compose_usual(tool: str, findings: Findings) -> ReplyDraft:
    """Composes the reply for the tool that ran and what it brought."""
    answering, language, evidence = findings.answering, findings.language, findings.evidence
    if tool == "find_events" and findings.sequences:
        return answering.compose_sequence(findings.sequences[0], language)
    if tool == "read_text":
        return answering.compose_lines(evidence, language)
    if tool == "describe" and evidence:
        if findings.pair is not None:
            sides = _split_sides(findings.pair, evidence)
            if all(sides):
                return answering.compose_comparison(*sides, language)
        return answering.compose_description(evidence, language, findings.query if findings.scored else None)
    if tool == "find_unusual" and evidence:
        return answering.compose_unusual(evidence, language)
    if tool == "ground" and evidence:
        return answering.compose_boxes(evidence, language)
    if tool in ("look", "count") and evidence:
        noun = findings.reading.bare_subject if tool == "count" else ""
        return answering.compose_frame_answers(evidence, language, noun)
    return compose_seen(findings)


def compose_seen(findings: Findings, asked: str = "") -> ReplyDraft:
    """Composes the reply to a question about frames that a search returned.

    Args:
        findings: of the search.
        asked: the question as the core is asked it; default: as its kind asks it.
    """
    search = Search(
        asked=without_times(asked or findings.asked),
        question=findings.question,
        query=findings.query,
        scored=findings.scored,
        language=findings.language,
        nearest=findings.evidence,
        occurrences=findings.occurrences,
        is_event=findings.is_event,
        expects=findings.expects,
        asks_when=findings.asks_when,
        pictures=findings.answering.verifier.count_pictures(
            findings.scope.video_id, findings.scope.start, findings.scope.end
        ),
    )
    if findings.occurrences:
        return findings.answering.compose_event(search)
    return findings.answering.compose_search(search)


def _split_sides(
    pair: Sequence[tuple[str, float | None]], evidence: Sequence[Evidence]
) -> tuple[tuple[Evidence, ...], tuple[Evidence, ...]]:
    """The evidence of the first and of the second of two places that are compared."""
    (first, seconds), (second, _) = pair
    if first != second:
        of_first, of_second = (
            tuple(e for e in evidence if e.moment.video_id == video_id) for video_id in (first, second)
        )
        return of_first, of_second
    nearest = min(evidence, key=lambda e: abs(e.moment.start_seconds - (seconds or 0.0)))
    return (nearest,), tuple(e for e in evidence if e is not nearest)[:1]
