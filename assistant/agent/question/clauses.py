"""English phrases as statements: articles, plurals, and verbs in the third person."""

from __future__ import annotations

import re

from assistant.text.inflection import is_plural, plural_noun, singular_noun, third_person, with_indefinite_article

_ARTICLE = re.compile(
    r"(?:an?|the|some|any|this|that|these|those|my|your|his|her|its|their|another)\b\s*", re.IGNORECASE
)
_DETERMINED = re.compile(
    r"(?:an?|the|some|any|this|that|these|those|my|your|his|her|its|their|another|two|three|four|five|six|several|many|both|"
    r"all|every|no|nobody|somebody|someone|anyone|anybody|people|it|he|she|they|there|\d+)\b",
    re.IGNORECASE,
)
_HEAD_ENDS = re.compile(
    r"\s(?:in|on|at|with|of|near|under|over|by|behind|beside|next|from|to|who|that|which|wearing|holding|carrying|and|or|"
    r"\w{3,}ing|is|are|was|were)\b",
    re.IGNORECASE,
)
_MASS = frozenset(
    "rain snow fog water smoke fire grass sand traffic music text writing furniture luggage food bread rice ice mud dust "
    "lightning sunlight clothing equipment news hair nothing something anything everything".split()
)
_BASE_VERBS = frozenset(
    """get go come leave circle enter exit stop start begin park drive walk run jump fall sit stand lie sleep wake turn cross pass
    overtake arrive board alight pick put take give throw catch kick hit hold carry wear ride push pull open close look
    watch wave point smile laugh cry talk speak sing dance play eat drink cook cut wash clean write read draw paint build
    break burn explode crash collide brake swerve climb fly land swim dive row sail score shoot pass head save win lose
    appear disappear show hide chase follow lead wait stay hang move slow speed reverse back drop lift raise lower
    hand shake hug kiss greet meet enter visit buy sell pay order serve press click type scroll load flash blink shine
    rain snow blow grow change become ring knock answer call film record present explain return spin slide slip trip skate
    cycle pedal rest lean bend kneel pet feed walk bark bite graze gather join split cheer clap celebrate protest march
    attack fight arrest rescue block tow load unload deliver drop collect fill pour mix stir set rise move step hop""".split()
)

_SEPARATED = re.compile(
    r"\b(?P<verb>(?:pick|put|take|throw|turn|give|switch|bring|lift|hand|drop)s?) "
    r"(?P<object>something|someone|anything|it|them|him|her|(?:the|a|an|his|her|their|its) (?:\w+ )?\w+) "
    r"(?P<particle>up|down|off|out|away|on|back)\b",
    re.IGNORECASE,
)
_HOW_IT_GOES = re.compile(r"^(?:(?:find|show)(?: me)? )?(?:how|when|where) (?=\w+ )", re.IGNORECASE)
_BETWEEN_ACTS = re.compile(r"\s*,\s*(?:and\s+)?(?:then\s+)?|\s+and\s+(?:then\s+)?", re.IGNORECASE)
_LIMIT = re.compile(r"within [\w.]+ (?:seconds?|minutes?)\s+", re.IGNORECASE)


def bare(phrase: str) -> str:
    """A phrase without the article before it."""
    return _ARTICLE.sub("", phrase.strip(), count=1) or phrase


def with_article(phrase: str) -> str:
    """A noun phrase as a statement about a picture names it: `a red car`, `two cars`, `people in the street`."""
    phrase = phrase.strip()
    article = _ARTICLE.match(phrase)
    rest = phrase[article.end() :] if article else phrase
    if not rest or (article is None and _DETERMINED.match(phrase)):
        return phrase
    head = _head(rest)
    if head.lower() in _MASS or is_plural(head) or rest[:1].isupper():
        return rest
    return with_indefinite_article(rest)


def plural(phrase: str) -> str:
    """A noun phrase in the plural: `red cars`, `people with a bag`."""
    head = _head(phrase)
    if not head or is_plural(head):
        return phrase
    start = len(_before_end(phrase)) - len(head)
    return f"{phrase[:start]}{plural_noun(head)}{phrase[start + len(head) :]}"


