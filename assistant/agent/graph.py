"""The fixed graph: understand, plan, act, look, reflect at most once, answer. The core decides within it."""

from __future__ import annotations

import math
from dataclasses import asdict, replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, cast

from langgraph.graph import END, START, StateGraph
from langgraph.prebuilt import ToolNode

from assistant.agent.answer import Answering, Search
from assistant.agent.conversation import empty_library_sentence
from assistant.agent.cores.pocket_guards import question_names
from assistant.agent.plan import DEFAULT_TOOL, Plan
from assistant.agent.records import ReplyDraft, Step, evidence_from_row, evidence_to_row, reply_to_row
from assistant.agent.state import State, collect_findings, record_step
from assistant.agent.times import without_range
from assistant.agent.understand import Understand
from tools.count import count_tool
from tools.describe import describe_tool
from tools.events.verification import EventOccurrence, locate_occurrences, verify_frames, verify_in_windows
from tools.events.verified_search import verify_sequences
from tools.find_events import find_events_tool
from tools.find_frames import FindFramesOptions, find_frames_tool
from tools.find_unusual import find_unusual_tool
from tools.ground import ground_tool
from tools.look import look_tool
from tools.moments import ScoredKeyframe, merge_into_moments
from tools.read_text import ALL_LINES, line_evidence, read_text_tool
from tools.types import EventSequence, Evidence, Keyframe, Line

Finding = TypeVar("Finding", Evidence, EventSequence, Evidence | EventSequence)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from langchain_core.tools import BaseTool

    from assistant.agent.options import AgentOptions
    from tools.ports import Core, FrameIndex, Grounder, TextIndex, Translator

SIGHT = frozenset({"find_frames", "find_events", "look", "describe", "find_unusual"})
"""Tools whose findings rest on what is seen."""
GROUNDED = frozenset({"ground", "count"})
"""Tools that return boxes; if they find none, or there is no model, the core looks."""


