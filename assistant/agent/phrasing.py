"""Answer sentences in both languages, composed from evidence; whoever calls gives words in the language of the reply.

Each comes twice: as read, with the moments it rests on, and as spoken, where a time is said in words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.agent.answer_texts import say
from assistant.agent.records import Sentence
from assistant.text.display import format_clock, time_in_words, video_title
from assistant.text.fold import fold
from assistant.text.quantities import count_noun, duration_in_words, format_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.agent.records import Condition
    from assistant.text.language import Language
    from tools.types import EventSequence, Evidence

_MAX_CITED = 3  # moments in one sentence

DescribedMoments = tuple[tuple[str, "Evidence"], ...]
"""Descriptions, each with the moment that it describes."""


def cite_moments(evidence: Sequence[Evidence], language: Language) -> str:
    """The first few moments, each where it begins, video by video: `0:24 and 0:37 in street; 0:03 in rain`."""
    starts: dict[str, list[float]] = {}
    for item in evidence[:_MAX_CITED]:
        starts.setdefault(item.moment.video_id, []).append(item.moment.start_seconds)
    cited = []
    for video_id, seconds in starts.items():
        clocks = list(dict.fromkeys(format_clock(at) for at in sorted(seconds)))
        cited.append(f"{join_list(clocks, language)} {say('in', language)} {video_title(video_id)}")
    return "; ".join(cited)


def cite_span(evidence: Evidence, language: Language) -> str:
    """A moment from its beginning to its end: `0:27 to 0:34 in street`."""
    moment = evidence.moment
    span = say("span", language, start=format_clock(moment.start_seconds), end=format_clock(moment.end_seconds))
    return f"{span} {say('in', language)} {video_title(moment.video_id)}"


def join_list(texts: Sequence[str], language: Language) -> str:
    """Returns `a`, `a and b`, `a, b and c`."""
    *most, last = texts
    return f"{', '.join(most)} {say('and', language)} {last}" if most else last


def joined(parts: Sequence[Sentence]) -> Sentence:
    """The answers to the parts of a question, one after the other."""
    return Sentence(" ".join(part.text for part in parts), " ".join(part.spoken for part in parts))


def _speak_times(evidence: Sequence[Evidence], language: Language) -> str:
    times = (time_in_words(item.moment.start_seconds, language) for item in evidence[:_MAX_CITED])
    return join_list(list(dict.fromkeys(times)), language)


def moments_sentence(evidence: Sequence[Evidence], language: Language) -> Sentence:
    """Where something was seen."""
    return Sentence(
        say("moments", language, where=cite_moments(evidence, language)),
        say("moments", language, where=_speak_times(evidence, language)),
    )


def answer_sentence(answer: str, evidence: Sequence[Evidence], language: Language) -> Sentence:
    """A short answer with the moments that it comes from, if there are any."""
    return _proved(answer, cite_moments(evidence, language), evidence, language)


def verdict_sentence(holds: bool, statement: str, evidence: Sequence[Evidence], language: Language) -> Sentence:
    """Whether something is so: `Yes (0:25 in street).`, `No, the bus is blue (0:25 in street).`

    Args:
        holds: whether what was asked about, without any negation of the question, is so. "Isn't the bus red?" asks
            about a red bus; "không có ai à?" asks whether somebody is there.
        statement: what is so, a clause in the language of the reply; empty: the verdict says it all.
        evidence: shows it.
        language: of the reply.
    """
    verdict = say("yes" if holds else "no", language)
    answer = say("verdict", language, verdict=verdict, statement=_bare(statement)) if statement else verdict
    return answer_sentence(answer, evidence, language)


def absent_sentence(answer: str, count: int, language: Language, total: int = 0) -> Sentence:
    """That none of the pictures that were checked shows what was looked for.

    Args:
        answer: the short answer, mostly "no".
        count: pictures that were checked one by one.
        language: of the reply.
        total: pictures out of which they were chosen; 0, or `count`: there are no others.
    """
    key = "absent_of" if total > count else "absent"
    text = say(key, language, answer=_capitalise(answer), count=count, **({"total": total} if total > count else {}))
    return Sentence(text, text)


def who_sentence(subject: str, evidence: Sequence[Evidence], language: Language) -> Sentence:
    """Who it is: `A person in orange (0:29 in street).`"""
    return answer_sentence(_bare(subject), evidence, language)


def where_sentence(place: str, evidence: Sequence[Evidence], language: Language) -> Sentence:
    """Where it is: `On the left (0:03 in street).`"""
    return answer_sentence(_bare(place), evidence, language)


def colour_sentence(colour: str, evidence: Sequence[Evidence], language: Language) -> Sentence:
    """Which colour it has: `Blue (0:25 in street).`, `Màu xanh dương (0:25 trong street).`"""
    colour = _bare(colour)
    named = language == "vi" and fold(colour).startswith("mau ")
    return answer_sentence(colour if named else say("colour", language, colour=colour), evidence, language)


def count_sentence(
    number: int, noun: str, evidence: Sequence[Evidence], language: Language, checked: int = 0
) -> Sentence:
    """How many there are: `2 people (0:03 in street).`; `0 cars: none of the 4 pictures I checked shows any.`

    Args:
        number: at least 0.
        noun: what was counted, in the language of the reply, in either number; empty: the number alone is given.
        evidence: shows it.
        language: of the reply.
        checked: pictures in which none was seen, for a count of 0.
    """
    counted = count_noun(number, noun, language) if noun else format_number(number, language)
    if number == 0 and checked:
        text = say("counted_none", language, counted=counted, count=checked)
        return Sentence(text, text)
    return answer_sentence(counted, evidence, language)


def duration_sentence(seconds: float, evidence: Sequence[Evidence], language: Language) -> Sentence:
    """How long something lasts: `About 7 seconds (0:27 to 0:34 in street).`"""
    length = say("duration", language, length=duration_in_words(max(1.0, seconds), language))
    return _proved(length, "; ".join(cite_span(item, language) for item in evidence[:_MAX_CITED]), evidence, language)


def compare_sentence(answer: str, reason: str, evidence: Sequence[Evidence], language: Language) -> Sentence:
    """How two things compare: `The truck: it overtakes the bicycle (0:09 in rain).`; the reason may be empty."""
    answer = say("reason", language, answer=_bare(answer), reason=_bare(reason)) if reason else _bare(answer)
    return answer_sentence(answer, evidence, language)


def first_sentence(first: str, second: str, evidence: Sequence[Evidence], language: Language) -> Sentence:
    """Which of two came first: `The black car first, then the bus (0:15 and 0:25 in street).`"""
    return answer_sentence(say("first", language, first=_bare(first), second=_bare(second)), evidence, language)


def why_sentence(seen: str, evidence: Sequence[Evidence], language: Language) -> Sentence:
    """What is seen around something whose reason no picture tells; `seen` may be empty."""
    if not seen:
        text = say("why_unseen", language)
        return Sentence(text, text)
    seen = _bare(seen)
    at = say("at", language, time=_speak_times(evidence[:1], language)) if evidence else ""
    where = f" ({cite_moments(evidence, language)})" if evidence else ""
    return Sentence(
        say("why", language, seen=f"{seen}{where}"), say("why", language, seen=f"{seen}, {at}" if at else seen)
    )


def untold_sentence(evidence: Sequence[Evidence], language: Language) -> Sentence:
    """That what is seen at some moments cannot be said in the language of the reply."""
    return Sentence(
        say("untold", language, where=cite_moments(evidence, language)),
        say("untold", language, where=_speak_times(evidence, language)),
    )


def differing_sentence(answers: Sequence[tuple[str, Evidence]], language: Language) -> Sentence:
    """Another answer for each video."""
    parts = "; ".join(
        f"{video_title(item.moment.video_id)}: {answer} ({format_clock(item.moment.start_seconds)})"
        for answer, item in answers
    )
    spoken = "; ".join(f"{video_title(item.moment.video_id)}: {answer}" for answer, item in answers)
    return Sentence(say("differs", language, parts=parts), say("differs", language, parts=spoken))


def in_some_videos_sentence(evidence: Sequence[Evidence], others: int, language: Language) -> Sentence:
    """That something is so in some videos: `Yes, in rain (0:16); not in the other 2 videos.`

    Args:
        evidence: shows it, one moment a video.
        others: videos in which it is not so, at least 1.
        language: of the reply.
    """
    titles = [video_title(item.moment.video_id) for item in evidence]
    clocks = [format_clock(item.moment.start_seconds) for item in evidence]
    cited = [f"{title} ({clock})" for title, clock in zip(titles, clocks, strict=True)]
    values = {"verdict": _capitalise(say("yes", language)), "count": others}
    key = "in_some_not_one" if others == 1 else "in_some"
    where = f"; {say('in', language)} ".join(cited)
    return Sentence(
        say(key, language, where=where, **values), say(key, language, where=join_list(titles, language), **values)
    )


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
    """Descriptions in time order, video by video: `In street: 0:00 a red car; 0:06 nothing; in rain: 0:03 a bus.`"""
    parts, spoken, before = [], [], None
    for text, item in descriptions:
        video_id = item.moment.video_id
        head = f"{say('in', language)} {video_title(video_id)}: " if video_id != before else ""
        parts.append(f"{head}{format_clock(item.moment.start_seconds)} {_bare(text)}")
        at = say("at", language, time=time_in_words(item.moment.start_seconds, language))
        spoken.append(f"{head}{at}: {_bare(text)}")
        before = video_id
    return Sentence(*(_capitalise(f"{'; '.join(each)}.") for each in (parts, spoken)))


def named_sentence(things: Sequence[tuple[str, Sequence[Evidence]]], language: Language) -> Sentence:
    """Things with the stretches in which they are seen: `dog (0:01 to 0:05 in park); ball (0:03 to 0:04 in park)`."""
    parts, spoken = [], []
    for name, stretches in things:
        spans = "; ".join(cite_span(stretch, language) for stretch in stretches[:_MAX_CITED])
        parts.append(f"{name} ({spans})")
        spoken.append(f"{name}, {_speak_times(stretches, language)}")
    return Sentence(*(say("named", language, parts="; ".join(each)) for each in (parts, spoken)))


def unusual_sentence(descriptions: Sequence[tuple[str, Evidence]], language: Language) -> Sentence:
    """Moments with what they show, which may be unknown, the least usual first."""
    parts, spoken = [], []
    for text, item in descriptions:
        what = f" ({_bare(text)})" if text else ""
        parts.append(f"{cite_moments([item], language)}{what}")
        spoken.append(f"{say('at', language, time=time_in_words(item.moment.start_seconds, language))}{what}")
    return Sentence(*(say("unusual", language, parts="; ".join(each)) for each in (parts, spoken)))


def comparison_sentence(
    descriptions: tuple[DescribedMoments, DescribedMoments],
    only: tuple[Sequence[str], Sequence[str]],
    language: Language,
) -> Sentence:
    """What each of two places shows, and what `only` one of them does."""
    texts = []
    two_videos = descriptions[0][0][1].moment.video_id != descriptions[1][0][1].moment.video_id
    for clock in (format_clock, lambda seconds: time_in_words(seconds, language)):
        parts, places = [], []
        for side in descriptions:
            moment = side[0][1].moment
            name = video_title(moment.video_id) if two_videos else clock(moment.start_seconds)
            places.append(f"{say('in', language)} {name}" if two_videos else say("at", language, time=name))
            distinct = list(dict.fromkeys(_bare(text) for text, _ in side))[:_MAX_CITED]
            parts.append(f"{name}: {'; '.join(distinct)}.")
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
    """Each event of a sequence with the time at which it begins, or that it was not found."""
    where, spoken = [], []
    for moment in sequence.moments:
        if moment.start_seconds is None:
            missed = say("missed", language, event=moment.event)
            where.append(missed)
            spoken.append(missed)
        else:
            where.append(f"{moment.event} {format_clock(moment.start_seconds)}")
            spoken.append(f"{moment.event} {say('at', language, time=time_in_words(moment.start_seconds, language))}")
    video = video_title(sequence.video_id)
    return Sentence(
        say("sequence", language, video=video, where=", ".join(where)),
        say("sequence", language, video=video, where=", ".join(spoken)),
    )


def coverage_note(known: int, total: int, language: Language) -> str:
    """That only `known` of `total` videos were looked at, since the models do not know such pictures; may be empty."""
    if known >= total:
        return ""
    outside = say("is_outside" if total - known == 1 else "are_outside", language, count=total - known)
    return say("coverage", language, known=known, total=total, outside=outside)


def with_short_answer(answer: str, proof: Sentence) -> Sentence:
    """A short answer, and the sentence that proves it."""
    answer = _capitalise(answer)
    return Sentence(f"{answer}. {proof.text}", f"{answer}. {proof.spoken}")


def unknown_sentence(nearest: Sequence[Evidence], language: Language) -> Sentence:
    """That the answer is not known, and the moments that came nearest."""
    unknown = say("unknown", language)
    near = say("nearest", language, where=cite_moments(nearest, language)) if nearest else ""
    return Sentence(unknown + near, unknown)


def _proved(answer: str, where: str, evidence: Sequence[Evidence], language: Language) -> Sentence:
    answer = _capitalise(answer)
    if not evidence:
        return Sentence(f"{answer}.", f"{answer}.")
    at = say("at", language, time=_speak_times(evidence[:1], language))
    return Sentence(
        say("answer", language, answer=answer, where=where),
        say("answer_spoken", language, answer=answer, where=at),
    )


def _bare(text: str) -> str:
    """Without the full stop at its end."""
    return text.strip().rstrip(".")


def _cite_moment(item: Evidence, language: Language) -> str:
    return f"{format_clock(item.moment.start_seconds)} {say('in', language)} {video_title(item.moment.video_id)}"


def _capitalise(text: str) -> str:
    """With its first letter upper case; unlike `str.capitalize`, the rest stays."""
    return text[:1].upper() + text[1:]
