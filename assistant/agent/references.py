"""What a question points at in so many words: a video by its name, one of the results shown before."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from assistant.agent.times import named_times
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
_UNUSUAL = re.compile(
    r"\bunusual\b|\bout\s+of\s+the\s+ordinary\b|\banomal(?:y|ies|ous)\b|\bbất\s+thường\b|\bkhác\s+thường\b"
    r"|\b(?:any|some|no)thing\s+(?:strange|odd|weird)\b|\b(?:gì|điều)\s+(?:kỳ\s+)?lạ\b",
    re.IGNORECASE,
)
_COMPARES = re.compile(r"\b(?:compare|comparison|differences?|different|differs?|so sánh|khác)\b", re.IGNORECASE)
_ABOUT = re.compile(r"\W*(?:and|what about|how about|i mean(?:t)?|còn|thế còn)?\W*(?:thì sao)?\W*", re.IGNORECASE)


class Pointed(NamedTuple):
    """A result that was pointed at, and the question without it."""

    place: int | None  # of the result, from 0
    rest: str  # empty: the question was nothing else


def named_result(question: str, shown: int, last: int) -> Pointed | None:
    """The result of the turn before that a question is about: "the second one", "no, the other one".

    Args:
        question: as it was typed.
        shown: how many results there were.
        last: the place of the one that was talked about, from 0.

    Returns:
        Its place and the question with "it" instead, in its own language; None if no result is pointed at. A place that
        there is not is None.
    """
    if _OTHER.match(question.strip()):
        return Pointed(last + 1 if last + 1 < shown else None, "")
    found = _RESULT.search(question)
    if found is None:
        return None
    place = index_of_ordinal(_PLACES[(found["en"] or found["vi"]).lower()], shown)
    it = "" if found["place"] or found["place_vi"] else "it" if found["en"] else "nó"
    rest = " ".join(f"{question[: found.start()]}{it}{question[found.end() :]}".split()).replace(" ?", "?")
    nothing_else = _ABOUT.fullmatch(question[: found.start()] + question[found.end() :])
    return Pointed(place, "" if nothing_else else rest)


class ComparedPlace(NamedTuple):
    """Something to be compared: a video, or a second of one."""

    video_id: str
    seconds: float | None


def asks_unusual(question: str) -> bool:
    """Whether a question is about what is unlike the rest of a video, in so many words."""
    return _UNUSUAL.search(unicodedata.normalize("NFC", question)) is not None


def compared(question: str, video_ids: Sequence[str], scope: str | None) -> tuple[ComparedPlace, ComparedPlace] | None:
    """The two moments or videos that a question wants compared; None if it does not, or names not two.

    Args:
        question: as it was typed.
        video_ids: of the library.
        scope: the video that times are meant in, where the question names none.
    """
    if not _COMPARES.search(question):
        return None
    folded = fold(question)
    named = sorted((place, video_id) for video_id in video_ids if (place := _place(folded, video_id)) is not None)
    times = named_times(question)
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
    """Where a folded question names a video."""
    found = re.search(rf"\b{_name(video_id)}(?!\w)", folded)
    return found.start() if found else None


def _name(video_id: str) -> str:
    return r"[\s_-]+".join(map(re.escape, re.split(r"[\s_-]+", fold(video_title(video_id)))))


def named_video(question: str, video_ids: Sequence[str]) -> tuple[str | None, str]:
    """The video that a question names after "in", "of", "trong" or "của", and the question without it.

    Names are compared as file names are written: `morning street` names `morning-street`.
    """
    question = unicodedata.normalize("NFC", question)
    words = fold(question)
    for video_id in sorted(video_ids, key=lambda one: -len(video_title(one))):
        pattern = rf",?\s*\b(?:in|of|trong|cua)\s+(?:the\s+)?(?:video\s+)?[\"'“]?{_name(video_id)}[\"'”]?(?!\w)"
        if (found := re.search(pattern, words)) is not None and len(words) == len(question):
            return video_id, question[: found.start()] + question[found.end() :]
    return None, question
