"""Puts the accents back into a Vietnamese question that was typed without them: "co dau nem bong" → "cô dâu ném bóng".

Most syllables stand for several words ("dau": head, bean, oil, where); which is meant, its neighbours tell. A chain of
pairs of syllables is counted in `assistant/text/lexicon/phrases.txt`, in the forms of the lexicon and in the words of grammar; a pair
that was never seen is as likely as the kinds of its two words beside each other. Every syllable gets the spelling that is
likeliest given the whole text, and stays as typed where no spelling is.
"""

from __future__ import annotations

import functools
import itertools
import unicodedata
from collections import defaultdict
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

from assistant.agent.question.vietnamese_grammar import function_words
from assistant.text.common_words import VIETNAMESE_WORDS
from assistant.text.concepts import RARE_RANK, WORD, accent_key, load_senses, words_key

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Sequence

_MIN_PROBABILITY = 0.55  # of a spelling, from which on it is believed
_PAIR_SHARE, _KINDS_SHARE = (
    0.8,
    0.15,
)  # of a probability: from the syllable before, from the kind of that; the rest from neither
_FORM_WEIGHT = 1.0  # of a form of the lexicon with several syllables, against a phrase that is counted once
_SYLLABLE_WEIGHT = 0.3  # of a form with one syllable
_RARE_WEIGHT = 0.1  # of a form whose usual meaning is another concept, and of a classifier with its noun
_GRAMMAR_WEIGHT = 3.0  # of a word of grammar
_UNSEEN_WEIGHT = 0.2  # of a spelling that nothing has
_FIGURE = "0"  # stands for any figures
_UNSEEN = "unseen"  # the kind of a spelling that nothing has


class Restored(NamedTuple):
    """A text with its accents."""

    text: str
    open_words: frozenset[str]  # folded words whose spelling the text leaves open
    readings: tuple[str, ...] = ()  # the two likeliest texts that differ in such a word, the likelier first


def restore_accents(text: str) -> Restored:
    """Returns a Vietnamese text with the accents that it was most likely meant to have, in its own case.

    A text that has accents stays as it is. So do syllables whose spelling is not clear, and words that are in no phrase,
    in no form of the lexicon and not in the grammar: names, English words.
    """
    if not text.isascii():
        return Restored(text, frozenset())
    words = list(WORD.finditer(text))
    spelled = _spell([word.group() for word in words])
    likeliest = [spellings[0].text for spellings in spelled]
    open_places = [place for place, spellings in enumerate(spelled) if spellings[0].probability < _MIN_PROBABILITY]
    restored = [word.group() if place in open_places else likeliest[place] for place, word in enumerate(words)]
    readings: list[str] = []
    if open_places:
        hardest = min(open_places, key=lambda place: spelled[place][0].probability)
        readings = [
            _respelled(text, words, [*likeliest[:hardest], spelling.text, *likeliest[hardest + 1 :]])
            for spelling in spelled[hardest][:2]
        ]
    open_words = frozenset(words_key(words[place].group()) for place in open_places)
    return Restored(_respelled(text, words, restored), open_words, tuple(readings))


def _respelled(text: str, words: Sequence[re.Match[str]], spellings: Sequence[str]) -> str:
    """The text with other spellings of its words, in its own case."""
    pieces: list[str] = []
    done = 0
    for word, spelling in zip(words, spellings, strict=True):
        pieces += [text[done : word.start()], _in_case_of(word.group(), spelling)]
        done = word.end()
    return "".join(pieces) + text[done:]


class _Spelling(NamedTuple):
    """A spelling of a word."""

    text: str
    probability: float  # given the whole text


class _Chain(NamedTuple):
    """How likely a syllable is after another one."""

    spellings: dict[str, tuple[str, ...]]  # the syllables, with accents, by their folded letters
    syllables: dict[str, float]  # how often each was seen
    pairs: dict[tuple[str, str], float]
    kinds: dict[str, str]  # of the syllables
    kind_pairs: dict[tuple[str, str], float]  # how likely a kind is after another one
    kind_totals: dict[str, float]
    total: float

    def probability(self, before: str | None, syllable: str) -> float:
        """Of the syllable after another one; None begins a text."""
        seen = self.syllables.get(syllable, _UNSEEN_WEIGHT)
        alone = seen / self.total
        if before is None:
            return alone
        pair = self.pairs.get((before, syllable), 0.0) / self.syllables.get(before, _UNSEEN_WEIGHT)
        kind = self.kinds.get(syllable, _UNSEEN)
        by_kind = self.kind_pairs.get((self.kinds.get(before, _UNSEEN), kind), 0.0)
        of_kind = seen / self.kind_totals[kind] if kind in self.kind_totals else 0.0
        return _PAIR_SHARE * pair + _KINDS_SHARE * by_kind * of_kind + (1 - _PAIR_SHARE - _KINDS_SHARE) * alone


