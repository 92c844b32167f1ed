"""The fixed graph: understand, act, look, answer, and at most once reflect. The core decides in it."""

from __future__ import annotations

import re
import uuid
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, TypedDict

from langchain_core.messages import AIMessage, AnyMessage, RemoveMessage, ToolMessage
from langgraph.config import get_stream_writer
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import REMOVE_ALL_MESSAGES, add_messages
from langgraph.prebuilt import ToolNode

from assistant.agent import sentences
from assistant.agent.records import Condition, Reply, Step, reply_to_row
from tools.count import count_tool
from tools.describe import describe_tool
from tools.events import find_events_tool, split_events
from tools.frames import FindFramesOptions, find_frames_tool
from tools.ground import ground_tool
from tools.look import look_tool
from tools.moments import Seen, merge
from tools.ports import Turn
from tools.text import ALL_LINES, read_text_tool
from tools.types import EventMoment, EventSequence, Evidence, Keyframe

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool

    from assistant.agent.records import DecidedBy, Options
    from tools.ports import Core, FrameIndex, TextIndex, Translator

DEFAULT_TOOL = "find_frames"
_SLOTS = {"find_frames": "query", "find_events": "sequence", "read_text": "query", "count": "phrase"}
_WHEN = re.compile(r"\b(when|what time|where in the video)\b|khi nào|lúc nào|\bfind\b|\bshow me\b", re.IGNORECASE)
_AT = re.compile(r"\b(?:at|lúc|giây(?: thứ)?)\s+(?:second\s+)?(\d+(?:\.\d+)?)\s*(?:s\b|sec|giây)?", re.IGNORECASE)
_AT_START = re.compile(r"\bat the (?:start|beginning)\b|\bat first\b|lúc đầu|ban đầu|đầu video", re.IGNORECASE)
_AT_END = re.compile(r"\bat the end\b|cuối video|lúc cuối", re.IGNORECASE)
_EDGE_SECONDS = 3.0


