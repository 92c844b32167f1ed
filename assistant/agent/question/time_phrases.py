"""The phrases that name a place in a video by an amount of time, and what each of them names.

A pattern meets the text in which each amount is a code of `CODES` and a row of `~`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from assistant.agent.question.durations import (
    NUMBER,
    ORDINAL,
    UNIT,
    Amount,
    Amounts,
    number_value,
    ordinal_place,
    word_unit_seconds,
)
from assistant.agent.question.time_ranges import END, START, Ends, TimePoint
from assistant.agent.question.time_wording import (
    ABOUT,
    AFTER,
    AND,
    ASKS,
    BEFORE,
    CLAUSE_END,
    CLAUSE_START,
    NOT_OF_ELSE,
    OF_VIDEO,
    ONLY,
    THE,
    TO,
    VIDEO_EN,
    VIDEO_VI,
)

Read = Callable[[re.Match[str], Amounts], list[Ends] | None]
"""Reads a match. None: it is no such phrase. Empty: it names no place, and no later pattern may read a part of it."""

_LABEL_SHARE = 1 / 3  # "minute 12" is said of a moment up to so much of a minute from 12:00
_RIGHT_AFTER_SECONDS = 10.0
_FEW = 5
_SHORT_WHILE_SECONDS = 10.0  # "những giây phút cuối": the last moments

_POINT = r"[CLPMW]~*"
_LENGTH = r"L~*"
_BEGINNING = (
    rf"(?:(?:the\s+)?(?:very\s+)?(?:start|beginning){OF_VIDEO}|(?:luc\s+|ngay\s+)?(?:bat\s+)?dau(?:\s+{VIDEO_VI})?)"
)
_FINISH = rf"(?:(?:the\s+)?(?:very\s+)?(?:end|finish){OF_VIDEO}|(?:het|cuoi|luc\s+ket\s+thuc)(?:\s+{VIDEO_VI})?)\b"
_HALFWAY = r"(?:halfway|midway|(?:the\s+)?middle|giua)\b"

_RANGE = re.compile(
    rf"""\b{ONLY}(?:(?:in|o|vao|trong|doan|khuc|phan|khoang|thoi\s+gian)\s+)*(?:between|giua|from|tu|ke\s+tu)\s+(?:the\s+)?(?:(?:seconds|minutes)\s+)?{ABOUT}?
    (?P<low>{_POINT}|{_BEGINNING}|{_HALFWAY}|{NUMBER}|{ORDINAL})(?:(?P<and>{AND})|{TO})(?:the\s+)?{ABOUT}?
    (?P<high>{_POINT}|{_FINISH}|{_HALFWAY}|{NUMBER})""",
    re.VERBOSE,
)
_SPAN = re.compile(
    rf"""{ONLY}(?:\b(?:at|in|during|o|luc|vao|tai|doan|(?:trong\s+)?khoang(?:\s+thoi\s+gian)?)\s+)?(?P<low>\b[CPMW]~*){TO}(?:the\s+)?
    (?P<high>{_POINT}|{_FINISH}|{NUMBER}(?!\w))""",
    re.VERBOSE,
)
_LENGTH_SPAN = re.compile(rf"{CLAUSE_START}\s*(?:(?:at|in|o|luc|trong)\s+)?(?P<low>{_LENGTH}){TO}(?P<high>{_LENGTH})")
_EDGE_EN = re.compile(
    rf"""\b{ONLY}(?:(?:(?P<after>after|since|past|from)|(?P<before>before|until)
    |(?P<except>skip|ignore|except(?:\s+for)?|without|excluding)|(?P<at>at)
    |(?:with)?in|during|over|for|of|throughout|between)\s+)?
    (?P<the>the\s+)?(?:very\s+)?(?P<both>first\s+(?:and|vs\.?|with|or)\s+(?:the\s+)?(?=last|final))?
    (?:(?P<first>first|1st|opening|initial)|last|final|closing)\s+(?:about\s+)?
    (?P<length>{_LENGTH}|(?P<few>few\s+)?(?P<unit>{UNIT})){OF_VIDEO}(?!\s+(?:after|before|of)\b)""",
    re.VERBOSE,
)
_EDGE_VI = re.compile(
    rf"""\b{ONLY}(?:(?:trong|vong|khoang|o|vao|luc|suot|tai|giua|doan|khuc|phan)\s+)*(?:(?:(?P<after>sau|tu)|(?P<before>truoc|den)|(?P<except>bo(?:\s+qua)?|tru|ngoai(?:\s+tru)?))\s+)?
    (?:khoang\s+)?(?P<few>(?:nhung|may)\s+)?(?P<length>{_LENGTH}|giay\s+phut|{UNIT})\s+
    (?P<both>dau(?:\s+tien)?\s+(?:va|voi|so\s+voi)\s+(?=cuoi))?(?:(?P<first>dau(?:\s+tien)?)|cuoi(?:\s+cung)?|chot)\b(?:\s+cua)?{OF_VIDEO}(?!\s+(?:ke\s+tu|sau\s+khi|truoc\s+khi)\b)""",
    re.VERBOSE,
)
_BEFORE_END = re.compile(
    rf"""\b{ONLY}(?:(?:at|luc|o|vao|con|with)\s+)?{ABOUT}?(?P<length>[CLP]~*)\s+(?:
    (?:before|from|to|until)\s+(?:the\s+)?(?:very\s+)?end\b{NOT_OF_ELSE}{OF_VIDEO}
    |(?:left|remaining|to\s+go)\b
    |(?:(?:nua|NUA)\s+)?(?:(?:la|thi)\s+)?(?:(?:truoc|den)\s+(?:khi|luc)|la)\s+(?:{VIDEO_VI}\s+)?(?:het|ket\s+thuc)(?:\s+{VIDEO_VI})?
    |(?:tinh\s+)?tu\s+(?:cuoi|duoi)(?:\s+len)?(?:\s+{VIDEO_VI})?)""",
    re.VERBOSE,
)
_AFTER_START = re.compile(
    rf"""\b{ONLY}(?:(?:(?P<after>after|since|sau)|(?P<before>before|until|truoc)|at|luc|o|vao)\s+)?{ABOUT}?(?:the\s+)?{ABOUT}?
    (?P<point>[CLPM]~*)(?:[\s-]+(?:mark|point)\b|\s+in(?:to)?\s+(?:it|{THE}{VIDEO_EN})|\s+into\b{CLAUSE_END}
    |\s+in\b(?:{CLAUSE_END}|{ASKS})|\s+(?:from|after)\s+(?:the\s+)?(?:start|beginning){NOT_OF_ELSE}{OF_VIDEO}
    |\s+(?:ke\s+)?(?:tu|sau)\s+(?:khi\s+|luc\s+)?(?:{VIDEO_VI}\s+)?(?:bat\s+)?dau(?:\s+{VIDEO_VI})?)""",
    re.VERBOSE,
)
_OFFSET = re.compile(
    rf"""\b{ONLY}(?:at\s+|luc\s+|o\s+)?{ABOUT}?(?P<length>{_LENGTH})\s+(?:(?:after|past|sau)|(?P<before>before|truoc))\s+
    (?P<point>[CPM]~*)
    |\b{ONLY}(?:from|at|starting\s+at|tu|luc)\s+(?P<start>[CPM]~*)\s+(?:for|trong)\s+(?:the\s+next\s+)?(?P<run>{_LENGTH})""",
    re.VERBOSE,
)
_ORDINALS = re.compile(rf"\b{ONLY}(?:(?:in|during|at|of)\s+)?(?:the\s+)?(?P<ordinal>{ORDINAL}){AND}(?P<whole>W~*)")
_BETWEEN_EVENTS = re.compile(
    rf"""\b(?:within|under|than|least|most|every|each|for|last(?:s|ed|ing)?|takes?|took|waits?|in|another|more|further|vong|hon
    |nhat|qua|moi|them|dai|mat|trong|suot|cach|con)\s+(?:(?:up\s+to|the)\s+)?{ABOUT}?{_LENGTH}
    |{_LENGTH}\s+(?:later|ago|long|apart|after|before|earlier|nua|NUA|sau|truoc|lien|straight|of)\b
    |\b(?:after|sau)\s+{_LENGTH}\s+(?:of\b|(?:ke\s+)?tu\s+(?:khi|luc)\b)""",
    re.VERBOSE,
)
_GOES_TO = re.compile(r"\b(?:tua|nhay|chuyen|qua|sang)\s+$")
_BEYOND = re.compile(
    rf"""\b(?:(?P<close>right|just|shortly|immediately|ngay|lien)\s+)?{ONLY}(?:(?:ke|starting|bat\s+dau|tinh|cho)\s+)?(?:(?P<after>{AFTER})|(?P<before>{BEFORE}))\s+(?:the\s+)?{ABOUT}?
    (?:(?P<point>{_POINT})|(?:(?:halfway|midway)(?:\s+(?:mark|point))?|middle{NOT_OF_ELSE}|giua\s+{VIDEO_VI}){OF_VIDEO}\b)
    (?:\s+(?:on(?:wards?)?|forwards?|tro\s+(?:di|ve\s+sau|ve\s+truoc)|ve\s+sau)\b)?(?P<then>\s+thi\b(?=\s+\w))?""",
    re.VERBOSE,
)
_POINTS = re.compile(
    rf"""(?:\b{ONLY}(?:(?:at|by|luc|o|tai|vao|doan|khuc|moc|day|thoi\s+diem|time|timestamp)\s+)+(?:the\s+)?{ABOUT}?
    |(?<!\w)@\s?|\bto\s+(?=[CPMW])|{CLAUSE_START}\s*{ABOUT}|\baround\s+|\b{ONLY}(?:in\s+|during\s+|trong\s+|suot\s+)?(?:the\s+)?{ABOUT}?(?=[CPMW]))
    (?:(?P<bare>{NUMBER}){AND})?{_POINT}(?:{AND}(?:(?:(?:at|luc|o|tai)\s+)?(?:the\s+)?{ABOUT}?{_POINT}|\d{{1,4}}(?={AND}|{CLAUSE_END}|{ASKS})))*""",
    re.VERBOSE,
)
_POINT_OR_FIGURES = re.compile(rf"{_POINT}|\d+")
# "and 90 s?" is a question of its own; in any other a length needs a word such as "at".
_ALONE = re.compile(r"\W*(?:(?:and|what\s+about|how\s+about|the\s+con|vay\s+con|con)\s+)?")
_ALONE_LENGTH = re.compile(rf"{_LENGTH}(?=\W*(?:(?:thi\s+sao|thi\s+the\s+nao)\W*)?$)")
_COMPARES = re.compile(
    r"\b(?:differ\w*|compar\w*|contrast|same|alike|what\s+(?:has\s+|had\s+)?changed|khac|giong|so\s+sanh|thay\s+doi\s+gi"
    r"|gi\s+(?:da\s+)?thay\s+doi)\b[^.?!]*$"
)


def _at(seconds: float) -> TimePoint:
    return TimePoint(seconds, "start")


def _exact(point: TimePoint) -> Ends:
    return point, point, True


def _read_endpoint(match: re.Match[str], group: str, amounts: Amounts) -> TimePoint | None:
    """One end of "from ... to ...": an amount, the start, the middle, the end, or a bare number in the other's unit."""
    if (amount := amounts.by_start.get(match.start(group))) is not None:
        return _at(_begin_seconds(amount) if group == "low" else amount.seconds)
    for pattern, point in ((_BEGINNING, START), (_FINISH, END), (_HALFWAY, TimePoint(0.5, "share"))):
        if re.fullmatch(pattern, match[group]):
            return point
    other = amounts.by_start.get(match.start("high" if group == "low" else "low"))
    if other is None:
        return None
    if other.kind == "whole" and re.fullmatch(ORDINAL, match[group]):
        return _at((ordinal_place(match[group]) - (group == "low")) * other.unit_seconds)
    if (number := number_value(match[group])) is None:
        return None
    return _at(number * _unit_of(other))


