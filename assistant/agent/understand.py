"""The first node: what a question means, where and when it means it, and what of the turns before it goes on from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from langchain_core.messages import RemoveMessage
from langgraph.graph.message import REMOVE_ALL_MESSAGES

from assistant.agent.edits import edited
from assistant.agent.references import compared, named_result, named_video
from assistant.agent.state import State, told
from assistant.agent.times import Side, asks_around, asks_whether, named_range, without_stretch
from tools.events.query import EventQueryError, parse_event_query
from tools.ports import Turn
from tools.types import EventMoment

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.agent.records import AgentOptions, DecidedBy
    from tools.ports import Core, FrameIndex

_LETTERS = re.compile(r"[^\W\d_]")


class Named(NamedTuple):
    """What a question points at by rule: a video, a stretch of it, a result of the turn before."""

    text: str  # the rest of the question
    video_id: str | None = None
    start: float | None = None
    end: float | None = None
    place: int = 0


class Understand:
    """The node, over what it needs."""

    def __init__(
        self, frames: FrameIndex, core: Core, translate: Callable[[str, str, str], str], options: AgentOptions
    ) -> None:
        self._frames, self._core, self._translate, self._options = frames, core, translate, options

    def __call__(self, state: State) -> dict[str, Any]:
        """Into English; a follow-up onto its own feet; the places and times that it names."""
        edit = self._edit(state)
        named = Named(state["question"]) if edit else self._named(state)
        english = self._translate(named.text, state["language"], "en")
        history = [Turn(**turn) for turn in state.get("turns", [])[-self._options.history :]]
        again = bool(history) and not _LETTERS.search(named.text)  # "the second result", "only in the first minute"
        beside = None if again else self._beside_last(state, state["question"]) or self._beside_last(state, english)
        follows = bool(history) and edit is None and beside is None and not again
        standing = self._core.rewrite(english, history) if follows else english
        asked = edit or (history[-1].question if again else standing)
        chosen = state["video_id"] or named.video_id
        scope = chosen if chosen is not None or asked == english else state.get("focus")
        start, end = named.start, named.end
        if start is None and end is None and not edit:
            start, end = named_range(f"{state['question']} {english}", self._duration(scope))
        by: DecidedBy = "core" if follows else "rule"
        step = told(state, "understand", {"asked": asked}, asked, by, "understand", asked)
        fresh = {"round": 0, "steps": [step], "candidates": [], "timed": None}
        fresh["messages"] = [RemoveMessage(REMOVE_ALL_MESSAGES)]
        where: dict[str, Any] = {"scope": scope, "start": start, "end": end, "place": named.place}
        meant: dict[str, Any] = {"asked": asked, "edit": edit, "beside": beside, "pair": self._pair(state)}
        meant["order"] = None if edit else _order(asked)
        return where | meant | {"query": None, "sought": None, "side": None, "sequence": None, **fresh}

    def _pair(self, state: State) -> list[tuple[str, float | None]] | None:
        """Two moments or videos to be compared, as plain data."""
        videos = [video.video_id for video in self._frames.videos()]
        scope = state["video_id"] or state.get("focus") or (videos[0] if len(videos) == 1 else None)
        pair = compared(state["question"], videos, scope)
        return [(place.video_id, place.seconds) for place in pair] if pair else None

    def _named(self, state: State) -> Named:
        """What the question points at in so many words, and the rest of it."""
        video_ids = [video.video_id for video in self._frames.videos()]
        video_id, text = named_video(state["question"], video_ids)
        shown = state["replies"][-1]["evidence"] if state.get("replies") else []
        result = named_result(text, len(shown), state.get("place", 0))
        if result is None or result.place is None:
            return Named(without_stretch(text), video_id)
        moment_shown = shown[result.place]
        start, end = moment_shown["start_seconds"], moment_shown["end_seconds"]
        return Named(without_stretch(result.rest), moment_shown["video_id"], start, max(end, start + 1.0), result.place)

    def _edit(self, state: State) -> str | None:
        """The last sequence as the question corrects it; None if it corrects none."""
        if (last := state.get("last")) is None:
            return None
        moments = tuple(EventMoment(**moment) for moment in last["moments"])
        try:
            sequence = edited(
                state["question"],
                parse_event_query(last["text"]),
                moments,
                lambda words: self._translate(words, state["language"], "en"),
            )
        except EventQueryError:
            return None
        return sequence.text if sequence is not None else None

    def _beside_last(self, state: State, question: str) -> Side | None:
        """On which side of the last answer's stretch the question asks for what is there; None if it does not."""
        around = asks_around(question)
        return around.side if around is not None and around.event is None and state.get("found") else None

    def _duration(self, video_id: str | None) -> float | None:
        """Of the video in scope, or of the only one."""
        videos = [v for v in self._frames.videos() if video_id in (None, v.video_id)]
        return videos[0].duration_seconds if len(videos) == 1 else None


def _order(asked: str) -> tuple[str, str] | None:
    """Two single happenings whose order is asked about; None where a half is a sequence itself, or names a limit."""
    order = asks_whether(asked)
    try:
        return order if order is not None and parse_event_query("; ".join(order)).events == order else None
    except EventQueryError:
        return None
