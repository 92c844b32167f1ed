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

if TYPE_CHECKING:
    from assistant.agent.records import DecidedBy
    from tools.types import EventSequence, Evidence


class State(TypedDict, total=False):
    """Ids and facts of one turn; `replies`, `turns`, `focus`, `found`, `last`, `last_reading` live on."""

    messages: Annotated[list[AnyMessage], add_messages]
    question: str  # as it was typed
    parts: list[str]  # of the question that are still to be answered
    left_out: str  # parts of the question that are too many to be answered
    partial: list[dict[str, Any]]  # replies to the parts that were
    asked: str  # this part as a core is asked it, in English
    reading: dict[str, Any]  # how this part was read: `intents.base.Reading`
    read_as: dict[str, Any]  # what was planned for it
    unread: list[str]  # times that this part names and that were not understood
    readings: list[str]  # the two questions that this part may have meant, the likelier first; empty: it is clear
    language: str  # of the reply
    typed_in: str  # the language of the question
    video_id: str | None  # what the user chose
    scope: str | None  # what is searched: the user's choice, or the video that a follow-up is about
    focus: str | None  # the video of the last answer
    place: int  # which result of the turn before this turn is about, from 0
    tool: str  # that ran last; empty: none
    query: str | None  # that the frames found are verified with
    sought: str | None  # that was searched first
    pair: list[tuple[str, float | None]] | None  # two places to be compared: video, and seconds or all of it
    around: dict[str, Any] | None  # the stretch of the last answer that this part looks at: video, start, end
    last: dict[str, Any] | None  # the sequence found last: its text, its video, its moments
    last_reading: dict[str, Any] | None  # how the last question was read, and its short answer
    found: dict[str, Any] | None  # the stretch of the last answer: video, start, end
    start: float | None
    end: float | None
    exact: bool  # the range is a moment that the question names
    round: int
    steps: list[dict[str, Any]]
    candidates: list[dict[str, Any]]  # keyframes with P(yes)
    timed: list[dict[str, Any]] | None  # moments in which the query goes on, surest first; None: it is no event
    replies: list[dict[str, Any]]
    turns: list[dict[str, str]]  # standalone questions and short answers, in English


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
