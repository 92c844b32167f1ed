"""Answer sentences in both languages, composed from evidence; the core's words enter only as its short answer.

Each comes twice: as read, with the moments it rests on, and as spoken, where a time is said in words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.agent.records import Sentence
from assistant.text.display import format_clock, time_in_words, video_title
from assistant.text.fold import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.agent.records import Condition
    from assistant.text.language import Language
    from tools.types import EventSequence, Evidence

_MAX_CITED = 3  # moments in one sentence
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


DescribedMoments = tuple[tuple[str, "Evidence"], ...]
"""Descriptions, each with the moment that it describes."""


def say(key: str, language: Language, **values: object) -> str:
    """A sentence of the table with its values."""
    return _TEXTS[key][language].format(**values)


def cite_moments(evidence: Sequence[Evidence], language: Language) -> str:
    """The first few moments, video by video: `0:24 and 0:37 in street; 0:03 in rain`."""
    times: dict[str, list[str]] = {}
    for item in evidence[:_MAX_CITED]:
        times.setdefault(video_title(item.moment.video_id), []).append(format_clock(item.moment.start_seconds))
    joint = f" {say('and', language)} "
    return "; ".join(f"{joint.join(dict.fromkeys(t))} {say('in', language)} {name}" for name, t in times.items())


def _speak_times(evidence: Sequence[Evidence], language: Language) -> str:
    joint = f" {say('and', language)} "
    times = (time_in_words(item.moment.start_seconds, language) for item in evidence[:_MAX_CITED])
    return joint.join(dict.fromkeys(times))


def moments_sentence(evidence: Sequence[Evidence], language: Language) -> Sentence:
    """Where something was seen."""
    return Sentence(
        say("moments", language, where=cite_moments(evidence, language)),
        say("moments", language, where=_speak_times(evidence, language)),
    )


def answer_sentence(answer: str, evidence: Sequence[Evidence], language: Language) -> Sentence:
    """A short answer with the moments it comes from."""
    answer = _capitalise(answer)
    at = say("at", language, time=_speak_times(evidence[:1], language))
    return Sentence(
        say("answer", language, answer=answer, where=cite_moments(evidence, language)),
        say("answer_spoken", language, answer=answer, where=at),
    )


def absent_sentence(answer: str, count: int, language: Language) -> Sentence:
    """That none of `count` pictures shows what was looked for."""
    text = say("absent", language, answer=_capitalise(answer), count=count)
    return Sentence(text, text)


def differing_sentence(answers: Sequence[tuple[str, Evidence]], language: Language) -> Sentence:
    """Another answer for each video."""
    parts = "; ".join(
        f"{video_title(item.moment.video_id)}: {answer} ({format_clock(item.moment.start_seconds)})"
        for answer, item in answers
    )
    spoken = "; ".join(f"{video_title(item.moment.video_id)}: {answer}" for answer, item in answers)
    return Sentence(say("differs", language, parts=parts), say("differs", language, parts=spoken))


def asking_back_sentence(answers: Sequence[tuple[str, Evidence]], language: Language) -> Sentence:
    """The answer of each moment, and the question which of them is meant."""
    parts = [f"{answer} ({cite_moments([item], language)})" for answer, item in answers]
    spoken = [
        f"{answer}, {say('at', language, time=time_in_words(item.moment.start_seconds, language))}"
        for answer, item in answers
    ]
    return Sentence(*(_capitalise(say("which", language, parts="; ".join(each))) for each in (parts, spoken)))


def question_about_moment(question: str, evidence: Evidence, language: Language) -> str:
    """A question with a moment added: `what colour is the car at 0:12 in street?`"""
    bare = question.strip().rstrip("?!. ")
    return say(
        "placed",
        language,
        question=bare,
        clock=format_clock(evidence.moment.start_seconds),
        video=video_title(evidence.moment.video_id),
    )


def unmet_conditions(conditions: Sequence[Condition], language: Language) -> str:
    """The conditions that were not seen, and those that nobody can tell; empty if all were seen."""
    text = ""
    for key, verdict in (("unseen", "not seen"), ("unsure", "cannot tell")):
        if what := ", ".join(condition.text for condition in conditions if condition.verdict == verdict):
            text += say(key, language, what=what)
    return text


def description_sentence(descriptions: Sequence[tuple[str, Evidence]], language: Language) -> Sentence:
    """Descriptions in time order."""
    parts = "; ".join(f"{format_clock(item.moment.start_seconds)} {text}" for text, item in descriptions)
    spoken = "; ".join(f"{time_in_words(item.moment.start_seconds, language)}: {text}" for text, item in descriptions)
    return Sentence(f"{parts}.", f"{spoken}.")


def unusual_sentence(descriptions: Sequence[tuple[str, Evidence]], language: Language) -> Sentence:
    """Moments with what they show, the least usual first."""
    parts, spoken = [], []
    for text, item in descriptions:
        what = f"({text.rstrip('.')})"
        parts.append(f"{cite_moments([item], language)} {what}")
        spoken.append(f"{say('at', language, time=time_in_words(item.moment.start_seconds, language))} {what}")
    return Sentence(*(say("unusual", language, parts="; ".join(each)) for each in (parts, spoken)))


def comparison_sentence(
    descriptions: tuple[DescribedMoments, DescribedMoments],
    only: tuple[Sequence[str], Sequence[str]],
    language: Language,
) -> Sentence:
    """What each of two places shows, and what `only` one of them does."""
    texts = []
    for clock in (format_clock, lambda seconds: time_in_words(seconds, language)):
        parts, places = [], []
        for side in descriptions:
            video_id = side[0][1].moment.video_id
            two_videos = descriptions[0][0][1].moment.video_id != descriptions[1][0][1].moment.video_id
            places.append(video_title(video_id) if two_videos else clock(side[0][1].moment.start_seconds))
            parts.append(f"{places[-1]}: {'; '.join(dict.fromkeys(text.rstrip('.') for text, _ in side))}.")
        text = " ".join(parts)
        for where, what in zip(places, only, strict=True):
            if what:
                text += say("only", language, where=where, what=", ".join(what))
        texts.append(text if any(only) else text + say("alike", language))
    return Sentence(*texts)


def lines_sentence(evidence: Sequence[Evidence], language: Language) -> Sentence:
    """Lines, quoted with their moments.

    Readings of the same letters and digits count as one line, of which the surest is quoted.
    """
    surest: dict[str, Evidence] = {}
    for item in evidence:
        key = "".join(filter(str.isalnum, fold(item.text or "")))
        if key not in surest or item.score > surest[key].score:
            surest[key] = item
    cited = list(surest.values())[:_MAX_CITED]
    quoted = "; ".join(f"“{item.text}” ({_cite_moment(item, language)})" for item in cited)
    spoken = "; ".join(item.text or "" for item in cited)
    return Sentence(say("lines", language, where=quoted), say("lines", language, where=spoken))


def sequence_sentence(sequence: EventSequence, language: Language) -> Sentence:
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
    return Sentence(
        say("sequence", language, video=video, where=", ".join(where)),
        say("sequence", language, video=video, where=", ".join(spoken)),
    )


def with_short_answer(answer: str, proof: Sentence) -> Sentence:
    """A short answer, and the sentence that proves it."""
    answer = _capitalise(answer)
    return Sentence(f"{answer}. {proof.text}", f"{answer}. {proof.spoken}")


def unknown_sentence(nearest: Sequence[Evidence], language: Language) -> Sentence:
    """That the answer is not known, and the moments that came nearest."""
    unknown = say("unknown", language)
    near = say("nearest", language, where=cite_moments(nearest, language)) if nearest else ""
    return Sentence(unknown + near, unknown)


def _cite_moment(item: Evidence, language: Language) -> str:
    return f"{format_clock(item.moment.start_seconds)} {say('in', language)} {video_title(item.moment.video_id)}"


def _capitalise(text: str) -> str:
    """With its first letter upper case; unlike `str.capitalize`, the rest stays."""
    return text[:1].upper() + text[1:]
