"""What was planned for a question, read from the steps of its reply."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.quality.understanding.matching import DURATION_SECONDS, Range

if TYPE_CHECKING:
    from assistant.agent.records import Reply

SPOKEN = ("speech", "subtitle")
ALL_LINES = "none"  # the query of `read_text` that asks for every line


@dataclass(frozen=True, slots=True)
class Planned:
    """What was planned for one question."""

    answer: str
    tool: str = "none"
    query: str = ""
    ranges: tuple[Range, ...] = ()  # one, or two for a comparison; none where no time was planned
    confidence: float = 0.0
    decided_by: str = ""
    error: str = ""


def read_plan(reply: Reply) -> Planned:
    """Reads the plan of a reply; its tool in the words of the planning sets."""
    read_as = reply.read_as
    if not read_as.get("tool"):
        return Planned(reply.answer, confidence=reply.confidence, decided_by=read_as.get("decided_by", ""))
    tool, calls, query = read_as["tool"], read_as["calls"], str(read_as["query"] or "")
    compares = tool == "describe" and len(calls) > 1
    places = calls if compares else [read_as]
    ranges = tuple(Range(place.get("start"), place.get("end")) for place in places)
    if all(r == Range(None, None) for r in ranges):
        ranges = ()
    if tool == "read_text":
        tool = "passages" if calls[0].get("source") in SPOKEN else "read_text"
        query = "" if query == ALL_LINES else query
    tool = {"find_unusual": "unusual"}.get(tool, "compare" if compares else tool)
    return Planned(reply.answer, tool, query, ranges, reply.confidence, read_as["decided_by"])


def plan_row(planned: Planned) -> dict[str, Any]:
    """A plan as a row of a file. Of a comparison, start and end are the middles of its two places."""
    start, end = planned.ranges[0] if planned.ranges else Range(None, None)
    if len(planned.ranges) == 2:
        start, end = (sum(place.resolved) / 2 for place in planned.ranges)
    return {
        "answer": planned.answer,
        "tool": planned.tool,
        "query": planned.query,
        "start": start,
        "end": None if end is None else min(end, DURATION_SECONDS),
        "confidence": round(planned.confidence, 4),
        "decided_by": planned.decided_by,
    }
