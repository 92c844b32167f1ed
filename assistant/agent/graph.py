"""The fixed graph: understand, act, look, reflect at most once, answer; again for each further part of the question.

It names no tool and no kind of question: those are `assistant.agent.intents`.
"""

from __future__ import annotations

import math
import uuid
from dataclasses import asdict, replace
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from langchain_core.messages import AIMessage
from langgraph.graph import END, START, StateGraph
from langgraph.prebuilt import ToolNode

from assistant.agent.answer import Answering
from assistant.agent.conditions import find_circumstances
from assistant.agent.conversation import empty_library_sentence
from assistant.agent.cores.pocket_guards import question_names
from assistant.agent.intents import BY_NAME
from assistant.agent.intents.base import Findings, Plan, Planning, Scope
from assistant.agent.intents.usual import DESCRIBES, READS, compose_usual
from assistant.agent.joining import join_replies, qualify
from assistant.agent.named_things import NamedThings
from assistant.agent.question.followups import turn_mentions
from assistant.agent.question.reading import Reading
from assistant.agent.records import ReplyDraft, Step, evidence_from_row, evidence_to_row, reply_from_row, reply_to_row
from assistant.agent.state import State, collect_findings, record_step
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
from tools.odds import count_pictures
from tools.read_text import ALL_LINES, line_evidence, read_text_tool
from tools.types import EventSequence, Evidence, Keyframe, Line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from langchain_core.tools import BaseTool

    from assistant.agent.options import AgentOptions
    from tools.ports import FrameIndex, Grounder, Looker, NameIndex, Planner, TextIndex

SEEN = "find_frames"
"""The tool under which moments that were seen are stored, in replies and on the page."""


