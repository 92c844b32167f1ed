"""Inflects English nouns and verbs by rule; the lexicon spells out what is irregular."""

from __future__ import annotations

import re
from typing import Literal

Inflection = Literal["base", "plural", "third", "ing", "past", "participle", "comparative", "superlative"]

_SIBILANT = re.compile(r"(?:s|x|z|ch|sh)$")
_CONSONANT_Y = re.compile(r"(?<=[^aeiou])y$")
_DOUBLED = re.compile(r"^[^aeiou]*[aeiou][bdgklmnprt]$|^[^aeiou]*u?[aeiou]p$")  # stop, run, sit; not look or pour
_DOUBLED_ONLY = frozenset({"travel", "level", "refer", "admit", "commit", "permit", "unwrap", "unplug", "unzip"})


def pluralise(noun: str) -> str:
    """Returns `buses` for `bus`, `fire engines` for `fire engine`."""
    if _SIBILANT.search(noun):
        return noun + "es"
    return _CONSONANT_Y.sub("ie", noun) + "s"


def third_person(verb: str) -> str:
    """Returns `gets off` for `get off`, `crosses` for `cross`."""
    first, space, rest = verb.partition(" ")
    if first in ("be", "have"):
        return {"be": "is", "have": "has"}[first] + space + rest
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


def with_article(noun_phrase: str) -> str:
    """Returns `an orange car` for `orange car`, `a uniform` for `uniform`."""
    by_sound = re.match(r"(?:[aeio]|u(?!ni(?!n)|s[ei]|tensil)|hour|suv|mc\b)(?!ne\b|uro)", noun_phrase, re.IGNORECASE)
    return f"{'an' if by_sound else 'a'} {noun_phrase}"
