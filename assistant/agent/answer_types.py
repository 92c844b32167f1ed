"""Whether a short answer is of the type that a question asks for: a colour for "what colour", a side for "which way".

A core that does not know answers something all the same; an answer of another type is none.
"""

from __future__ import annotations

import re

from assistant.agent.question.lexicon import annotate

_SIDES = re.compile(
    r"\b(?:left|right|front|behind|back|top|bottom|middle|cent(?:re|er)|up|down|towards?|away|north|south|east|west|forwards?|backwards?|straight)\b"
)
_NUMBER = re.compile(r"\b(?:\d+|zero|one|two|three|four|five|six|seven|eight|nine|ten|none|no|many|several)\b")
_VERDICT = re.compile(r"(?:yes|no)\b")
_PERSON = re.compile(
    r"\b(?:person|people|man|men|woman|women|boy|girl|child|kid|somebody|someone|player|driver|police\w*|\w+er|\w+or|nobody)\b"
)

_ACT = re.compile(r"\b\w+(?:s|ing)\b")


def fits(expects: str, text: str, asked: str = "") -> bool:
    """Whether an answer, in English, is of the expected type.

    Args:
        expects: `colour`, `side`, `number`, `verdict`, `person`, `act`, `thing` or `option`; any other, and an empty
            one, fits every answer.
        text: the answer; an empty one fits nothing.
        asked: the question, which holds the words of an `option`.
    """
    answer = text.strip().lower()
    if not answer:
        return False
    if expects == "colour":
        return _has_kind(answer, "colour")
    if expects == "side":
        return _SIDES.search(answer) is not None
    if expects == "number":
        return _NUMBER.search(answer) is not None
    if expects == "verdict":
        return _VERDICT.match(answer) is not None
    if expects == "person":
        return _looks_like(_PERSON, answer, "person") or _names_person(answer)
    if expects == "option":
        asked_words = set(re.findall(r"\w+", asked.lower()))
        return _VERDICT.match(answer) is None and bool(set(re.findall(r"\w+", answer)) & asked_words - _GRAMMAR)
    if expects in ("act", "thing"):
        if _VERDICT.match(answer) is not None or _is_bare(answer):
            return False
        return _is_act(answer) if expects == "act" else not _has_kind(answer, "act")
    return True


_GRAMMAR = frozenset(["a", "an", "the", "is", "it", "was", "or", "of", "in", "on", "at", "by", "which", "what"])


def _has_kind(answer: str, kind: str) -> bool:
    return any(concept.kind == kind for match in annotate(answer, "en") for concept in match.concepts)


def _looks_like(pattern: re.Pattern[str], answer: str, kind: str) -> bool:
    """Whether a word has a kind's form and is not known as another: "door" ends like "actor", "bus" like "stops"."""
    return any(_has_kind(word, kind) or not annotate(word, "en") for word in pattern.findall(answer))


def _names_person(answer: str) -> bool:
    """Whether a text in either language names a person: a core may answer in the language of the question."""
    return any(match.concepts[0].kind == "person" for match in annotate(answer, "vi"))


def _is_bare(answer: str) -> bool:
    """Whether an answer is only a colour, a number or a side, which names no thing and no act."""
    if _SIDES.fullmatch(answer) or _NUMBER.fullmatch(answer):
        return True
    matches = annotate(answer, "en")
    return bool(matches) and all(match.concepts[0].kind == "colour" for match in matches)


def _is_act(answer: str) -> bool:
    return _has_kind(answer, "act") or _looks_like(_ACT, answer, "act")
