"""Mends typing errors of common words, in both languages; whatever else stands in a text stays as typed."""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import TYPE_CHECKING

from assistant.agent.question.chat_words import CONTRACTIONS, ENGLISH_CHAT, PROTECTED_WORDS, VIETNAMESE_CHAT
from assistant.text.common_words import ENGLISH_WORDS, VIETNAMESE_WORDS
from assistant.text.concepts import load_senses
from assistant.text.fold import fold
from assistant.text.stop_words import FUNCTION_WORDS
from assistant.text.vietnamese_syllables import is_syllable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.text.language import Language

_MIN_LETTERS = 4  # of a word whose error is mended
_MIN_WRONG_LETTER = 5  # letters of a word from which a missing, needless or wrong letter is mended
_TWO_ERRORS_LETTERS = 9  # from here on, two errors are mended
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_TOKEN = re.compile(r"[^\W_]+(?:[\u0300-\u036f][^\W_]*)*(?:['’][^\W_]+)?")
_STAYS = re.compile(
    r"[\"“«][^\"”»]*[\"”»]"  # quoted
    r"|(?<!\w)'[^']{2,}'(?!\w)"
    r"|\S*[\w)][._/\\@#:]\w\S*"  # file names, addresses, clocks
    r"|\S*[\d_]\S*"  # figures, identifiers
)
_ENDING = re.compile(r"(?:s|es|ed|er|ers|y|ly|ing|ish|able|al|ful|less|ness|ie|ies|ier|est|en)$")
_LEARNED = re.compile(r"(?:ing|ed|ions?|e?rs?|ors?|ive|ous|able|ments?|ness|ly|als?|ists?|[ae]nces?|phy|ical|ics)$")
"""Endings of long words, which are more often rare words than common ones with two errors."""
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_VOWELS = frozenset("aeiouy")
_WITH = re.compile(r"(?<!\S)w/(o\b|(?=\s|[a-z]))\s*", re.IGNORECASE)
_LENGTHENED = re.compile(r"(.)\1{2,}")


def mend_spelling(text: str, language: Language) -> str:
    """Returns the text with typing errors of common words mended, and words of chats written out.

    `perosn` → `person`, `whats` → `what's`, `ko` → `không` (`khong` in a text without accents), `trứoc` → `trước`.
    Quoted text, file names, figures, identifiers, words that either language has, and names stay as typed.
    """
    if language == "en":
        text = _WITH.sub(lambda match: "without " if match[1] else "with ", text)
    stays = [match.span() for match in _STAYS.finditer(text)]
    plain = text.isascii()
    shouted = text.upper() == text
    pieces: list[str] = []
    done = 0
    for token in _TOKEN.finditer(text):
        start, end = token.span()
        if any(first <= start < last for first, last in stays):
            continue
        word = token.group()
        is_name = word[0].isupper() and not _begins_sentence(text, start) and not shouted
        mended = None if is_name else _mend_word(word, language, plain=plain, last=not text[end:].strip(" ?!.…"))
        if mended is not None:
            pieces += [text[done:start], _like(word, mended)]
            done = end
    return "".join(pieces) + text[done:]


def _begins_sentence(text: str, start: int) -> bool:
    before = text[:start].rstrip()
    return not before or before[-1] in ".!?…:;\n"


def _like(word: str, mended: str) -> str:
    """The mended word in the case of the typed one."""
    if len(word) > 1 and word.isupper():
        return mended.upper()
    return mended[0].upper() + mended[1:] if word[0].isupper() else mended


def _mend_word(word: str, language: Language, *, plain: bool, last: bool) -> str | None:
    """The mended word in lower case; None if it stays.

    Args:
        word: as typed.
        language: of the text.
        plain: whether the text has no accents, so that Vietnamese is written without them.
        last: whether no word follows.
    """
    lowered = unicodedata.normalize("NFC", word.casefold()).replace("’", "'")
    if language == "vi":
        written_out = VIETNAMESE_CHAT.get(lowered)
        if written_out is not None and (last or not written_out.endswith("$")):
            written_out = written_out.rstrip("$")
            return fold(written_out) if plain else written_out
    elif (written_out := CONTRACTIONS.get(lowered) or ENGLISH_CHAT.get(lowered)) is not None:
        return written_out
    if "'" in lowered or _is_known(lowered):
        return None
    if (shortened := _without_lengthening(lowered)) is not None:
        return shortened
    if not lowered.isascii():
        return _mend_accents(lowered)
    if language == "en" and len(lowered) >= _MIN_LETTERS:
        return _nearest_english(lowered)
    return _without_telex_letter(lowered) if language == "vi" else None


def _is_known(word: str) -> bool:
    return word in _english_words() or (fold(word) in _vietnamese_keys() and (word.isascii() or is_syllable(word)))


def _without_lengthening(word: str) -> str | None:
    """`whereee` → `where`, `đâuuu` → `đâu`."""
    if _LENGTHENED.search(word) is None:
        return None
    return next((short for times in (r"\1\1", r"\1") if _is_known(short := _LENGTHENED.sub(times, word))), None)


def _without_telex_letter(word: str) -> str | None:
    """`nguoif` → `nguoi`: the letter of a tone that the keyboard did not turn into one."""
    return word[:-1] if len(word) > 3 and word[-1] in "sfrxj" and word[:-1] in _vietnamese_keys() else None


