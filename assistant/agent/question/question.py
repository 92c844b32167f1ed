"""A question as it is read: once, before anything else looks at it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.agent.question.accents import restore_accents
from assistant.agent.question.fillers import (
    compose_text,
    expand_contractions,
    folded_alike,
    split_join,
    without_fillers,
)
from assistant.agent.question.grammar_words import mask_homographs
from assistant.agent.question.references import named_result, named_video
from assistant.agent.question.spelling import mend_spelling
from assistant.agent.question.times import NamedTimes, read_times

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.text.language import Language

MAX_CHARACTERS = 1_000
"""A longer question is cut: nobody asks so much in one sentence, and no model reads so far."""
_MARKUP = re.compile(r"</?[A-Za-z][^<>]{0,30}>|[*`]+")
_QUOTED = re.compile(r"""["“](?P<double>[^"“”]{2,})["”]|(?<!\w)'(?P<single>[^']{2,})'(?!\w)""")


@dataclass(frozen=True, slots=True)
class Question:
    """The text of a question, and what it says in so many words."""

    typed: str  # NFC, single spaces
    language: Language
    rest: str  # spelling mended, accents put back, without times, the video, the result and what carries no meaning
    times: NamedTimes
    video_id: str | None = None  # that it names
    place: int | None = None  # of an earlier result that it points at, from 0
    continues: bool = False  # it begins with "and", "còn" or the like
    open_words: frozenset[str] | None = None  # folded, whose accents are not clear; None: it was typed with accents
    readings: tuple[str, ...] = ()  # the whole question with two spellings of such a word, the likelier first

    @property
    def folded(self) -> str:
        """`rest` in lower case without accents, character by character."""
        folded = folded_alike(self.rest)
        return mask_homographs(self.rest, folded) if self.language == "vi" else folded

    @property
    def quoted(self) -> str | None:
        """What stands between quotation marks."""
        match = _QUOTED.search(self.typed)
        return (match["double"] or match["single"]).strip() if match else None

    def with_rest(self, rest: str, language: Language | None = None) -> Question:
        """The same question in other words."""
        return replace(self, rest=rest, language=language or self.language)


def read_question(
    text: str, language: Language, *, video_ids: Sequence[str] = (), results: int = 0, last_place: int = 0
) -> Question:
    """Reads a question.

    Args:
        text: as it was typed.
        language: of the question.
        video_ids: of the library; a unique beginning of a name is enough.
        results: how many results the turn before had.
        last_place: which of them the turn before was about, from 0.
    """
    typed = compose_text(text)[:MAX_CHARACTERS]
    mended = mend_spelling(_MARKUP.sub("", typed), language)
    if language == "en":
        mended = expand_contractions(mended)
    restored = restore_accents(mended) if language == "vi" and mended.isascii() else None
    if restored is not None:
        mended = restored.text
    video_id, rest = named_video(mended, video_ids)
    pointed = named_result(rest, results, last_place)
    if pointed is not None and pointed.place is not None:
        rest = pointed.rest
    times = read_times(rest)
    continues, rest = split_join(without_fillers(times.rest, language), language)
    rest = without_fillers(rest, language).strip(" ,;:?!.")
    return Question(
        typed,
        language,
        rest,
        times,
        video_id,
        pointed.place if pointed is not None else None,
        continues,
        restored.open_words if restored is not None else None,
        restored.readings if restored is not None else (),
    )