class Agent:
    """The nodes of the graph, but `understand` and `plan`, which are objects of their own."""

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

        verify = partial(verify_sequences, frames, core, videos=options.verified_videos)
        self._answering = Answering(frames, core, translate, options)
        self._understand = Understand(frames, core, translate, options)
        self.tools: dict[str, BaseTool] = {
            tool.name: tool
            for tool in (
                find_frames_tool(frames, FindFramesOptions()),
                find_events_tool(frames, verify=verify),
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
        """Compiles the graph, which keeps its state in the checkpointer `saver`."""
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
        """Asks the core about every frame that a search returned, in one batch; then, of an event, when it happens."""
        evidence = [finding for finding in collect_findings(state) if isinstance(finding, Evidence)]
        if state["tool"] != DEFAULT_TOOL or not evidence:
            return {}
        query = state["query"] or state["asked"]
        keyframes = self._answering.verifier.frames_of(self._answering.verifier.in_domain(evidence))
        probabilities = verify_frames(self._frames, self._core, query, keyframes)
        scored: Sequence[ScoredKeyframe] = [
            ScoredKeyframe(keyframe, float(p)) for keyframe, p in zip(keyframes, probabilities, strict=True)
        ]
        summary = f"best P(yes) {max(probabilities, default=0.0):.2f}"
        steps = [record_step(state, "verify", {"statement": query}, summary, "core", "verify", len(keyframes))]
        occurrences, scored = self._time_event(query, scored, state["start"] or 0.0, state["end"] or math.inf)
        if occurrences:
            summary = f"goes on {occurrences[0].evidence.score:.2f}"
            steps.append(record_step(state, "time", {"event": query}, summary, "core", "time", query))
        timed_rows = None if occurrences is None else [evidence_to_row(event.evidence) for event in occurrences]
        return {
            "candidates": [{"frame": asdict(s.keyframe), "score": s.score} for s in scored],
            "timed": timed_rows,
            "steps": [*state["steps"], *steps],
        }

    def _time_event(
        self, query: str, scored: Sequence[ScoredKeyframe], start: float, end: float
    ) -> tuple[list[EventOccurrence] | None, Sequence[ScoredKeyframe]]:
        """Returns the occurrences of an event that begin in `[start, end)`, and their frames.

        If the query is no event, returns None and the frames as they came. If it is an event that does not happen,
        returns no occurrence, and the frames with P(yes) of the windows around them.
        """
        seen = [s for s in scored if s.score >= self._options.min_verified]
        # A frame need not show an event to lie beside it: where none is sure, the nearest in meaning are a start.
        near = [s.keyframe for s in seen or scored[: self._options.shown_moments]]
        occurrences = locate_occurrences(self._frames, self._core, query, near, tool=DEFAULT_TOOL)
        if occurrences is None:
            return None, scored
        min_seen = self._options.min_seen
        believed = [
            occurrence
            for occurrence in occurrences
            if start <= occurrence.evidence.moment.start_seconds < end
            and ((seen and occurrence.evidence.score >= min_seen) or self._is_confirmed(query, occurrence))
        ]
        if believed:
            return believed, [frame for occurrence in believed for frame in occurrence.frames]
        uncertain = [s for s in scored if s.score < self._options.min_verified]
        return [], [*verify_in_windows(self._frames, self._core, query, seen), *uncertain]

    def _is_confirmed(self, event: str, occurrence: EventOccurrence) -> bool:
        """Whether the core, shown several frames, agrees with its event timer: needed if no other witness is sure."""
        best = max(occurrence.frames, key=lambda frame: frame.score)
        (confirmed_frame,) = verify_in_windows(self._frames, self._core, event, [best])
        return confirmed_frame == best

    def enough(self, state: State) -> str:
        """The next node: `reflect` if one more round may help and is still allowed, else `answer`."""
        if state["round"] > 0:
            return "answer"
        best = max((c["score"] for c in state["candidates"]), default=0.0)
        is_seen, is_search = best >= self._options.min_verified, state["tool"] == DEFAULT_TOOL
        # Whether an event happens was asked of several frames; in other words they would say the same.
        can_widen = state["side"] is None and state["timed"] is None and state["query"] != state["asked"]
        beside_it = state["side"] is not None and is_seen
        failed = state["tool"] in GROUNDED and not collect_findings(state)
        return "reflect" if (is_search and not is_seen and can_widen) or beside_it or failed else "answer"

    def reflect(self, state: State) -> dict[str, Any]:
        """Plans the second round: what lies beside the moment found, or another way to look.

        Another way is to look instead of a tool that found nothing, or to search the whole question instead of a slot.
        """
        if state["side"] is not None:
            seen = [s for s in _candidates(state) if s.score >= self._options.min_verified]
            best = (_occurrences(state) or merge_into_moments(seen, tool=DEFAULT_TOOL))[0]
            return self._plan.describe_beside(state, _stretch((best,)), state["side"]) | {"round": 1}
        if state["tool"] in GROUNDED:
            failure = str(state["messages"][-1].content)
            return self._plan.select_frames(state, by="default", note=failure, chosen="look") | {"round": 1}
        return self._plan.search(state, state["asked"], by="rule", note="widened") | {"round": 1}

    def answer(self, state: State) -> dict[str, Any]:
        """Composes the reply from the evidence, and keeps what the next turn may refer to."""
        steps = state["steps"]
        passages = self._find_passages(state)
        if passages:
            draft = self._answering.compose_lines(passages, cast(Any, state["language"]))
            arguments = {"query": state["question"], "video": state["scope"]}
            summary = f"said at {passages[0].moment.start_seconds:.1f} s"
            step = record_step(state, "read_text", arguments, summary, "rule", "read_text", passages[0].text or "")
            steps = [*steps, step]
        else:
            draft = self._compose(state)
        draft = self._answering.localiser.draft(draft, cast(Any, state["language"]))
        reply = draft.complete(
            state["question"], cast(Any, state["language"]), tuple(Step(**s) for s in steps), self._calibration
        )
        turn = {"question": state["asked"], "answer": draft.short or "i don't know"}
        sequences = [finding for finding in collect_findings(state) if isinstance(finding, EventSequence)]
        return {
            "replies": [*state.get("replies", []), reply_to_row(reply)],
            "turns": [*state.get("turns", []), turn][-self._options.history_turns :],
            "focus": reply.evidence[0].moment.video_id if reply.evidence else state.get("focus"),
            "found": _stretch(reply.evidence) if draft.short and reply.evidence else state.get("found"),
            "last": {"text": state["sequence"], **asdict(sequences[0])} if sequences else state.get("last"),
        }

    def _find_passages(self, state: State) -> tuple[Evidence, ...]:
        """Lines about the question, if neither pictures nor a search of the words that it names answered it.

        The question is searched as it was typed: lines are in the language of the video, not of the core.
        """
        searched = state["steps"][-1]["arguments"].get("query", ALL_LINES) if state["tool"] == "read_text" else None
        if searched is not None and searched != ALL_LINES and collect_findings(state):
            return ()
        is_seen = max((c["score"] for c in state["candidates"]), default=0.0) >= self._options.min_verified
        if is_seen and question_names(state["asked"], state["query"] or ""):
            return ()
        lines = self._lines.passages(state["question"], video_id=state["scope"], limit=self._options.shown_moments)
        return tuple(
            line_evidence(line, self._frames_during(line)) for line in lines if line.score >= self._options.min_passage
        )

    def _frames_during(self, line: Line) -> list[Keyframe]:
        end = line.end_seconds + self._options.line_tail_seconds
        return self._frames.keyframes(line.video_id, line.start_seconds, end)

    def _compose(self, state: State) -> ReplyDraft:
        """The draft for the tool that ran and what it found."""
        language: Any = state["language"]
        findings, tool, answering = collect_findings(state), state["tool"], self._answering
        evidence = tuple(finding for finding in findings if isinstance(finding, Evidence))
        if tool in SIGHT | GROUNDED:
            known = answering.verifier.in_domain(findings)
            if findings and not known:
                return answering.compose_out_of_domain(without_range(state["asked"]), evidence, language)
            if len(known) < len(findings):
                draft = self._compose_known(state, known)
                return answering.with_coverage(draft, findings, known, language)
        return self._compose_known(state, findings)

    def _compose_known(self, state: State, findings: Sequence[Evidence | EventSequence]) -> ReplyDraft:
        """The draft for the tool that ran and findings that the core can judge."""
        language: Any = state["language"]
        tool, answering = state["tool"], self._answering
        evidence = tuple(finding for finding in findings if isinstance(finding, Evidence))
        sequences = tuple(finding for finding in findings if isinstance(finding, EventSequence))
        if not self._frames.videos():
            return ReplyDraft(empty_library_sentence(language))
        if tool == "find_events" and sequences and (order := state["order"]) is not None:
            return answering.compose_order(order, sequences, language)
        if tool == "find_events" and sequences:
            return answering.compose_sequence(sequences[0], language)
        if tool == "read_text":
            return answering.compose_lines(evidence, language)
        if state["pair"] is not None and evidence:
            sides = _split_sides(state["pair"], evidence)
            if all(sides):
                return answering.compose_comparison(*sides, language)
        if tool == "describe" and evidence:
            return answering.compose_description(evidence, language, state["query"] if state["side"] else None)
        if tool == "find_unusual" and evidence:
            return answering.compose_unusual(evidence, language)
        if tool == "ground" and evidence:
            return answering.compose_boxes(evidence, language)
        if tool in ("look", "count") and evidence:
            noun = str(state["steps"][-1]["arguments"].get("phrase", ""))
            return answering.compose_frame_answers(evidence, language, noun)
        asked = without_range(state["asked"])
        search = Search(
            asked=asked,
            question=state["question"],
            query=state["sought"] or asked,
            scored=_candidates(state),
            language=language,
            nearest=evidence,
            is_event=state["timed"] is not None,
            pictures=answering.verifier.count_pictures(state["scope"], state["start"], state["end"]),
        )
        if occurrences := _occurrences(state):
            query = state["query"] or asked
            return answering.compose_event(replace(search, query=query, occurrences=tuple(occurrences)))
        return answering.compose_search(search)


def _candidates(state: State) -> list[ScoredKeyframe]:
    return [ScoredKeyframe(Keyframe(**row["frame"]), row["score"]) for row in state["candidates"]]


def _occurrences(state: State) -> list[Evidence]:
    """The moments in which the query, an event, happens, surest first."""
    return [evidence_from_row(row) for row in state["timed"] or ()]


def _split_sides(
    pair: Sequence[tuple[str, float | None]], evidence: Sequence[Evidence]
) -> tuple[tuple[Evidence, ...], tuple[Evidence, ...]]:
    """The evidence of the first and of the second of two places that are compared."""
    (first, seconds), (second, _) = pair
    if first != second:
        of_first, of_second = (
            tuple(e for e in evidence if e.moment.video_id == video_id) for video_id in (first, second)
        )
        return of_first, of_second
    nearest = min(evidence, key=lambda e: abs(e.moment.start_seconds - (seconds or 0.0)))
    return (nearest,), tuple(e for e in evidence if e is not nearest)[:1]


def _stretch(evidence: Sequence[Evidence]) -> dict[str, Any]:
    """The stretch that the events of a sequence span; of moments that are alternatives, the first."""
    chain = evidence if evidence[0].tool == "find_events" else evidence[:1]
    start = min(e.moment.start_seconds for e in chain)
    return {"video": evidence[0].moment.video_id, "start": start, "end": max(e.moment.end_seconds for e in chain)}