# Vietnamese: marks on the wrong letters


def _mend_accents(word: str) -> str | None:
    """The known syllable with the same letters whose marks differ least; None if the word may be right."""
    if is_syllable(word):
        return None
    candidates = _vietnamese_by_key().get(fold(word), ())
    ranked = sorted((_differing_marks(word, candidate), candidate) for candidate in candidates)
    if not ranked or (len(ranked) > 1 and ranked[0][0] == ranked[1][0]):
        return None
    return ranked[0][1]


def _differing_marks(word: str, other: str) -> int:
    """How many marks have to be added or taken away; `đ` counts as a mark."""
    first, second = (unicodedata.normalize("NFD", text) for text in (word, other))
    marks = set(first + second) - set(_LETTERS)
    return sum(abs(first.count(mark) - second.count(mark)) for mark in marks)


@functools.cache
def _vietnamese_by_key() -> dict[str, tuple[str, ...]]:
    """The Vietnamese syllables of the lexicon and of grammar by their folded letters."""
    forms = (form for concept in load_senses().concepts for form in concept.vietnamese_forms)
    syllables: dict[str, set[str]] = {}
    for form in (*forms, *VIETNAMESE_WORDS):
        for syllable in form.replace("-", " ").split():
            syllables.setdefault(fold(syllable), set()).add(syllable)
    return {key: tuple(sorted(words)) for key, words in syllables.items()}


@functools.cache
def _vietnamese_keys() -> frozenset[str]:
    return frozenset(_vietnamese_by_key()) | {fold(word) for word in VIETNAMESE_CHAT}


# English: letters in the wrong order or number, in longer words a wrong letter


@functools.cache
def _english_words() -> frozenset[str]:
    forms = (word for form in load_senses().english for word in form.split())
    return frozenset(forms) | ENGLISH_WORDS | PROTECTED_WORDS | FUNCTION_WORDS


@functools.cache
def _commonness() -> dict[str, int]:
    """How common each word is that others are mended to: 0 words of grammar, 1 canonical forms, 2 all else."""
    ranks: dict[str, int] = {}
    for form, senses in load_senses().english.items():
        is_canonical = senses[0].concept.english == form or senses[0].concept.inflect("plural") == form
        for word in form.split():
            ranks[word] = min(1 if is_canonical else 2, ranks.get(word, 2))
    return ranks | dict.fromkeys(ENGLISH_WORDS, 0)


def _nearest_english(word: str) -> str | None:
    """The known word that was most likely meant; None if there is none, or two are as likely and as common."""
    ranks = _commonness()
    if _is_derived(word):
        return None
    near = {candidate: 0 for candidate in _misordered(word) if candidate in ranks}
    if not near and len(word) >= _MIN_WRONG_LETTER:
        near = {candidate: 1 for candidate in _one_letter_away(word) if ranks.get(candidate, 2) < 2}
    if not near and len(word) >= _TWO_ERRORS_LETTERS and not _LEARNED.search(word):
        near = dict.fromkeys(_two_errors_away(word), 2)
    ranked = sorted((kind, ranks[candidate], candidate) for candidate, kind in near.items())
    if not ranked or (len(ranked) > 1 and ranked[0][:2] == ranked[1][:2]):
        return None
    return ranked[0][2]


def _is_derived(word: str) -> bool:
    """Whether the word is a known one with an ending: `hairy`, `states`, `cleaner`."""
    ending = _ENDING.search(word)
    if ending is None:
        return False
    stem = word[: ending.start()]
    stems = {stem, stem + "e", stem[:-1] if stem[-2:-1] == stem[-1:] else stem}
    return any(len(known) > 2 and known in _english_words() for known in stems)


def _misordered(word: str) -> Iterator[str]:
    """The word with two neighbours swapped, or with one letter less or more of a double."""
    for place in range(len(word) - 1):
        first, second = word[place], word[place + 1]
        yield word[:place] + second + first + word[place + 2 :]
        if first == second:
            yield word[:place] + word[place + 1 :]
    for place, letter in enumerate(word):
        yield word[:place] + letter + word[place:]


def _one_letter_away(word: str) -> Iterator[str]:
    """The word with a letter more, with one less, or with another one in its place; the first letter is right."""
    for place in range(1, len(word)):
        head, tail = word[:place], word[place:]
        yield head + tail[1:]
        for letter in _LETTERS:
            yield head + letter + tail
            if len(word) > _MIN_WRONG_LETTER and _confused(tail[0], letter):
                yield head + letter + tail[1:]
    for letter in _LETTERS:
        yield word + letter


def _confused(typed: str, meant: str) -> bool:
    """Whether one letter is easily typed for the other: neighbours on the keyboard, and vowels."""
    if typed in _VOWELS and meant in _VOWELS:
        return True
    return any(typed + meant in row or meant + typed in row for row in _ROWS)


def _two_errors_away(word: str) -> set[str]:
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    alike = [
        known
        for known, rank in _commonness().items()
        if rank < 2
        and known[0] == word[0]
        and abs(len(known) - len(word)) <= 2
        and len(known) >= _TWO_ERRORS_LETTERS - 1
    ]
    near = process.extract(word, alike, scorer=OSA.distance, score_cutoff=2, limit=5)
    smallest = min((distance for _, distance, _ in near), default=0)
    return {known for known, distance, _ in near if distance == smallest}
