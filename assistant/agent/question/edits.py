"""Corrects the last sequence of a conversation as a question asks for in so many words.

"The second one is later", "without the bus", "add: a dog runs by at the end", in English and Vietnamese.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from tools.events.alignment import Gap, Limits
from tools.events.query import EventQuery, Span, event_query
from tools.words import ORDINALS, any_of, index_of_ordinal

if TYPE_CHECKING:
    from tools.types import EventMoment

Translate = Callable[[str], str]
_PLACES = ORDINALS | {"đầu": 1}  # "cái đầu"; not "một", which is an article too: "bỏ một con chó"
_WHICH = rf"(?:the\s+|cái\s+|việc\s+|sự\s+kiện\s+)?(?:thứ\s+)?(?P<which>{any_of(_PLACES)})(?:\s+(?:one|event))?"
_MOVE = re.compile(
    rf"^(?:no,?\s+)?{_WHICH}\s+(?:(?:is|was|should\s+be|has\s+to\s+be|must\s+be|needs\s+to\s+be|comes|came|happens|happened|phải|xảy\s+ra|là|thì)\s+)*(?:much\s+)?"
    r"(?P<how>later|earlier|sooner|muộn\s+hơn|trễ\s+hơn|sớm\s+hơn)\W*$",
    re.IGNORECASE,
)
_DROP = re.compile(
    r"^(?:and\s+|now\s+)?(?:without|drop|remove|leave\s+out|forget|bỏ(?:\s+đi)?|không\s+có|xo[áa]|x[óo]a)\s+(?P<what>.+?)\W*$",
    re.IGNORECASE,
)
_ADD = re.compile(
    r"^(?:and\s+)?(?:add|thêm)\s*:?\s+(?P<event>.+?)"
    rf"(?:\s*,?\s*(?:(?:at|in|to|ở|vào|lúc)\s+)?(?:the\s+)?(?P<edge>end|start|beginning|cuối|đầu)"
    rf"|\s*,?\s*(?P<side>after|before|sau|trước)\s+{_WHICH})?\W*$",
    re.IGNORECASE,
)
_SMALL = frozenset({"a", "an", "the", "one", "event", "find", "it", "that", "with"})


def correct_sequence(
    words: str, last: EventQuery, moments: tuple[EventMoment, ...], translate: Translate
) -> EventQuery | None:
    """Returns `last` as `words` correct it; None if they are no explicit correction of it.

    Args:
        words: as they were typed.
        last: the sequence that was searched last.
        moments: where each of its events was found.
        translate: into the language of its events.
    """
    words = words.strip()
    if (match := _MOVE.match(words)) is not None:
        return _move_event(last, moments, _PLACES[_spaced(match["which"])], match["how"].lower())
    if (match := _ADD.match(words)) is not None:
        return _add_event(last, match, translate)
    if (match := _DROP.match(words)) is not None:
        return _drop_event(last, match["what"], translate)
    return None


def _move_event(last: EventQuery, moments: tuple[EventMoment, ...], which: int, how: str) -> EventQuery | None:
    """Moves an event after or before the moment at which it was found."""
    at = _place(which, last)
    if at is None or (moment := moments[at]).start_seconds is None or moment.end_seconds is None:
        return None
    span = last.spans[at]
    later = how.startswith(("later", "muộn", "trễ"))
    moved = (
        Span(max(span.start_seconds, moment.end_seconds), span.end_seconds)
        if later
        else Span(span.start_seconds, min(span.end_seconds, moment.start_seconds))
    )
    return replace(last, spans=(*last.spans[:at], moved, *last.spans[at + 1 :]))


def _add_event(last: EventQuery, match: re.Match[str], translate: Translate) -> EventQuery | None:
    at = len(last.events)
    if match["edge"] and match["edge"].lower() in ("start", "beginning", "đầu"):
        at = 0
    if match["side"]:
        beside = _place(_PLACES[_spaced(match["which"])], last)
        if beside is None:
            return None
        at = beside + (match["side"].lower() in ("after", "sau"))
    events = [*last.events[:at], translate(match["event"]), *last.events[at:]]
    spans = (*last.spans[:at], Span(), *last.spans[at:])
    gaps = last.limits.gaps
    # A gap that was stated for two neighbours does not hold for an event between them.
    around = (*gaps[: max(0, at - 1)], *(Gap(),) * (1 if at in (0, len(last.events)) else 2), *gaps[at:])
    return _checked(events, around, last, spans)


def _drop_event(last: EventQuery, what: str, translate: Translate) -> EventQuery | None:
    """Removes an event that is named by its number or by its words."""
    named = re.fullmatch(_WHICH, what.strip(), re.IGNORECASE)
    at = _place(_PLACES[_spaced(named["which"])], last) if named else _named(last, what, translate)
    if at is None or len(last.events) < 2:
        return None
    keep = [i for i in range(len(last.events)) if i != at]
    gaps = last.limits.gaps
    inner = (*gaps[: at - 1], gaps[at - 1] + gaps[at], *gaps[at + 1 :]) if 0 < at < len(gaps) else None
    left = inner if inner is not None else (gaps[1:] if at == 0 else gaps[:-1])
    return _checked([last.events[i] for i in keep], left, last, tuple(last.spans[i] for i in keep))


def _checked(events: list[str], gaps: tuple[Gap, ...], last: EventQuery, spans: tuple[Span, ...]) -> EventQuery:
    return EventQuery(event_query(events).events, Limits(gaps, last.limits.within_seconds), spans)


def _named(last: EventQuery, what: str, translate: Translate) -> int | None:
    """The number of the event that shares the most words with `what`; None if none does, or two share as many."""
    said = {word for text in (what, translate(what)) for word in _words(text)}
    shared = [len(said & _words(event)) for event in last.events]
    best = max(shared)
    return shared.index(best) if best and shared.count(best) == 1 else None


def _place(which: int, last: EventQuery) -> int | None:
    return index_of_ordinal(which, len(last.events))


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower())) - _SMALL


def _spaced(text: str) -> str:
    return " ".join(text.lower().split())
