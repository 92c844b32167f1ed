"""Checks what a language model wrote against the question and the turns before it. They need no model.

A language model that does not understand a question still writes something: words of its training, words of its
instruction, or letters at random. Only what is made of the user's own words may be searched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.agent.question.glossary import is_made_of
from assistant.agent.question.lexicon import annotate, broader_of, words_of
from assistant.agent.question.vietnamese_grammar import function_words
from assistant.text.fold import folded_words
from assistant.text.language import detect_language
from assistant.text.stop_words import FUNCTION_WORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.agent.question.lexicon import Concept, Match
    from tools.ports import Turn

MAX_EXTRA_WORDS = 8  # of a slot over the question's own: articles, and "somebody" written as "a person"
MAX_LENGTHENING, MAX_EXTRA_CHARACTERS = 3, 80
MIN_TYPO_LETTERS = 5  # a shorter word with a letter more is mostly another word: "car", "cart"

_LIGHT = frozenset(
    """appear appears appeared happen happens happened happening occur occurs see sees saw seen show shows
    showing shown visible look looks looking like find found picture pictures frame frames scene scenes clip
    second seconds minute minutes point way start end beginning also too now ok okay please hey well so yes
    no one ones""".split()
)
"""Words that a question and its rewriting may add or drop without a change of what they are about."""
_GRAMMAR = frozenset(
    """a an the is are was were be been does did has have had of in on at to for with and or it its this that
    there then la co thi va cua o khong""".split()
)
"""Words that every question may have, so that a rewriting that adds them alone adds nothing."""
_WEAK_VERBS = frozenset({"stand", "stands", "standing", "come", "comes", "lie", "lies"})
"""Verbs that say no more than "is" where a follow-up asks about a place: "what stands in front of it?"."""
_ENGLISH_NOUNS = frozenset({"van", "day", "hay"})
"""Nouns that look like Vietnamese words of grammar without their accents."""
_ANYBODY = frozenset(
    """person people somebody someone anybody anyone everybody everyone nobody who whose whom human humans ai
    nguoi""".split()
)
"""Words for people of whom nothing else is said; one stands for any other."""
_FREE = (FUNCTION_WORDS | _LIGHT) - _ENGLISH_NOUNS
_FREE_VIETNAMESE = _FREE | function_words().keys() | {"dau", "bao", "may", "gio", "vi", "phut", "giay", "the"}
"""Folded Vietnamese words that need no English one: words of grammar, and words that ask."""
_IRREGULAR = {
    "men": "man",
    "women": "woman",
    "children": "child",
    "feet": "foot",
    "got": "get",
    "ran": "run",
    "went": "go",
    "sat": "sit",
    "stood": "stand",
    "wore": "wear",
    "held": "hold",
    "drove": "drive",
    "rode": "ride",
    "fell": "fall",
    "threw": "throw",
    "took": "take",
    "came": "come",
    "met": "meet",
    "ate": "eat",
    "drank": "drink",
    "spoke": "speak",
    "said": "say",
}


def slot_is_from(question: str, slot: str) -> bool:
    """Whether a slot is made of the question: every content word of it stands there, and there is at least one.

    Accents, case, inflection and a slip of the fingers in a long word are forgiven; words of grammar are free. An
    English slot of a Vietnamese question may be made of its words' partners in the lexicon.

    Args:
        question: as typed, or in English.
        slot: what the language model wrote.
    """
    content = [] if _is_too_long(slot, question) else content_words(slot)
    if not content:
        return False
    if _all_in(content, folded_words(question)):
        return True
    return detect_language(question) == "vi" and max(map(len, content)) > 1 and is_made_of(slot, question)


def rewrite_is_from(question: str, history: Sequence[Turn], rewritten: str) -> bool:
    """Whether a rewritten follow-up says what the question says, about something of the turns before.

    It keeps the content words of the question, brings in something of the turns (a content word, or how they asked:
    "when", "how many"), and has no content word of its own. A question that stands alone is no rewriting: there is
    nothing to bring in.

    Args:
        question: the follow-up, in the language of the turns.
        history: the turns before, which may be none.
        rewritten: what the language model wrote.
    """
    earlier = " ".join(f"{turn.question} {turn.answer}" for turn in history)
    if _is_too_long(rewritten, f"{earlier} {question}"):
        return False
    written = content_words(rewritten)
    if not _all_in([word for word in content_words(question) if word not in _WEAK_VERBS], written):
        return False
    of_question, of_turns = folded_words(question), folded_words(earlier)
    added = [word for word in folded_words(rewritten) if not _is_in(word, of_question)]
    brings_something = any(word not in _GRAMMAR and _is_in(word, of_turns) for word in added)
    return brings_something and all(word in _FREE or _is_in(word, of_turns) for word in added)


def translation_is_from(vietnamese: str, english: str) -> bool:
    """Whether an English text is a translation of a Vietnamese one, as far as the lexicon knows the words of both.

    It is if it is made of them (`glossary.is_made_of`). Where the Vietnamese text has words that the lexicon does not
    know, as many English ones may be new, if most of the known things and colours are there.
    """
    if _is_too_long(english, vietnamese):
        return False
    known, content = annotate(vietnamese, "vi"), content_words(english)
    named = [match for match in known if _names_something(match)]
    # "when does a bus appear?" may stand for "lúc nào có xe buýt?".
    said_words = " ".join(word for word in folded_words(english) if word not in _LIGHT)
    if not content or is_made_of(said_words, vietnamese):
        return bool(content) or not named
    unknown = [
        word
        for word in words_of(vietnamese)
        if word.key not in _FREE_VIETNAMESE and not any(match.start <= word.start < match.end for match in known)
    ]
    if sum(not is_made_of(word, vietnamese) for word in content) > len(unknown):
        return False
    said = {concept for match in annotate(english, "en") for concept in _with_broader(match)}
    return not named or 2 * sum(not said.isdisjoint(match.concepts) for match in named) > len(named)


def content_words(text: str) -> list[str]:
    """Returns the folded words that say what a text is about, in order; without words of grammar."""
    return [word for word in folded_words(text) if word not in _FREE]


def same_word(first: str, second: str) -> bool:
    """Whether two folded words are the same but for inflection ("stops", "stopping") or a slip in a long one.

    A slip is a letter left out, doubled or swapped with its neighbour; another letter makes another word ("horse",
    "house").
    """
    if first == second or {first, second} <= _ANYBODY or _stem(first) == _stem(second):
        return True
    shortest = min(len(first), len(second))
    return shortest >= MIN_TYPO_LETTERS and first[0] == second[0] and _differ_by_slip(first, second)


def _names_something(match: Match) -> bool:
    """Whether a stretch of Vietnamese names a thing or a colour, and is no word of grammar without its accents."""
    concept = match.concepts[0]
    is_about_the_video = concept.kind in ("screen", "speech")  # "chuyện gì xảy ra trong video?" is "what happens?"
    is_named = (concept.is_noun and not is_about_the_video) or concept.kind == "colour"
    return is_named and any(word not in FUNCTION_WORDS for word in folded_words(match.text))


def _with_broader(match: Match) -> list[Concept]:
    return [other for concept in match.concepts for other in (concept, *broader_of(concept))]


def _is_too_long(written: str, source: str) -> bool:
    if len(written) > len(source) * MAX_LENGTHENING + MAX_EXTRA_CHARACTERS:  # not worth cutting into words
        return True
    return len(folded_words(written)) > len(folded_words(source)) + MAX_EXTRA_WORDS


def _is_in(word: str, words: Sequence[str]) -> bool:
    return any(same_word(word, other) for other in words)


def _all_in(content: Sequence[str], words: Sequence[str]) -> bool:
    return all(_is_in(word, words) for word in content)


def _stem(word: str) -> str:
    """The word without the endings of English inflection; what it leaves need not be a word."""
    word = _IRREGULAR.get(word, word)
    for ending, replacement in (("ies", "y"), ("ied", "y"), ("ing", ""), ("ed", ""), ("es", ""), ("s", "")):
        shortest = 2 if ending == "ing" else 3  # "going" is of "go"; "bus" and "red" are whole
        if word.endswith(ending) and len(word) - len(ending) >= shortest:
            word = word.removesuffix(ending) + replacement
            break
    if len(word) > 3 and word[-1] == word[-2]:  # "runn" of "running"
        word = word[:-1]
    return word.removesuffix("e")


def _differ_by_slip(first: str, second: str) -> bool:
    """Whether one letter is left out, or two neighbours are swapped."""
    short, long = sorted((first, second), key=len)
    at = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) == len(long):
        return short[:at] + short[at + 1 : at + 2] + short[at] + short[at + 2 :] == long
    return short[at:] == long[at + 1 :]
