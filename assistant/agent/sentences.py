"""Answer sentences in both languages, composed from evidence; the core's words enter only as its short answer.

Each comes twice: as read, with the moments it rests on, and as spoken, where a time is said in words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from assistant.text.display import format_clock, time_in_words, video_title
from assistant.text.fold import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.agent.records import Condition
    from assistant.text.language import Language
    from tools.types import EventSequence, Evidence

_SHOWN = 3
_TEXTS: dict[str, dict[Language, str]] = {
    "moments": {"en": "Seen at {where}.", "vi": "Thấy lúc {where}."},
    "answer": {"en": "{answer} ({where}).", "vi": "{answer} ({where})."},
    "answer_spoken": {"en": "{answer}, {where}.", "vi": "{answer}, {where}."},
    "absent": {
        "en": "{answer}: none of the {count} pictures I looked at shows it.",
        "vi": "{answer}: không hình nào trong {count} hình tôi đã xem cho thấy điều đó.",
    },
    "differs": {"en": "{parts}.", "vi": "{parts}."},
    "which": {"en": "{parts}. Which one do you mean?", "vi": "{parts}. Bạn muốn hỏi cái nào?"},
    "placed": {"en": "{question} at {clock} in {video}?", "vi": "{question} lúc {clock} trong {video}?"},
    "unseen": {"en": " Not seen: {what}.", "vi": " Không thấy: {what}."},
    "unsure": {"en": " I cannot tell: {what}.", "vi": " Không chắc: {what}."},
    "only": {"en": " Only in {where}: {what}.", "vi": " Chỉ có ở {where}: {what}."},
    "alike": {"en": " I see no difference.", "vi": " Tôi không thấy khác biệt."},
    "unusual": {"en": "Least like the rest: {parts}.", "vi": "Khác với phần còn lại nhất: {parts}."},
    "sequence": {"en": "In {video}: {where}.", "vi": "Trong {video}: {where}."},
    "missed": {"en": "{event} not found", "vi": "{event} không tìm thấy"},
    "lines": {"en": "It says {where}.", "vi": "Chữ đọc được: {where}."},
    "after": {"en": "After {clock}: {told}.", "vi": "Sau {clock}: {told}."},
    "unknown": {"en": "I don't know.", "vi": "Tôi không biết."},
    "outside": {
        "en": "I cannot tell: these pictures are unlike anything that the models of this profile were trained on. "
        "Text on screen and subtitles can be searched all the same.",
        "vi": "Tôi không thể biết: những hình này không giống những gì mô hình của cấu hình này đã học. "
        "Vẫn có thể tìm chữ trên màn hình và phụ đề.",
    },
    "nearest": {"en": " The nearest moments: {where}.", "vi": " Những lúc gần nhất: {where}."},
    "no_text": {"en": "I found no such text.", "vi": "Tôi không tìm thấy chữ như vậy."},
    "empty": {
        "en": "I don't know: the library holds no video yet.",
        "vi": "Tôi không biết: thư viện chưa có video nào.",
    },
    "nothing_recorded": {
        "en": "no video was recorded between {start} and {end}; those of the library are from {first} to {last}",
        "vi": "không có video nào được quay từ {start} đến {end}; các video trong thư viện từ {first} đến {last}",
    },
    "in": {"en": "in", "vi": "trong"},
    "and": {"en": "and", "vi": "và"},
    "at": {"en": "at {time}", "vi": "lúc {time}"},
    "say_understand": {"en": "Understanding the question: {what}", "vi": "Đang hiểu câu hỏi: {what}"},
    "say_find_frames": {"en": "Looking for frames that match: {what}", "vi": "Đang tìm khung hình khớp với: {what}"},
    "say_find_events": {
        "en": "Looking for events in this order: {what}",
        "vi": "Đang tìm các sự kiện theo thứ tự: {what}",
    },
    "say_read_text": {"en": "Reading the text: {what}", "vi": "Đang đọc chữ: {what}"},
    "say_describe": {"en": "Describing what is seen", "vi": "Đang mô tả những gì thấy được"},
    "say_find_unusual": {
        "en": "Looking for what is unlike the rest",
        "vi": "Đang tìm điều khác với phần còn lại",
    },
    "say_ground": {"en": "Pointing at: {what}", "vi": "Đang chỉ ra: {what}"},
    "say_count": {"en": "Counting: {what}", "vi": "Đang đếm: {what}"},
    "say_look": {"en": "Looking at {what} pictures", "vi": "Đang xem {what} hình"},
    "say_time": {
        "en": "Looking at pictures in a row for when: {what}",
        "vi": "Đang xem nhiều hình liên tiếp để biết khi nào: {what}",
    },
    "say_verify": {"en": "Checking {what} pictures one by one", "vi": "Đang kiểm tra từng hình trong {what} hình"},
}


class Said(NamedTuple):
    """A sentence as read and as spoken."""

    text: str
    spoken: str

    def and_then(self, more: str) -> Said:
        """With another sentence at its end."""
        return Said(self.text + more, self.spoken + more)


def say(key: str, language: Language, **values: object) -> str:
    """A sentence of the table with its values."""
    return _TEXTS[key][language].format(**values)


def places(evidence: Sequence[Evidence], language: Language) -> str:
    """The first few moments, video by video: `0:24 and 0:37 in street; 0:03 in rain`."""
    times: dict[str, list[str]] = {}
    for one in evidence[:_SHOWN]:
        times.setdefault(video_title(one.moment.video_id), []).append(format_clock(one.moment.start_seconds))
    joint = f" {say('and', language)} "
    return "; ".join(f"{joint.join(dict.fromkeys(t))} {say('in', language)} {name}" for name, t in times.items())


def _spoken(evidence: Sequence[Evidence], language: Language) -> str:
    joint = f" {say('and', language)} "
    return joint.join(dict.fromkeys(time_in_words(one.moment.start_seconds, language) for one in evidence[:_SHOWN]))


def moments_sentence(evidence: Sequence[Evidence], language: Language) -> Said:
    """Where something was seen."""
    return Said(
        say("moments", language, where=places(evidence, language)),
        say("moments", language, where=_spoken(evidence, language)),
    )


def answer_sentence(answer: str, evidence: Sequence[Evidence], language: Language) -> Said:
    """A short answer with the moments it comes from."""
    answer = answer[:1].upper() + answer[1:]
    at = say("at", language, time=_spoken(evidence[:1], language))
    return Said(
        say("answer", language, answer=answer, where=places(evidence, language)),
        say("answer_spoken", language, answer=answer, where=at),
    )


def absent_sentence(answer: str, count: int, language: Language) -> Said:
    """That something was looked for and is not there."""
    text = say("absent", language, answer=answer[:1].upper() + answer[1:], count=count)
    return Said(text, text)


def differing_sentence(answers: Sequence[tuple[str, Evidence]], language: Language) -> Said:
    """Another answer for each video."""
    parts = "; ".join(
        f"{video_title(one.moment.video_id)}: {answer} ({format_clock(one.moment.start_seconds)})"
        for answer, one in answers
    )
    spoken = "; ".join(f"{video_title(one.moment.video_id)}: {answer}" for answer, one in answers)
    return Said(say("differs", language, parts=parts), say("differs", language, parts=spoken))


def which_sentence(answers: Sequence[tuple[str, Evidence]], language: Language) -> Said:
    """The answer of each moment, and the question which of them is meant."""
    parts = [f"{answer} ({places([one], language)})" for answer, one in answers]
    spoken = [
        f"{answer}, {say('at', language, time=time_in_words(one.moment.start_seconds, language))}"
        for answer, one in answers
    ]
    read, heard = (say("which", language, parts="; ".join(each)) for each in (parts, spoken))
    return Said(read[:1].upper() + read[1:], heard[:1].upper() + heard[1:])


def placed_question(question: str, moment: Evidence, language: Language) -> str:
    """A question about one moment: `what colour is the car at 0:12 in street?`"""
    bare = question.strip().rstrip("?!. ")
    return say(
        "placed",
        language,
        question=bare,
        clock=format_clock(moment.moment.start_seconds),
        video=video_title(moment.moment.video_id),
    )


def shortfall(conditions: Sequence[Condition], language: Language) -> str:
    """What was asked for and not seen, and what nobody can tell; empty if all was seen."""
    said = ""
    for key, verdict in (("unseen", "not seen"), ("unsure", "cannot tell")):
        if what := ", ".join(one.text for one in conditions if one.verdict == verdict):
            said += say(key, language, what=what)
    return said


def told_sentence(told: Sequence[tuple[str, Evidence]], language: Language) -> Said:
    """Descriptions in time order."""
    parts = "; ".join(f"{format_clock(one.moment.start_seconds)} {text}" for text, one in told)
    spoken = "; ".join(f"{time_in_words(one.moment.start_seconds, language)}: {text}" for text, one in told)
    return Said(f"{parts}.", f"{spoken}.")


def unusual_sentence(told: Sequence[tuple[str, Evidence]], language: Language) -> Said:
    """Moments with what they show, the least usual first."""
    read, heard = [], []
    for text, one in told:
        what = f"({text.rstrip('.')})"
        read.append(f"{places([one], language)} {what}")
        heard.append(f"{say('at', language, time=time_in_words(one.moment.start_seconds, language))} {what}")
    return Said(*(say("unusual", language, parts="; ".join(parts)) for parts in (read, heard)))


Told = tuple[tuple[str, "Evidence"], ...]


def compared_sentence(told: tuple[Told, Told], only: tuple[list[str], list[str]], language: Language) -> Said:
    """What each of two places shows, and what only one of them does."""
    said = []
    for name in (format_clock, lambda seconds: time_in_words(seconds, language)):
        parts, places_named = [], []
        for side in told:
            video_id = side[0][1].moment.video_id
            whole = told[0][0][1].moment.video_id != told[1][0][1].moment.video_id
            places_named.append(video_title(video_id) if whole else name(side[0][1].moment.start_seconds))
            parts.append(f"{places_named[-1]}: {'; '.join(dict.fromkeys(text.rstrip('.') for text, _ in side))}.")
        text = " ".join(parts)
        for where, what in zip(places_named, only, strict=True):
            if what:
                text += say("only", language, where=where, what=", ".join(what))
        said.append(text if any(only) else text + say("alike", language))
    return Said(*said)


def lines_sentence(evidence: Sequence[Evidence], language: Language) -> Said:
    """What was read, and where; a line that is read again and again, once so and once so, is quoted once."""
    first: dict[str, Evidence] = {}
    for one in evidence:
        key = "".join(filter(str.isalnum, fold(one.text or "")))
        if key not in first or one.score > first[key].score:
            first[key] = one
    kept = list(first.values())[:_SHOWN]
    quoted = "; ".join(
        f"“{one.text}” "
        f"({format_clock(one.moment.start_seconds)} {say('in', language)} {video_title(one.moment.video_id)})"
        for one in kept
    )
    spoken = "; ".join(one.text or "" for one in kept)
    return Said(say("lines", language, where=quoted), say("lines", language, where=spoken))


def sequence_sentence(sequence: EventSequence, language: Language) -> Said:
    """Each event of a sequence with its time, or that it was not found."""
    where, spoken = [], []
    for moment in sequence.moments:
        if moment.seconds is None:
            missed = say("missed", language, event=moment.event)
            where.append(missed)
            spoken.append(missed)
        else:
            where.append(f"{moment.event} {format_clock(moment.seconds)}")
            spoken.append(f"{moment.event} {say('at', language, time=time_in_words(moment.seconds, language))}")
    video = video_title(sequence.video_id)
    return Said(
        say("sequence", language, video=video, where=", ".join(where)),
        say("sequence", language, video=video, where=", ".join(spoken)),
    )


def answered(answer: str, said: Said) -> Said:
    """A short answer, and the sentence that proves it."""
    answer = answer[:1].upper() + answer[1:]
    return Said(f"{answer}. {said.text}", f"{answer}. {said.spoken}")


def unknown_sentence(nearest: Sequence[Evidence], language: Language) -> Said:
    """That nothing was found, and what came nearest."""
    unknown = say("unknown", language)
    near = say("nearest", language, where=places(nearest, language)) if nearest else ""
    return Said(unknown + near, unknown)
