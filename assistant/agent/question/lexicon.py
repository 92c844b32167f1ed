"""Finds the lexicon's concepts in a text, in either language and in any spelling of the accents."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeVar

from assistant.text.concepts import WORD, Concept, Kind, Sense, accent_key, load_senses, words_key
from assistant.text.inflection import with_indefinite_article

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from assistant.text.language import Language

__all__ = [
    "Accents",
    "Concept",
    "Kind",
    "Match",
    "Word",
    "accents_of",
    "annotate",
    "broader_of",
    "cut",
    "lookup",
    "partners",
    "senses_of",
    "simplify",
    "words_of",
]  # fmt: skip

Accents = Literal["none", "some", "all"]
_Value = TypeVar("_Value")
_BETWEEN_WORDS = re.compile(r"[\s\-]*\Z")
_ARTICLE_BEFORE = re.compile(r"\b(an?)\s+\Z", re.IGNORECASE)


class Word(NamedTuple):
    """A word of a text."""

    text: str
    start: int  # in characters of the text as given
    end: int
    key: str  # folded


class Match(NamedTuple):
    """A stretch of the text that is a form of the lexicon."""

    start: int  # in characters of the text as given
    end: int
    text: str
    senses: tuple[Sense, ...]  # the likeliest first

    @property
    def concepts(self) -> tuple[Concept, ...]:
        """The concepts that it may mean, the likeliest first."""
        return tuple(dict.fromkeys(sense.concept for sense in self.senses))


def words_of(text: str) -> list[Word]:
    """Returns the words of a text; a hyphen, an apostrophe and a blank separate words."""
    return [Word(word.group(), *word.span(), words_key(word.group())) for word in WORD.finditer(text)]


def lookup(phrase: str) -> tuple[Concept, ...]:
    """Returns the concepts that a whole word or phrase may mean in either language, the likeliest first.

    `xanh` means blue or green. Accents that are typed must agree: `mũ` is a hat, `mụ` nothing, `mu` a hat or fog.
    """
    words = words_of(phrase)
    senses = [sense for language in ("en", "vi") for sense in senses_of(words, language, accents_of(words))]
    return tuple(dict.fromkeys(sense.concept for sense in senses))


def partners(phrase: str) -> frozenset[str]:
    """Returns all forms, in the other language, of every concept that a word or phrase may mean."""
    words = words_of(phrase)
    accents = accents_of(words)
    from_english = (form for s in senses_of(words, "en", accents) for form in s.concept.vietnamese_forms)
    from_vietnamese = (form for s in senses_of(words, "vi", accents) for form in s.concept.english_forms)
    return frozenset([*from_english, *from_vietnamese])


def annotate(text: str, language: Language) -> tuple[Match, ...]:
    """Returns the forms of the lexicon in a text, in order and without overlap, as few and as long as possible.

    What is no word of the text's language is looked up in the other one: `xe bus`, `the áo dài`.
    """
    words = words_of(text)
    accents = accents_of(words)
    matches = []
    longest = load_senses().longest
    for start, end, senses in cut(text, words, lambda run: _in_either(run, language, accents) or None, longest):
        if senses is not None:
            span = (words[start].start, words[end - 1].end)
            matches.append(Match(*span, text[span[0] : span[1]], senses))
    return tuple(matches)


def senses_of(words: list[Word], language: Language | str, accents: Accents) -> tuple[Sense, ...]:
    """Returns the senses that the words as a whole have in a language, the likeliest first.

    Args:
        words: of a text, in order; none gives no sense.
        language: whose forms are meant.
        accents: how the text is written. With `none`, a word may stand for any spelling; with `some`, for its own if
            there is such a form; with `all`, only for its own.
    """
    senses = load_senses().of(language).get(" ".join(word.key for word in words), ())
    if language == "en" or not senses:
        return senses if all(word.text.isascii() for word in words) else ()
    typed = [accent_key(word.text) for word in words]
    agreeing = [(sense, *_agreement(typed, sense.form)) for sense in senses]
    exact = tuple(sense for sense, _, agrees in agreeing if agrees)
    if accents == "all" or (exact and accents == "some"):
        return exact
    # Among words with accents, a capital without them begins a name: "Long" is no "lồng".
    if accents == "some" and any(word.text[0].isupper() and word.start > 0 for word in words):
        return exact
    return tuple(sense for sense, fits, _ in agreeing if fits)


def _agreement(typed: list[str], form: str) -> tuple[bool, bool]:
    """Whether the typed words may stand for the form, and whether they agree with it in all accents."""
    spelled = _accent_keys(form)
    exact = tuple(typed) == spelled
    return exact or all(word == letters or word.isascii() for word, letters in zip(typed, spelled, strict=True)), exact


@functools.lru_cache(maxsize=8192)
def _accent_keys(form: str) -> tuple[str, ...]:
    return tuple(accent_key(word) for word in form.replace("-", " ").split())


def accents_of(words: list[Word]) -> Accents:
    """Returns whether a text is written with accents: `all` where at least half of its words have some."""
    accented = sum(not word.text.isascii() for word in words)
    if not accented:
        return "none"
    return "all" if 2 * accented >= len(words) and len(words) > 1 else "some"


def cut(
    text: str, words: list[Word], find: Callable[[list[Word]], _Value | None], longest: int
) -> list[tuple[int, int, _Value | None]]:
    """Cuts words into stretches `(start, end, value)`, in words, half open; a word without a value stands alone.

    The cut has the largest sum of squared lengths; of two such the one whose last forms are longer, because a
    Vietnamese noun follows its verb: `lái` + `xe tải` rather than `lái xe` + `tải`.

    Args:
        text: that the words are of; only blanks and hyphens may lie within a stretch.
        words: to be cut.
        find: returns the value of a stretch, None if it is no form.
        longest: the most words in a stretch.
    """
    best: list[tuple[int, int, _Value | None]] = [(0, 0, None)] * (len(words) + 1)  # score from here on, end, value
    for start in range(len(words) - 1, -1, -1):
        best[start] = (best[start + 1][0], start + 1, None)
        for end in range(start + 1, min(len(words), start + longest) + 1):
            if end > start + 1 and not _BETWEEN_WORDS.match(text[words[end - 2].end : words[end - 1].start]):
                break
            score = (end - start) ** 2 + best[end][0]
            if score > best[start][0] and (value := find(words[start:end])) is not None:
                best[start] = (score, end, value)
    stretches = []
    start = 0
    while start < len(words):
        _, end, value = best[start]
        stretches.append((start, end, value))
        start = end
    return stretches


def _in_either(words: list[Word], language: Language, accents: Accents) -> tuple[Sense, ...]:
    senses = senses_of(words, language, accents)
    if senses:
        return senses
    if language == "vi":
        return senses_of(words, "en", accents)
    # An English text without accents would be full of Vietnamese words: "to", "do", "an".
    return senses_of(words, "vi", "all") if accents_of(words) != "none" else ()


def simplify(english: str, vocabulary: Collection[str] | None = None) -> str:
    """Returns the text with slang and synonyms as their canonical English forms: `lorries` → `trucks`.

    Inflections and the rest of the text stay; articles follow.

    Args:
        english: a question or phrase.
        vocabulary: canonical English nouns that are known; a noun beyond it becomes the nearest broader concept
            within it (`woman` → `person`), or its canonical form where there is none.
    """
    pieces: list[str] = []
    done = 0
    for match in annotate(english, "en"):
        form = _simplified(match, vocabulary)
        if form is None:
            continue
        before = english[done : match.start]
        if article := _ARTICLE_BEFORE.search(before):
            right = with_indefinite_article(form).split(" ", 1)[0]
            before = before[: article.start(1)] + (right.capitalize() if article[1][0] == "A" else right) + " "
        pieces += [before, form]
        done = match.end
    return "".join(pieces) + english[done:]


@functools.cache
def _canonical_forms() -> dict[str, Concept]:
    """The concept of each canonical English form, the commonest first where several have the same."""
    forms: dict[str, Concept] = {}
    for concept in load_senses().concepts:
        if concept.is_noun or concept.english not in forms:
            known = forms.get(concept.english)
            if known is None or not known.is_noun:
                forms[concept.english] = concept
    return forms


def _simplified(match: Match, vocabulary: Collection[str] | None) -> str | None:
    """The text that stands for a match; None if it stays as it is."""
    sense = match.senses[0]
    concept = sense.concept
    if vocabulary is not None and concept.is_noun and concept.english not in vocabulary:
        broader = next((c for c in broader_of(concept) if c.english in vocabulary), None)
        if broader is not None:
            return broader.inflect(sense.inflection)
    form = concept.inflect(sense.inflection)
    return None if form == match.text.casefold() else form


def broader_of(concept: Concept) -> list[Concept]:
    """Returns the more general concepts, the nearest first: of `taxi`, `car` and `vehicle`."""
    chain: list[Concept] = []
    while concept.broader is not None:
        concept = _canonical_forms()[concept.broader]
        chain.append(concept)
    return chain
