"""Reads events in their order out of a text, where it states the order in so many words, in English or Vietnamese."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise

from tools.errors import VideoAssistantError
from tools.events.alignment import Gap, Limits
from tools.words import NUMBERS, UNITS, any_of, unit_seconds

MAX_EVENTS = 20
RIGHT_AFTER_SECONDS = 5.0  # "right after": keyframes are up to a second apart, and an event takes a few
_ANY_GAP = Gap()
_SHORT_GAP = Gap(0.0, RIGHT_AFTER_SECONDS)

_AMOUNT = (
    rf"(?P<number>\d+(?:[.,]\d+)?|{any_of(NUMBERS)})\s*"
    rf"(?P<unit>{any_of(UNITS)})s?\b"
)
_WITHIN = re.compile(
    rf",?\s*\b(?:(?:all\s+)?within|in\s+(?:less\s+than|under)|tất\s+cả\s+trong\s+vòng|trong\s+vòng|không\s+quá)\s+{_AMOUNT}"
    r"(?:\s+(?:of\s+(?:that|each\s+other|it)|sau\s+đó))?\s*,?",
    re.IGNORECASE,
)
_AT_LEAST = re.compile(
    rf",?\s*\b(?:at\s+least|ít\s+nhất)\s+{_AMOUNT}\s*(?:later|after(?:wards)?|apart|sau)\b\s*,?", re.IGNORECASE
)
_RIGHT = r"(?P<right>right|immediately|directly|just|straight|ngay|liền)"
_THEN = re.compile(
    rf"""\s*(?:[,;.]\s*)?(?:
        (?:\band\s+)?(?:\b{_RIGHT}\s+)?\b(?:after\s+that|afterwards)\b
        |(?:\band\s+)?\b(?:then|next(?!\s+to\b)|finally|lastly|followed\s+by)\b(?:\s+finally\b)?
        |(?:\bvà\s+)?\b(?:rồi\s+)?(?:(?:ngay|liền)\s+(?=sau\s+đó))?(?:sau\s+đó|tiếp\s+theo|tiếp\s+đó|kế\s+đó)\b
        |(?:\bvà\s+)?\b(?:rồi\s+)?cuối\s+cùng\b|(?:\bvà\s+)?\brồi\b
        |->|→|;|\n)\s*,?\s*""",
    re.IGNORECASE | re.VERBOSE,
)
_FIRST_OF_ALL = re.compile(
    r"^\s*(?:first\s+of\s+all|at\s+first|first(?:ly)?|trước\s+tiên|đầu\s+tiên|trước\s+hết)\b\s*[,:]?\s*", re.IGNORECASE
)
# What people say before and after the events: "find me where first ...", "... . When was that?"
_INTRODUCTION = re.compile(
    r"^\s*(?:i|please|can|could|find|show|tell|give|search|look|tìm|hãy|cho|tôi|bạn)\b[^,;:.]{0,60}?"
    r"(?=\b(?:first(?:ly)?|at\s+first|trước\s+tiên|đầu\s+tiên|trước\s+hết)\b)",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r"\s*[:,.;?!]\s*(?:(?:and\s+)?when(?:\s+(?:was|is|did|does|were|do)\s+(?:that|this|it|they)(?:\s+(?:happen|be))?)?"
    r"|(?:đó\s+là\s+)?(?:khi|lúc)\s+nào(?:\s+(?:vậy|thế))?)\s*$",
    re.IGNORECASE,
)
# Somebody runs after a dog, looks after a child, stands before a shop: those are no words of order.
_AFTER = re.compile(
    rf"\s*,?\s*(?<!\brun\s)(?<!\bruns\s)(?<!\brunning\s)(?<!\blook\s)(?<!\blooks\s)(?<!\blooking\s)"
    rf"(?:\b{_RIGHT}\s+)?\b(?:after|sau\s+khi)\s+(?!that\b)",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    rf"\s*,?\s*(?<!\bstand\s)(?<!\bstands\s)(?<!\bstanding\s)(?:\b{_RIGHT}\s+)?\b(?:before|trước\s+khi)\s+",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(r"\s*,\s*|\s+thì\s+", re.IGNORECASE)
_FROM_SECOND = re.compile(
    r",?\s*\b(?:from\s+second|từ\s+giây(?:\s+thứ)?)\s+(\d+(?:\.\d+)?)(?:\s+on(?:wards)?)?\b", re.IGNORECASE
)
_UNTIL_SECOND = re.compile(
    r",?\s*\b(?:(?:before|until)\s+second|(?:trước|đến)\s+giây(?:\s+thứ)?)\s+(\d+(?:\.\d+)?)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Span:
    """Where in its video an event may lie: half open, `[start_seconds, end_seconds)`."""

    start_seconds: float = 0.0
    end_seconds: float = float("inf")


class EventQueryError(VideoAssistantError):
    """Events or limits that no search can serve."""


@dataclass(frozen=True, slots=True)
class EventQuery:
    """Events in their order, and how far apart they may lie."""

    events: tuple[str, ...]
    limits: Limits
    spans: tuple[Span, ...]  # one for each event

    @property
    def canonical_text(self) -> str:
        """The query as an English text that `parse_event_query` reads back."""
        parts = []
        for event, span, gap in zip(self.events, self.spans, (_ANY_GAP, *self.limits.gaps), strict=True):
            most = f"within {gap.max_seconds:g} seconds " if gap.max_seconds < float("inf") else ""
            least = f"at least {gap.min_seconds:g} seconds later " if gap.min_seconds else ""
            start = f" from second {span.start_seconds:g} on" if span.start_seconds else ""
            end = f" before second {span.end_seconds:g}" if span.end_seconds < float("inf") else ""
            parts.append(f"{most}{least}{event}{start}{end}")
        longest = self.limits.within_seconds
        return "; ".join(parts) + (f", all within {longest:g} seconds" if longest < float("inf") else "")

    def with_limits(
        self, *, within: float | None = None, min_gap: float = 0.0, max_gap: float | None = None
    ) -> EventQuery:
        """Returns the query with further limits on top of its own, whichever are narrower.

        Args:
            within: seconds from the first event to the last at most; None: as before.
            min_gap: seconds between any two neighbours at least.
            max_gap: seconds between any two neighbours at most; None: as before.

        Raises:
            EventQueryError: the limits contradict each other.
        """
        every = _make_gap(min_gap, max_gap)
        gaps = tuple(
            _make_gap(max(gap.min_seconds, every.min_seconds), min(gap.max_seconds, every.max_seconds))
            for gap in self.limits.gaps
        )
        longest = min(self.limits.within_seconds, float("inf") if within is None else within)
        shortest = sum(gap.min_seconds for gap in gaps)
        if shortest > longest:
            raise EventQueryError(
                f"gaps of {shortest:g} s in all do not fit within {longest:g} s; allow a longer whole or shorter gaps"
            )
        return replace(self, limits=Limits(gaps, longest))


def event_query(events: list[str] | tuple[str, ...]) -> EventQuery:
    """Makes a query of events as they are given, any time apart.

    Raises:
        EventQueryError: there is no event, there are more than `MAX_EVENTS`, or the same event follows itself.
    """
    texts = tuple(event.strip() for event in events if event.strip())
    if not texts:
        raise EventQueryError("no event; write events joined by 'then', or one text for each")
    if len(texts) > MAX_EVENTS:
        raise EventQueryError(f"{len(texts)} events; a sequence takes up to {MAX_EVENTS}: ask for its parts one by one")
    for event, following in pairwise(texts):
        if event.casefold() == following.casefold():
            raise EventQueryError(
                f"{event!r} comes twice in a row, and two pictures of one happening would do; "
                "say what tells the two apart, or what lies between them"
            )
    return EventQuery(texts, Limits((_ANY_GAP,) * (len(texts) - 1)), (Span(),) * len(texts))


def parse_event_query(text: str) -> EventQuery:
    """Reads the events of a sentence, split at explicit connectives; one event if it has none.

    "Before", "after" and "right after" order their neighbours and limit the gap between them. "Within a minute" after a
    connective limits the gap of that pair, anywhere else the whole sequence. "From second 30 on" limits its own event.
    A "when?" at the end asks about the events and belongs to none of them.

    Raises:
        EventQueryError: as `event_query`, and for limits that contradict each other.
    """
    events: list[str] = []
    spans: list[Span] = []
    gaps: list[Gap] = []
    longest = float("inf")
    for part, gap in _split_at_connectives(_strip_request(text)):
        if events:
            part, gap = _take_gap_limits(part, gap)
        part, within = _take_overall_limit(part)
        longest = min(longest, within)
        part, span = _take_span(part)
        clauses, inner_gaps = _order_clauses(_FIRST_OF_ALL.sub("", part))
        gap_before = [(clause, before) for clause, before in zip(clauses, [gap, *inner_gaps], strict=True) if clause]
        events += [clause for clause, _ in gap_before]
        spans += [span] * len(gap_before)
        gaps += [before for _, before in gap_before]
    query = event_query(events)
    return EventQuery(query.events, Limits(tuple(gaps[1:]), longest), tuple(spans)).with_limits()


def split_events(text: str) -> list[str]:
    """Splits a sentence that chains events ("then", "after that") into the events; one if it has no connective.

    "Before" and "after" alone do not split: a question may ask what comes before or after an event. Empty if nothing
    but connectives is left.
    """
    parts = _split_at_connectives(_strip_request(text))
    return [event for event in (_strip_punctuation(_FIRST_OF_ALL.sub("", part)) for part, _ in parts) if event]


def _strip_request(text: str) -> str:
    """The text without the request around its events: "find me where ...", "... when was that?"."""
    return _INTRODUCTION.sub("", _WHEN.sub("", text.strip().rstrip("?.! ")))


def _split_at_connectives(text: str) -> list[tuple[str, Gap]]:
    """The parts between connectives that chain events, each with the gap that the connective before it allows."""
    parts, start, gap = [], 0, _ANY_GAP
    for connective in _THEN.finditer(text):
        parts.append((text[start : connective.start()], gap))
        right_after = connective["right"] or re.search(r"ngay|liền", connective[0], re.IGNORECASE)
        start, gap = connective.end(), _SHORT_GAP if right_after else _ANY_GAP
    return [*parts, (text[start:], gap)]


def _take_gap_limits(part: str, gap: Gap) -> tuple[str, Gap]:
    """Takes "within ..." and "at least ... later" off the beginning of a part; returns the rest and a narrower gap."""
    if (within := _WITHIN.match(part)) is not None:
        part, gap = part[within.end() :], _make_gap(gap.min_seconds, min(gap.max_seconds, _amount_seconds(within)))
    if (least := _AT_LEAST.match(part)) is not None:
        part, gap = part[least.end() :], _make_gap(max(gap.min_seconds, _amount_seconds(least)), gap.max_seconds)
    return part, gap


def _take_overall_limit(part: str) -> tuple[str, float]:
    """Takes "within ..." out of a part; returns the rest, and the limit in seconds of the whole sequence."""
    within = _WITHIN.search(part)
    if within is None:
        return part, float("inf")
    return f"{part[: within.start()]} {part[within.end() :]}", _amount_seconds(within)


def _take_span(part: str) -> tuple[str, Span]:
    """Takes the seconds out of "a bus stops from second 30 on"; returns the rest and the span that they make."""
    start, end = _FROM_SECOND.search(part), _UNTIL_SECOND.search(part)
    rest = _UNTIL_SECOND.sub("", _FROM_SECOND.sub("", part))
    return rest, Span(float(start[1]) if start else 0.0, float(end[1]) if end else float("inf"))


def _order_clauses(part: str) -> tuple[list[str], list[Gap]]:
    """The two clauses around the first "before" or "after" in the order of time, with the gap between them.

    One clause and no gap if the part has no such word.
    """
    for pattern, reverses in ((_AFTER, True), (_BEFORE, False)):
        if (connective := pattern.search(part)) is None:
            continue
        first, second = part[: connective.start()], part[connective.end() :]
        if not first.strip(" ,.;:"):  # "after B, A": the clause ends at a comma
            clauses = _CLAUSE_END.split(second, maxsplit=1)
            if len(clauses) < 2:
                continue
            second, first = clauses
        ordered = (second, first) if reverses else (first, second)
        events = [_strip_punctuation(clause) for clause in ordered]
        if all(events):
            return events, [_SHORT_GAP if connective["right"] else _ANY_GAP]
    return [_strip_punctuation(part)], []


def _strip_punctuation(part: str) -> str:
    """The part with single blanks, without punctuation around it and without an "and" at its beginning."""
    stripped = " ".join(part.split()).strip(" ,.;:")
    return re.sub(r"^(?:and|và)\s+", "", stripped, flags=re.IGNORECASE).strip(" ,.;:")


def _amount_seconds(match: re.Match[str]) -> float:
    """The seconds of a match of `_AMOUNT`: 90 for "1.5 minutes"."""
    number = match["number"].lower()
    return (NUMBERS.get(number) or float(number.replace(",", "."))) * unit_seconds(match["unit"])


def _make_gap(min_seconds: float, max_seconds: float | None) -> Gap:
    longest = float("inf") if max_seconds is None else max_seconds
    if min_seconds > longest:
        raise EventQueryError(
            f"neighbours cannot be at least {min_seconds:g} s and at most {longest:g} s apart; "
            "lower the one or raise the other"
        )
    return Gap(min_seconds, longest)
