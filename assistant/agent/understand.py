"""The first node: reads what a question means, where and when it means it, and which earlier turn it follows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from langchain_core.messages import RemoveMessage
from langgraph.graph.message import REMOVE_ALL_MESSAGES

from assistant.agent.edits import correct_sequence
from assistant.agent.references import compared, named_result, named_video
from assistant.agent.state import State, record_step
from assistant.agent.times import Side, asks_around, asks_whether, named_range, without_stretch
from tools.events.query import EventQueryError, parse_event_query
from tools.ports import Turn
from tools.types import EventMoment

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.agent.options import AgentOptions
    from assistant.agent.records import DecidedBy
    from tools.ports import FrameIndex, Planner

_LETTERS = re.compile(r"[^\W\d_]")


class PointedAt(NamedTuple):
    """What a question points at in so many words: a video, a stretch of it, a result of the turn before."""

    text: str  # the rest of the question
    video_id: str | None = None
    start: float | None = None
    end: float | None = None
    place: int = 0


class Understand:
    """The node `understand`."""

    def __init__(
        self, frames: FrameIndex, core: Planner, translate: Callable[[str, str, str], str], options: AgentOptions
    ) -> None:
        self._frames, self._core, self._translate, self._options = frames, core, translate, options

    def __call__(self, state: State) -> dict[str, Any]:
        """Translates the question into English, makes a follow-up stand alone, and reads places and times."""
        edit = self._read_edit(state)
        pointed_at = PointedAt(state["question"]) if edit else self._read_pointers(state)
        english = self._translate(pointed_at.text, state["language"], "en")
        history = [Turn(**turn) for turn in state.get("turns", [])[-self._options.history_turns :]]
        # "the second result" and "only in the first minute" ask the last question again.
        repeats = bool(history) and not _LETTERS.search(pointed_at.text)
        beside = None if repeats else self._side_of_last(state, state["question"]) or self._side_of_last(state, english)
        follows = bool(history) and edit is None and beside is None and not repeats
        standing = self._core.rewrite(english, history) if follows else english
        asked = edit or (history[-1].question if repeats else standing)
        chosen = state["video_id"] or pointed_at.video_id
        scope = chosen if chosen is not None or asked == english else state.get("focus")
        start, end = pointed_at.start, pointed_at.end
        if start is None and end is None and not edit:
            start, end = named_range(
                f"{state['question']} {english}",
                self._duration(scope),
                edge_seconds=self._options.edge_seconds,
                around_seconds=self._options.named_time_seconds,
            )
        by: DecidedBy = "core" if follows else "rule"
        step = record_step(state, "understand", {"asked": asked}, asked, by, "understand", asked)
        fresh = {"round": 0, "steps": [step], "candidates": [], "timed": None}
        fresh["messages"] = [RemoveMessage(REMOVE_ALL_MESSAGES)]
        where: dict[str, Any] = {"scope": scope, "start": start, "end": end, "place": pointed_at.place}
        meant: dict[str, Any] = {"asked": asked, "edit": edit, "beside": beside, "pair": self._read_pair(state)}
        meant["order"] = None if edit else _read_order(asked)
        return where | meant | {"query": None, "sought": None, "side": None, "sequence": None, **fresh}

    def _read_pair(self, state: State) -> list[tuple[str, float | None]] | None:
        """The two moments or videos that the question compares, as plain data; None if it compares nothing."""
        videos = [video.video_id for video in self._frames.videos()]
        scope = state["video_id"] or state.get("focus") or (videos[0] if len(videos) == 1 else None)
        pair = compared(state["question"], videos, scope)
        return [(place.video_id, place.seconds) for place in pair] if pair else None

    def _read_pointers(self, state: State) -> PointedAt:
        """What the question points at, and the rest of it."""
        video_ids = [video.video_id for video in self._frames.videos()]
        video_id, text = named_video(state["question"], video_ids)
        results = state["replies"][-1]["evidence"] if state.get("replies") else []
        pointed = named_result(text, len(results), state.get("place", 0))
        if pointed is None or pointed.place is None:
            return PointedAt(without_stretch(text), video_id)
        row = results[pointed.place]
        start, end = row["start_seconds"], row["end_seconds"]
        end = max(end, start + self._options.min_result_seconds)
        return PointedAt(without_stretch(pointed.rest), row["video_id"], start, end, pointed.place)

    def _read_edit(self, state: State) -> str | None:
        """The last sequence as the question corrects it; None if it corrects none."""
        if (last := state.get("last")) is None:
            return None
        moments = tuple(EventMoment(**moment) for moment in last["moments"])
        try:
            sequence = correct_sequence(
                state["question"],
                parse_event_query(last["text"]),
                moments,
                lambda words: self._translate(words, state["language"], "en"),
            )
        except EventQueryError:
            return None
        return sequence.canonical_text if sequence is not None else None

    def _side_of_last(self, state: State, question: str) -> Side | None:
        """On which side of the last answer's stretch the question asks for what is there; None if it does not."""
        around = asks_around(question)
        return around.side if around is not None and around.event is None and state.get("found") else None

    def _duration(self, video_id: str | None) -> float | None:
        """Of the video in scope, or of the only video of the library; None if there are several."""
        videos = [v for v in self._frames.videos() if video_id in (None, v.video_id)]
        return videos[0].duration_seconds if len(videos) == 1 else None


def _read_order(asked: str) -> tuple[str, str] | None:
    """Two single events whose order is asked about; None if either is a sequence itself, or names a limit."""
    order = asks_whether(asked)
    try:
        return order if order is not None and parse_event_query("; ".join(order)).events == order else None
    except EventQueryError:
        return None
