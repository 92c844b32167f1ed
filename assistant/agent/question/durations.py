"""Reads amounts of time: clocks ("1:20"), lengths ("a minute and a half") and names ("second 12", "phút thứ 2")."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from assistant.agent.question.homographs import fold_letters
from assistant.text.fold import fold
from tools.words import NUMBERS, ORDINALS, UNITS, any_of

if TYPE_CHECKING:
    from collections.abc import Iterable

Kind = Literal["clock", "length", "second", "minute", "whole", "unread", "clock_of_day"]
"""What a piece of text is.

`clock` "1:20", "1m30s" · `length` "90 s", "two minutes": a time only in a phrase such as "after 90 s" · `second`
"second 37" · `minute` "minute 12": about there · `whole` "the second minute": all of it · `unread` "99:99" ·
`clock_of_day` "8 pm": of the day, not of the video.
"""

CODES: dict[Kind, str] = {
    "clock": "C", "length": "L", "second": "P", "minute": "M", "whole": "W", "unread": "X", "clock_of_day": "Y",
}  # fmt: skip
"""The letter by which phrases name each kind; no word that `fold_letters` writes is one such letter."""

_MANY_HOURS = 5 * 3600.0  # more of them are rather said of the day than of a video
LONG_SECONDS = 86_400.0  # no place in a video lies after a day


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount of time in a text."""

    kind: Kind
    start: int  # characters `[start, end)` of the text
    end: int
    seconds: float = 0.0  # of a whole minute: where it ends
    unit_seconds: int = 1  # of the last unit that is named


@dataclass(frozen=True, slots=True)
class Amounts:
    """The amounts of a text, and the text in which each of them is its code and a row of `~`."""

    coded: str
    by_start: dict[int, Amount]


def _words_pattern(words: Iterable[str]) -> str:
    """A regular expression for phrases of one or more words, grouped by their first word to be fast."""
    rests: dict[str, set[str]] = {}
    for phrase in words:
        first, _, rest = phrase.replace("-", " ").partition(" ")
        rests.setdefault(first, set()).add(rest.replace(" ", "[ -]"))
    alternatives = []
    for first in sorted(rests, key=len, reverse=True):
        longer = "|".join(sorted(rests[first] - {""}, key=len, reverse=True))
        alternatives.append(first + (f"(?:[ -](?:{longer}))" + "?" * ("" in rests[first]) if longer else ""))
    return f"(?:{'|'.join(alternatives)})(?![a-zA-Z])"


# Without accents "sau" is "after" and "tu" is "from": there they are no numbers, nor is "sau mot phut" 61 minutes.
_NUMBERS = {
    spelled: value
    for word, value in NUMBERS.items()
    for spelled in (fold(word), fold_letters(word))
    if spelled != "sau" and not re.fullmatch(r"sau (?!muoi).*|.* tu", spelled)
}
NUMBER = rf"(?:\d{{1,6}}(?:[.,]\d{{1,3}})?|{_words_pattern(_NUMBERS)})"
"""A regular expression, without a named group, for a number in figures or words in a folded text."""

_WORD_UNITS = {fold(unit): seconds for unit, seconds in UNITS.items() if len(unit) > 1}
# Letters and signs are units only after figures: "90s", "1h30", "1p30", "0'45".
_LETTER_UNITS = {"h": 3600, "m": 60, "ph": 60, "p": 60, "'": 60, "s": 1, "''": 1, '"': 1}
UNIT = rf"(?:(?:{any_of(_WORD_UNITS)})s?)(?![a-zA-Z])"
"""A regular expression for a unit of time that is a word."""

# The word after which a figure without a unit can still belong to the time before it: "lúc 1 phút 20 có gì".
_GOES_ON = (
    r"(?:co|thi|la|ai|gi|xem|den|toi|tro|va|what|who|whom|which|where|how|is|are|was|were|does|do|did|there|and|to|until"
    r"|till|or|on|onwards|into|in|mark)\b"
)
_ENDS = rf"(?=\s*(?:$|[^\w\s]|{_GOES_ON}))"

