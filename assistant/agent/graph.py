"""The fixed graph: understand, plan, act, look, at most once reflect, answer. The core decides in it."""

from __future__ import annotations

import math
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, cast

from langgraph.graph import END, START, StateGraph
from langgraph.prebuilt import ToolNode

from assistant.agent import sentences
from assistant.agent.compose import Composer, ReplyDraft
from assistant.agent.conditions import names
from assistant.agent.plan import DEFAULT_TOOL, Plan
from assistant.agent.records import Step, evidence_from_row, evidence_to_row, reply_to_row
from assistant.agent.state import State, findings, told
from assistant.agent.times import without_range
from assistant.agent.understand import Understand
from tools.count import count_tool
from tools.describe import describe_tool
from tools.events.confirmation import placed_in_order
from tools.events.happenings import EventOccurrence, confirmed, timed
from tools.events.search import find_events_tool
from tools.events.verified import verified
from tools.find_frames import FindFramesOptions, find_frames_tool
from tools.find_unusual import find_unusual_tool
from tools.ground import ground_tool
from tools.look import look_tool
from tools.moments import ScoredKeyframe, merge
from tools.read_text import ALL_LINES, line_evidence, read_text_tool
from tools.types import EventSequence, Evidence, Keyframe, Spot

Finding = TypeVar("Finding", Evidence, EventSequence, Evidence | EventSequence)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from langchain_core.tools import BaseTool

    from assistant.agent.records import AgentOptions
    from tools.ports import Core, FrameIndex, Grounder, TextIndex, Translator

SIGHT = frozenset({"find_frames", "find_events", "look", "describe", "find_unusual"})
"""Tools whose findings rest on what is seen."""
GROUNDED = frozenset({"ground", "count"})
"""Tools that bring boxes; where they find none, or there is no model, the core looks."""