class Agent:
    """The nodes of the graph, but `understand`, which is an object of its own."""

    def __init__(
        self,
        frames: FrameIndex,
        lines: TextIndex,
        looker: Looker,
        planner: Planner,
        grounder: Grounder,
        options: AgentOptions,
        calibration: Callable[[float], float] | None = None,
        names: NameIndex | None = None,
    ) -> None:
        self._calibration = calibration
        self._named = None if names is None else NamedThings(names, frames, options)
        self._frames, self._lines, self._looker, self._options = frames, lines, looker, options

        def translate(text: str, source: str, target: str) -> str:
            return text if source == target else planner.translate(text, source=source, target=target)

        verify = partial(verify_sequences, frames, looker, videos=options.verified_videos)
        self._answering = Answering(frames, looker, translate, options)
        self.tools: dict[str, BaseTool] = {
            tool.name: tool
            for tool in (
                find_frames_tool(frames, FindFramesOptions()),
                find_events_tool(frames, verify=verify),
                read_text_tool(frames, lines),
                ground_tool(frames, grounder),
                count_tool(frames, grounder),
                describe_tool(frames, looker),
                look_tool(frames, looker),
                find_unusual_tool(frames),
            )
        }
        descriptions = {name: tool.description for name, tool in self.tools.items()}
        self._understand = Understand(frames, planner, descriptions, options)

    def compile(self, saver: Any) -> Any:
        """Compiles the graph, which keeps its state in the checkpointer `saver`."""
        graph = StateGraph(State)
        graph.add_node("understand", self._understand)
        graph.add_node("plan", self.plan)
        graph.add_node("act", ToolNode(list(self.tools.values()), handle_tool_errors=False))
        graph.add_node("look", self.look)
        graph.add_node("reflect", self.reflect)
        graph.add_node("answer", self.answer)
        graph.add_node("conclude", self.conclude)
        graph.add_edge(START, "understand")
        graph.add_edge("understand", "plan")
        graph.add_conditional_edges("plan", _needs_tool, {"act": "act", "answer": "answer"})
        graph.add_edge("act", "look")
        graph.add_conditional_edges("look", self.enough, {"answer": "answer", "reflect": "reflect"})
        graph.add_edge("reflect", "act")
        graph.add_conditional_edges("answer", _next_part, {"understand": "understand", "conclude": "conclude"})
        graph.add_edge("conclude", END)
        return graph.compile(checkpointer=saver)

    def plan(self, state: State) -> dict[str, Any]:
        """Plans the first round as the kind of the question does it."""
        reading = Reading.from_row(state["reading"])
        plan = BY_NAME[reading.kind].plan(reading, self._planning(state))
        update = self._run(state, plan, reading)
        return update | {"read_as": _read_as(plan, reading, _scope(state)), "sought": plan.query}

    def _run(self, state: State, plan: Plan, reading: Reading, *, note: str = "") -> dict[str, Any]:
        """Returns the update of the state that makes `act` run the calls of a plan."""
        if not plan.calls:
            return {"tool": plan.tool, "query": None, "messages": []}
        step = record_step(
            state, plan.called, dict(plan.calls[0]), note or reading.kind, reading.decided_by, plan.called, plan.what
        )
        calls = [
            {"name": plan.called, "args": dict(call), "id": uuid.uuid4().hex, "type": "tool_call"}
            for call in plan.calls
        ]
        return {
            "tool": plan.called,
            "query": plan.query if plan.verify else None,
            "steps": [*state["steps"], step],
            "messages": [AIMessage(content="", tool_calls=calls)],
        }

    def _planning(self, state: State, stretch: dict[str, Any] | None = None) -> Planning:
        pair: Any = state["pair"]
        return Planning(
            self._frames,
            self._options,
            _scope(state),
            cast(Any, state["language"]),
            stretch or state.get("found"),
            ((pair[0][0], pair[0][1]), (pair[1][0], pair[1][1])) if pair else None,
        )

    def look(self, state: State) -> dict[str, Any]:
        """Asks the core about every frame that a search returned, in one batch; then, of an event, when it happens."""
        evidence = [finding for finding in collect_findings(state) if isinstance(finding, Evidence)]
        query = state["query"]
        if query is None or not evidence:
            return {}
        keyframes = self._answering.verifier.frames_of(self._answering.verifier.in_domain(evidence))
        pictures = count_pictures(self._frames, state["scope"], state["start"], state["end"])
        probabilities = verify_frames(self._frames, self._looker, query, keyframes, pictures=pictures)
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
        occurrences = locate_occurrences(self._frames, self._looker, query, near, tool=SEEN)
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
        return [], [*verify_in_windows(self._frames, self._looker, query, seen), *uncertain]

    def _is_confirmed(self, event: str, occurrence: EventOccurrence) -> bool:
        """Whether the core, shown several frames, agrees with its event timer: needed if no other witness is sure."""
        best = max(occurrence.frames, key=lambda frame: frame.score)
        (confirmed_frame,) = verify_in_windows(self._frames, self._looker, event, [best])
        return confirmed_frame == best

    def enough(self, state: State) -> str:
        """The next node: `reflect` if one more round may help and is still allowed, else `answer`."""
        return "answer" if state["round"] > 0 or self._second_plan(state) is None else "reflect"

    def reflect(self, state: State) -> dict[str, Any]:
        """Plans the second round as the kind of the question does it."""
        reading, plan = Reading.from_row(state["reading"]), self._second_plan(state)
        failure = str(state["messages"][-1].content) if not collect_findings(state) else "widened"
        plan = plan or Plan("")
        return self._run(state, plan, reading, note=failure) | {"round": 1, "sought": state["sought"] or plan.query}

    def _second_plan(self, state: State) -> Plan | None:
        reading = Reading.from_row(state["reading"])
        intent = BY_NAME[reading.kind]
        best = max((c["score"] for c in state["candidates"]), default=0.0)
        is_seen = best >= self._options.min_verified
        if intent.beside:
            return intent.retry(reading, self._planning(state, self._seen_stretch(state))) if is_seen else None
        if state["query"] is None:
            return None if collect_findings(state) else intent.retry(reading, self._planning(state))
        # Whether an event happens was asked of several frames; in other words they would say the same.
        if is_seen or state["timed"] is not None:
            return None
        plan = intent.retry(reading, self._planning(state))
        return plan if plan is not None and plan.query != state["query"] else None

    def _seen_stretch(self, state: State) -> dict[str, Any]:
        """The stretch of the surest moment in which what was searched is seen."""
        seen = [s for s in _candidates(state) if s.score >= self._options.min_verified]
        return _stretch((_occurrences(state) or merge_into_moments(seen, tool=SEEN))[:1])

    def answer(self, state: State) -> dict[str, Any]:
        """Composes the reply to this part of the question, and keeps what the next may refer to."""
        reading = Reading.from_row(state["reading"])
        steps, language = state["steps"], cast(Any, state["language"])
        named = self._compose_named(state, reading)
        passages = self._find_passages(state) if named is None else ()
        if passages:
            draft = self._answering.compose_lines(passages, language)
            arguments = {"query": state["question"], "video": state["scope"]}
            summary = f"said at {passages[0].moment.start_seconds:.1f} s"
            step = record_step(state, "read_text", arguments, summary, "rule", "read_text", passages[0].text or "")
            steps = [*steps, step]
        else:
            draft = named or self._compose(state, reading)
        readings = state.get("readings", [])
        draft = qualify(draft, reading, readings, state["unread"], state["question"], language, self._options)
        draft = self._answering.localiser.draft(draft, language)
        reply = draft.complete(state["question"], language, (), self._calibration)
        sequences = [finding for finding in collect_findings(state) if isinstance(finding, EventSequence)]
        found = _stretch(reply.evidence) if draft.short and reply.evidence else state.get("found")
        sequence = state["messages"][-1] if state["messages"] else None
        return {
            "partial": [*state.get("partial", []), reply_to_row(reply)],
            "parts": state["parts"][1:],
            "steps": steps,
            "focus": reply.evidence[0].moment.video_id if reply.evidence else state.get("focus"),
            "found": found,
            "last": {"text": _sequence_text(state), **asdict(sequences[0])}
            if sequences and sequence
            else state.get("last"),
            "last_reading": self._remember(state, reading, draft.short),
        }

    def _remember(self, state: State, reading: Reading, answer: str) -> dict[str, Any] | None:
        """What the next question may refer to; small talk, for which no tool runs, leaves that as it was."""
        last = state.get("last_reading")
        if not state["tool"]:
            return last
        earlier = last["mentions"] if last and "mentions" in last else []
        mentions = list(dict.fromkeys([*turn_mentions(reading, answer), *earlier]))[: self._options.remembered_mentions]
        return {"reading": state["reading"], "answer": answer, "mentions": mentions, "around": state["around"]}

    def conclude(self, state: State) -> dict[str, Any]:
        """Joins the replies to the parts of the question into one."""
        replies = [reply_from_row(row) for row in state["partial"]]
        reply = join_replies(replies, state.get("left_out", ""))
        reply = replace(
            reply, question=state["question"], steps=tuple(Step(**s) for s in state["steps"]), read_as=state["read_as"]
        )
        turn = {"question": state["asked"], "answer": reply.short or "i don't know"}
        return {
            "replies": [*state.get("replies", []), reply_to_row(reply)],
            "turns": [*state.get("turns", []), turn][-self._options.history_turns :],
        }

    def _find_passages(self, state: State) -> tuple[Evidence, ...]:
        """Lines about the question, if neither pictures nor a search of the words that it names answered it.

        The question is searched as it was typed: lines are in the language of the video, not of the core.
        """
        if not state["tool"] or (
            state["tool"] in READS and collect_findings(state) and state["read_as"]["query"] != ALL_LINES
        ):
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

    def _compose_named(self, state: State, reading: Reading) -> ReplyDraft | None:
        """The draft by the names of a classifier; None where the core knows a picture, or the names do not answer."""
        findings = collect_findings(state)
        if self._named is None or not findings or state["tool"] in READS:
            return None
        if self._answering.verifier.in_domain(findings):
            return None
        intent, language = BY_NAME[reading.kind], cast(Any, state["language"])
        if state["tool"] in DESCRIBES:
            return self._named.compose_description(_scope(state), language)
        query = state["sought"]
        if not query or not (intent.asks_when or intent.expects == "verdict"):
            return None
        if find_circumstances(state["asked"], query):
            return None  # a name tells what is there, not where it is or with what
        return self._named.compose_presence(query, _scope(state), language, asks_when=intent.asks_when)

    def _compose(self, state: State, reading: Reading) -> ReplyDraft:
        """The draft of the kind of the question, else the usual one of the tool that ran."""
        language: Any = state["language"]
        findings = collect_findings(state)
        evidence = tuple(finding for finding in findings if isinstance(finding, Evidence))
        if not self._frames.videos() and state["tool"]:
            return ReplyDraft(empty_library_sentence(language))
        if state["tool"] in READS:
            return self._compose_known(state, reading, findings)
        known = self._answering.verifier.in_domain(findings)
        if findings and not known:
            if self._named is not None and state["sought"]:
                evidence = self._named.nearest(state["sought"], _scope(state)) or evidence
            return self._answering.compose_out_of_domain(state["asked"], evidence, language)
        draft = self._compose_known(state, reading, known)
        if len(known) < len(findings):
            return self._answering.with_coverage(draft, findings, known, language)
        return draft

    def _compose_known(
        self, state: State, reading: Reading, findings: Sequence[Evidence | EventSequence]
    ) -> ReplyDraft:
        """The draft for findings that the core can judge."""
        intent = BY_NAME[reading.kind]
        pair: Any = state["pair"]
        gathered = Findings(
            reading=reading,
            asked=state["asked"],
            question=state["question"],
            language=cast(Any, state["language"]),
            scope=_scope(state),
            evidence=tuple(finding for finding in findings if isinstance(finding, Evidence)),
            sequences=tuple(finding for finding in findings if isinstance(finding, EventSequence)),
            scored=tuple(_candidates(state)),
            occurrences=tuple(_occurrences(state)),
            is_event=state["timed"] is not None,
            query=state["sought"] or state["asked"],
            expects=intent.expects,
            asks_when=intent.asks_when,
            pair=pair,
            frames=self._frames,
            lines=self._lines,
            looker=self._looker,
            answering=self._answering,
            options=self._options,
        )
        return intent.compose(gathered) or compose_usual(state["tool"], gathered)