def singular(phrase: str) -> str:
    """A noun phrase in the singular: `red car`."""
    head = _head(phrase)
    if not head or not is_plural(head):
        return phrase
    start = len(_before_end(phrase)) - len(head)
    return f"{phrase[:start]}{singular_noun(head)}{phrase[start + len(head) :]}"


def statement(clause: str, *, auxiliary: str = "") -> str:
    """What a question asks about, as a statement in the present: `a person gets off the bus`.

    Args:
        clause: the question after its auxiliary verb: `the bus stop`, `anyone get off`, `the door open`.
        auxiliary: the verb that was taken off: after "does" and "did" the clause holds a bare verb.
    """
    clause = _SEPARATED.sub(r"\g<verb> \g<particle> \g<object>", clause)
    words = clause.split()
    verb = next(
        (i for i, word in enumerate(words) if i and word.lower() in _BASE_VERBS and _is_verb_at(words, i)), None
    )
    if auxiliary in ("is", "are", "was", "were", "") or verb is None:
        return with_article(clause)
    subject, rest = with_article(" ".join(words[:verb])), " ".join(words[verb + 1 :])
    conjugated = (
        words[verb] if is_plural(_head(subject)) and not subject.startswith("a ") else third_person(words[verb])
    )
    return f"{subject} {conjugated} {rest}".strip()


def split_clause(clause: str) -> tuple[str, str]:
    """Who or what acts, and what it does: (`a person`, `gets off the bus`); the second is empty without a verb."""
    words = clause.split()
    for index, word in enumerate(words):
        if index and _is_verb_at(words, index) and _base_verb(word.lower()) is not None:
            return " ".join(words[:index]), " ".join(words[index:])
    return clause, ""


def split_acts(text: str) -> list[str]:
    """The acts of somebody that are told one after another: `he opens a door, goes in and sits down` gives three.

    Each part but the first has to begin with a verb, or with who acts; a part without gets the subject of the first.
    """
    text = _HOW_IT_GOES.sub("", text)
    parts = [part.strip() for part in _BETWEEN_ACTS.split(text) if part.strip()]
    subject, verb = split_clause(parts[0]) if parts else ("", "")
    if not verb:
        return [text]
    acts = [parts[0]]
    for part in parts[1:]:
        limit = _LIMIT.match(part)
        words = part[limit.end() if limit else 0 :].split()
        if words and _base_verb(words[0].lower()) is not None and words[0].lower() not in _BASE_VERBS:
            acts.append(f"{subject} {' '.join(words)}{f' {limit[0].strip()}' if limit else ''}")
        elif split_clause(part)[1]:
            acts.append(part)
        else:
            return [text]
    return acts


def _base_verb(word: str) -> str | None:
    """The bare verb of a form of the present; None if the word is no known verb."""
    candidates = [word, word.removesuffix("s"), word.removesuffix("es"), f"{word.removesuffix('ies')}y"]
    if word.endswith("ing"):
        stem = word.removesuffix("ing")
        candidates += [stem, f"{stem}e", stem[:-1]]
    return next((candidate for candidate in candidates if candidate in _BASE_VERBS), None)


def _is_verb_at(words: list[str], index: int) -> bool:
    """A word such as "park" or "light" is no verb after an article, a preposition or before the end of a phrase."""
    before = words[index - 1].lower()
    return before not in ("a", "an", "the", "in", "on", "at", "of", "with", "by", "to", "from", "into", "near")


def _before_end(phrase: str) -> str:
    match = _HEAD_ENDS.search(f" {phrase}")
    return phrase[: match.start() - 1].rstrip() if match and match.start() > 1 else phrase.rstrip()


def _head(phrase: str) -> str:
    """The noun that a noun phrase is about: the last word before what is said of it."""
    words = _before_end(phrase).split()
    return words[-1] if words else ""
