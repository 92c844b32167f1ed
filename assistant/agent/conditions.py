"""The parts of what was asked for, so that each can be said to be seen or not."""

from __future__ import annotations

import re
from dataclasses import dataclass

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
class Part:
    """One condition of a search."""

    text: str  # as the question puts it: `red`, `bus`, `at night`
    statement: str  # what a picture is asked, which makes sense alone: `a red bus`


def parts(query: str) -> list[Part]:
    """What must be seen for `query` to be: its thing, each quality of it, and each circumstance.

    `a red bus at night` gives `bus` (a bus), `red` (a red bus), `at night` (a bus at night). A query that names no
    thing, or nothing but one, is one part.
    """
    query = query.strip()
    spans = noun_phrases(query)
    if not spans:
        return [Part(query, query)]
    (start, end), *others = spans
    *qualities, thing = query[start:end].split()
    determiner = query[:start]
    whole = [Part(query, query)]
    other = determiner.strip() and not _DETERMINER.fullmatch(determiner)
    if other or (determiner.strip().lower() in ("a", "an") and _PLURAL.search(thing)):
        return whole  # it starts with something else than its thing, or goes on with a verb: "a man gets off"
    article = _article(determiner, thing)
    found = [Part(thing, f"{article}{thing}")]
    found += [Part(quality, f"{_article(determiner, quality)}{quality} {thing}") for quality in qualities]
    ends = [stop for _, stop in others]
    for before, stop in zip([end, *ends], [*ends, len(query)], strict=True):
        if text := query[before:stop].strip(" ,;"):
            found.append(Part(text, f"{article}{thing} {text}"))
    return found if len(found) > 1 else whole


def things(caption: str) -> tuple[list[str], list[str]]:
    """What a caption names, as a picture can be asked for it (`a red car`), and its circumstances (`at night`)."""
    named, around = [], []
    for start, end in noun_phrases(caption):
        lead = _LEAD.search(caption[:start])
        if lead is not None:
            around.append(caption[lead.start() : end])
        elif caption[start:end] != "nothing":
            named.append(f"{_article('a', caption[start:end])}{caption[start:end]}")
    return named, around


def circumstances(question: str, query: str) -> list[Part]:
    """Where, when or with what the question says that it is, as far as the search for `query` left it out.

    `in the rain` of `when does a red car appear in the rain?`, searched as `a red car`.
    """
    searched = set(re.findall(r"\w+", query.lower()))
    found = []
    for start, end in noun_phrases(question):
        lead = _LEAD.search(question[:start])
        words = question[start:end].lower().split()
        if lead is not None and not searched & set(words) and words[-1] not in _NO_PLACE:
            text = question[lead.start() : end].strip()
            found.append(Part(text, f"{query} {text}"))
    return found


def names(question: str, words: str) -> bool:
    """Whether a question names something of what is searched: a core far from what it knows makes things up."""
    asked = set(re.findall(r"\w+", question.lower()))
    return any(word in asked for word in re.findall(r"\w{3,}", words.lower()))


def _article(determiner: str, following: str) -> str:
    if determiner.strip().lower() in ("a", "an"):
        return "an " if following[0].lower() in "aeiou" else "a "
    return determiner
