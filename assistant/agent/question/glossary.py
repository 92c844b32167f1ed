"""Puts Vietnamese noun phrases and simple clauses into English, and short English answers into Vietnamese.

Word by word from the lexicon, in the other language's order; what the lexicon does not have is named.
"""

from __future__ import annotations

from typing import NamedTuple

from assistant.agent.question.english_reader import to_vietnamese
from assistant.agent.question.lexicon import Concept, accents_of, annotate, broader_of, senses_of, words_of
from assistant.agent.question.vietnamese_reader import VietnameseReader
from assistant.text.concepts import load_senses
from assistant.text.stop_words import FUNCTION_WORDS

__all__ = ["Glossed", "is_made_of", "to_english", "to_vietnamese"]

_NEGATIONS = frozenset({"not", "no", "nobody", "nothing", "never", "without", "none", "neither"})
_NEGATIONS_VI = frozenset({"khong", "chua", "chang", "cha", "ko", "k", "hong", "hok", "khoi", "vang"})
_GRAMMAR = FUNCTION_WORDS | {
    "across", "past", "onto", "towards", "toward", "along", "around", "beside", "behind", "near", "front", "inside",
    "outside", "off", "away", "back", "someone", "somebody", "something", "anyone", "anything", "everyone", "ever",
    "yes", "without", "whether", "s", "t", "am", "im", "yet", "else", "instead", "within", "upon", "during",
}  # fmt: skip


class Glossed(NamedTuple):
    """A Vietnamese phrase in English."""

    text: str
    unknown: tuple[str, ...]  # words that the lexicon does not have, as typed

    @property
    def complete(self) -> bool:
        """Whether the lexicon has every word."""
        return not self.unknown


def to_english(phrase: str) -> Glossed | None:
    """Returns a Vietnamese noun phrase or clause in English: `con chó trắng` → `a white dog`.

    A clause has its verb in the simple present: `xe buýt dừng lại` → `a bus stops`. Words that the lexicon does not
    have stay as typed. None if it has no word of the phrase.
    """
    reader = VietnameseReader(phrase)
    if not reader.knows_any:
        return None
    text = reader.read()
    return Glossed(text, tuple(reader.unknown)) if text else None


def is_made_of(english: str, vietnamese: str) -> bool:
    """Returns whether every content word of a translation comes from its source.

    It does if the source has a partner of the word, a partner of a narrower word (`puppy` for "dog"), or the word
    itself (a name, a figure). A negation must be in the source, too. Words of grammar are free.
    """
    source_words = words_of(vietnamese)
    source_keys = {word.key for word in source_words}
    source = _concepts_in(vietnamese)
    explained: list[tuple[int, int]] = []
    for match in annotate(english, "en"):
        concepts = set(match.concepts)
        if concepts & source:
            explained.append((match.start, match.end))
    for word in words_of(english):
        if word.key in _NEGATIONS:
            if not source_keys & _NEGATIONS_VI:
                return False
        elif (
            word.key not in _GRAMMAR
            and word.key not in source_keys
            and not any(start <= word.start and word.end <= end for start, end in explained)
            and not set(_concepts_of_word(word.text)) & source
        ):
            return False
    return True


def _concepts_of_word(word: str) -> list[Concept]:
    words = words_of(word)
    return [sense.concept for language in ("en", "vi") for sense in senses_of(words, language, "all")]


def _concepts_in(vietnamese: str) -> set[Concept]:
    """Every concept that any stretch of the text may mean, and the broader ones."""
    words = words_of(vietnamese)
    accents = accents_of(words)
    longest = load_senses().longest
    concepts: set[Concept] = set()
    for start in range(len(words)):
        for end in range(start + 1, min(len(words), start + longest) + 1):
            for language in ("vi", "en"):
                concepts.update(sense.concept for sense in senses_of(words[start:end], language, accents))
    return concepts | {broader for concept in concepts for broader in broader_of(concept)}