def _begin_seconds(amount: Amount) -> float:
    return amount.seconds - amount.unit_seconds if amount.kind == "whole" else amount.seconds


def _read_range(match: re.Match[str], amounts: Amounts) -> list[Ends] | None:
    start, end = _read_endpoint(match, "low", amounts), _read_endpoint(match, "high", amounts)
    if start is None or end is None:
        return None
    if (start, end) == (START, END) and not match["and"]:
        return []
    if match["and"] and _COMPARES.search(match.string, 0, match.start()):
        return [_exact(start), _exact(end)]
    return [(None if start == START else start, None if end == END else end, False)]


def _read_span(match: re.Match[str], amounts: Amounts) -> list[Ends] | None:
    start, end = _read_endpoint(match, "low", amounts), _read_endpoint(match, "high", amounts)
    return None if start is None or end is None else [(start, None if end == END else end, False)]


def _read_edge(match: re.Match[str], amounts: Amounts) -> list[Ends] | None:
    """The first or the last so many seconds, and what lies before or after them."""
    amount, said = amounts.by_start.get(match.start("length")), match.groupdict()
    if amount is not None:
        seconds = amount.seconds
    elif match["length"].startswith("giay") and match["length"].endswith("phut"):
        seconds = _SHORT_WHILE_SECONDS
    elif said.get("at") and not said["first"]:
        return []  # "it brakes at the last second"
    else:
        if said.get("unit") and not said["the"] and not re.compile(CLAUSE_END).match(match.string, match.end()):
            return None  # "a last minute change"
        several = match["few"] or match["length"].endswith("s")
        seconds = float(word_unit_seconds(match["length"].split()[-1]) * (_FEW if several else 1))
    if match["both"]:
        return [(START, _at(seconds), False), (TimePoint(seconds, "end"), None, False)]
    point = _at(seconds) if match["first"] else TimePoint(seconds, "end")
    if match["after"] or (match["except"] and match["first"]):
        return [(point, None, False)]
    if match["before"] or match["except"]:
        return [(None, point, False)]
    return [(START, point, False) if match["first"] else (point, None, False)]


