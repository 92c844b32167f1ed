"""Everyday names of the things that a classifier of pictures names, in both languages.

`things.tsv` was written by hand from the list of ImageNet's thousand kinds: names (the usual one first), the Vietnamese
name, the kinds, as positions and ranges that include both ends, and `broad` where the name says little. A thing's name
is true of each of its kinds: "cup" of a coffee mug, "bottle" of a wine bottle.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import chain

from assistant.text.concepts import load_senses, words_key
from assistant.text.inflection import pluralise
from assistant.text.language import Language

_PLURAL_ENDINGS = (("ies", "y"), ("ches", "ch"), ("shes", "sh"), ("sses", "ss"), ("xes", "x"))


@dataclass(frozen=True, slots=True)
class Thing:
    """A group of kinds under an everyday name."""

    names: tuple[str, ...]  # English, the usual one first
    vietnamese: str
    kinds: frozenset[int]  # positions in ImageNet-1k
    is_broad: bool  # says little by itself: "animal"

    @property
    def name(self) -> str:
        """The usual English name."""
        return self.names[0]


@functools.cache
def load_things() -> tuple[Thing, ...]:
    """Reads the things."""
    things = []
    for line in (files("assistant.text") / "things.tsv").read_text(encoding="utf-8").splitlines():
        names, vietnamese, ranges, *broad = line.split("\t")
        kinds = frozenset(chain.from_iterable(_positions(part) for part in ranges.split()))
        things.append(Thing(tuple(name.strip() for name in names.split(",")), vietnamese, kinds, bool(broad)))
    return tuple(things)


def write_names(to_say: Sequence[str], entailed: Sequence[str]) -> str:
    """Returns the text of a named picture: the names to say, and after a semicolon those that are true as well."""
    return ", ".join(to_say) + ("; " + ", ".join(entailed) if entailed else "")


def names_to_say(text: str) -> list[str]:
    """Returns the names to say of a named picture, the surest first; none where nothing is sure."""
    return [name for name in text.partition(";")[0].split(", ") if name]


def shows_thing(text: str, asked: str) -> bool:
    """Whether a named picture surely shows a thing.

    Args:
        text: of the named picture.
        asked: an English noun, singular or plural, without an article. Only a thing's names match, no broader or
            narrower ones: a picture that is named `dog` is none of a `puppy`; one of a `cat` is named `animal` too.
    """
    return singular(asked) in _keys_of(text)


def display_name(name: str, language: Language) -> str:
    """Returns a thing's name as people read it; the English name where no Vietnamese one is known."""
    if language != "vi":
        return name
    if thing := _things_by_name().get(name):
        return thing.vietnamese
    key = words_key(name)
    senses = [sense.concept for sense in load_senses().english.get(key, ()) if sense.concept.is_noun]
    return next((concept.vietnamese for concept in senses if words_key(concept.english) == key), name)


def singular(noun: str) -> str:
    """Returns the key under which a name and its plural are the same: `dogs` and `Dog` give `dog`."""
    key = words_key(noun)
    senses = [sense for sense in load_senses().english.get(key, ()) if sense.concept.is_noun]
    if any(sense.inflection == "base" for sense in senses):
        return key
    for concept, form, _, _ in senses:
        if form == concept.inflected.get("plural"):
            return words_key(concept.english)
        return next((words_key(base) for base in concept.english_forms if pluralise(base) == form), key)
    for ending, replacement in _PLURAL_ENDINGS:
        if key.endswith(ending):
            return words_key(key.removesuffix(ending) + replacement)
    return key.removesuffix("s") if key.endswith("s") and not key.endswith("ss") else key


@functools.lru_cache(4096)
def _keys_of(text: str) -> frozenset[str]:
    names = [name for part in text.split("; ") for name in part.split(", ") if name]
    return frozenset(singular(alias) for name in names for alias in _aliases(name))


def _aliases(name: str) -> Iterable[str]:
    thing = _things_by_name().get(name)
    return thing.names if thing else (name,)


@functools.cache
def _things_by_name() -> dict[str, Thing]:
    return {thing.name: thing for thing in load_things()}


def _positions(part: str) -> range:
    """Reads `12` or `12-15`, which includes 15."""
    first, _, last = part.partition("-")
    return range(int(first), int(last or first) + 1)