def _needs_tool(state: State) -> str:
    return "act" if state["messages"] else "answer"


def _next_part(state: State) -> str:
    return "understand" if state["parts"] else "conclude"


def _scope(state: State) -> Scope:
    return Scope(state["scope"], state["start"], state["end"], state["exact"])


def _read_as(plan: Plan, reading: Reading, scope: Scope) -> dict[str, Any]:
    """What a question was taken to ask, as the reply keeps it."""
    first = dict(plan.calls[0]) if plan.calls else {}
    query = next((first[name] for name in ("query", "phrase", "phrases", "sequence", "question") if name in first), "")
    return {
        "kind": reading.kind,
        "tool": plan.tool,
        "query": query or plan.query or "",
        **scope.slots,
        "calls": [dict(call) for call in plan.calls],
        "decided_by": reading.decided_by,
    }


def _sequence_text(state: State) -> str:
    return str(state["read_as"]["query"])


def _candidates(state: State) -> list[ScoredKeyframe]:
    return [ScoredKeyframe(Keyframe(**row["frame"]), row["score"]) for row in state["candidates"]]


def _occurrences(state: State) -> list[Evidence]:
    """The moments in which the query, an event, happens, surest first."""
    return [evidence_from_row(row) for row in state["timed"] or ()]


def _stretch(evidence: Sequence[Evidence]) -> dict[str, Any]:
    """The stretch that the events of a sequence span; of moments that are alternatives, the first."""
    chain = evidence if evidence[0].tool == "find_events" else evidence[:1]
    start = min(e.moment.start_seconds for e in chain)
    return {"video": evidence[0].moment.video_id, "start": start, "end": max(e.moment.end_seconds for e in chain)}
