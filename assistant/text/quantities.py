"""How numbers, counts, lengths of time and dates are written, in both languages."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from assistant.text.language import Language

_IRREGULAR = {"person": "people", "man": "men", "woman": "women", "child": "children", "foot": "feet", "mouse": "mice"}
_SINGULAR = {plural: singular for singular, plural in _IRREGULAR.items()}
_ARTICLE: dict[Language, re.Pattern[str]] = {
    "en": re.compile(r"^(?:an?|the|some|any|all|\d+)\s+", re.IGNORECASE),
    "vi": re.compile(r"^(?:một|các|những|mấy|\d+)\s+", re.IGNORECASE),
}
_HEAD = re.compile(r"^(?P<head>.+?)(?P<rest>\s(?:with|in|on|at|of|near|by|that|who|which|wearing|carrying)\s.*)?$")
_PERSON_CLAUSE = re.compile(
    r"^(?P<noun>.*?\b(?:persons?|people|m[ae]n|wom[ae]n|child|children))\s(?!(?:with|in|on|at|of|near|by|that|who|which|"
    r"wearing|carrying)\s).*$"
)
"""People and what they do, without a preposition between: "people get off the bus"."""
_SIBILANT = re.compile(r"(?:s|x|z|ch|sh)$")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_BETWEEN_THINGS: dict[Language, re.Pattern[str]] = {
    "en": re.compile(r",\s+(?:and\s+)?|\s+and\s+"),
    "vi": re.compile(r",\s+(?:và\s+)?|\s+và\s+"),
}
_UNITS = ((3600, "hour", "giờ"), (60, "minute", "phút"), (1, "second", "giây"))


def format_number(value: float, language: Language, digits: int = 0) -> str:
    """Returns `1,234.5` in English and `1.234,5` in Vietnamese, with `digits` decimal places."""
    english = f"{value:,.{digits}f}"
    return english if language == "en" else english.translate(str.maketrans(",.", ".,"))


def count_noun(number: int, noun: str, language: Language) -> str:
    """Returns a number with what is counted: `1 person`, `2 people with umbrellas`, `2 chiếc ô tô`.

    Args:
        number: at least 0.
        noun: in the language, singular or plural, with or without its article.
        language: of both.
    """
    bare = _ARTICLE[language].sub("", noun.strip())
    if language == "en":
        bare = _PERSON_CLAUSE.sub(r"\g<noun>", bare)  # what they do stood in the question, and would have to agree too
    if language == "en" and (match := _HEAD.match(bare)):
        first, space, last = match["head"].rpartition(" ")
        one = _singular(last)
        bare = f"{first}{space}{one if number == 1 else _plural(one)}{match['rest'] or ''}"
    return f"{format_number(number, language)} {bare}"


def merge_repeats(text: str, language: Language) -> str:
    """Returns an enumeration with equal things counted: `a dog, a bag and a bag in the park` has `2 bags in the park`.

    What follows the last thing belongs to all of them. Things count as equal if they begin with an article, or in
    Vietnamese with anything.
    """
    things = _BETWEEN_THINGS[language].split(text)
    *most, last = things
    repeated = next((thing for thing in most if last == thing or last.startswith(f"{thing} ")), last)
    tail = last[len(repeated) :]
    counts = Counter([*most, repeated])
    if len(counts) == len(things) or (language == "en" and not all(_ARTICLE["en"].match(thing) for thing in counts)):
        return text
    *most, last = [thing if n == 1 else count_noun(n, thing, language) for thing, n in counts.items()]
    joint = " and " if language == "en" else " và "
    return f"{', '.join(most)}{joint if most else ''}{last}{tail}"


def duration_in_words(seconds: float, language: Language) -> str:
    """Returns a length of time, rounded to seconds: `1 minute 5 seconds`, `1 phút 5 giây`; units of zero are left out.

    Args:
        seconds: at least 0.
        language: of the words.
    """
    rest, parts = round(seconds), []
    for length, english, vietnamese in _UNITS:
        number, rest = divmod(rest, length)
        if number:
            parts.append(count_noun(number, english if language == "en" else vietnamese, language))
    return " ".join(parts) or count_noun(0, "second" if language == "en" else "giây", language)


def format_date(day: datetime, language: Language, *, clock: bool = False) -> str:
    """Returns `3 May 2026` or `3/5/2026`; with `clock`, `3 May 2026 at 18:05` or `18:05 ngày 3/5/2026`."""
    if language == "en":
        date = f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
        return f"{date} at {day:%H:%M}" if clock else date
    date = f"{day.day}/{day.month}/{day.year}"
    return f"{day:%H:%M} ngày {date}" if clock else date


def _plural(noun: str) -> str:
    if noun in _IRREGULAR:
        return _IRREGULAR[noun]
    if _SIBILANT.search(noun):
        return f"{noun}es"
    return f"{re.sub(r'(?<=[^aeiou])y$', 'ie', noun)}s"


def _singular(noun: str) -> str:
    """The singular of a noun in either number: `bus` of `bus` and `buses`, `person` of `people`."""
    if noun in _SINGULAR:
        return _SINGULAR[noun]
    if re.search(r"[^aeiou]ies$", noun):
        return f"{noun[:-3]}y"
    if re.search(r"(?:ss|x|z|ch|sh|bus|gas|lens)es$", noun):
        return noun[:-2]
    return noun[:-1] if re.search(r"[^siu]s$", noun) else noun