def _read_before_end(match: re.Match[str], amounts: Amounts) -> list[Ends] | None:
    return [_exact(TimePoint(amounts.by_start[match.start("length")].seconds, "end"))]


def _read_after_start(match: re.Match[str], amounts: Amounts) -> list[Ends] | None:
    point = _at(amounts.by_start[match.start("point")].seconds)
    if match["after"]:
        return [(point, None, False)]
    return [(None, point, False) if match["before"] else _exact(point)]


def _read_between_events(_match: re.Match[str], _amounts: Amounts) -> list[Ends] | None:
    return []


def _read_beyond(match: re.Match[str], amounts: Amounts) -> list[Ends] | None:
    if match["point"] is None:
        point = TimePoint(0.5, "share")
    else:
        amount = amounts.by_start[match.start("point")]
        # Before the third minute is before 2:00; "trước phút thứ 3" is before 3:00 to most.
        point = _at(_begin_seconds(amount) if match["before"] in ("before", "until", "till") else amount.seconds)
    if match["close"] and point.anchor == "start":
        if match["after"]:
            return [(point, _at(point.seconds + _RIGHT_AFTER_SECONDS), False)]
        return [(_at(max(0.0, point.seconds - _RIGHT_AFTER_SECONDS)), point, False)]
    if match["before"] in ("den", "toi") and (_GOES_TO.search(match.string, 0, match.start()) or match["then"]):
        return [_exact(point)]
    return [(point, None, False) if match["after"] else (None, point, False)]


