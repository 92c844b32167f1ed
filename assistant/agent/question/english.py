"""Phrases of a question in English: by the lexicon where it knows every word, else by the translator."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.agent.question.glossary import to_english

_COLOUR_WORD = re.compile(
    r"\bcolou?r (?=(?:light |dark )?(?:red|blue|green|yellow|white|black|orange|purple|pink|brown|gr[ae]y)\b)"
)

if TYPE_CHECKING:
    from assistant.text.language import Language
    from tools.ports import Planner


class EnglishPhrases:
    """Puts phrases of a question in `language` into English."""

    def __init__(self, planner: Planner, language: Language | str) -> None:
        self._planner, self._language = planner, language

    def __call__(self, phrase: str) -> str:
        """The phrase in English; the phrase itself if neither the lexicon nor the translator knows all of it."""
        if self._language == "en" or not phrase.strip():
            return phrase
        glossed = to_english(phrase)
        if glossed is not None and glossed.complete:
            return _tidy(glossed.text)
        return self._planner.translate(phrase, source=self._language, target="en")

    def whole(self, question: str) -> str | None:
        """A whole question in English; None if there is no translation that is made of its words."""
        translated = self._planner.translate(question, source=self._language, target="en")
        return translated if translated != question else None


def _tidy(english: str) -> str:
    """Drops words that Vietnamese needs and English does not: "màu" before a colour, "khác" of any other vehicle."""
    return _COLOUR_WORD.sub("", english).replace("a different ", "a ")
