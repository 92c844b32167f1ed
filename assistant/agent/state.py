"""The state of a turn as plain data, and how its steps are recorded and reported to the screen.

Conversations are stored with the names of `State`, so a renamed key is a lost one.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, TypedDict

from langchain_core.messages import AnyMessage, ToolMessage
from langgraph.config import get_stream_writer
from langgraph.graph.message import add_messages

from assistant.agent.answer_texts import say
from assistant.agent.records import Step
from assistant.agent.times import Side

if TYPE_CHECKING:
    from assistant.agent.records import DecidedBy
    from tools.types import EventSequence, Evidence


class State(TypedDict, total=False):
    """Ids and facts of one turn; `replies`, `turns` and `focus` live on from turn to turn."""

    messages: Annotated[list[AnyMessage], add_messages]
    question: str
    asked: str  # standalone, in English
    language: str
    video_id: str | None  # what the user chose
    scope: str | None  # what is searched: the user's choice, or the video that a follow-up is about
    focus: str | None  # the video of the last answer
    place: int  # which result of the turn before this turn is about, from 0
    tool: str  # that ran last
    query: str | None  # that is searched now
    sought: str | None  # that the core first made of the question
    side: Side | None  # the question is what comes after, or before, the query
    beside: Side | None  # the question is what lies on this side of the last answer
    pair: list[tuple[str, float | None]] | None  # two places to be compared: video, and seconds or all of it
    order: tuple[str, str] | None  # two happenings, of which the question asks whether they came in this order
    edit: str | None  # the last sequence as this question corrects it
    sequence: str | None  # that is searched now
    last: dict[str, Any] | None  # the sequence found last: its text, its video, its moments
    found: dict[str, Any] | None  # the stretch of the last answer: video, start, end
    start: float | None
    end: float | None
    round: int
    steps: list[dict[str, Any]]
    candidates: list[dict[str, Any]]  # keyframes with P(yes)
    timed: list[dict[str, Any]] | None  # moments in which the query goes on, surest first; None: it is no event
    replies: list[dict[str, Any]]
    turns: list[dict[str, str]]  # what follow-ups are rewritten from: standalone question and short answer, in English


def record_step(
    state: State, tool: str, arguments: dict[str, Any], summary: str, by: DecidedBy, key: str, what: object = ""
) -> dict[str, Any]:
    """Returns a step as plain data, and reports it to the screen at once.

    Args:
        state: of the turn.
        tool: that ran, or the name of what was done.
        arguments: of it; those that are None are left out.
        summary: what came of it, or why it was done.
        by: who decided it.
        key: `say_KEY` is the sentence for the screen.
        what: goes into that sentence.
    """
    language: Any = state["language"]
    given = {name: value for name, value in arguments.items() if value is not None}
    row = asdict(Step(tool, given, summary, by, say(f"say_{key}", language, what=what)))
    get_stream_writer()(row)
    return row


def collect_findings(state: State) -> list[Evidence | EventSequence]:
    """The artifacts of the last round of tool calls; those that failed have none."""
    findings: list[Evidence | EventSequence] = []
    for message in reversed(state["messages"]):
        if not isinstance(message, ToolMessage):
            break
        if message.status != "error":
            findings = [*(message.artifact or []), *findings]
    return findings
