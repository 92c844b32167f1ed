"""Whether a planned query and a planned time are those that a question asks for."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any, NamedTuple

from assistant.text.fold import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

DURATION_SECONDS = 1200.0
"""Of the imagined video, for which "the last 5 minutes" and the like are resolved."""
EDGE_SECONDS = DURATION_SECONDS / 10
"""What counts as the start or the end reaches from the very start or end at most so far into the video."""
EDGE_SLACK_SECONDS = 1.0  # keyframes lie a second apart, so that the last one lies a second before the end
LEAST_LENGTH_SECONDS = 20.0  # a range of up to so many seconds is never too long
MAX_LENGTH_RATIO = 3.0
AFTER_SLACK_SECONDS = 10.0

NAMED_RANGES: dict[str, tuple[float, float]] = {
    "first half": (0.0, DURATION_SECONDS / 2),
    "second half": (DURATION_SECONDS / 2, DURATION_SECONDS),
    "first third": (0.0, DURATION_SECONDS / 3),
    "middle": (DURATION_SECONDS / 3, 2 * DURATION_SECONDS / 3),
}
_LAST = re.compile(r"last (?:(\d+) )?(second|minute)s?")


class Range(NamedTuple):
    """A stretch of the video in seconds; None: from its start, to its end."""

    start: float | None
    end: float | None

    @property
    def resolved(self) -> tuple[float, float]:
        """Start and end in `[0, DURATION_SECONDS]`."""
        start = max(0.0, self.start or 0.0)
        return start, DURATION_SECONDS if self.end is None else min(self.end, DURATION_SECONDS)


def is_good_query(query: str, must: Sequence[str], must_not: Sequence[str]) -> bool:
    """Whether a query keeps a word of each group and none of the words that only frame the question.

    Args:
        query: that was planned; may be empty.
        must: groups of alternatives, "truck|lorry"; of each at least one has to begin a word of the query.
        must_not: words or phrases that must not stand in the query as whole words.
    """
    kept = all(any(holds_word(query, word, as_prefix=True) for word in group.split("|")) for group in must)
    return kept and not any(holds_word(query, word, as_prefix=False) for word in must_not)


def holds_word(query: str, word: str, *, as_prefix: bool) -> bool:
    """Whether a query holds a word or phrase, whatever the case, the spaces and the Unicode form.

    Vietnamese words also match a query without accents, as whole words: there `ô` is an umbrella and `o` one too.

    Args:
        query: the text that is searched.
        word: what is looked for.
        as_prefix: an English word may go on: "clos" is in "closing".
    """
    text, wanted = _normalised(query), _normalised(word)
    tail = "" if as_prefix and wanted.isascii() else r"(?!\w)"
    if re.search(rf"(?<!\w){re.escape(wanted)}{tail}", text):
        return True
    without_accents = text.isascii() and not wanted.isascii()
    return without_accents and re.search(rf"(?<!\w){re.escape(fold(wanted))}(?!\w)", text) is not None


def is_right_time(planned: Sequence[Range], times: Any, also: Sequence[Any] = ()) -> bool:
    """Whether the planned range is what a question names.

    Args:
        planned: one range, or two for a comparison; empty: no time was planned.
        times: `[start, end]` in seconds (end None: to the end), words such as "last 5 minutes", or
            `{"pair": [one, other]}` of these.
        also: other readings that are as good.

    Raises:
        ValueError: `times` has none of these forms.
    """
    return any(_fits(planned, wanted) for wanted in (times, *also))


def _fits(planned: Sequence[Range], wanted: Any) -> bool:
    if isinstance(wanted, dict):
        pair = wanted["pair"]
        return len(planned) == len(pair) and all(_fits([r], w) for r, w in zip(planned, pair, strict=True))
    if len(planned) != 1 or planned[0] == Range(None, None):
        return False
    start, end = planned[0].resolved
    if wanted == "start":
        return start <= EDGE_SLACK_SECONDS and end <= EDGE_SECONDS
    if wanted == "end":
        return end >= DURATION_SECONDS - EDGE_SLACK_SECONDS and start >= DURATION_SECONDS - EDGE_SECONDS
    first, last = named_range(wanted)
    is_open = not isinstance(wanted, str) and wanted[1] is None
    if is_open and first <= start <= first + AFTER_SLACK_SECONDS:
        return True  # "right after that" is a stretch from there on, however long
    length = max(MAX_LENGTH_RATIO * (last - first), LEAST_LENGTH_SECONDS)
    return start <= (first + last) / 2 <= end and end - start <= length


def named_range(times: Any) -> tuple[float, float]:
    """Start and end in seconds of `[start, end]` or of words such as "second half", in a video of 1,200 s.

    Raises:
        ValueError: it is neither.
    """
    if isinstance(times, str):
        if times in NAMED_RANGES:
            return NAMED_RANGES[times]
        if match := _LAST.fullmatch(times):
            seconds = float(match[1] or 1) * (60 if match[2] == "minute" else 1)
            return DURATION_SECONDS - seconds, DURATION_SECONDS
    elif isinstance(times, list) and len(times) == 2 and times[0] is not None:
        return float(times[0]), DURATION_SECONDS if times[1] is None else float(times[1])
    raise ValueError(f"{times!r} is no time; write [start, end], 'last 5 minutes' or one of {', '.join(NAMED_RANGES)}")


def _normalised(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())