def _read_points(match: re.Match[str], amounts: Amounts) -> list[Ends] | None:
    """One time or several: "at 1:20", "at 0:10 and 1:20", "at 10 and 50 seconds"."""
    ends, named = [], None
    bare = [] if match["bare"] is None else [number_value(match["bare"])]
    for piece in _POINT_OR_FIGURES.finditer(match.string, max(match.start(), match.end("bare")), match.end()):
        if (amount := amounts.by_start.get(piece.start())) is not None:
            named = amount
            ends.append(_read_alone(amount))
        elif named is not None and piece[0].isdigit():  # "giây 5, 10 và 15"
            ends.append(_read_alone(replace(named, seconds=float(piece[0]) * _unit_of(named))))
    ends[:0] = [_exact(_at(number * _unit_of(named))) for number in bare if number is not None and named is not None]
    return ends


def _unit_of(amount: Amount) -> int:
    """The seconds that a bare figure beside an amount counts in."""
    return 1 if amount.kind == "clock" else amount.unit_seconds


def _read_offset(match: re.Match[str], amounts: Amounts) -> list[Ends] | None:
    """A length from a time: "10 seconds after 0:30", "from 0:30 for 10 seconds"."""
    if match["start"]:
        start = amounts.by_start[match.start("start")].seconds
        return [(_at(start), _at(start + amounts.by_start[match.start("run")].seconds), False)]
    seconds, length = (amounts.by_start[match.start(group)].seconds for group in ("point", "length"))
    return [_exact(_at(max(0.0, seconds - length if match["before"] else seconds + length)))]


def _read_ordinals(match: re.Match[str], amounts: Amounts) -> list[Ends] | None:
    """Reads two whole minutes that share their unit: the first and the third minute."""
    whole = amounts.by_start[match.start("whole")]
    first = replace(whole, seconds=float(ordinal_place(match["ordinal"]) * whole.unit_seconds))
    return [_read_alone(first), _read_alone(whole)]


def _read_alone(amount: Amount) -> Ends:
    if amount.kind == "whole":
        return _at(_begin_seconds(amount)), _at(amount.seconds), False
    if amount.kind == "minute":
        around = _LABEL_SHARE * amount.unit_seconds
        return _at(max(0.0, amount.seconds - around)), _at(amount.seconds + around), False
    return _exact(_at(amount.seconds))


def _read_alone_length(match: re.Match[str], amounts: Amounts) -> list[Ends] | None:
    before = _ALONE.fullmatch(match.string, 0, match.start())
    return None if before is None else [_read_alone(amounts.by_start[match.start()])]


PHRASES: tuple[tuple[re.Pattern[str], Read], ...] = (
    (_RANGE, _read_range),
    (_SPAN, _read_span),
    (_LENGTH_SPAN, _read_span),
    (_EDGE_EN, _read_edge),
    (_EDGE_VI, _read_edge),
    (_BEFORE_END, _read_before_end),
    (_OFFSET, _read_offset),
    (_ORDINALS, _read_ordinals),
    (_AFTER_START, _read_after_start),
    (_BETWEEN_EVENTS, _read_between_events),
    (_BEYOND, _read_beyond),
    (_POINTS, _read_points),
    (_ALONE_LENGTH, _read_alone_length),
)
"""In the order in which they are tried: what an earlier pattern took, a later one does not see."""
