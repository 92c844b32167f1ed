"""The fixed graph: understand, plan, act, look, at most once reflect, answer. The core decides in it."""

from __future__ import annotations

import re
import uuid
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, TypedDict, cast

from langchain_core.messages import AIMessage, AnyMessage, RemoveMessage, ToolMessage
from langgraph.config import get_stream_writer
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import REMOVE_ALL_MESSAGES, add_messages
from langgraph.prebuilt import ToolNode

from assistant.agent import sentences
from assistant.agent.compose import Composer, Draft
from assistant.agent.records import Step, reply_to_row
from assistant.agent.times import asks_after, named_range, without_range
from tools.count import count_tool
from tools.describe import describe_tool
from tools.events import find_events_tool, split_events
from tools.frames import FindFramesOptions, find_frames_tool
from tools.ground import ground_tool
from tools.look import look_tool
from tools.ports import Turn
from tools.text import ALL_LINES, line_evidence, read_text_tool
from tools.types import EventSequence, Evidence, Keyframe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langchain_core.tools import BaseTool

    from assistant.agent.records import DecidedBy, Options
    from tools.ports import Core, FrameIndex, TextIndex, Translator

DEFAULT_TOOL = "find_frames"
NEEDS_A_MOMENT = frozenset({"look", "ground"})
AFTER_SECONDS = 8.0  # how far "what happens after that?" looks


class State(TypedDict, total=False):
    """Ids and facts of one turn; `replies`, `turns` and `focus` live on from turn to turn."""

    messages: Annotated[list[AnyMessage], add_messages]
    question: str
    asked: str  # standalone, in English
    language: str
    video_id: str | None  # what the user chose
    scope: str | None  # what is searched: the user's choice, or the video that a follow-up is about
    focus: str | None  # the video of the last answer
    tool: str  # that ran last
    query: str | None
    after: bool  # the question is what comes after the query
    start: float | None
    end: float | None
    round: int
    steps: list[dict[str, Any]]
    candidates: list[dict[str, Any]]  # keyframes with P(yes)
    replies: list[dict[str, Any]]
    turns: list[dict[str, str]]  # what follow-ups are rewritten from: standalone question and short answer, in English


