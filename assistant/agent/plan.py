"""The second node: chooses the tool, its slots, and how much of the library it searches."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from langchain_core.messages import AIMessage

from assistant.agent.references import asks_unusual
from assistant.agent.state import State, record_step
from assistant.agent.times import Side, asks_around, without_range
from tools.clock import format_moment
from tools.events.query import EventQueryError, Span, parse_event_query, split_events
from tools.read_text import ALL_LINES
from tools.types import Keyframe

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from langchain_core.tools import BaseTool

    from assistant.agent.options import AgentOptions
    from assistant.agent.records import DecidedBy
    from tools.ports import FrameIndex, Planner

DEFAULT_TOOL = "find_frames"
NAMED_ONLY = frozenset({"find_unusual"})  # chosen by rule if the question names what they do, never by the core


class Plan:
    """The node `plan`; its methods also plan the second round."""

    def __init__(self, frames: FrameIndex, core: Planner, tools: Mapping[str, BaseTool], options: AgentOptions) -> None:
        self._frames, self._core, self._tools, self._options = frames, core, tools, options

    def __call__(self, state: State) -> dict[str, Any]:
        """Chooses the tool and its slots: by rule if the question states them in so many words, else by the core."""
        asked = state["asked"]
        if state["edit"] is not None:
            return self._find_sequence(state, state["edit"], by="rule", note="corrected")
        if (side := state["beside"]) is not None and (stretch := state["found"]) is not None:
            return self.describe_beside(state, stretch, side)
        if (pair := state["pair"]) is not None:
            return self._run(state, "describe", [self._slots_of_place(*place) for place in pair], "", by="rule")
        if asks_unusual(state["question"]):
            return self._run(state, "find_unusual", [{"video": state["scope"]}], "", by="rule")
        if (around := asks_around(asked)) is not None and around.event is not None:
            return self.search(state, around.event, by="rule", side=around.side)
        if state["order"] is not None:
            sequences = ["; ".join(events) for events in (state["order"], state["order"][::-1])]
            calls = [{"sequence": sequence, "video": state["scope"]} for sequence in sequences]
            return self._run(state, "find_events", calls, sequences[0], by="rule") | {"sequence": sequences[0]}
        if len(split_events(asked)) > 1:
            return self._find_sequence(state, asked, by="rule")
        offered = {name: tool.description for name, tool in self._tools.items() if name not in NAMED_ONLY}
        choice = self._core.choose(asked, offered)
        by: DecidedBy = "core" if choice.margin >= self._options.min_margin else "default"
        tool = choice.name if by == "core" else DEFAULT_TOOL
        note = f"{choice.name} {choice.probability:.2f}"
        where = {"video": state["scope"]}
        when = {"start": state["start"], "end": state["end"]}
        if tool == "describe":
            return self._run(state, tool, [where | when], "", by=by, note=note)
        if tool == "find_events":
            return self._find_sequence(state, asked, by=by, note=note)
        if tool == "read_text":
            query = self._fill(asked, tool, "query") or ALL_LINES
            return self._run(state, tool, [{"query": query} | where], query, by=by, note=note)
        if tool == "count" and (phrase := self._fill(asked, tool, "phrase")):
            return self._run(state, tool, [{"phrase": phrase} | where | when], phrase, by=by, note=note)
        if tool == "ground" and (phrases := self._fill(asked, tool, "phrases")):
            hits = self._frames.search(
                phrases,
                video_id=state["scope"],
                start_seconds=state["start"],
                end_seconds=state["end"],
                limit=self._options.answer_frames,
            )
            calls = [{"phrases": phrases, "moment": format_moment(hit.keyframe)} for hit in hits]
            if calls:
                return self._run(state, tool, calls, phrases, by=by, note=note)
        return self.select_frames(state, by=by, note=note, chosen=tool)

    def select_frames(self, state: State, *, by: DecidedBy, note: str, chosen: str) -> dict[str, Any]:
        """Plans to look at the frames that match what the question is about.

        If it names a time or no thing, a few frames spread over the range are looked at instead.
        """
        query = self._fill(state["asked"], DEFAULT_TOOL, "query")
        timed = state["start"] is not None or state["end"] is not None
        if query and not (timed and chosen != DEFAULT_TOOL):
            return self.search(state, query, by=by, note=note)
        sampled = self._sample_frames(state)
        if not sampled:
            return self.search(state, query or state["asked"], by=by, note=note)
        question = without_range(state["asked"])
        calls = [{"question": question, "moment": format_moment(keyframe)} for keyframe in sampled]
        return self._run(state, "look", calls, len(calls), by=by, note=note)

    def search(
        self, state: State, query: str, *, by: DecidedBy, note: str = "", side: Side | None = None
    ) -> dict[str, Any]:
        """Plans a search for keyframes that match; `side` asks for what comes after or before them."""
        call = {"query": query, "video": state["scope"], "start": state["start"], "end": state["end"]}
        update = self._run(state, DEFAULT_TOOL, [call], query, by=by, note=note)
        return update | {"query": query, "side": side, "sought": state.get("sought") or query}

    def _find_sequence(self, state: State, sequence: str, *, by: DecidedBy, note: str = "") -> dict[str, Any]:
        """Plans a search for events in their order; times that a correction names are those of the last video."""
        try:
            names_times = any(span != Span() for span in parse_event_query(sequence).spans)
        except EventQueryError:
            names_times = False  # the tool says what is wrong
        last = state.get("last")
        video = last["video_id"] if names_times and last else state["scope"]
        call = {"sequence": sequence, "video": video}
        return self._run(state, "find_events", [call], sequence, by=by, note=note) | {"sequence": sequence}

    def describe_beside(self, state: State, stretch: dict[str, Any], side: Side) -> dict[str, Any]:
        """Plans to describe what lies after or before a stretch (`video`, `start`, `end`) of a video."""
        after = side == "after"
        seconds = self._options.beside_seconds
        start = stretch["end"] if after else max(0.0, stretch["start"] - seconds)
        call = {"video": stretch["video"], "start": start, "end": start + seconds if after else stretch["start"]}
        return self._run(state, "describe", [call], "", by="rule")

    def _slots_of_place(self, video_id: str, seconds: float | None) -> dict[str, Any]:
        """The slots of a call about a whole video, or about the keyframe nearest to a time in it."""
        if seconds is None:
            return {"video": video_id}
        nearest = min(self._frames.keyframes(video_id), key=lambda keyframe: abs(keyframe.seconds - seconds))
        return {"video": video_id, "start": nearest.seconds, "end": nearest.seconds + self._options.compared_seconds}

    def _run(
        self,
        state: State,
        tool: str,
        calls: Sequence[dict[str, Any]],
        what: object,
        *,
        by: DecidedBy,
        note: str = "",
    ) -> dict[str, Any]:
        """Returns the update of the state that makes `act` run a tool, once or for several moments."""
        # A call about a moment does not say of which stretch; the step does, and names the calls beside the first.
        stretch = {"start": state["start"], "end": state["end"]} if "moment" in calls[0] else {}
        arguments = {**calls[0], **stretch, "also": list(calls[1:]) or None}
        step = record_step(state, tool, arguments, note, by, tool, what)
        tool_calls = [{"name": tool, "args": c, "id": uuid.uuid4().hex, "type": "tool_call"} for c in calls]
        message = AIMessage(content="", tool_calls=tool_calls)
        return {"tool": tool, "steps": [*state["steps"], step], "messages": [message]}

    def _fill(self, asked: str, tool: str, slot: str) -> str | None:
        return self._core.fill(asked, tool, [slot]).get(slot)

    def _sample_frames(self, state: State) -> list[Keyframe]:
        """A few keyframes spread evenly over the named range of each video in scope."""
        videos = [v.video_id for v in self._frames.videos() if state["scope"] in (None, v.video_id)]
        per_video = max(1, self._options.answer_frames // max(1, len(videos)))
        sampled = []
        for video_id in videos[: self._options.sampled_videos]:
            frames = self._frames.keyframes(video_id, state["start"], state["end"])
            count = min(per_video, len(frames))
            sampled += [frames[(2 * i + 1) * len(frames) // (2 * count)] for i in range(count)]
        return sampled
