"""Reads what a question points at in so many words: a video by its name, or a result of the turn before."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from assistant.agent.question.lexicon import partners
from assistant.text.display import video_title
from assistant.text.fold import fold
from tools.words import ORDINALS, any_of, index_of_ordinal

if TYPE_CHECKING:
    from collections.abc import Sequence

_PLACES = ORDINALS | {"một": 1}  # "kết quả một"; not "lần đầu", which asks for a first time and points at no result
_NAMES = any_of(_PLACES)
_RESULT = re.compile(
    rf"(?P<place>\b(?:in |at |on ))?\bthe (?P<en>{_NAMES}) (?:one|result|picture|moment|hit|match)\b"
    rf"|(?P<place_vi>\b(?:ở |trong ))?\b(?:kết quả|hình|cái|lần)(?: thứ)? (?P<vi>{_NAMES})\b",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"^(?:no,?\s*)?(?:i mean(?:t)?\s+)?the other (?:one|result|picture|moment)\W*$"
    r"|^(?:không,?\s*)?(?:ý tôi là\s+)?(?:cái|kết quả|hình) (?:kia|khác)\W*$",
    re.IGNORECASE,
)
_COMPARES = re.compile(r"\b(?:compare|comparison|differences?|different|differs?|so sanh|khac)\b")
_ABOUT = re.compile(r"\W*(?:and|what about|how about|i mean(?:t)?|còn|thế còn)?\W*(?:thì sao)?\W*", re.IGNORECASE)


class Pointed(NamedTuple):
    """A result that was pointed at, and the question without it."""

    place: int | None  # of the result, from 0
    rest: str  # empty: the question was nothing else


def named_result(question: str, result_count: int, last: int) -> Pointed | None:
    """Returns the result of the turn before that a question is about: "the second one", "no, the other one".

    Args:
        question: as it was typed.
        result_count: of the turn before.
        last: the place of the result that the last question was about, from 0.

    Returns:
        Its place and the question with "it" instead, in the language of the question; None if the question points at no
        result. The place is None if there is no such result.
    """
    if _OTHER.match(question.strip()):
        return Pointed(last + 1 if last + 1 < result_count else None, "")
    match = _RESULT.search(question)
    if match is None:
        return None
    place = index_of_ordinal(_PLACES[(match["en"] or match["vi"]).lower()], result_count)
    it = "" if match["place"] or match["place_vi"] else "it" if match["en"] else "nó"
    rest = " ".join(f"{question[: match.start()]}{it}{question[match.end() :]}".split()).replace(" ?", "?")
    nothing_else = _ABOUT.fullmatch(question[: match.start()] + question[match.end() :])
    return Pointed(place, "" if nothing_else else rest)


class ComparedPlace(NamedTuple):
    """Something to be compared: a video, or a second of one."""

    video_id: str
    seconds: float | None


def compared(
    question: str, video_ids: Sequence[str], scope: str | None, times: Sequence[float]
) -> tuple[ComparedPlace, ComparedPlace] | None:
    """Returns the two moments or videos that a question compares; None if it compares nothing, or does not name two.

    Args:
        question: as it was typed.
        video_ids: of the library.
        scope: the video that times are meant in, where the question names none.
        times: that the question names, in seconds.
    """
    folded = fold(question)
    if not _COMPARES.search(folded):
        return None
    named = sorted((place, video_id) for video_id in video_ids if (place := _place(folded, video_id)) is not None)
    if len(named) == 2:
        first, second = (video_id for _, video_id in named)
        return ComparedPlace(first, times[0] if len(times) == 2 else None), ComparedPlace(
            second, times[1] if len(times) == 2 else None
        )
    video_id = named[0][1] if named else scope
    if len(times) != 2 or len(named) > 2 or video_id is None:
        return None
    return ComparedPlace(video_id, times[0]), ComparedPlace(video_id, times[1])


def _place(folded: str, video_id: str) -> int | None:
    """Where a folded question names a video; None if it does not."""
    match = re.search(rf"\b{_name(video_id)}(?!\w)", folded)
    return match.start() if match else None


def _name(video_id: str) -> str:
    return r"[\s_-]+".join(map(re.escape, re.split(r"[\s_-]+", fold(video_title(video_id)))))


def named_video(question: str, video_ids: Sequence[str]) -> tuple[str | None, str]:
    """Returns the video that a question names, and the question without it.

    It is named by its title after "in", "of", "trong" or "của", where `morning street` names `morning-street`; by some
    words of its title beside "video" or "clip" ("the street video", "clip đường phố"), in either language, if no other
    title has them; or by its place in the library ("the last video").
    """
    question = unicodedata.normalize("NFC", question)
    folded = fold(question)
    if len(folded) != len(question):
        return None, question
    for video_id in sorted(video_ids, key=lambda video_id: -len(video_title(video_id))):
        pattern = rf",?\s*\b(?:in|of|from|trong|cua|o)\s+(?:the\s+)?(?:(?:video|clip)\s+)?[\"'“]?{_name(video_id)}[\"'”]?(?:\s+(?:video|clip|{_ONE}))?(?!\w)"
        if (match := re.search(pattern, folded)) is not None:
            return video_id, _cut(question, match)
    for partly in _PARTLY_NAMED:
        for match in partly.finditer(folded):
            words = re.findall(r"\w+", question[slice(*match.span("words"))].lower())
            named = _video_with_words(words, video_ids)
            if named is not None:
                return named, _cut(question, match)
    if (match := _NTH_VIDEO.search(folded)) is not None:
        place = index_of_ordinal(_FOLDED_PLACES[match["en"] or match["vi"]], len(video_ids))
        return (video_ids[place], _cut(question, match)) if place is not None else (None, question)
    return None, question


_ONE = r"one"
_LEAD_IN = r"(?:,?\s*\b(?:in|of|from|on)\s+)?"
_PARTLY_NAMED = (
    re.compile(
        rf"{_LEAD_IN}\b(?:the|this|that|my)\s+(?P<words>(?:\w+[\s_-]+){{1,3}}?)(?:video|clip|footage|recording|film|{_ONE})\b(?!\s+(?:has|have|shows?|is|with))"
    ),
    re.compile(
        r"(?:,?\s*\b(?:trong|o|cua)\s+)?\b(?:video|clip|phim)\s+(?P<words>(?!nao|nay|do\b|co\b)(?:buoi\s+|troi\s+|ban\s+|cong\s+|quang\s+)?\w+)"
    ),
)
_FOLDED_PLACES = {fold(name): place for name, place in ORDINALS.items()}
_NTH_VIDEO = re.compile(
    rf"{_LEAD_IN}\bthe\s+(?P<en>{any_of(_FOLDED_PLACES)})\s+(?:video|clip)\b|(?:,?\s*\b(?:trong|o|cua)\s+)?\b(?:video|clip)\s+(?:thu\s+)?(?P<vi>{any_of(_FOLDED_PLACES)})\b"
)


def _video_with_words(words: Sequence[str], video_ids: Sequence[str]) -> str | None:
    """The only video whose title has all the words, or words that mean the same in the other language."""
    if not words:
        return None
    wanted = [{word, *(part for partner in partners(word) for part in partner.split())} for word in words]
    phrase = partners(" ".join(words))
    named = []
    for video_id in video_ids:
        title = set(re.split(r"[\s_-]+", fold(video_title(video_id))))
        if all(forms & title for forms in wanted) or any(set(partner.split()) <= title for partner in phrase):
            named.append(video_id)
    return named[0] if len(named) == 1 else None


def _cut(question: str, match: re.Match[str]) -> str:
    return " ".join(f"{question[: match.start()]} {question[match.end() :]}".split()).replace(" ?", "?")
