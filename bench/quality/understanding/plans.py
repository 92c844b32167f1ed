"""What was planned for a question, read from the steps of its reply."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bench.quality.understanding.matching import DURATION_SECONDS, Range

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assistant.agent.records import Reply, Step

TOOLS = ("find_frames", "read_text", "find_events", "look", "describe", "count", "ground", "find_unusual")
QUERY_ARGUMENTS = ("query", "sequence", "phrase", "phrases", "subject", "question")
"""The arguments of a call that say what is looked for, the best first: a call of `look` has a query and a question."""
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
    """Reads the first call of a tool from the steps of a reply; its tool in the words of the planning sets."""
    calls = _first_calls(reply.steps)
    if not calls:
        return Planned(reply.answer, confidence=reply.confidence)
    step = calls[0]
    every = [arguments for call in calls for arguments in (call.arguments, *call.arguments.get("also", ()))]
    query = next((str(step.arguments[name]) for name in QUERY_ARGUMENTS if step.arguments.get(name)), "")
    compares = step.tool == "describe" and len(every) > 1
    ranges = [_range(arguments) for arguments in every] if compares else _whole_range(every)
    planned = Planned(reply.answer, step.tool, query, tuple(ranges), reply.confidence, step.decided_by)
    if step.tool == "read_text":
        tool = "passages" if step.arguments.get("source") in SPOKEN else "read_text"
        return replace(planned, tool=tool, query="" if query == ALL_LINES else query)
    if step.tool == "find_unusual":
        return replace(planned, tool="unusual")
    return replace(planned, tool="compare") if compares else planned


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


def _first_calls(steps: Sequence[Step]) -> list[Step]:
    """The first step that calls a tool, and those right after it that call the same again."""
    first = next((index for index, step in enumerate(steps) if step.tool in TOOLS), len(steps))
    last = first
    while last < len(steps) and steps[last].tool == steps[first].tool:
        last += 1
    return list(steps[first:last])


def _range(arguments: Mapping[str, Any]) -> Range:
    """The range of one call; that of a call about a moment `VIDEO@SECONDS` is the moment."""
    if "moment" in arguments and "start" not in arguments and "end" not in arguments:
        seconds = float(str(arguments["moment"]).rpartition("@")[2])
        return Range(seconds, seconds)
    return Range(arguments.get("start"), arguments.get("end"))


def _whole_range(calls: Sequence[Mapping[str, Any]]) -> list[Range]:
    """The range that all calls cover together; empty if they name no time.

    Moments of which the first call does not say the stretch are spread over the video, or were found by a search.
    """
    if len(calls) > 1 and "moment" in calls[0] and "start" not in calls[0] and "end" not in calls[0]:
        return []
    if "moment" in calls[0]:
        calls = calls[:1]
    ranges = [_range(arguments) for arguments in calls]
    if all(r == Range(None, None) for r in ranges):
        return []
    starts, ends = [r.start for r in ranges], [r.end for r in ranges]
    start = None if None in starts else min(s for s in starts if s is not None)
    return [Range(start, None if None in ends else max(e for e in ends if e is not None))]
