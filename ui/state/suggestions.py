"""Questions to begin with: about what was named, heard and read in the videos that are there."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

import streamlit as st

from assistant.text.common_words import ENGLISH_WORDS, VIETNAMESE_WORDS
from assistant.text.fold import folded_words
from assistant.text.inflection import with_indefinite_article
from assistant.text.stop_words import FUNCTION_WORDS
from assistant.text.things import display_name, names_to_say
from ui.texts import Language, text
from ui.texts.guide import OTHER_EXAMPLES

if TYPE_CHECKING:
    from assistant.session import Session

LATEST_VIDEOS = 8  # that are looked at: those added last
MAX_LINES = 500  # of a video
MIN_LETTERS = 5  # of a topic; shorter words are seldom one
NAMED_THINGS = 2  # that are asked for
SPOKEN = ("speech", "subtitle")


def suggest_first_questions(session: Session, language: Language) -> list[str]:
    """Returns questions that the library can answer, the most telling first."""
    return _suggest(session, session.library.revision, language)


@st.cache_data(show_spinner=False, max_entries=8)
def _suggest(_session: Session, revision: int, language: Language) -> list[str]:  # noqa: ARG001 - the cache's key
    library = _session.library
    video_ids = [video.video_id for video in library.videos()][-LATEST_VIDEOS:]
    names: Counter[str] = Counter()
    for video_id in video_ids:
        pictures = [] if _session.names is None else _session.names.named_pictures(video_id)
        names.update(name for picture in pictures for name in names_to_say(picture.text)[:1])
    topics: Counter[str] = Counter()
    has_screen_text = False
    for video_id in video_ids:
        for line in islice(library.lines(video_id), MAX_LINES):
            has_screen_text |= line.source == "ocr"
            if line.source in SPOKEN:
                topics.update(_topics(line.text))
    questions = [
        text("ask_when_seen", language, thing=_thing(name, language)) for name, _ in names.most_common(NAMED_THINGS)
    ]
    questions += [
        text("ask_what_is_said", language, topic=topic) for topic, count in topics.most_common(1) if count > 1
    ]
    if names:
        questions.append(text("ask_what_is_there", language))
    on_screen, about = OTHER_EXAMPLES[language]
    return [*questions, *([on_screen] if has_screen_text else []), about]


def _thing(name: str, language: Language) -> str:
    shown = display_name(name, language)
    return with_indefinite_article(shown) if language == "en" else shown


def _topics(line: str) -> set[str]:
    """The words of a line that may be what it is about."""
    usual = FUNCTION_WORDS | {*ENGLISH_WORDS, *VIETNAMESE_WORDS}
    words = (word.strip(".,;:!?“”\"'()[]").lower() for word in line.split())
    return {
        word
        for word in words
        if len(word) >= MIN_LETTERS and word.isalpha() and word not in usual and not usual & set(folded_words(word))
    }