class Agent:
    """The nodes, over what they need."""

    def __init__(
        self, frames: FrameIndex, lines: TextIndex, core: Core, translator: Translator | None, options: Options
    ) -> None:
        self._frames, self._lines, self._core, self._options = frames, lines, core, options
        self._translator = translator
        self._composer = Composer(frames, core, self._translate, options)
        self._tools: dict[str, BaseTool] = {
            tool.name: tool
            for tool in (
                find_frames_tool(frames, FindFramesOptions()),
                find_events_tool(frames),
                read_text_tool(frames, lines),
                ground_tool(),
                count_tool(),
                describe_tool(frames, core),
                look_tool(frames, core),
            )
        }

    def compile(self, saver: Any) -> Any:
        """The graph with its checkpointer."""
        graph = StateGraph(State)
        graph.add_node("understand", self.understand)
        graph.add_node("plan", self.plan)
        graph.add_node("act", ToolNode(list(self._tools.values()), handle_tool_errors=False))
        graph.add_node("look", self.look)
        graph.add_node("reflect", self.reflect)
        graph.add_node("answer", self.answer)
        graph.add_edge(START, "understand")
        graph.add_edge("understand", "plan")
        graph.add_edge("plan", "act")
        graph.add_edge("act", "look")
        graph.add_conditional_edges("look", self.enough, {"answer": "answer", "reflect": "reflect"})
        graph.add_edge("reflect", "act")
        graph.add_edge("answer", END)
        return graph.compile(checkpointer=saver)

    def understand(self, state: State) -> dict[str, Any]:
        """Into English; a follow-up onto its own feet; the times that it names."""
        english = self._translate(state["question"], state["language"], "en")
        history = [Turn(**turn) for turn in state.get("turns", [])[-self._options.history :]]
        asked = self._core.rewrite(english, history) if history else english
        chosen = state["video_id"]
        scope = chosen if chosen is not None or asked == english else state.get("focus")
        start, end = named_range(f"{state['question']} {english}", self._duration(scope))
        step = self._step(
            state, "understand", {"asked": asked}, asked, "core" if history else "rule", "understand", asked
        )
        fresh = {"round": 0, "steps": [step], "candidates": [], "messages": [RemoveMessage(REMOVE_ALL_MESSAGES)]}
        return {"asked": asked, "scope": scope, "start": start, "end": end, "query": None, "after": False, **fresh}

    def plan(self, state: State) -> dict[str, Any]:
        """The tool and its slots: by the core, but for order that the question states in so many words."""
        asked = state["asked"]
        if (event := asks_after(asked)) is not None:
            return self._search(state, event, by="rule", after=True)
        if len(split_events(asked)) > 1:
            return self._run(state, "find_events", [{"sequence": asked, "video": state["scope"]}], asked, by="rule")
        choice = self._core.choose(asked, {name: tool.description for name, tool in self._tools.items()})
        by: DecidedBy = "core" if choice.margin >= self._options.min_margin else "default"
        tool = choice.name if by == "core" else DEFAULT_TOOL
        note = f"{choice.name} {choice.probability:.2f}"
        where = {"video": state["scope"]}
        when = {"start": state["start"], "end": state["end"]}
        if tool == "describe":
            return self._run(state, tool, [where | when], "", by=by, note=note)
        if tool == "find_events":
            return self._run(state, tool, [{"sequence": asked} | where], asked, by=by, note=note)
        if tool == "read_text":
            query = self._fill(asked, tool, "query") or ALL_LINES
            return self._run(state, tool, [{"query": query} | where], query, by=by, note=note)
        if tool == "count" and (phrase := self._fill(asked, tool, "phrase")):
            return self._run(state, tool, [{"phrase": phrase} | where | when], phrase, by=by, note=note)
        return self._seek(state, by=by, note=note, chosen=tool)

    def look(self, state: State) -> dict[str, Any]:
        """Yes or no for every frame that a search brought back, in one batch."""
        found = [one for one in self._found(state) if isinstance(one, Evidence)]
        if state["tool"] != DEFAULT_TOOL or not found:
            return {}
        query = state["query"] or state["asked"]
        keyframes = self._keyframes(found)
        verified = self._core.verify(query, keyframes)
        candidates = [{"frame": asdict(k), "score": float(p)} for k, p in zip(keyframes, verified, strict=True)]
        summary = f"best P(yes) {max(verified, default=0.0):.2f}"
        step = self._step(state, "verify", {"statement": query}, summary, "core", "verify", len(keyframes))
        return {"candidates": candidates, "steps": [*state["steps"], step]}

    def enough(self, state: State) -> str:
        """Whether one more round is worth it, and still allowed."""
        if state["round"] > 0:
            return "answer"
        best = max((c["score"] for c in state["candidates"]), default=0.0)
        searched = state["tool"] == DEFAULT_TOOL
        short = searched and best < self._options.min_verified and state["query"] != state["asked"]
        told = state["after"] and best >= self._options.min_verified
        failed = state["tool"] == "count" and not self._found(state)
        return "reflect" if (short and not state["after"]) or told or failed else "answer"

    def reflect(self, state: State) -> dict[str, Any]:
        """What comes after the moment found; else another way to look: a tool that failed, a slot that lost a word."""
        if state["after"]:
            best = max(state["candidates"], key=lambda c: c["score"])["frame"]
            start = best["seconds"] + 1.0
            call = {"video": best["video_id"], "start": start, "end": start + AFTER_SECONDS}
            return self._run(state, "describe", [call], "", by="rule", round=1)
        if state["tool"] == "count":
            return self._seek(state, by="default", note="not counted", chosen="look") | {"round": 1}
        return self._search(state, state["asked"], by="rule", note="widened") | {"round": 1}

    def answer(self, state: State) -> dict[str, Any]:
        """The reply, composed from the evidence."""
        steps = state["steps"]
        passages = self._passages(state)
        if passages:
            draft = self._composer.lines(passages, cast(Any, state["language"]))
            arguments = {"query": state["question"], "video": state["scope"]}
            what = passages[0].text or ""
            steps = [
                *steps,
                self._step(
                    state,
                    "read_text",
                    arguments,
                    f"said at {passages[0].start_seconds:.1f} s",
                    "rule",
                    "read_text",
                    what,
                ),
            ]
        else:
            draft = self._draft(state)
        reply = draft.reply(state["question"], state["language"], tuple(Step(**s) for s in steps))
        turn = {"question": state["asked"], "answer": draft.short or "i don't know"}
        return {
            "replies": [*state.get("replies", []), reply_to_row(reply)],
            "turns": [*state.get("turns", []), turn][-self._options.history :],
            "focus": reply.evidence[0].video_id if reply.evidence else state.get("focus"),
        }

    def _passages(self, state: State) -> tuple[Evidence, ...]:
        """What is said of the question, where neither pictures nor the words it names have answered it.

        The question as it was typed: lines are in the language of the video, not of the core.
        """
        searched = state["steps"][-1]["arguments"].get("query", ALL_LINES) if state["tool"] == "read_text" else None
        if searched is not None and searched != ALL_LINES and self._found(state):
            return ()
        verified = max((c["score"] for c in state["candidates"]), default=0.0) >= self._options.min_verified
        if verified and _names(state["asked"], state["query"] or ""):
            return ()
        lines = self._lines.passages(state["question"], video_id=state["scope"], limit=self._options.evidence)
        kept = [line for line in lines if line.score >= self._options.min_passage]
        return tuple(
            line_evidence(line, self._frames.keyframes(line.video_id, line.start_seconds, line.end_seconds + 1.0))
            for line in kept
        )

    def _draft(self, state: State) -> Draft:
        language: Any = state["language"]
        found, tool = self._found(state), state["tool"]
        evidence = tuple(one for one in found if isinstance(one, Evidence))
        sequences = tuple(one for one in found if isinstance(one, EventSequence))
        compose = self._composer
        if not self._frames.videos():
            return Draft(sentences.Said(*[sentences.say("empty", language)] * 2))
        if tool == "find_events" and sequences:
            return compose.sequence(sequences[0], language)
        if tool == "read_text":
            return compose.lines(evidence, language)
        if tool == "describe" and evidence:
            return compose.told(evidence, language, state["query"] if state["after"] else None)
        if tool == "look" and evidence:
            return compose.looked(evidence, language)
        seen = [(Keyframe(**c["frame"]), c["score"]) for c in state["candidates"]]
        bare = without_range(state["asked"])
        return compose.searched(bare, state["question"], state["query"] or bare, seen, evidence, language)

    def _seek(self, state: State, *, by: DecidedBy, note: str, chosen: str) -> dict[str, Any]:
        """Frames to look at: those that match what the question is about, or, where it names a time or no thing, a few
        spread over it.
        """
        query = self._fill(state["asked"], DEFAULT_TOOL, "query")
        timed = state["start"] is not None or state["end"] is not None
        if query and not (timed and chosen != DEFAULT_TOOL):
            return self._search(state, query, by=by, note=note)
        sampled = self._sample(state)
        if not sampled:
            return self._search(state, query or state["asked"], by=by, note=note)
        question = without_range(state["asked"])
        calls = [{"question": question, "moment": f"{k.video_id}@{k.seconds:.3f}"} for k in sampled]
        return self._run(state, "look", calls, len(calls), by=by, note=note)

    def _search(
        self, state: State, query: str, *, by: DecidedBy, note: str = "", after: bool = False
    ) -> dict[str, Any]:
        call = {"query": query, "video": state["scope"], "start": state["start"], "end": state["end"]}
        return self._run(state, DEFAULT_TOOL, [call], query, by=by, note=note) | {"query": query, "after": after}

    def _run(
        self,
        state: State,
        tool: str,
        calls: Sequence[dict[str, Any]],
        what: object,
        *,
        by: DecidedBy,
        note: str = "",
        round: int = 0,  # noqa: A002 - the state's word
    ) -> dict[str, Any]:
        """The state's change that makes `act` run a tool, once or on several moments."""
        step = self._step(state, tool, calls[0], note, by, tool, what)
        made = [{"name": tool, "args": c, "id": uuid.uuid4().hex, "type": "tool_call"} for c in calls]
        message = AIMessage(content="", tool_calls=made)
        return {"tool": tool, "round": round, "steps": [*state["steps"], step], "messages": [message]}

    def _fill(self, asked: str, tool: str, slot: str) -> str | None:
        return self._core.fill(asked, tool, [slot]).get(slot)

    def _sample(self, state: State) -> list[Keyframe]:
        """A few keyframes spread evenly over the named range of each video in scope."""
        videos = [v.video_id for v in self._frames.videos() if state["scope"] in (None, v.video_id)]
        many = max(1, self._options.frames // max(1, len(videos)))
        sampled = []
        for video_id in videos[: self._options.videos]:
            frames = self._frames.keyframes(video_id, state["start"], state["end"])
            count = min(many if len(videos) > 1 else self._options.frames, len(frames))
            sampled += [frames[(2 * i + 1) * len(frames) // (2 * count)] for i in range(count)]
        return sampled

    def _duration(self, video_id: str | None) -> float | None:
        """Of the video in scope, or of the only one."""
        videos = [v for v in self._frames.videos() if video_id in (None, v.video_id)]
        return videos[0].duration_seconds if len(videos) == 1 else None

    def _keyframes(self, evidence: Sequence[Evidence]) -> list[Keyframe]:
        known: dict[tuple[str, int], Keyframe] = {}
        for video_id in dict.fromkeys(e.video_id for e in evidence):
            known |= {(video_id, k.frame_index): k for k in self._frames.keyframes(video_id)}
        return [known[e.video_id, e.frame_index] for e in evidence if e.frame_index is not None]

    def _found(self, state: State) -> list[Any]:
        """The artifacts of the last round of tool calls; those that failed bring nothing."""
        found: list[Any] = []
        for message in reversed(state["messages"]):
            if not isinstance(message, ToolMessage):
                break
            if message.status != "error":
                found = [*(message.artifact or []), *found]
        return found

    def _translate(self, text: str, source: str, target: str) -> str:
        if source == target or self._translator is None:
            return text
        return self._translator.translate(text, source=source, target=target)

    def _step(
        self,
        state: State,
        tool: str,
        arguments: dict[str, Any],
        summary: str,
        by: DecidedBy,
        key: str,
        what: object = "",
    ) -> dict[str, Any]:
        language: Any = state["language"]
        shown = {k: v for k, v in arguments.items() if v is not None}
        step = Step(tool, shown, summary, by, sentences.say(f"say_{key}", language, what=what))
        row = asdict(step)
        get_stream_writer()(row)
        return row


def _names(question: str, query: str) -> bool:
    """Whether a search was for something that the question names: a core far from what it knows makes things up."""
    words = set(re.findall(r"\w+", question.lower()))
    return any(word in words for word in re.findall(r"\w{3,}", query.lower()))
