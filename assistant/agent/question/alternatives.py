"""The questions that an unclear one may have meant, for the visitor to choose from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.agent.question.clauses import plural, with_article
from assistant.agent.question.fillers import folded_alike
from assistant.text.stop_words import FUNCTION_WORDS

if TYPE_CHECKING:
    from assistant.text.language import Language

MAX_WORDS = 8
"""A longer rest of a question is no thing that a short question could be about."""
_WORD = re.compile(r"\w+")
_NAMES = frozenset({"con", "cai", "chiec", "nguoi", "nhac", "nghia", "word", "words"})
"""Function words that also begin or end the name of a thing: "con chó", "người", "nhạc"."""

_QUESTIONS: dict[str, dict[Language, str]] = {
    "find_frames": {"en": "When does {thing} appear?", "vi": "Khi nào {thing} xuất hiện?"},
    "said": {"en": "What do they say about {thing}?", "vi": "Video nói gì về {thing}?"},
    "count": {"en": "How many {thing} are there?", "vi": "Có bao nhiêu {thing}?"},
    "look": {"en": "Is there {thing}?", "vi": "Có {thing} không?"},
}
"""By the tool that answers: a question about a thing that rules read."""
_ABOUT_NOTHING: dict[Language, tuple[str, str]] = {
    "en": ("What happens in the video?", "What do they say?"),
    "vi": ("Có chuyện gì xảy ra trong video?", "Họ nói gì?"),
}
_USUAL = ("find_frames", "said", "look")


def alternative_questions(rest: str, leaning: str, language: Language) -> tuple[str, str]:
    """Returns the two likeliest questions about what an unclear question names, the likelier first.

    Args:
        rest: of the question, without times and fillers.
        leaning: the tool that the language model chose, though not surely; empty: none.
        language: of the questions.
    """
    thing = _name_of_thing(rest)
    if not thing:
        return _ABOUT_NOTHING[language]
    tools = [leaning] * (leaning in _QUESTIONS) + [tool for tool in _USUAL if tool != leaning]
    first, second = (_QUESTIONS[tool][language].format(thing=_named(thing, tool, language)) for tool in tools[:2])
    return first, second


def _named(thing: str, tool: str, language: Language) -> str:
    """The thing as a question names it: several are counted, and one appears."""
    if language == "vi" or tool == "said":
        return thing
    return plural(thing) if tool == "count" else with_article(thing)


def _name_of_thing(rest: str) -> str:
    """The text between its first and its last content word; empty if it has none, or is no name."""
    folded = folded_alike(rest)
    content = [word.span() for word in _WORD.finditer(folded) if word[0] not in FUNCTION_WORDS or word[0] in _NAMES]
    if not content:
        return ""
    thing = rest[content[0][0] : content[-1][1]]
    return thing if len(thing.split()) <= MAX_WORDS else ""
