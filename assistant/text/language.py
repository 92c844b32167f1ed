"""Detects which of the two languages a text is in: by its letters, its common words and the lexicon's words."""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata
from typing import TYPE_CHECKING, Literal, NamedTuple

from assistant.text.common_words import ENGLISH_WORDS, VIETNAMESE_PAIRS, VIETNAMESE_WORDS
from assistant.text.concepts import WORD, accent_key, load_senses, words_key

if TYPE_CHECKING:
    from collections.abc import Iterable

Language = Literal["vi", "en"]

_VIETNAMESE_LETTERS = frozenset("ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹĩũ")
"""Letters that only Vietnamese uses; é, à, ô and the like are also French and Portuguese."""
_CHAT = frozenset({"ko", "hok", "hong", "dc", "bn", "vs"})
"""How `không`, `được`, `bao nhiêu` and `với` are written in chats."""
_QUOTED = re.compile(r"[\"“”«»]([^\"“”«»]*)[\"“”«»]")
_SYLLABLE = re.compile(r"(?:ngh|ch|gh|gi|kh|ng|nh|ph|qu|th|tr|[bcdghklmnprstvx])?[aeiouy]{1,3}(?:ch|ng|nh|[cmnpt])?\Z")
_LETTERS_ONLY_VIETNAMESE = 2.0  # weight of a word with such a letter
_COMMON = 1.0  # of a word of grammar
_FORM = 0.6  # of a word that the lexicon has
_PART_OF_FORM = 0.25  # of a word that only stands within longer forms
_PAIR = 1.0  # of two neighbours that are a form together
_NO_SYLLABLE = 0.4  # for English, of a word that cannot be a Vietnamese syllable
_AMBIGUOUS = 0.5  # factor for a word that both languages have


class _Weights(NamedTuple):
    """How much a folded word speaks for a language, and the folded pairs that are forms."""

    words: dict[str, float]
    pairs: frozenset[str]


def detect_language(text: str) -> Language:
    """Returns the language in which most of the words are; `en` if that cannot be said.

    Composed and decomposed letters count alike, and accents may be missing. Quoted text does not count unless all is
    quoted.
    """
    unquoted = _QUOTED.sub(" ", text)
    words = WORD.findall(unicodedata.normalize("NFC", unquoted).lower())
    words = words or WORD.findall(unicodedata.normalize("NFC", text).lower())
    keys = [words_key(word) for word in words]
    vietnamese = english = 0.0
    for word, key in zip(words, keys, strict=True):
        for_vietnamese, for_english = _word_weights(word, key)
        both = _AMBIGUOUS if for_vietnamese and for_english else 1.0
        vietnamese += for_vietnamese * both
        english += for_english * both
    pairs = [f"{first} {second}" for first, second in itertools.pairwise(keys)]
    vietnamese += _PAIR * sum(pair in _vietnamese().pairs for pair in pairs)
    english += _PAIR * sum(pair in _english().pairs for pair in pairs)
    return "vi" if vietnamese > english else "en"


def _word_weights(word: str, key: str) -> tuple[float, float]:
    """What a word speaks for: Vietnamese, English."""
    if any(letter in _VIETNAMESE_LETTERS for letter in word):
        return _LETTERS_ONLY_VIETNAMESE, 0.0
    if not word.isascii():
        return (_COMMON, 0.0) if accent_key(word) in _accented_vietnamese() else (0.0, _NO_SYLLABLE)
    if not word.isalpha():
        return 0.0, 0.0
    english = _english().words.get(key, 0.0)
    if not _SYLLABLE.match(key):
        english = max(english, _NO_SYLLABLE)
    return _vietnamese().words.get(key, 0.0), english


@functools.cache
def _vietnamese() -> _Weights:
    weights = _weights_of(load_senses().vietnamese)
    common = dict.fromkeys((words_key(word) for word in VIETNAMESE_WORDS), _COMMON) | dict.fromkeys(_CHAT, _COMMON)
    pairs = frozenset(words_key(pair) for pair in VIETNAMESE_PAIRS)
    return _Weights(weights.words | common, weights.pairs | pairs)


@functools.cache
def _english() -> _Weights:
    weights = _weights_of(load_senses().english)
    return weights._replace(words=weights.words | dict.fromkeys(ENGLISH_WORDS, _COMMON))


@functools.cache
def _accented_vietnamese() -> frozenset[str]:
    """The accent keys of all Vietnamese words of the lexicon and of grammar, without the `à` that is also French."""
    forms = (form for concept in load_senses().concepts for form in concept.vietnamese_forms)
    return frozenset(accent_key(word) for form in (*forms, *VIETNAMESE_WORDS) for word in form.split()) - {
        accent_key("à")
    }


def _weights_of(forms: Iterable[str]) -> _Weights:
    forms = list(forms)
    words: dict[str, float] = {}
    for form in forms:
        parts = form.split(" ")
        for part in parts:
            weight = _FORM if len(parts) == 1 else _PART_OF_FORM
            words[part] = max(words.get(part, 0.0), weight)
    return _Weights(words, frozenset(form for form in forms if form.count(" ") == 1))