_PART_OF_DAY = r"(?:sang|SANG|trua|chieu|CHIEU|toi|TOI|dem|DEM|khuya)\b"
# Without accents "toi" is also I or to, "dem" to count, "sang" to cross: after a clock only where nothing follows.
_DAY_CLOCK = re.compile(
    rf"(?<![\w:.,])(?!bay\s+gio)(?:"
    rf"(?:\d{{1,2}}(?:[:.h]\d\d)?|{_words_pattern(_NUMBERS)})\s?(?:[ap]\.m\.|[ap]m\b|o'?\s?clock\b)"
    r"|\d{1,2}:\d\d\s?(?:(?:SANG|CHIEU|TOI|DEM)\b"
    r"|(?:sang|trua|chieu|toi|dem|khuya)\b(?=\W*$|\s+(?:qua|nay|hom|mai|ngay)\b))"
    rf"|{NUMBER}\s?(?:gio|h)(?:\s?\d{{1,2}}(?:\s?(?:phut|p)\b)?|\s+(?:ruoi|dung|kem\s+\w+))?\s*{_PART_OF_DAY}(?!\s*\d)"
    rf"|{NUMBER}\s?(?:gio|h)(?![\w'])(?!\s+(?:ruoi|dau|cuoi|nua|{NUMBER}\s?(?:phut|p|giay)\b|\d))"
    r")"
)
_LASTS = re.compile(r"\b(?:trong|suot|dai|mat|het|vong|hon|gan|for|in|within|every|moi|them|sau\s+khi)\s+$")
_CLOCK = re.compile(
    r"(?:(?<![\w:.,/])|(?<=\.\.))(?P<label>(?:phut|giay|minute|second|min)s?\s+(?:thu\s+)?)?"
    r"(?P<first>\d{1,5}):(?P<second>\d{1,3})(?::(?P<third>\d{1,3}))?(?:[.,](?P<fraction>\d{1,3}))?(?:\s?s\b|ish\b)?(?![\w:])"
)
_SCORE = re.compile(r"\b(?:score|scored|ti\s+so|ty\s+so|ratio|aspect|ket\s+qua)\b[^.?!]{0,12}$")
_AT_WORD = re.compile(r"\b(?:at|around|about|near|from|after|before|until|luc|o|vao|tai|tu|sau|truoc|den)\s+$")
_SECOND_OF_MINUTE = re.compile(
    rf"\b(?:phut|minute)\s+(?:thu\s+)?(?P<minute>{NUMBER})\s*,?\s*(?:(?:va|and)\s+)?(?:giay|second)\s+(?:thu\s+)?"
    rf"(?P<second>{NUMBER})(?![\w:])"
    rf"|\b(?:giay|second)\s+(?:thu\s+)?(?P<second2>{NUMBER})\s+(?:cua|o|trong|of)\s+(?:phut|minute)\s+(?P<whole>thu\s+)?"
    rf"(?P<minute2>{NUMBER})(?![\w:])"
)
_LABEL = re.compile(
    rf"\b(?:(?P<before>the|a|every|each|per|moi|may|vai|{NUMBER})\s+)?"
    r"(?P<unit>(?:second|sec|minute|min|hour|giay|phut|gio)s?)\s*"
    r"(?P<ordinal>thu\s+|number\s+|no\.?\s*|#\s*)?(?P<negative>-\s?|minus\s+|am\s+(?=\d))?"
    rf"(?P<number>{NUMBER}|(?<=thu )(?:tu|TU|sau|nhat)\b|\d{{7,}})(?![\w:/%]|\s?{UNIT})"
    r"(?P<half>\s+(?:ruoi|and\s+a\s+half)\b)?"
)
_PLACES_VI = {"nhat": 1, "tu": 4, "TU": 4, "sau": 6}  # after "thứ" only
_NO_LABELS = frozenset({"a", "an", "one", "half", "few", "couple", "several", "mot", "nua", "vai"})
_SPELLED_ORDINALS = {
    word: place for word, place in ORDINALS.items() if word.isascii() and word.isalpha() and place > 1
} | {"eleventh": 11, "twelfth": 12, "fifteenth": 15, "twentieth": 20}
ORDINAL = rf"(?:first|{any_of(_SPELLED_ORDINALS)}|\d{{1,5}}(?:st|nd|rd|th))"
"""A regular expression for an English place in a row: "third", "37th"."""
_ORDINAL_LABEL = re.compile(
    rf"\b(?P<every>(?:every|each|a)\s+)?(?:the\s+)?(?P<ordinal>(?!first|1st){ORDINAL})[\s-]"
    rf"(?P<unit>second|minute|hour)(?!\w)(?!\s+(?:hand|{UNIT}))"
    rf"(?:\s+(?P<of>of)(?:\s+the\s+(?P<minute>{ORDINAL})\s+minute\b"
    r"|\s+(?P<video>(?:the|this|that)\s+(?:video|clip|film|movie|recording|footage)\b))?)?"
)
_PART = re.compile(
    rf"(?:(?<![\w.,:/])|(?<=\.\.)|(?<=\d[hmp'])|(?<=\dph))(?P<negative>(?<!\d)-|minus\s+|am\s+(?=\d))?(?:(?P<number>{NUMBER}|\d{{7,}})"
    rf"(?P<half>\s+and\s+(?:a|one)\s+half)?(?:[\s-]?(?P<unit>{UNIT})|\s?(?P<letter>(?:h|m|ph|p|''|'|\"|s)(?![a-z])))"
    r"(?P<more>\s+(?:and\s+a\s+half|ruoi)\b)?|(?P<lone>(?:minute|hour|phut|gio|tieng))\s+(?:and\s+a\s+half|ruoi)\b)"
    r"(?!-hand)"
)
_JOINS = re.compile(r"\s*(?:,?\s*(?:and|va)\s+)?$")
_BARE_TAIL = re.compile(rf"(?P<gap>\s?)(?P<figures>\d{{1,2}})(?![\w:%']|[.,]\d)(?P<ends>{_ENDS})?")
_MEASURES = re.compile(r"\b(?:cao|dai|rong|nang|tall|high|wide|long)\s+$")


