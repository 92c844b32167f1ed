"""Guards against what the pocket InstructBLIP gets wrong, since it knows the words of its small world only.

They are rules about words, not about meaning. A core that needs none of them passes them too.
"""

from __future__ import annotations

import re

_ARTICLES = frozenset({"a", "an", "the"})
_COLOURED_PERSON = re.compile(
    r"\b(?P<colour>red|blue|green|yellow|white|black|orange|purple|pink|brown|gr[ae]y) (?P<person>person)\b"
)
_STEM_LETTERS = 3  # "run", "runs" and "running" begin alike


def is_about_question(question: str, slot_value: str) -> bool:
    """Whether a value written for a slot has a word, articles apart, that begins as a word of the question does.

    Asked about what it never met, the pocket core writes what it knows: a black bird for the price of a ticket.
    """
    asked, written = ({_stem(word) for word in split_words(text)} for text in (question, slot_value))
    return not asked.isdisjoint(written - _ARTICLES)


def question_names(question: str, thing: str) -> bool:
    """Whether a word, of three letters or more, of what is searched stands in the question.

    If none does, the pocket core may have made up what it searches, and its verdict on that is none on the question.
    """
    asked = set(split_words(question))
    return any(word in asked for word in re.findall(r"\w{3,}", thing.lower()))


def untranslated_word(text: str) -> str | None:
    """A word of the question that the pocket core kept in its language, without an article; None if text is English.

    The pocket translator copies a Vietnamese word that it never met, so letters beyond ASCII mean that the text is in
    the language of the reply already. Translated again, it would become another word.
    """
    return None if text.isascii() else re.sub(r"^(an?|the) ", "", text)


def name_clothes(text: str) -> str:
    """Says of a person's colour that it is that of the clothes: `a red person` becomes `a person in red`.

    The pocket world dresses each person in a single colour, and its captions call the person by it; by day is `during
    the day`, as everybody else says.
    """
    dressed = _COLOURED_PERSON.sub(r"\g<person> in \g<colour>", text)
    return re.sub(r"\bby day\b", "during the day", dressed)


def split_words(text: str) -> tuple[str, ...]:
    """The words of a text, lower case, without punctuation."""
    return tuple(re.findall(r"\w+", text.lower()))


def _stem(word: str) -> str:
    return "per" if word == "people" else word[:_STEM_LETTERS]  # "person" and "people" mean the same
