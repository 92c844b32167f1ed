"""Cuts a Vietnamese phrase into items: stretches with all that the lexicon and the grammar say they may be."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from assistant.agent.question.lexicon import Accents, Word, accents_of, cut, senses_of, words_of
from assistant.agent.question.vietnamese_grammar import FunctionWord, Role, function_words
from assistant.text.concepts import RARE_RANK, Concept, Sense, accent_key, load_senses

if TYPE_CHECKING:
    from collections.abc import Collection


class Item(NamedTuple):
    """A stretch of the phrase with all that it may be."""

    text: str
    senses: tuple[Sense, ...]
    functions: tuple[FunctionWord, ...]

    def sense(self, kinds: Collection[str]) -> Concept | None:
        """The likeliest concept of these kinds."""
        return next((sense.concept for sense in self.senses if sense.concept.kind in kinds), None)

    @property
    def noun(self) -> Concept | None:
        return next((sense.concept for sense in self.senses if sense.concept.is_noun), None)

    @property
    def act(self) -> Concept | None:
        return self.sense(("act",))

    def has_act(self, english: str) -> bool:
        return any(sense.concept.kind == "act" and sense.concept.english == english for sense in self.senses)

    @property
    def is_rarely_noun(self) -> bool:
        """Whether it usually tells a quality, as `tối` is "dark" before it is "evening"."""
        noun_rank = next((sense.rank for sense in self.senses if sense.concept.is_noun), 0)
        return self.leading_kind in ("quality", "colour") and noun_rank >= RARE_RANK

    def counted_by(self, classifier: str) -> Concept | None:
        """The likeliest noun, one that goes with the classifier before others."""
        nouns = [sense.concept for sense in self.senses if sense.concept.is_noun]
        return next((noun for noun in nouns if classifier in noun.classifiers), nouns[0] if nouns else None)

    @property
    def is_unknown(self) -> bool:
        """Whether neither the lexicon nor the grammar has it."""
        return not self.senses and not self.functions

    def role(self, *roles: Role) -> FunctionWord | None:
        return next((word for word in self.functions if word.role in roles), None)

    @property
    def leading_kind(self) -> str | None:
        return self.senses[0].concept.kind if self.senses else None


NOTHING = Item("", (), ())


def items_of(phrase: str) -> list[Item]:
    """Returns the items of a phrase, in order and without gaps, as few and as long as possible."""
    words = words_of(phrase)
    accents = accents_of(words)
    stretches = cut(phrase, words, lambda run: _item_of(run, accents), load_senses().longest)
    items = []
    for start, end, value in stretches:
        text = phrase[words[start].start : words[end - 1].end]
        items.append(value if value is not None else Item(text, (), ()))
    return items


def _item_of(words: list[Word], accents: Accents) -> Item | None:
    senses = senses_of(words, "vi", accents)
    functions = _functions_of(words, accents)
    if functions and accents != "none" and not any(_agrees(words, sense.form) for sense in senses):
        senses = ()  # "trong" is "in" before it is "trống"
    is_name = words[0].text[0].isupper() and words[0].start > 0
    senses = senses or (() if functions or is_name else senses_of(words, "en", accents))
    return Item(" ".join(word.text for word in words), senses, functions) if senses or functions else None


def _functions_of(words: list[Word], accents: Accents) -> tuple[FunctionWord, ...]:
    candidates = function_words().get(" ".join(word.key for word in words), ())
    agreeing = tuple(word for word in candidates if _agrees(words, word.form))
    return candidates if accents == "none" else agreeing


def _agrees(words: list[Word], form: str) -> bool:
    return all(accent_key(word.text) == accent_key(f) for word, f in zip(words, form.split(), strict=True))
