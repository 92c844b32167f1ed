"""Sentences that rest on no picture: small talk, the library, what cannot be told, and how a question was read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from assistant.agent.answer_texts import say
from assistant.agent.phrasing import cite_moments, join_list
from assistant.agent.records import Sentence
from assistant.text.display import format_clock, video_title
from assistant.text.quantities import duration_in_words
from assistant.text.shorten import shorten

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assistant.text.language import Language
    from tools.types import Evidence, Video

MAX_LEFT_OUT = 200
"""Characters of the parts of a question that a reply names because it leaves them out."""
SmallTalk = Literal[
    "greeting", "how_are_you", "thanks", "praise", "complaint", "who_are_you", "abilities", "farewell"
]  # fmt: skip
"""What people say that asks nothing about a video."""
Unknowable = Literal[
    "picture", "plate", "price", "name", "breed", "person", "line", "hours", "mind", "sound", "future"
]  # fmt: skip
"""What no picture tells: a number plate, a price, a name, a breed, somebody's age or sex, the line of a bus, opening
hours, thoughts, sounds, what will happen; `picture` is anything else."""


def small_talk(kind: SmallTalk, language: Language) -> Sentence:
    """A friendly reply to what asks nothing about a video."""
    return _both(say(kind, language))


def out_of_scope(language: Language) -> Sentence:
    """That the question is not about the videos."""
    return _both(say("out_of_scope", language))


def cannot_tell(what: Unknowable, language: Language) -> Sentence:
    """That no picture tells what was asked, and why not."""
    return _both(say("cannot_tell", language, reason=say(f"tell_{what}", language)))


def reading_sentence(reading: str, language: Language) -> Sentence:
    """How a question was read; it follows the answer."""
    return _both(say("reading", language, reading=reading.strip().rstrip("?!. ")))


def unread_sentence(times: Sequence[str], language: Language) -> Sentence:
    """That times which the question names were not understood."""
    return _both(say("unread", language, times=join_list([f"“{time}”" for time in times], language)))


def readings_sentence(first: str, second: str, language: Language) -> Sentence:
    """Asks which of two questions is meant."""
    first, second = (f"{text[:1].lower()}{text[1:]}".strip().rstrip("?!. ") for text in (first, second))
    return _both(say("readings", language, first=first, second=second))


def left_out_sentence(parts: str, language: Language) -> Sentence:
    """That further parts of a question were not answered, and which; of a long text, its first and its last words."""
    return _both(say("left_out", language, parts=shorten(parts, MAX_LEFT_OUT).strip(" ,?!.")))


def empty_library_sentence(language: Language) -> Sentence:
    """That there is no video to answer about."""
    return _both(say("empty", language))


def video_count_sentence(videos: Sequence[Video], language: Language) -> Sentence:
    """How many videos there are, by their titles; at least one."""
    names = [video_title(video.video_id) for video in videos]
    return _both(say("video_count", language, count=len(videos), names=join_list(names, language)))


def video_length_sentence(videos: Sequence[Video], language: Language) -> Sentence:
    """How long each video is and, of several, all together; at least one."""
    lengths = [
        say(
            "video_length",
            language,
            video=video_title(video.video_id),
            length=duration_in_words(video.duration_seconds, language),
        )
        for video in videos
    ]
    text = f"{'; '.join(lengths)}."
    if len(videos) > 1:
        total = duration_in_words(sum(video.duration_seconds for video in videos), language)
        text += say("total_length", language, length=total)
    return _both(text)


def videos_with_sentence(evidence: Sequence[Evidence], checked: Mapping[str, int], language: Language) -> Sentence:
    """Which videos show what was asked for: `rain (0:16); street (0:03).`, else that none does.

    Args:
        evidence: the moments that show it, of any number of videos.
        checked: pictures that were checked, by video id.
        language: of the reply.
    """
    starts: dict[str, float] = {}
    for item in evidence:
        starts.setdefault(item.moment.video_id, item.moment.start_seconds)
    if not starts:
        return _both(say("no_video_shows", language, total=len(checked), count=sum(checked.values())))
    text = "; ".join(f"{video_title(video_id)} ({format_clock(seconds)})" for video_id, seconds in starts.items())
    spoken = join_list([video_title(video_id) for video_id in starts], language)
    return Sentence(say("shown_in", language, videos=text), say("shown_in", language, videos=spoken))


def videos_without_sentence(evidence: Sequence[Evidence], checked: Mapping[str, int], language: Language) -> Sentence:
    """Which videos do not show what was asked about; the arguments are those of `videos_with_sentence`."""
    showing = {item.moment.video_id for item in evidence}
    missing = [video_id for video_id in checked if video_id not in showing]
    if not missing:
        return _both(say("every_video_shows", language, where=cite_moments(evidence, language)))
    text = "; ".join(
        say("not_shown_in", language, video=video_title(video_id), count=checked[video_id]) for video_id in missing
    )
    spoken = join_list([video_title(video_id) for video_id in missing], language)
    return Sentence(f"{text[:1].upper()}{text[1:]}.", f"{spoken}.")


def _both(text: str) -> Sentence:
    """A sentence that is spoken as it is written."""
    return Sentence(text, text)