class Agent:
    """The nodes, over what they need."""

    def __init__(
        self,
        frames: FrameIndex,
        lines: TextIndex,
        core: Core,
        grounder: Grounder,
        translator: Translator | None,
        options: AgentOptions,
        calibration: Callable[[float], float] | None = None,
    ) -> None:
        self._calibration = calibration
        self._frames, self._lines, self._core, self._options = frames, lines, core, options

        def translate(text: str, source: str, target: str) -> str:
            if source == target or translator is None:
                return text
            return translator.translate(text, source=source, target=target)

        self._composer = Composer(frames, core, translate, options)
        self._understand = Understand(frames, core, translate, options)
        self.tools: dict[str, BaseTool] = {
            tool.name: tool
            for tool in (
                find_frames_tool(frames, FindFramesOptions()),
                find_events_tool(frames, placing=partial(placed_in_order, frames, core, videos=options.placed)),
                read_text_tool(frames, lines),
                ground_tool(frames, grounder),
                count_tool(frames, grounder),
                describe_tool(frames, core),
                look_tool(frames, core),
                find_unusual_tool(frames),
            )
        }
        self._plan = Plan(frames, core, self.tools, options)

    def compile(self, saver: Any) -> Any:
        """The graph with its checkpointer."""
        graph = StateGraph(State)
        graph.add_node("understand", self._understand)
        graph.add_node("plan", self._plan)
        graph.add_node("act", ToolNode(list(self.tools.values()), handle_tool_errors=False))
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

    def look(self, state: State) -> dict[str, Any]:
        """Yes or no for every frame that a search brought back, in one batch; then, of an event, when it goes on."""
        found = [one for one in findings(state) if isinstance(one, Evidence)]
        if state["tool"] != DEFAULT_TOOL or not found:
            return {}
        query = state["query"] or state["asked"]
        keyframes = self._keyframes(self._known(found))
        scores = verified(self._frames, self._core, query, keyframes)
        shown: Sequence[ScoredKeyframe] = [ScoredKeyframe(k, float(p)) for k, p in zip(keyframes, scores, strict=True)]
        summary = f"best P(yes) {max(scores, default=0.0):.2f}"
        steps = [told(state, "verify", {"statement": query}, summary, "core", "verify", len(keyframes))]
        happenings, shown = self._in_order(query, shown, state["start"] or 0.0, state["end"] or math.inf)
        if happenings:
            summary = f"goes on {happenings[0].evidence.score:.2f}"
            steps.append(told(state, "time", {"event": query}, summary, "core", "time", query))
        return {
            "candidates": [{"frame": asdict(one.keyframe), "score": one.score} for one in shown],
            "timed": None if happenings is None else [evidence_to_row(one.evidence) for one in happenings],
            "steps": [*state["steps"], *steps],
        }

    def _in_order(
        self, query: str, shown: Sequence[ScoredKeyframe], start: float, end: float
    ) -> tuple[list[EventOccurrence] | None, Sequence[ScoredKeyframe]]:
        """When an event goes on, and what shows it; None of what only stands there, and what was shown."""
        seen = [one for one in shown if one.score >= self._options.min_verified]
        # A frame need not show an event to lie beside it: where none is sure, the nearest in meaning are a start.
        near = [one.keyframe for one in seen or shown[: self._options.evidence]]
        found = timed(self._frames, self._core, query, near, tool=DEFAULT_TOOL)
        if found is None:
            return None, shown
        happenings = [
            one
            for one in found
            if start <= one.evidence.moment.start_seconds < end
            and ((seen and one.evidence.score >= self._options.sure) or self._is_confirmed(query, one))
        ]
        if happenings:
            return happenings, [frame for one in happenings for frame in one.frames]
        rest = [one for one in shown if one.score < self._options.min_verified]
        return [], [*confirmed(self._frames, self._core, query, seen), *rest]

    def _is_confirmed(self, event: str, happening: EventOccurrence) -> bool:
        """Whether the core, shown several frames, agrees with its model of time, where no other witness is sure."""
        best = max(happening.frames, key=lambda one: one.score)
        (told,) = confirmed(self._frames, self._core, event, [best])
        return told == best

    def enough(self, state: State) -> str:
        """Whether one more round is worth it, and still allowed."""
        if state["round"] > 0:
            return "answer"
        best = max((c["score"] for c in state["candidates"]), default=0.0)
        searched = state["tool"] == DEFAULT_TOOL
        # Whether an event happens was asked of several frames; in other words they would say the same.
        wider = state["timed"] is None and state["query"] != state["asked"]
        short = searched and best < self._options.min_verified and wider
        beside = state["side"] is not None and best >= self._options.min_verified
        failed = state["tool"] in GROUNDED and not findings(state)
        return "reflect" if (short and state["side"] is None) or beside or failed else "answer"

    def reflect(self, state: State) -> dict[str, Any]:
        """What comes after the moment found; else another way to look: a tool that failed, a slot that lost a word."""
        if state["side"] is not None:
            seen = [ScoredKeyframe(Keyframe(**c["frame"]), c["score"]) for c in state["candidates"]]
            kept = [s for s in seen if s.score >= self._options.min_verified]
            best = (self._timed(state) or merge(kept, tool=DEFAULT_TOOL))[0]
            return self._plan.tell(state, _stretch((best,)), state["side"]) | {"round": 1}
        if state["tool"] in GROUNDED:
            failure = str(state["messages"][-1].content)
            return self._plan.seek(state, by="default", note=failure, chosen="look") | {"round": 1}
        return self._plan.search(state, state["asked"], by="rule", note="widened") | {"round": 1}

    def answer(self, state: State) -> dict[str, Any]:
        """The reply, composed from the evidence."""
        steps = state["steps"]
        passages = self._passages(state)
        if passages:
            draft = self._composer.lines(passages, cast(Any, state["language"]))
            where = {"query": state["question"], "video": state["scope"]}
            summary = f"said at {passages[0].moment.start_seconds:.1f} s"
            step = told(state, "read_text", where, summary, "rule", "read_text", passages[0].text or "")
            steps = [*steps, step]
        else:
            draft = self._draft(state)
        reply = draft.reply(state["question"], state["language"], tuple(Step(**s) for s in steps), self._calibration)
        turn = {"question": state["asked"], "answer": draft.short or "i don't know"}
        sequences = [one for one in findings(state) if isinstance(one, EventSequence)]
        return {
            "replies": [*state.get("replies", []), reply_to_row(reply)],
            "turns": [*state.get("turns", []), turn][-self._options.history :],
            "focus": reply.evidence[0].moment.video_id if reply.evidence else state.get("focus"),
            "found": _stretch(reply.evidence) if draft.short and reply.evidence else state.get("found"),
            "last": {"text": state["sequence"], **asdict(sequences[0])} if sequences else state.get("last"),
        }

    def _passages(self, state: State) -> tuple[Evidence, ...]:
        """What is said of the question, where neither pictures nor the words it names have answered it.

        The question as it was typed: lines are in the language of the video, not of the core.
        """
        searched = state["steps"][-1]["arguments"].get("query", ALL_LINES) if state["tool"] == "read_text" else None
        if searched is not None and searched != ALL_LINES and findings(state):
            return ()
        verified = max((c["score"] for c in state["candidates"]), default=0.0) >= self._options.min_verified
        if verified and names(state["asked"], state["query"] or ""):
            return ()
        lines = self._lines.passages(state["question"], video_id=state["scope"], limit=self._options.evidence)
        kept = [line for line in lines if line.score >= self._options.min_passage]
        return tuple(
            line_evidence(line, self._frames.keyframes(line.video_id, line.start_seconds, line.end_seconds + 1.0))
            for line in kept
        )

    def _draft(self, state: State) -> ReplyDraft:
        language: Any = state["language"]
        found, tool = findings(state), state["tool"]
        evidence = tuple(one for one in found if isinstance(one, Evidence))
        if tool in SIGHT:
            known = self._known(found)
            if found and not known:
                return self._composer.outside(without_range(state["asked"]), evidence, language)
            found, evidence = known, tuple(one for one in known if isinstance(one, Evidence))
        sequences = tuple(one for one in found if isinstance(one, EventSequence))
        compose = self._composer
        if not self._frames.videos():
            return ReplyDraft(sentences.Said(*[sentences.say("empty", language)] * 2))
        if tool == "find_events" and sequences and (order := state["order"]) is not None:
            return compose.ordered(order, sequences, language)
        if tool == "find_events" and sequences:
            return compose.sequence(sequences[0], language)
        if tool == "read_text":
            return compose.lines(evidence, language)
        if state["pair"] is not None and evidence:
            sides = self._sides(state["pair"], evidence)
            if all(sides):
                return compose.compared(*sides, language)
        if tool == "describe" and evidence:
            return compose.told(evidence, language, state["query"] if state["side"] else None)
        if tool == "find_unusual" and evidence:
            return compose.unusual(evidence, language)
        if tool == "ground" and evidence:
            return compose.pointed(evidence, language)
        if tool in ("look", "count") and evidence:
            return compose.looked(evidence, language)
        seen = [ScoredKeyframe(Keyframe(**c["frame"]), c["score"]) for c in state["candidates"]]
        bare = without_range(state["asked"])
        sought = state["sought"] or bare
        if moments := self._timed(state):
            return compose.happened(bare, state["question"], state["query"] or bare, moments, seen, language)
        event = state["timed"] is not None
        return compose.searched(bare, state["question"], sought, seen, evidence, language, event=event)

    def _timed(self, state: State) -> list[Evidence]:
        return [evidence_from_row(row) for row in state["timed"] or ()]

    def _sides(
        self, pair: Sequence[tuple[str, float | None]], evidence: Sequence[Evidence]
    ) -> tuple[tuple[Evidence, ...], tuple[Evidence, ...]]:
        """What was told of the first and of the second of two places."""
        (first, at), (second, _) = pair
        if first != second:
            one, other = (tuple(e for e in evidence if e.moment.video_id == video_id) for video_id in (first, second))
            return one, other
        nearest = min(evidence, key=lambda e: abs(e.moment.start_seconds - (at or 0.0)))
        return (nearest,), tuple(e for e in evidence if e is not nearest)[:1]

    def _keyframes(self, evidence: Sequence[Evidence]) -> list[Keyframe]:
        spots: list[Spot] = [(e.moment.video_id, e.frame_index) for e in evidence if e.frame_index is not None]
        found = self._keyframes_at(spots)
        return [found[spot] for spot in spots]

    def _keyframes_at(self, spots: Iterable[Spot]) -> dict[Spot, Keyframe]:
        """Keyframes by video and frame index; a spot without a frame is left out."""
        wanted = set(spots)
        return {
            (video_id, k.frame_index): k
            for video_id in dict.fromkeys(video_id for video_id, _ in wanted)
            for k in self._frames.keyframes(video_id)
            if (video_id, k.frame_index) in wanted
        }

    def _known(self, found: Sequence[Finding]) -> list[Finding]:
        """The findings that rest on pictures of the kind that the core was trained on."""
        spots = [_spots(finding) for finding in found]
        frames = self._keyframes_at(spot for finding_spots in spots for spot in finding_spots)
        in_domain = dict(zip(frames, self._core.in_domain(list(frames.values())), strict=True))
        return [
            finding
            for finding, finding_spots in zip(found, spots, strict=True)
            if any(in_domain.get(spot, True) for spot in finding_spots)
        ]


def _spots(finding: Evidence | EventSequence) -> list[Spot]:
    """The keyframes that a finding rests on; a missed event has none."""
    if isinstance(finding, EventSequence):
        return [(finding.video_id, m.frame_index) for m in finding.moments if m.frame_index is not None]
    return [] if finding.frame_index is None else [(finding.moment.video_id, finding.frame_index)]


def _stretch(evidence: Sequence[Evidence]) -> dict[str, Any]:
    """The stretch of the first one's video that evidence spans; of moments that are alternatives, the first."""
    chain = evidence if evidence[0].tool == "find_events" else evidence[:1]
    start = min(one.moment.start_seconds for one in chain)
    return {"video": evidence[0].moment.video_id, "start": start, "end": max(one.moment.end_seconds for one in chain)}
