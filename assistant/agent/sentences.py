"""Answer sentences in both languages, composed from evidence; the core's words enter only as its short answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.clock import clock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.agent.language import Language
    from tools.types import EventSequence, Evidence

_SHOWN = 3
_TEXTS: dict[str, dict[Language, str]] = {
    "moments": {"en": "I see it {count} time(s): {where}.", "vi": "Tôi thấy {count} lần: {where}."},
    "answer": {"en": "{answer} ({where}).", "vi": "{answer} ({where})."},
    "sequence": {"en": "In {video}: {where}.", "vi": "Trong {video}: {where}."},
    "lines": {"en": "The text says: {where}.", "vi": "Chữ đọc được: {where}."},
    "unknown": {"en": "I don't know.", "vi": "Tôi không biết."},
    "nearest": {"en": " The nearest moments: {where}.", "vi": " Những lúc gần nhất: {where}."},
    "empty": {
        "en": "I don't know: the library holds no video yet.",
        "vi": "Tôi không biết: thư viện chưa có video nào.",
    },
    "say_understand": {"en": "Understanding the question", "vi": "Đang hiểu câu hỏi"},
    "say_act": {"en": "Looking for: {what}", "vi": "Đang tìm: {what}"},
    "say_look": {"en": "Checking {what} pictures", "vi": "Đang kiểm tra {what} hình"},
    "say_widen": {"en": "Looking again, more widely", "vi": "Tìm lại rộng hơn"},
}


def say(key: str, language: Language, **values: object) -> str:
    """A sentence of the table with its values."""
    return _TEXTS[key][language].format(**values)


def places(evidence: Sequence[Evidence]) -> str:
    """The first few moments as citations."""
    return ", ".join(f"{e.video_id} {clock(e.start_seconds)}" for e in evidence[:_SHOWN])


def moments_sentence(evidence: Sequence[Evidence], language: Language) -> str:
    """Where something was seen."""
    return say("moments", language, count=len(evidence), where=places(evidence))


def answer_sentence(answer: str, evidence: Sequence[Evidence], language: Language) -> str:
    """A short answer with the moments it comes from."""
    return say("answer", language, answer=answer[:1].upper() + answer[1:], where=places(evidence))


def lines_sentence(evidence: Sequence[Evidence], language: Language) -> str:
    """What was read, and where."""
    quoted = "; ".join(f"“{e.text}” ({e.video_id} {clock(e.start_seconds)})" for e in evidence[:_SHOWN])
    return say("lines", language, where=quoted)


def sequence_sentence(sequence: EventSequence, language: Language) -> str:
    """Each event of a sequence with its time."""
    where = ", ".join(f"{m.event} {clock(m.seconds)}" for m in sequence.moments if m.seconds is not None)
    return say("sequence", language, video=sequence.video_id, where=where)


def unknown_sentence(nearest: Sequence[Evidence], language: Language) -> str:
    """That nothing was found, and what came nearest."""
    near = say("nearest", language, where=places(nearest)) if nearest else ""
    return say("unknown", language) + near
