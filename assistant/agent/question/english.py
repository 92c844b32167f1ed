"""Phrases of a question in English: by the lexicon where it knows every word, else by the translator."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.agent.question.fillers import folded_alike
from assistant.agent.question.glossary import to_english
from assistant.agent.question.lexicon import words_of

_COLOUR_WORD = re.compile(
    r"\bcolou?r (?=(?:light |dark )?(?:red|blue|green|yellow|white|black|orange|purple|pink|brown|gr[ae]y)\b)"
)

if TYPE_CHECKING:
    from assistant.text.language import Language
    from tools.ports import Planner


class EnglishPhrases:
    """Puts phrases of a question in `language` into English.

    Args:
        planner: translates what the lexicon does not have.
        language: of the question.
        open_words: folded words whose accents are not clear, of a question that was typed without accents; None: it was
            typed with them.
    """

    def __init__(self, planner: Planner, language: Language | str, open_words: frozenset[str] | None = None) -> None:
        self._planner, self._language, self._open_words = planner, language, open_words
        self.left_open = False
        """Whether a phrase was asked for whose accents are not clear."""

    def __call__(self, phrase: str) -> str:
        """The phrase in English; the phrase itself if neither the lexicon nor the translator knows all of it."""
        if self._language == "en" or not phrase.strip():
            return phrase
        if self._is_open(phrase):
            self.left_open = True
        else:
            glossed = to_english(phrase)
            if glossed is not None and glossed.complete:
                return _tidy(glossed.text)
        return self._planner.translate(self.as_typed(phrase), source=self._language, target="en")

    def as_typed(self, phrase: str) -> str:
        """The phrase with the accents that were typed: text is searched without accents, and a guess helps nobody."""
        return phrase if self._open_words is None else folded_alike(phrase)

    def _is_open(self, phrase: str) -> bool:
        return self._open_words is not None and any(word.key in self._open_words for word in words_of(phrase))

    def whole(self, question: str) -> str | None:
        """A whole question in English; None if there is no translation that is made of its words."""
        translated = self._planner.translate(question, source=self._language, target="en")
        return translated if translated != question else None


def _tidy(english: str) -> str:
    """Drops words that Vietnamese needs and English does not: "màu" before a colour, "khác" of any other vehicle."""
    return _COLOUR_WORD.sub("", english).replace("a different ", "a ")