class State(TypedDict, total=False):
    """Ids and facts of one turn; `replies` and `turns` live on from turn to turn."""

    messages: Annotated[list[AnyMessage], add_messages]
    question: str
    asked: str  # standalone, in English
    language: str
    video_id: str | None
    tool: str
    query: str
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
        language = state["language"]
        english = self._translate(state["question"], language, "en")
        history = [Turn(**turn) for turn in state.get("turns", [])[-self._options.history :]]
        asked = self._core.rewrite(english, history) if history else english
        start, end = self._range(state["question"], state["video_id"])
        step = self._step(state, "understand", {"asked": asked}, asked, "core" if history else "rule", "understand")
        fresh = {"round": 0, "steps": [step], "candidates": [], "messages": [RemoveMessage(REMOVE_ALL_MESSAGES)]}
        return {"asked": asked, "start": start, "end": end, **fresh}

    def plan(self, state: State) -> dict[str, Any]:
        asked = state["asked"]
        choice = self._core.choose(asked, {name: tool.description for name, tool in self._tools.items()})
        by: DecidedBy = "core" if choice.margin >= self._options.min_margin else "default"
        tool = choice.name if by == "core" else DEFAULT_TOOL
        if len(split_events(asked)) > 1:
            tool, by = "find_events", "rule"
        if tool in ("ground", "look"):  # they need a moment, which only frames can bring
            tool, by = DEFAULT_TOOL, "default"
        slot = _SLOTS.get(tool)
        filled = self._core.fill(asked, tool, [slot]) if slot and tool != "find_events" else {}
        query = filled.get(slot or "", ALL_LINES if tool == "read_text" else asked)
        arguments: dict[str, Any] = {slot: query} if slot else {}
        arguments["video"] = state["video_id"]
        if tool in ("find_frames", "describe", "count"):
            arguments |= {"start": state["start"], "end": state["end"]}
        step = self._step(state, tool, arguments, f"{choice.name} {choice.probability:.2f}", by, "act", query)
        return {"tool": tool, "query": query, "steps": [*state["steps"], step], "messages": [_call(tool, arguments)]}

    def look(self, state: State) -> dict[str, Any]:
        found = self._found(state)
        if state["tool"] != DEFAULT_TOOL or not found:
            return {}
        keyframes = self._keyframes([e for e in found if isinstance(e, Evidence)])
        verified = self._core.verify(state["query"], keyframes)
        candidates = [{"frame": asdict(k), "score": float(p)} for k, p in zip(keyframes, verified, strict=True)]
        best = max(verified, default=0.0)
        summary = f"best P(yes) {best:.2f}"
        step = self._step(state, "verify", {"statement": state["query"]}, summary, "core", "look", len(keyframes))
        return {"candidates": candidates, "steps": [*state["steps"], step]}

    def enough(self, state: State) -> str:
        best = max((c["score"] for c in state["candidates"]), default=0.0)
        short = state["tool"] == DEFAULT_TOOL and best < self._options.min_verified
        return "reflect" if short and state["round"] == 0 and state["query"] != state["asked"] else "answer"

    def reflect(self, state: State) -> dict[str, Any]:
        """The whole question in place of the slot: a slot that lost a word is the usual reason to find nothing."""
        arguments = {"query": state["asked"], "video": state["video_id"], "start": state["start"], "end": state["end"]}
        step = self._step(state, DEFAULT_TOOL, arguments, "widened", "rule", "widen")
        return {
            "round": 1,
            "query": state["asked"],
            "steps": [*state["steps"], step],
            "messages": [_call(DEFAULT_TOOL, arguments)],
        }

    def answer(self, state: State) -> dict[str, Any]:
        reply, short = self._reply(state)
        turn = {"question": state["asked"], "answer": short}
        return {
            "replies": [*state.get("replies", []), reply_to_row(reply)],
            "turns": [*state.get("turns", []), turn][-self._options.history :],
        }

    def _reply(self, state: State) -> tuple[Reply, str]:
        """The reply, and its short form in English for the memory."""
        language: Any = state["language"]
        found, tool = self._found(state), state["tool"]
        evidence = tuple(e for e in found if isinstance(e, Evidence))[: self._options.evidence]
        sequences = tuple(s for s in found if isinstance(s, EventSequence))
        conditions: tuple[Condition, ...] = ()
        confidence, text, short = 0.0, "", ""
        if not self._frames.videos():
            text = sentences.say("empty", language)
        elif tool == "find_events" and sequences:
            sequences, conditions, confidence = self._checked(sequences[0])
            if confidence >= self._options.min_confidence:
                text = sentences.sequence_sentence(sequences[0], language)
                short = "yes"
        elif tool == "read_text" and evidence:
            confidence = max(e.score for e in evidence)
            if confidence >= self._options.min_confidence:
                text, short = sentences.lines_sentence(evidence, language), "yes"
        elif tool == "describe" and evidence:
            confidence = max(e.score for e in evidence)
            told = "; ".join(self._translate(e.text or "", "en", language) for e in evidence)
            text = sentences.answer_sentence(told, evidence, language)
        elif tool == DEFAULT_TOOL:
            text, short, confidence, evidence, conditions = self._from_frames(state, evidence)
        text = text or sentences.unknown_sentence(evidence, language)
        steps = tuple(Step(**s) for s in state["steps"])
        reply = Reply(state["question"], text, language, confidence, conditions, evidence, sequences, steps)
        return reply, short or "i don't know"

    def _from_frames(
        self, state: State, nearest: tuple[Evidence, ...]
    ) -> tuple[str, str, float, tuple[Evidence, ...], tuple[Condition, ...]]:
        """Sentence (empty: I don't know), short answer, confidence, evidence and conditions of the frames looked at."""
        language: Any = state["language"]
        seen = [Seen(Keyframe(**c["frame"]), c["score"]) for c in state["candidates"]]
        kept = [s for s in seen if s.score >= self._options.min_verified]
        verdict: Any = "seen" if kept else "not seen"
        conditions = (Condition(state["query"], verdict),)
        fixed_time = state["start"] is not None or state["end"] is not None
        moments = tuple(merge(kept, tool=DEFAULT_TOOL))[: self._options.evidence]
        verified = max((s.score for s in seen), default=0.0)
        if kept and _WHEN.search(state["question"]):
            at = f"at {moments[0].start_seconds:.0f} seconds"
            return sentences.moments_sentence(moments, language), at, verified, moments, conditions
        # A question about a named time is about those frames, whatever its statement's P(yes).
        pool = sorted(kept or seen, key=lambda s: -s.score)[: self._options.frames]
        answer = self._core.answer(state["asked"], [s.keyframe for s in pool])
        # Without a frame that shows what was asked, only "no" is an answer; and only at the sureness of its absence.
        sure = 1.0 if fixed_time else (verified if kept else (1.0 - verified) * (answer.text == "no"))
        # Each is a probability that this part is right; a chain is as sure as its product, its root keeps the scale.
        confidence = (answer.confidence * sure) ** 0.5
        if not answer.text or confidence < self._options.min_confidence:
            return "", "", confidence, moments or nearest, conditions
        shown = moments or tuple(merge(pool, tool=DEFAULT_TOOL))
        said = self._translate(answer.text, "en", language)
        return sentences.answer_sentence(said, shown, language), answer.text, confidence, shown, conditions

    def _checked(self, best: EventSequence) -> tuple[tuple[EventSequence, ...], tuple[Condition, ...], float]:
        """The sequence with the core's verdict on each event."""
        frames = {k.frame_index: k for k in self._frames.keyframes(best.video_id)}
        sure = [
            self._core.verify(m.event, [frames[m.frame_index]])[0] if m.frame_index in frames else 0.0
            for m in best.moments
        ]
        conditions = tuple(
            Condition(m.event, "seen" if p >= self._options.min_verified else "not seen")
            for m, p in zip(best.moments, sure, strict=True)
        )
        moments = tuple(EventMoment(**{**asdict(m), "score": p}) for m, p in zip(best.moments, sure, strict=True))
        sequence = EventSequence(best.video_id, best.score, best.certified, moments)
        return (sequence,), conditions, min(sure)

    def _range(self, question: str, video_id: str | None) -> tuple[float | None, float | None]:
        """Times by rule: `at 12 s`, `at the start`, `at the end` (of one video)."""
        if at := _AT.search(question):
            seconds = float(at[1])
            return max(0.0, seconds - 1.0), seconds + 1.0
        if _AT_START.search(question):
            return 0.0, _EDGE_SECONDS
        if _AT_END.search(question):
            videos = [v for v in self._frames.videos() if video_id in (None, v.video_id)]
            if len(videos) == 1:
                return max(0.0, videos[0].duration_seconds - _EDGE_SECONDS), videos[0].duration_seconds + 1.0
        return None, None

    def _keyframes(self, evidence: list[Evidence]) -> list[Keyframe]:
        known: dict[tuple[str, int], Keyframe] = {}
        for video_id in dict.fromkeys(e.video_id for e in evidence):
            known |= {(video_id, k.frame_index): k for k in self._frames.keyframes(video_id)}
        return [known[e.video_id, e.frame_index] for e in evidence if e.frame_index is not None]

    def _found(self, state: State) -> list[Any]:
        """The artifact of the last tool call, back from plain data where a checkpoint held it."""
        last = next((m for m in reversed(state["messages"]) if isinstance(m, ToolMessage)), None)
        return list(last.artifact or []) if last is not None and last.status != "error" else []

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


def _call(tool: str, arguments: dict[str, Any]) -> AIMessage:
    call = {"name": tool, "args": arguments, "id": uuid.uuid4().hex, "type": "tool_call"}
    return AIMessage(content="", tool_calls=[call])