def _spell(words: Sequence[str]) -> list[list[_Spelling]]:
    """The spellings of each word, the likeliest given the whole text first: forwards, then backwards."""
    chain = _chain()
    candidates = [_candidates(word, chain) for word in words]
    forwards: list[dict[str, float]] = []
    for place, syllables in enumerate(candidates):
        if place == 0:
            weights = {syllable: chain.probability(None, syllable) for syllable in syllables}
        else:
            weights = {
                syllable: sum(weight * chain.probability(before, syllable) for before, weight in forwards[-1].items())
                for syllable in syllables
            }
        forwards.append(_normalised(weights))
    spelled: list[list[_Spelling]] = []
    backwards: dict[str, float] = {}
    for place in range(len(words) - 1, -1, -1):
        if place == len(words) - 1:
            backwards = dict.fromkeys(candidates[place], 1.0)
        else:
            backwards = _normalised(
                {
                    syllable: sum(weight * chain.probability(syllable, after) for after, weight in backwards.items())
                    for syllable in candidates[place]
                }
            )
        posterior = _normalised({syllable: forwards[place][syllable] * backwards[syllable] for syllable in backwards})
        ranked = sorted(posterior, key=posterior.__getitem__, reverse=True)
        typed = words[place]
        spelled.append([_Spelling(typed if s in (_FIGURE, typed.lower()) else s, posterior[s]) for s in ranked])
    return spelled[::-1]


def _candidates(word: str, chain: _Chain) -> tuple[str, ...]:
    """The spellings that a typed word may stand for; as typed is always among them."""
    if word.isdigit():
        return (_FIGURE,)
    spellings = chain.spellings.get(words_key(word), ())
    return spellings if word.lower() in spellings else (*spellings, word.lower())


def _normalised(weights: dict[str, float]) -> dict[str, float]:
    total = sum(weights.values())
    return {syllable: weight / total for syllable, weight in weights.items()}


def _in_case_of(typed: str, syllable: str) -> str:
    if len(typed) > 1 and typed.isupper():
        return syllable.upper()
    return syllable[0].upper() + syllable[1:] if typed[0].isupper() else syllable


@functools.cache
def _chain() -> _Chain:
    syllables: defaultdict[str, float] = defaultdict(float)
    pairs: defaultdict[tuple[str, str], float] = defaultdict(float)
    kinds: dict[str, str] = {}
    spelled: dict[str, str] = {}  # `hoà` and `hòa` are one syllable
    for phrase, weight, kind in _weighted_phrases():
        run = [
            _FIGURE if word.isdigit() else spelled.setdefault(accent_key(word), word) for word in WORD.findall(phrase)
        ]
        for syllable in run:
            syllables[syllable] += weight
            if kind and (len(run) == 1 or syllable not in kinds):
                kinds[syllable] = kind
        for pair in itertools.pairwise(run):
            pairs[pair] += weight
    by_key: dict[str, list[str]] = {}
    for syllable in syllables:
        kinds.setdefault(syllable, "other")
        by_key.setdefault(_FIGURE if syllable == _FIGURE else words_key(syllable), []).append(syllable)
    kind_totals: defaultdict[str, float] = defaultdict(float)
    for syllable, weight in syllables.items():
        kind_totals[kinds[syllable]] += weight
    kind_pairs: defaultdict[tuple[str, str], float] = defaultdict(float)
    kind_befores: defaultdict[str, float] = defaultdict(float)
    for (before, after), weight in pairs.items():
        kind_pairs[kinds[before], kinds[after]] += weight
        kind_befores[kinds[before]] += weight
    return _Chain(
        {key: tuple(candidates) for key, candidates in by_key.items()},
        dict(syllables),
        dict(pairs),
        kinds,
        {(before, after): weight / kind_befores[before] for (before, after), weight in kind_pairs.items()},
        dict(kind_totals),
        sum(syllables.values()),
    )


def _weighted_phrases() -> Iterator[tuple[str, float, str]]:
    """Every phrase that is counted, in NFC and lower case, with its weight and the kind of its words, if it has one."""
    for key, words in function_words().items():
        for word in words:
            yield word.form, 1.0 if " " in key else _GRAMMAR_WEIGHT, word.role
    for senses in load_senses().vietnamese.values():
        for sense in senses:
            form = sense.form.casefold()
            rare = sense.rank >= RARE_RANK
            yield form, _RARE_WEIGHT if rare else _FORM_WEIGHT if " " in form else _SYLLABLE_WEIGHT, sense.concept.kind
            for classifier in sense.concept.classifiers:
                yield f"{classifier} {form}", _RARE_WEIGHT, ""
    for common_word in VIETNAMESE_WORDS:
        yield common_word, _GRAMMAR_WEIGHT, ""
    for line in (files("assistant.text") / "lexicon" / "phrases.txt").read_text(encoding="utf-8").splitlines():
        for phrase in line.split(";"):
            yield unicodedata.normalize("NFC", phrase), 1.0, ""
