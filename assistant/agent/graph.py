"""The fixed graph: understand, plan, act, look, at most once reflect, answer. The core decides in it."""

from __future__ import annotations

import re
import uuid
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, TypedDict, cast

from langchain_core.messages import AIMessage, AnyMessage, RemoveMessage, ToolMessage
from langgraph.config import get_stream_writer
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import REMOVE_ALL_MESSAGES, add_messages
from langgraph.prebuilt import ToolNode

from assistant.agent import sentences
from assistant.agent.compose import Composer, Draft
from assistant.agent.edits import edited
from assistant.agent.records import Step, reply_to_row
from assistant.agent.references import compared, named_result, named_video
from assistant.agent.times import Side, asks_around, named_range, without_range, without_stretch
from tools.clock import moment
from tools.count import count_tool
from tools.describe import describe_tool
from tools.events import find_events_tool
from tools.frames import FindFramesOptions, find_frames_tool
from tools.ground import ground_tool
from tools.look import look_tool
from tools.moments import Seen, merge
from tools.ports import Turn
from tools.sequence import SequenceError, Span, read_sequence, split_events
from tools.text import ALL_LINES, line_evidence, read_text_tool
from tools.types import EventMoment, EventSequence, Evidence, Keyframe, Spot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from langchain_core.tools import BaseTool

    from assistant.agent.records import DecidedBy, Options
    from tools.ports import Core, FrameIndex, Grounder, TextIndex, Translator

DEFAULT_TOOL = "find_frames"
SIGHT = frozenset({"find_frames", "find_events", "look", "describe"})  # tools whose findings rest on what is seen
GROUNDED = frozenset({"ground", "count"})
"""Tools that bring boxes; where they find none, or there is no model, the core looks."""
_LETTERS = re.compile(r"[^\W\d_]")
SHOWN_SECONDS = 0.5  # what a moment to be compared takes in
AROUND_SECONDS = 8.0  # how far "what happened next?" and "what happened before that?" look


class Named(NamedTuple):
    """What a question points at by rule: a video, a stretch of it, a result of the turn before."""

    text: str  # the rest of the question
    video_id: str | None = None
    start: float | None = None
    end: float | None = None
    place: int = 0


