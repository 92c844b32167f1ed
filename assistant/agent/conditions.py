"""Splits what was asked for into conditions, each of which is seen or not."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.agent.question.clauses import bare, split_clause
from assistant.agent.question.lexicon import lookup
from assistant.text.noun_phrases import noun_phrases

_DETERMINER = re.compile(r"(?:an?|the|some|two|three|four|five|\d+)\s+", re.IGNORECASE)
_LEAD = re.compile(
    r"\b(?:in|at|on|by|with|under|near|during|inside|behind|beside|next to|in front of)\s+(?:an?\s+|the\s+)?$",
    re.IGNORECASE,
)
_NO_PLACE = frozenset({
    "picture", "pictures", "image", "video", "videos", "frame", "scene", "clip",
    "left", "right", "front", "middle", "time", "moment",
})  # fmt: skip
_PLURAL = re.compile(r"[^aius]s$")


@dataclass(frozen=True, slots=True)
class QueryPart:
    """A condition of a search."""

    text: str  # as the question puts it: `red`, `bus`, `at night`
    statement: str  # what a picture is asked; it makes sense alone: `a red bus`


def split_query(query: str) -> list[QueryPart]:
    """Splits a query into its thing, each quality of the thing, and each circumstance.

    `a red bus at night` gives `bus` (a bus), `red` (a red bus), `at night` (a bus at night). A query that names no
    thing, or a thing alone, is a single part.
    """
    query = query.strip()
    spans = noun_phrases(query)
    if not spans:
        return [QueryPart(query, query)]
    (start, end), *others = spans
    *qualities, thing = query[start:end].split()
    determiner = query[:start]
    whole = [QueryPart(query, query)]
    other_words = determiner.strip() and not _DETERMINER.fullmatch(determiner)
    if other_words or (determiner.strip().lower() in ("a", "an") and _PLURAL.search(thing)):
        return whole  # it starts with other words than its thing's, or goes on with a verb: "a man gets off"
    article = _article(determiner, thing)
    parts = [QueryPart(thing, f"{article}{thing}")]
    parts += [QueryPart(quality, f"{_article(determiner, quality)}{quality} {thing}") for quality in qualities]
    ends = [stop for _, stop in others]
    for before, stop in zip([end, *ends], [*ends, len(query)], strict=True):
        if text := query[before:stop].strip(" ,;"):
            parts.append(QueryPart(text, f"{article}{thing} {text}"))
    return parts if len(parts) > 1 else whole


def split_caption(caption: str) -> tuple[list[str], list[str]]:
    """Returns the things that a caption names, as a picture is asked for them (`a red car`), and its circumstances."""
    things, surroundings = [], []
    for start, end in noun_phrases(caption):
        lead = _LEAD.search(caption[:start])
        if lead is not None:
            surroundings.append(caption[lead.start() : end])
        elif caption[start:end] != "nothing":
            things.append(f"{_article('a', caption[start:end])}{caption[start:end]}")
    return things, surroundings


def find_circumstances(question: str, query: str) -> list[QueryPart]:
    """Returns the circumstances (where, when, with what) of a question that the search for `query` left out.

    `in the rain` of `when does a red car appear in the rain?`, searched as `a red car`.
    """
    searched = set(re.findall(r"\w+", query.lower()))
    parts = []
    for start, end in noun_phrases(question):
        lead = _LEAD.search(question[:start])
        words = question[start:end].lower().split()
        if lead is not None and not searched & set(words) and words[-1] not in _NO_PLACE:
            text = question[lead.start() : end].strip()
            parts.append(QueryPart(text, f"{query} {text}"))
    return parts


def _article(determiner: str, following: str) -> str:
    if determiner.strip().lower() in ("a", "an"):
        return "an " if following[0].lower() in "aeiou" else "a "
    return determiner


def main_phrase(query: str) -> str:
    """A query without the weather, the time of day and the place at its end: `a red bus` of `a red bus at night`.

    They are conditions of their own: where they are not seen, the answer says so. A clause with a verb stays whole.
    """
    if split_clause(query)[1]:
        return query
    match = _AROUND.search(query)
    while match is not None:
        concepts = lookup(bare(match["noun"]))
        if not any(concept.kind in ("place", "weather", "time_of_day") for concept in concepts):
            break
        query = query[: match.start()]
        match = _AROUND.search(query)
    return query


_AROUND = re.compile(r"(?<=\w)\s+(?:in|on|at|by|during)\s+(?P<noun>(?:the\s+|a\s+|an\s+)?\w+)$")
