"""Checks what a language model wrote against the question and the turns before it. They need no model.

A language model that does not understand a question still writes something: words of its training, words of its
instruction, or letters at random. Only what is made of the user's own words may be searched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.text.fold import folded_words
from assistant.text.stop_words import FUNCTION_WORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tools.ports import Turn

MAX_EXTRA_WORDS = 8  # of a slot over the question's own: articles, and "somebody" written as "a person"
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


def slot_is_from(question: str, slot: str, is_made_of: Callable[[str, str], bool] | None = None) -> bool:
    """Whether a slot is made of the question: every content word of it stands there, and there is at least one.

    Accents, case, inflection and a slip of the fingers in a long word are forgiven; words of grammar are free.

    Args:
        question: as typed, or in English.
        slot: what the language model wrote.
        is_made_of: whether an English text (the first argument) is made of a Vietnamese one; None: only words count.
    """
    if _is_too_long(slot, question):
        return False
    if is_made_of is not None and is_made_of(slot, question):
        return True
    content = content_words(slot)
    return bool(content) and _all_in(content, folded_words(question))


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


def _is_too_long(written: str, source: str) -> bool:
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
