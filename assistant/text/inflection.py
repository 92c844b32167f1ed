"""Inflects English nouns and verbs: by rule, and the commonest irregular ones; the lexicon spells out the others."""

from __future__ import annotations

import re
from typing import Literal

Inflection = Literal["base", "plural", "third", "ing", "past", "participle", "comparative", "superlative"]

_IRREGULAR_PLURALS = {
    "person": "people", "man": "men", "woman": "women", "child": "children", "foot": "feet", "mouse": "mice",
    "sheep": "sheep", "fish": "fish", "knife": "knives", "policeman": "policemen", "fireman": "firemen",
    "policewoman": "policewomen", "footage": "footage", "goose": "geese", "ox": "oxen", "leaf": "leaves",
}  # fmt: skip
_SINGULARS = {plural: singular for singular, plural in _IRREGULAR_PLURALS.items()}
_IRREGULAR_THIRD = {"be": "is", "are": "is", "were": "is", "was": "is", "have": "has"}
_SIBILANT = re.compile(r"(?:s|x|z|ch|sh)$")
_CONSONANT_Y = re.compile(r"(?<=[^aeiou])y$")
_DOUBLED = re.compile(r"^[^aeiou]*[aeiou][bdgklmnprt]$|^[^aeiou]*u?[aeiou]p$")  # stop, run, sit; not look or pour
_DOUBLED_ONLY = frozenset({"travel", "level", "refer", "admit", "commit", "permit", "unwrap", "unplug", "unzip"})


def pluralise(noun: str) -> str:
    """Returns `buses` for `bus`, `fire engines` for `fire engine`; by rule alone."""
    if _SIBILANT.search(noun):
        return noun + "es"
    return _CONSONANT_Y.sub("ie", noun) + "s"


def is_plural(noun: str) -> bool:
    """Whether an English noun looks like a plural."""
    lower = noun.lower()
    return lower in _SINGULARS or (bool(re.search(r"[^sui]s$", lower)) and lower not in ("bus", "gas", "lens"))


def plural_noun(noun: str) -> str:
    """Returns `buses` for `bus`, `people` for `person`."""
    return _IRREGULAR_PLURALS.get(noun.lower()) or pluralise(noun)


def singular_noun(noun: str) -> str:
    """Returns `bus` for `buses`, `person` for `people`; the noun must be a plural."""
    lower = noun.lower()
    if lower in _SINGULARS:
        return _SINGULARS[lower]
    if re.search(r"(?:sses|buses|gases|xes|zes|ches|shes)$", lower):
        return noun[:-2]
    return f"{noun[:-3]}y" if re.search(r"[^aeiou]ies$", lower) else noun[:-1]


def third_person(verb: str) -> str:
    """Returns `gets off` for `get off`, `crosses` for `cross`."""
    first, space, rest = verb.partition(" ")
    if first.lower() in _IRREGULAR_THIRD:
        return _IRREGULAR_THIRD[first.lower()] + space + rest
    ending = first + "es" if first.endswith("o") else pluralise(first)
    return ending + space + rest


def ing_form(verb: str) -> str:
    """Returns `getting off` for `get off`, `driving` for `drive`, `lying` for `lie`."""
    first, space, rest = verb.partition(" ")
    if first.endswith("ie"):
        first = first[:-2] + "y"
    elif first.endswith("e") and not first.endswith(("ee", "ye", "oe")) and first != "be":
        first = first[:-1]
    else:
        first = _doubled(first)
    return first + "ing" + space + rest


def past_form(verb: str) -> str:
    """Returns `stopped` for `stop`, `hurried` for `hurry`."""
    first, space, rest = verb.partition(" ")
    if first.endswith("e"):
        first += "d"
    else:
        first = _CONSONANT_Y.sub("i", _doubled(first)) + "ed"
    return first + space + rest


def _doubled(verb: str) -> str:
    return verb + verb[-1] if verb in _DOUBLED_ONLY or _DOUBLED.match(verb) else verb


def with_indefinite_article(noun_phrase: str) -> str:
    """Returns `an orange car` for `orange car`, `a uniform` for `uniform`."""
    by_sound = re.match(r"(?:[aeio]|u(?!ni(?!n)|s[ei]|tensil)|hour|suv|mc\b)(?!ne\b|uro)", noun_phrase, re.IGNORECASE)
    return f"{'an' if by_sound else 'a'} {noun_phrase}"