def number_value(text: str) -> float | None:
    """Returns what a folded text that matches `NUMBER` says: 25 for "hai lam", 1.5 for "1,5"; None if it is none."""
    if text[:1].isdigit():
        whole, _, fraction = text.replace(",", ".").partition(".")
        if len(fraction) == 3 and whole != "0":  # "1,500 seconds"
            return float(whole + fraction)
        return float(f"{whole}.{fraction or 0}")
    return _NUMBERS.get(text, _NUMBERS.get(text.replace("-", " ")))


def read_amounts(folded: str) -> Amounts:
    """Returns the amounts of time in a text that `fold_letters` folded."""
    return _Reader(folded).read()


class _Reader:
    """Writes the code of each amount over it, so that no later pattern reads a part of it again."""

    def __init__(self, folded: str) -> None:
        self._coded = folded
        self._amounts: dict[int, Amount] = {}

    def read(self) -> Amounts:
        if any(letter.isdigit() for letter in self._coded) or re.search(UNIT, self._coded) or "clock" in self._coded:
            self._coded = _DAY_CLOCK.sub(self._day_clock, self._coded)
            self._coded = _CLOCK.sub(self._clock, self._coded)
            self._coded = _SECOND_OF_MINUTE.sub(self._second_of_minute, self._coded)
            self._coded = _ORDINAL_LABEL.sub(self._ordinal, self._coded)
            self._coded = _LABEL.sub(self._label, self._coded)
            self._lengths()
        return Amounts(self._coded, self._amounts)

    def _code(self, kind: Kind, start: int, end: int, seconds: float = 0.0, unit_seconds: int = 1) -> str:
        if seconds > LONG_SECONDS:
            kind = "unread"
        self._amounts[start] = Amount(kind, start, end, float(seconds), unit_seconds)
        return CODES[kind] + "~" * (end - start - 1)

    def _day_clock(self, match: re.Match[str]) -> str:
        # "trong 2 giờ" is a length; "8 giờ" alone is an hour of the day.
        if _LASTS.search(match.string, *_just_before(match)):
            return match[0]
        return self._code("clock_of_day", *match.span())

    def _clock(self, match: re.Match[str]) -> str:
        first, second, third = match["first"], match["second"], match["third"]
        named = match["label"] is not None or _AT_WORD.search(match.string, *_just_before(match)) is not None
        if not named and (len(second) != 2 or (third and len(third) != 2)):
            return match[0]  # "16:9"
        if _SCORE.search(match.string, *_just_before(match)):
            return match[0]
        figures = [int(figure) for figure in (first, second, third) if figure is not None]
        if any(len(figure) != 2 for figure in (second, third) if figure) or any(figure >= 60 for figure in figures[1:]):
            return self._code("unread", *match.span())
        seconds = float(f"0.{match['fraction']}") if match["fraction"] else 0.0
        for power, figure in enumerate(reversed(figures)):
            seconds += figure * 60**power
        return self._code("clock", *match.span(), seconds)

    def _second_of_minute(self, match: re.Match[str]) -> str:
        minute = number_value(match["minute"] or match["minute2"])
        second = number_value(match["second"] or match["second2"])
        if minute is None or second is None:
            return match[0]
        if second >= 60:
            return self._code("unread", *match.span())
        return self._code("clock", *match.span(), 60 * (minute - bool(match["whole"] and minute)) + second)

    def _ordinal(self, match: re.Match[str]) -> str:
        if match["every"]:
            return match[0]
        place, unit = ordinal_place(match["ordinal"]), _unit_seconds(match["unit"])
        if match["minute"] and unit == 1:
            kind: Kind = "clock" if place < 60 else "unread"
            return self._code(kind, *match.span(), 60 * (ordinal_place(match["minute"]) - 1) + place)
        if match["of"] and not match["video"]:
            return self._code("unread", *match.span())
        return self._code("second" if unit == 1 else "whole", *match.span(), place * unit, unit)

    def _label(self, match: re.Match[str]) -> str:
        before, unit = match["before"], _unit_seconds(match["unit"])
        number = _PLACES_VI.get(match["number"]) or number_value(match["number"])
        if number is None or (before is not None and before not in ("the", "tam")):
            return match[0]
        spelled = not match["number"][0].isdigit()
        if spelled and not match["ordinal"] and (before or match["number"] in _NO_LABELS):
            return match[0]  # "the second one", "the second half"
        if before == "tam":  # "tầm" (about); "tám phút 12" is not written in one word and one figure
            start = match.start("unit")
            return match.string[match.start() : start] + self._name(match, start, number, unit)
        if (before or (spelled and not match["ordinal"])) and not re.compile(_ENDS).match(match.string, match.end()):
            return match[0]  # "the second 2 cars", "the minute two people meet"
        if unit == 3600 and not match["ordinal"] and match["unit"] == "gio":
            return match[0]
        return self._name(match, match.start(), number, unit)

    def _name(self, match: re.Match[str], start: int, number: float, unit: int) -> str:
        if match["negative"]:
            return self._code("unread", start, match.end())
        if match["half"]:
            return self._code("clock", start, match.end(), (number + 0.5) * unit, unit)
        kind: Kind = "second" if unit == 1 else "whole" if match["ordinal"] and number >= 1 else "minute"
        return self._code(kind, start, match.end(), number * unit, unit)

    def _lengths(self) -> None:
        text, parts = self._coded, [match for match in _PART.finditer(self._coded) if _is_length(match)]
        pieces, written, index = [], 0, 0
        while index < len(parts):
            first = last = parts[index]
            seconds, unit = _part_seconds(first)
            compound = False
            index += 1
            while index < len(parts) and _JOINS.fullmatch(text, last.end(), parts[index].start()):
                more, next_unit = _part_seconds(parts[index])
                if next_unit >= unit:
                    break
                last, seconds, unit, compound = parts[index], seconds + more, next_unit, True
                index += 1
            end, figures = last.end(), _bare_tail(text, last, unit)
            if figures is not None:
                end, seconds, unit, compound = (
                    figures.end("figures"),
                    seconds + int(figures["figures"]) * unit / 60,
                    unit // 60,
                    True,
                )
            if not compound and last["letter"] in ("''", '"'):
                continue  # 12" are inches
            if not compound and last["letter"] == "m" and last.end("number") != last.start("letter"):
                continue  # "5 m" are metres
            # "1m30" is said of a moment, "1 minute 30 seconds" of a length too.
            kind: Kind = "clock" if compound and (last["letter"] or figures) else "length"
            if compound and (first["letter"] == "h" or first["unit"] == "gio") and seconds >= _MANY_HOURS:
                kind = "clock_of_day"  # "lúc 8h30"
            if first["negative"] or seconds > LONG_SECONDS:
                kind = "unread"
            if kind == "clock" and _MEASURES.search(text, *_just_before(first)):
                continue  # "cao 1m55"
            pieces += [text[written : first.start()], self._code(kind, first.start(), end, seconds, unit)]
            written = end
        self._coded = "".join(pieces) + text[written:]


