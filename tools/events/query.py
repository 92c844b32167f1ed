"""A sequence of events out of one text: only where it says so in so many words, in English or Vietnamese."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise

from tools.errors import VideoAssistantError
from tools.events.alignment import Gap, Limits
from tools.words import NUMBERS, UNITS, any_of, unit_seconds

MOST_EVENTS = 20
RIGHT_AFTER_SECONDS = 5.0  # "right after": keyframes are up to a second apart, and an event takes a few
_ANY = Gap()
_SOON = Gap(0.0, RIGHT_AFTER_SECONDS)

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
_SOONER = r"(?P<soon>right|immediately|directly|just|straight|ngay|liền)"
_NEXT = re.compile(
    rf"""\s*(?:[,;.]\s*)?(?:
        (?:\band\s+)?(?:\b{_SOONER}\s+)?\b(?:after\s+that|afterwards)\b
        |(?:\band\s+)?\b(?:then|next(?!\s+to\b)|finally|lastly|followed\s+by)\b(?:\s+finally\b)?
        |(?:\bvà\s+)?\b(?:rồi\s+)?(?:(?:ngay|liền)\s+(?=sau\s+đó))?(?:sau\s+đó|tiếp\s+theo|tiếp\s+đó|kế\s+đó)\b
        |(?:\bvà\s+)?\b(?:rồi\s+)?cuối\s+cùng\b|(?:\bvà\s+)?\brồi\b
        |->|→|;|\n)\s*,?\s*""",
    re.IGNORECASE | re.VERBOSE,
)
_LEADING = re.compile(
    r"^\s*(?:first\s+of\s+all|at\s+first|first(?:ly)?|trước\s+tiên|đầu\s+tiên|trước\s+hết)\b\s*[,:]?\s*", re.IGNORECASE
)
# What people say around the events: "find me where first ...", "... . When was that?"
_CARRIER = re.compile(
    r"^\s*(?:i|please|can|could|find|show|tell|give|search|look|tìm|hãy|cho|tôi|bạn)\b[^,;:.]{0,60}?"
    r"(?=\b(?:first(?:ly)?|at\s+first|trước\s+tiên|đầu\s+tiên|trước\s+hết)\b)",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r"\s*[:,.;?!]\s*(?:(?:and\s+)?when(?:\s+(?:was|is|did|does|were|do)\s+(?:that|this|it|they)(?:\s+(?:happen|be))?)?"
    r"|(?:đó\s+là\s+)?(?:khi|lúc)\s+nào(?:\s+(?:vậy|thế))?)\s*$",
    re.IGNORECASE,
)
# One runs or looks after somebody, and stands before a shop: those are places, not times.
_AFTER = re.compile(
    rf"\s*,?\s*(?<!\brun\s)(?<!\bruns\s)(?<!\brunning\s)(?<!\blook\s)(?<!\blooks\s)(?<!\blooking\s)"
    rf"(?:\b{_SOONER}\s+)?\b(?:after|sau\s+khi)\s+(?!that\b)",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    rf"\s*,?\s*(?<!\bstand\s)(?<!\bstands\s)(?<!\bstanding\s)(?:\b{_SOONER}\s+)?\b(?:before|trước\s+khi)\s+",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"\s*,\s*|\s+thì\s+", re.IGNORECASE)


_FROM = re.compile(
    r",?\s*\b(?:from\s+second|từ\s+giây(?:\s+thứ)?)\s+(\d+(?:\.\d+)?)(?:\s+on(?:wards)?)?\b", re.IGNORECASE
)
_UNTIL = re.compile(
    r",?\s*\b(?:(?:before|until)\s+second|(?:trước|đến)\s+giây(?:\s+thứ)?)\s+(\d+(?:\.\d+)?)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Span:
    """When an event may be, in seconds of its video, half open."""

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
    def text(self) -> str:
        """What `read_sequence` reads back, in English."""
        parts = []
        for event, span, gap in zip(self.events, self.spans, (_ANY, *self.limits.gaps), strict=True):
            most = f"within {gap.max_seconds:g} seconds " if gap.max_seconds < float("inf") else ""
            least = f"at least {gap.min_seconds:g} seconds later " if gap.min_seconds else ""
            start = f" from second {span.start_seconds:g} on" if span.start_seconds else ""
            end = f" before second {span.end_seconds:g}" if span.end_seconds < float("inf") else ""
            parts.append(f"{most}{least}{event}{start}{end}")
        longest = self.limits.within_seconds
        return "; ".join(parts) + (f", all within {longest:g} seconds" if longest < float("inf") else "")

    def narrowed(
        self, *, within: float | None = None, min_gap: float = 0.0, max_gap: float | None = None
    ) -> EventQuery:
        """With limits from elsewhere on top, the gaps for every pair.

        Raises:
            SequenceError: the limits contradict each other.
        """
        every = _gap(min_gap, max_gap)
        gaps = tuple(
            _gap(max(gap.min_seconds, every.min_seconds), min(gap.max_seconds, every.max_seconds))
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
    """Events as they are given, in any distance.

    Raises:
        SequenceError: none, too many, or the same one twice in a row.
    """
    named = tuple(event.strip() for event in events if event.strip())
    if not named:
        raise EventQueryError("no event; write events joined by 'then', or one text for each")
    if len(named) > MOST_EVENTS:
        raise EventQueryError(
            f"{len(named)} events; a sequence takes up to {MOST_EVENTS}: ask for its parts one by one"
        )
    for one, other in pairwise(named):
        if one.casefold() == other.casefold():
            raise EventQueryError(
                f"{one!r} comes twice in a row, and two pictures of one happening would do; "
                "say what tells the two apart, or what lies between them"
            )
    return EventQuery(named, Limits((_ANY,) * (len(named) - 1)), (Span(),) * len(named))


def parse_event_query(text: str) -> EventQuery:
    """The events of a sentence, split at explicit connectives; one event if it has none.

    "Before", "after" and "right after" order and bind their neighbours; "within a minute" after a connective binds
    that pair, anywhere else the whole; "from second 30 on" binds its own event. A "when?" at the end asks about the
    events and belongs to none of them.

    Raises:
        SequenceError: as `sequence_of`, and for limits that contradict each other.
    """
    body = _bare(text)
    events: list[str] = []
    spans: list[Span] = []
    gaps: list[Gap] = []
    longest = float("inf")
    for part, between in _parts(body):
        gap = between
        if events:
            part, gap = _bound(part, between)
        part, within = _whole(part)
        longest = min(longest, within)
        part, span = _spanned(part)
        clauses, inner = _turned(_LEADING.sub("", part))
        named = [(clause, before) for clause, before in zip(clauses, [gap, *inner], strict=True) if clause]
        events += [clause for clause, _ in named]
        spans += [span] * len(named)
        gaps += [before for _, before in named]
    found = event_query(events)
    return EventQuery(found.events, Limits(tuple(gaps[1:]), longest), tuple(spans)).narrowed()


def split_events(text: str) -> list[str]:
    """The events of a sentence that chains them ("then", "after that"); empty where it has none to speak of.

    "Before" and "after" alone do not split: a question may be asked about what comes before or after.
    """
    body = _bare(text)
    return [event for event in (_plain(_LEADING.sub("", part)) for part, _ in _parts(body)) if event]


def _bare(text: str) -> str:
    """The text without what is said around its events."""
    return _CARRIER.sub("", _WHEN.sub("", text.strip().rstrip("?.! ")))


def _parts(body: str) -> list[tuple[str, Gap]]:
    """What stands between chaining connectives, each with the gap that its connective tells."""
    parts, start, gap = [], 0, _ANY
    for found in _NEXT.finditer(body):
        parts.append((body[start : found.start()], gap))
        start, gap = found.end(), _SOON if found["soon"] or re.search(r"ngay|liền", found[0], re.IGNORECASE) else _ANY
    return [*parts, (body[start:], gap)]


def _bound(part: str, gap: Gap) -> tuple[str, Gap]:
    """A part without the limits at its beginning, and the gap that they make of `gap`."""
    if (within := _WITHIN.match(part)) is not None:
        part, gap = part[within.end() :], _gap(gap.min_seconds, min(gap.max_seconds, _seconds(within)))
    if (least := _AT_LEAST.match(part)) is not None:
        part, gap = part[least.end() :], _gap(max(gap.min_seconds, _seconds(least)), gap.max_seconds)
    return part, gap


def _whole(part: str) -> tuple[str, float]:
    """A part without a limit of the whole, and that limit."""
    found = _WITHIN.search(part)
    if found is None:
        return part, float("inf")
    return f"{part[: found.start()]} {part[found.end() :]}", _seconds(found)


def _spanned(part: str) -> tuple[str, Span]:
    """A part without the seconds that it names, and those: "a bus stops from second 30 on"."""
    start, end = _FROM.search(part), _UNTIL.search(part)
    bare = _UNTIL.sub("", _FROM.sub("", part))
    return bare, Span(float(start[1]) if start else 0.0, float(end[1]) if end else float("inf"))


def _turned(part: str) -> tuple[list[str], list[Gap]]:
    """The clauses around the first "before" or "after" in the order of time, and the gap between them."""
    for pattern, turns in ((_AFTER, True), (_BEFORE, False)):
        if (found := pattern.search(part)) is None:
            continue
        first, second = part[: found.start()], part[found.end() :]
        if not first.strip(" ,.;:"):  # "after B, A": the clause ends at a comma
            inner = _CLAUSE.split(second, maxsplit=1)
            if len(inner) < 2:
                continue
            second, first = inner
        clauses = [_plain(second), _plain(first)] if turns else [_plain(first), _plain(second)]
        if all(clauses):
            return clauses, [_SOON if found["soon"] else _ANY]
    return [_plain(part)], []


def _plain(part: str) -> str:
    return re.sub(r"^(?:and|và)\s+", "", " ".join(part.split()).strip(" ,.;:"), flags=re.IGNORECASE).strip(" ,.;:")


def _seconds(found: re.Match[str]) -> float:
    number = found["number"].lower()
    return (NUMBERS.get(number) or float(number.replace(",", "."))) * unit_seconds(found["unit"])


def _gap(min_seconds: float, max_seconds: float | None) -> Gap:
    longest = float("inf") if max_seconds is None else max_seconds
    if min_seconds > longest:
        raise EventQueryError(
            f"neighbours cannot be at least {min_seconds:g} s and at most {longest:g} s apart; "
            "lower the one or raise the other"
        )
    return Gap(min_seconds, longest)