class State(TypedDict, total=False):
    """Ids and facts of one turn; `replies`, `turns` and `focus` live on from turn to turn."""

    messages: Annotated[list[AnyMessage], add_messages]
    question: str
    asked: str  # standalone, in English
    language: str
    video_id: str | None  # what the user chose
    scope: str | None  # what is searched: the user's choice, or the video that a follow-up is about
    focus: str | None  # the video of the last answer
    place: int  # which result of the turn before this turn is about, from 0
    tool: str  # that ran last
    query: str | None  # that is searched now
    sought: str | None  # that the core first made of the question
    side: Side | None  # the question is what comes after, or before, the query
    beside: Side | None  # the question is what lies on this side of the last answer
    pair: list[tuple[str, float | None]] | None  # two places to be compared: video, and seconds or all of it
    edit: str | None  # the last sequence as this question corrects it
    sequence: str | None  # that is searched now
    last: dict[str, Any] | None  # the sequence found last: its text, its video, its moments
    found: dict[str, Any] | None  # the stretch of the last answer: video, start, end
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
        self,
        frames: FrameIndex,
        lines: TextIndex,
        core: Core,
        grounder: Grounder,
        translator: Translator | None,
        options: Options,
        calibration: Callable[[float], float] | None = None,
    ) -> None:
        self._calibration = calibration
        self._frames, self._lines, self._core, self._options = frames, lines, core, options
        self._translator = translator
        self._composer = Composer(frames, core, self._translate, options)
        self._tools: dict[str, BaseTool] = {
            tool.name: tool
            for tool in (
                find_frames_tool(frames, FindFramesOptions()),
                find_events_tool(frames),
                read_text_tool(frames, lines),
                ground_tool(frames, grounder),
                count_tool(frames, grounder),
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
        step = self._step(state, "understand", {"asked": asked}, asked, by, "understand", asked)
        fresh = {"round": 0, "steps": [step], "candidates": [], "messages": [RemoveMessage(REMOVE_ALL_MESSAGES)]}
        known: dict[str, Any] = {
            "asked": asked,
            "scope": scope,
            "start": start,
            "end": end,
            "edit": edit,
            "beside": beside,
        }
        known |= {"place": named.place, "pair": self._pair(state)}
        return known | {"query": None, "sought": None, "side": None, "sequence": None, **fresh}

    def _pair(self, state: State) -> list[tuple[str, float | None]] | None:
        """Two moments or videos to be compared, as plain data."""
        videos = [video.video_id for video in self._frames.videos()]
        scope = state["video_id"] or state.get("focus") or (videos[0] if len(videos) == 1 else None)
        pair = compared(state["question"], videos, scope)
        return [(place.video_id, place.seconds) for place in pair] if pair else None

    def _stretch_of(self, video_id: str, seconds: float | None) -> dict[str, Any]:
        """A call's slots for a whole video, or for what is shown at a time."""
        if seconds is None:
            return {"video": video_id}
        nearest = min(self._frames.keyframes(video_id), key=lambda keyframe: abs(keyframe.seconds - seconds))
        return {"video": video_id, "start": nearest.seconds, "end": nearest.seconds + SHOWN_SECONDS}

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

    def plan(self, state: State) -> dict[str, Any]:
        """The tool and its slots: by the core, but for order that the question states in so many words."""
        asked = state["asked"]
        if state["edit"] is not None:
            return self._align(state, state["edit"], by="rule", note="corrected")
        if (side := state["beside"]) is not None and (stretch := state["found"]) is not None:
            return self._tell(state, stretch, side)
        if (pair := state["pair"]) is not None:
            return self._run(state, "describe", [self._stretch_of(*place) for place in pair], "", by="rule")
        if (around := asks_around(asked)) is not None and around.event is not None:
            return self._search(state, around.event, by="rule", side=around.side)
        if len(split_events(asked)) > 1:
            return self._align(state, asked, by="rule")
        choice = self._core.choose(asked, {name: tool.description for name, tool in self._tools.items()})
        by: DecidedBy = "core" if choice.margin >= self._options.min_margin else "default"
        tool = choice.name if by == "core" else DEFAULT_TOOL
        note = f"{choice.name} {choice.probability:.2f}"
        where = {"video": state["scope"]}
        when = {"start": state["start"], "end": state["end"]}
        if tool == "describe":
            return self._run(state, tool, [where | when], "", by=by, note=note)
        if tool == "find_events":
            return self._align(state, asked, by=by, note=note)
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
                limit=self._options.frames,
            )
            calls = [{"phrases": phrases, "moment": moment(hit.keyframe)} for hit in hits]
            if calls:
                return self._run(state, tool, calls, phrases, by=by, note=note)
        return self._seek(state, by=by, note=note, chosen=tool)

    def look(self, state: State) -> dict[str, Any]:
        """Yes or no for every frame that a search brought back, in one batch."""
        found = [one for one in self._found(state) if isinstance(one, Evidence)]
        if state["tool"] != DEFAULT_TOOL or not found:
            return {}
        query = state["query"] or state["asked"]
        keyframes = self._keyframes(self._known(found))
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
        told = state["side"] is not None and best >= self._options.min_verified
        failed = state["tool"] in GROUNDED and not self._found(state)
        return "reflect" if (short and state["side"] is None) or told or failed else "answer"

    def reflect(self, state: State) -> dict[str, Any]:
        """What comes after the moment found; else another way to look: a tool that failed, a slot that lost a word."""
        if state["side"] is not None:
            seen = [Seen(Keyframe(**c["frame"]), c["score"]) for c in state["candidates"]]
            best = merge([s for s in seen if s.score >= self._options.min_verified], tool=DEFAULT_TOOL)[0]
            return self._tell(state, _stretch((best,)), state["side"]) | {"round": 1}
        if state["tool"] in GROUNDED:
            failure = str(state["messages"][-1].content)
            return self._seek(state, by="default", note=failure, chosen="look") | {"round": 1}
        return self._search(state, state["asked"], by="rule", note="widened") | {"round": 1}

    def answer(self, state: State) -> dict[str, Any]:
        """The reply, composed from the evidence."""
        steps = state["steps"]
        passages = self._passages(state)
        if passages:
            draft = self._composer.lines(passages, cast(Any, state["language"]))
            where = {"query": state["question"], "video": state["scope"]}
            summary = f"said at {passages[0].start_seconds:.1f} s"
            step = self._step(state, "read_text", where, summary, "rule", "read_text", passages[0].text or "")
            steps = [*steps, step]
        else:
            draft = self._draft(state)
        reply = draft.reply(state["question"], state["language"], tuple(Step(**s) for s in steps), self._calibration)
        turn = {"question": state["asked"], "answer": draft.short or "i don't know"}
        sequences = [one for one in self._found(state) if isinstance(one, EventSequence)]
        return {
            "replies": [*state.get("replies", []), reply_to_row(reply)],
            "turns": [*state.get("turns", []), turn][-self._options.history :],
            "focus": reply.evidence[0].video_id if reply.evidence else state.get("focus"),
            "found": _stretch(reply.evidence) if draft.short and reply.evidence else state.get("found"),
            "last": {"text": state["sequence"], **asdict(sequences[0])} if sequences else state.get("last"),
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
        if tool in SIGHT:
            known = self._known(found)
            if found and not known:
                return self._composer.outside(without_range(state["asked"]), evidence, language)
            found, evidence = known, tuple(one for one in known if isinstance(one, Evidence))
        sequences = tuple(one for one in found if isinstance(one, EventSequence))
        compose = self._composer
        if not self._frames.videos():
            return Draft(sentences.Said(*[sentences.say("empty", language)] * 2))
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
        if tool == "ground" and evidence:
            return compose.pointed(evidence, language)
        if tool in ("look", "count") and evidence:
            return compose.looked(evidence, language)
        seen = [(Keyframe(**c["frame"]), c["score"]) for c in state["candidates"]]
        bare = without_range(state["asked"])
        return compose.searched(bare, state["question"], state["sought"] or bare, seen, evidence, language)

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
        calls = [{"question": question, "moment": moment(k)} for k in sampled]
        return self._run(state, "look", calls, len(calls), by=by, note=note)

    def _search(
        self, state: State, query: str, *, by: DecidedBy, note: str = "", side: Side | None = None
    ) -> dict[str, Any]:
        call = {"query": query, "video": state["scope"], "start": state["start"], "end": state["end"]}
        found = self._run(state, DEFAULT_TOOL, [call], query, by=by, note=note)
        return found | {"query": query, "side": side, "sought": state.get("sought") or query}

    def _align(self, state: State, sequence: str, *, by: DecidedBy, note: str = "") -> dict[str, Any]:
        """Events in their order; seconds that a correction names are those of the video it was about."""
        try:
            bound = any(span != Span() for span in read_sequence(sequence).spans)
        except SequenceError:
            bound = False  # the tool says what is wrong
        last = state.get("last")
        video = last["video_id"] if bound and last else state["scope"]
        call = {"sequence": sequence, "video": video}
        return self._run(state, "find_events", [call], sequence, by=by, note=note) | {"sequence": sequence}

    def _tell(self, state: State, stretch: dict[str, Any], side: Side) -> dict[str, Any]:
        """The free event beside a stretch of a video: what the core sees there."""
        after = side == "after"
        start = stretch["end"] if after else max(0.0, stretch["start"] - AROUND_SECONDS)
        call = {"video": stretch["video"], "start": start, "end": start + AROUND_SECONDS if after else stretch["start"]}
        return self._run(state, "describe", [call], "", by="rule")

    def _sides(
        self, pair: Sequence[tuple[str, float | None]], evidence: Sequence[Evidence]
    ) -> tuple[tuple[Evidence, ...], tuple[Evidence, ...]]:
        """What was told of the first and of the second of two places."""
        (first, at), (second, _) = pair
        if first != second:
            one, other = (tuple(e for e in evidence if e.video_id == video_id) for video_id in (first, second))
            return one, other
        nearest = min(evidence, key=lambda e: abs(e.start_seconds - (at or 0.0)))
        return (nearest,), tuple(e for e in evidence if e is not nearest)[:1]

    def _edit(self, state: State) -> str | None:
        """The last sequence as the question corrects it; None if it corrects none."""
        if (last := state.get("last")) is None:
            return None
        moments = tuple(EventMoment(**moment) for moment in last["moments"])
        try:
            sequence = edited(
                state["question"],
                read_sequence(last["text"]),
                moments,
                lambda words: self._translate(words, state["language"], "en"),
            )
        except SequenceError:
            return None
        return sequence.text if sequence is not None else None

    def _beside_last(self, state: State, question: str) -> Side | None:
        """On which side of the last answer's stretch the question asks for what is there; None if it does not."""
        around = asks_around(question)
        return around.side if around is not None and around.event is None and state.get("found") else None

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
        spots: list[Spot] = [(e.video_id, e.frame_index) for e in evidence if e.frame_index is not None]
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

    def _found(self, state: State) -> list[Any]:
        """The artifacts of the last round of tool calls; those that failed bring nothing."""
        found: list[Any] = []
        for message in reversed(state["messages"]):
            if not isinstance(message, ToolMessage):
                break
            if message.status != "error":
                found = [*(message.artifact or []), *found]
        return found

    def _known(self, found: Sequence[Any]) -> list[Any]:
        """The findings that rest on pictures of the kind that the core was trained on."""
        moments = [one.moments if isinstance(one, EventSequence) else (one,) for one in found]
        spots: list[list[Spot]] = [
            [(one.video_id, m.frame_index) for m in own if m.frame_index is not None]  # a missed event has none
            for one, own in zip(found, moments, strict=True)
        ]
        frames = self._keyframes_at(spot for own in spots for spot in own)
        knows = dict(zip(frames, self._core.knows(list(frames.values())), strict=True))
        return [one for one, own in zip(found, spots, strict=True) if any(knows.get(spot, True) for spot in own)]

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


def _stretch(evidence: Sequence[Evidence]) -> dict[str, Any]:
    """The stretch of the first one's video that evidence spans; of moments that are alternatives, the first."""
    chain = evidence if evidence[0].tool == "find_events" else evidence[:1]
    start = min(one.start_seconds for one in chain)
    return {"video": evidence[0].video_id, "start": start, "end": max(one.end_seconds for one in chain)}


def _names(question: str, query: str) -> bool:
    """Whether a search was for something that the question names: a core far from what it knows makes things up."""
    words = set(re.findall(r"\w+", question.lower()))
    return any(word in words for word in re.findall(r"\w{3,}", query.lower()))