def _unit_seconds(unit: str) -> int:
    return _LETTER_UNITS.get(unit) or word_unit_seconds(unit)


def word_unit_seconds(unit: str) -> int:
    """Returns the seconds in a unit of time that matches `UNIT`."""
    return _WORD_UNITS.get(unit) or _WORD_UNITS[unit.removesuffix("s")]


def ordinal_place(ordinal: str) -> int:
    """Returns the place that a text matching `ORDINAL` names, from 1."""
    if ordinal[0].isdigit():
        return int(ordinal[:-2])
    return 1 if ordinal == "first" else _SPELLED_ORDINALS[ordinal]


def _is_length(match: re.Match[str]) -> bool:
    number, unit, letter = match["number"], match["unit"], match["letter"]
    if number is None:
        return True
    if number in ("a", "an") and unit == "second" and not (match["half"] or match["more"]):
        return False  # "a second car"
    if unit == "tieng" and not re.compile(rf"\s+(?:dong\s+ho|dau|cuoi|{NUMBER})\b|{_ENDS}").match(
        match.string, match.end()
    ):
        return False  # "hai tiếng nổ"
    if letter is None:
        return True
    if not number[0].isdigit():
        return False
    value = number_value(number) or 0.0
    years = letter == "s" and (1900 <= value < 2100 or match.string[: match.start()].endswith("the "))
    return not years and not (letter == "p" and value > 200)  # "the 90s", "1080p"


def _just_before(match: re.Match[str]) -> tuple[int, int]:
    """The characters in which the word before a match is looked for."""
    return max(0, match.start() - 40), match.start()


def _part_seconds(match: re.Match[str]) -> tuple[float, int]:
    if match["lone"]:
        unit = _unit_seconds(match["lone"])
        return 1.5 * unit, unit
    unit = _unit_seconds(match["unit"] or match["letter"])
    number = number_value(match["number"]) or 0.0
    return (number + 0.5 * bool(match["half"]) + 0.5 * bool(match["more"])) * unit, unit


def _bare_tail(text: str, last: re.Match[str], unit: int) -> re.Match[str] | None:
    """The figures after a unit that stand for the next smaller one: 30 of "1h30", 20 of "1 phút 20"."""
    if unit < 60 or last["lone"] or last["half"] or last["more"]:
        return None
    tail = _BARE_TAIL.match(text, last.end())
    if tail is None or int(tail["figures"]) >= 60:
        return None
    return tail if (last["letter"] and not tail["gap"]) or tail["ends"] is not None else None
