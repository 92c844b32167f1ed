"""Joins the replies to the parts of a question, and says where a question was not surely understood."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.agent.conversation import left_out_sentence, reading_sentence, readings_sentence, unread_sentence
from assistant.agent.phrasing import joined
from assistant.agent.records import Sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.agent.options import AgentOptions
    from assistant.agent.question.reading import Reading
    from assistant.agent.records import Reply, ReplyDraft
    from assistant.text.language import Language


def qualify(
    draft: ReplyDraft,
    reading: Reading,
    readings: Sequence[str],
    unread: Sequence[str],
    meant: str,
    language: Language,
    options: AgentOptions,
) -> ReplyDraft:
    """Says how a question was read that is not clear, and offers what else it may mean; such an answer is never sure.

    Args:
        draft: the reply.
        reading: of the question.
        readings: the questions that it may have meant; the reply offers them unless it asks back itself.
        unread: times that the question names and that were not understood.
        meant: the question as it was read, in the language of the reply.
        language: of the reply.
        options: the confidence from which an answer is called sure.
    """
    notes = []
    if reading.decided_by == "default" and meant:
        notes.append(reading_sentence(meant, language))
    if readings:
        notes.append(readings_sentence(readings[0], readings[-1], language))
    if unread:
        notes.append(unread_sentence(unread, language))
    if not notes:
        return draft
    sentence = joined([draft.sentence, *notes])
    # Just below what is called sure: the meaning may be another.
    confidence = min(draft.confidence, options.fairly_sure)
    return replace(draft, sentence=sentence, confidence=confidence, choices=draft.choices or tuple(readings))


def join_replies(replies: Sequence[Reply], left_out: str) -> Reply:
    """One reply to a question of several parts: as sure as its least sure part, with the evidence of all.

    Args:
        replies: to the parts, in order; at least one.
        left_out: the parts that were not answered, which the reply names; empty: none.
    """
    if len(replies) == 1:
        return replies[0]
    notes = [left_out_sentence(left_out, replies[-1].language)] if left_out else []
    sentence = joined([*(Sentence(reply.answer, reply.spoken) for reply in replies), *notes])
    return replace(
        replies[-1],
        answer=sentence.text,
        spoken=sentence.spoken,
        confidence=min(reply.confidence for reply in replies),
        conditions=tuple(condition for reply in replies for condition in reply.conditions),
        evidence=tuple(dict.fromkeys(evidence for reply in replies for evidence in reply.evidence)),
        sequences=tuple(sequence for reply in replies for sequence in reply.sequences),
        short="; ".join(reply.short for reply in replies if reply.short),
        choices=tuple(choice for reply in replies for choice in reply.choices),
    )
