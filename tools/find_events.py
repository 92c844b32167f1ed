"""The tool `find_events`: events in their order, one keyframe for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from langchain_core.tools import BaseTool, ToolException
from pydantic import BaseModel, Field

from prompts import schema_text
from tools.artifact_tool import artifact_tool
from tools.clock import format_timestamp
from tools.events.query import EventQueryError, parse_event_query
from tools.events.search import FindEventsOptions, explain_empty_result, find_sequences
from tools.types import EventSequence  # at run time: LangChain evaluates the annotations of a tool's function

if TYPE_CHECKING:
    from tools.events.query import EventQuery
    from tools.ports import FrameIndex


SCHEMA_TEXT = schema_text("tools/find_events")


class FindEventsInput(BaseModel):
    """Slots of `find_events`."""

    sequence: str = Field(min_length=1, description=SCHEMA_TEXT.field("sequence"))
    video: str | None = Field(default=None, description=SCHEMA_TEXT.field("video"))
    within: float | None = Field(default=None, gt=0, description=SCHEMA_TEXT.field("within"))


class VerifySequences(Protocol):
    """Checks the sequences that a search found: returns them in a new order, with their events moved in time."""

    def __call__(
        self, query: EventQuery, sequences: list[EventSequence], *, video_id: str | None = None
    ) -> list[EventSequence]: ...


def find_events_tool(
    frames: FrameIndex, options: FindEventsOptions | None = None, *, verify: VerifySequences | None = None
) -> BaseTool:
    """Makes the tool over `frames`; its artifact is a list of EventSequence, best first.

    Args:
        frames: the index that is searched.
        options: what the search returns.
        verify: checks what the search found before it is returned; None: retrieval alone decides.
    """

    def find_events(
        sequence: str, video: str | None = None, within: float | None = None
    ) -> tuple[str, list[EventSequence]]:
        try:
            query = parse_event_query(sequence).with_limits(within=within)
        except EventQueryError as error:
            raise ToolException(str(error)) from error
        sequences = find_sequences(frames, query, video_id=video, options=options)
        if not sequences:
            raise ToolException(explain_empty_result(query))
        if verify is not None:
            sequences = verify(query, sequences, video_id=video)
        times = ", ".join(
            format_timestamp(moment.seconds) for moment in sequences[0].moments if moment.seconds is not None
        )
        return f"{len(query.events)} events in {sequences[0].video_id} at {times}", sequences

    return artifact_tool("find_events", find_events, FindEventsInput)
