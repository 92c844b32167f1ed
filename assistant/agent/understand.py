"""The first node: reads the question once, resolves what it takes from the turn before, and where it looks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from langchain_core.messages import RemoveMessage
from langgraph.graph.message import REMOVE_ALL_MESSAGES

from assistant.agent.answer_texts import say
from assistant.agent.intents import BY_NAME, for_tool, offered_tools, recognise
from assistant.agent.question.accents import restore_accents
from assistant.agent.question.alternatives import alternative_questions
from assistant.agent.question.clauses import with_article
from assistant.agent.question.edits import correct_sequence
from assistant.agent.question.english import EnglishPhrases
from assistant.agent.question.followups import LastTurn, Referred, elliptical, read_references, resolve
from assistant.agent.question.question import Question, read_question
from assistant.agent.question.reading import Reading
from assistant.agent.question.references import compared
from assistant.agent.state import State, record_step
from assistant.text.display import video_title
from tools.errors import VideoAssistantError
from tools.events.query import EventQueryError, parse_event_query
from tools.ports import Turn
from tools.types import EventMoment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.agent.options import AgentOptions
    from assistant.agent.question.times import TimeRange
    from tools.ports import FrameIndex, Planner

DEFAULT_KIND = "find"
"""How a question is read that neither a rule nor the planner understands: its words are searched."""
LEANING = "leaning"
"""The slot of such a reading that names the tool which the planner chose, though not surely."""


class Understand:
    """The node `understand`.

    Args:
        frames: of the library.
        planner: the language model that is asked where no rule recognises a question.
        descriptions: what each tool does, by its name.
        options: thresholds.
    """

    def __init__(
        self, frames: FrameIndex, planner: Planner, descriptions: Mapping[str, str], options: AgentOptions
    ) -> None:
        self._frames, self._planner, self._options = frames, planner, options
        self._offered = offered_tools(descriptions)

    def __call__(self, state: State) -> dict[str, Any]:
        """Reads the part of the question that is to be answered now."""
        question = self._read(state)
        english = EnglishPhrases(self._planner, state["typed_in"], question.open_words)
        last = _last_turn(state)
        edit = self._read_edit(state, english)
        if edit is not None:
            reading, refers, stretch = Reading("sequence", {"sequence": edit}), True, None
        else:
            reading, refers, stretch = self._understand(question, last, english)
            reading = _as_typed(reading, english)
        asked = BY_NAME[reading.kind].ask(reading)
        where = self._scope(state, question, refers=refers, stretch=stretch)
        self._check_is_there(where["scope"], state["language"])
        pair = self._read_pair(state, question)
        meant = asked or question.typed
        step = record_step(state, "understand", {"asked": meant}, meant, reading.decided_by, "understand", meant)
        fresh = {"round": 0, "candidates": [], "timed": None, "query": None, "sought": None}
        return {
            "asked": asked,
            "reading": reading.to_row(),
            "pair": pair,
            "around": dict(stretch) if stretch is not None else None,
            "unread": list(question.times.unread),
            "readings": _readings(question, reading, english),
            "place": question.place or 0,
            "steps": [*state.get("steps", []), step],
            "messages": [RemoveMessage(REMOVE_ALL_MESSAGES)],
            **where,
            **fresh,
        }

    def _read(self, state: State) -> Question:
        videos = [video.video_id for video in self._frames.videos()]
        results = state["replies"][-1]["evidence"] if state.get("replies") else ()
        language: Any = state["typed_in"]
        return read_question(
            state["parts"][0], language, video_ids=videos, results=len(results), last_place=state.get("place", 0)
        )

    def _understand(
        self, question: Question, last: LastTurn | None, english: EnglishPhrases
    ) -> tuple[Reading, bool, Mapping[str, Any] | None]:
        """The reading, whether it refers to the turn before, and the stretch of the last answer that it means."""
        again = elliptical(question, last, english, is_recognised=recognise(question) is not None)
        if again is not None:
            return again, True, None
        referred = read_references(question, last)
        reading = recognise(question)
        if reading is not None and BY_NAME[reading.kind].beside:
            referred = Referred(question)
        else:
            reading = recognise(referred.question) or reading
        if reading is None and question.language != "en":
            translated = english.whole(referred.question.rest)
            if translated:
                reading = recognise(question.with_rest(translated.strip(" ?.!"), "en"))
        if reading is not None:
            resolved, refers = resolve(reading, last, question.language, english)
            stretch = referred.stretch
            intent = BY_NAME[resolved.kind]
            if intent.looks_everywhere:
                stretch = None
            elif refers and stretch is None and last is not None and intent.of_a_moment:
                stretch = last.around or (self._around(last) if last.is_event else None)
            return resolved, refers or referred.follows, stretch
        return self._ask_planner(referred.question, last, english), referred.follows, referred.stretch

    def _around(self, last: LastTurn) -> Mapping[str, Any] | None:
        """The stretch around the last event: who took part in it is asked about there, and not elsewhere."""
        if last.stretch is None:
            return None
        seconds = self._options.around_seconds
        start = max(0.0, last.stretch["start"] - seconds / 2)
        return {"video": last.stretch["video"], "start": start, "end": last.stretch["end"] + seconds}

    def _ask_planner(self, question: Question, last: LastTurn | None, english: EnglishPhrases) -> Reading:
        """What the language model makes of a question, if that is made of the question's words; else its words."""
        asked = english(question.rest)
        if last is not None:
            history = [Turn(BY_NAME[last.reading.kind].ask(last.reading), last.answer)]
            rewritten = self._planner.rewrite(asked, history)
            if rewritten != asked:
                reading = recognise(question.with_rest(rewritten.strip(" ?."), "en"))
                if reading is not None:
                    return replace(reading, decided_by="core")
                asked = rewritten
        choice = self._planner.choose(asked, self._offered)
        decided = choice.margin >= self._options.min_margin
        intent = for_tool(choice.name) if decided else BY_NAME[DEFAULT_KIND]
        slots = {"subject": with_article(asked)}
        if not decided:
            slots[LEANING] = choice.name
        slot = self._planner.fill(asked, choice.name if decided else self._default_tool, ["query"]).get("query", "")
        if slot:
            slots["subject"] = slot
        return Reading(intent.name, slots, "core" if decided else "default")

    @property
    def _default_tool(self) -> str:
        return next(name for name in self._offered if for_tool(name).name == DEFAULT_KIND)

    def _scope(
        self, state: State, question: Question, *, refers: bool, stretch: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        """Which video and which range of it the question looks at."""
        chosen = state["video_id"] or question.video_id
        scope = chosen if chosen is not None or not refers else state.get("focus")
        if question.place is not None and state.get("replies"):
            row = state["replies"][-1]["evidence"][question.place]
            end = max(row["end_seconds"], row["start_seconds"] + self._options.min_result_seconds)
            return {"scope": row["video_id"], "start": row["start_seconds"], "end": end, "exact": True}
        if len(question.times.ranges) == 1:
            (named,) = question.times.ranges
            start, end = self._resolve(named, scope)
            if start is not None or end is not None:
                return {"scope": scope, "start": start, "end": end, "exact": _is_exact(start, end)}
        if stretch is not None and chosen in (None, stretch["video"]):
            return {"scope": stretch["video"], "start": stretch["start"], "end": stretch["end"], "exact": False}
        return {"scope": scope, "start": None, "end": None, "exact": False}

    def _check_is_there(self, video_id: str | None, language: Any) -> None:
        """Raises VideoAssistantError if a question refers to a video that was removed after the turn before."""
        videos = [video.video_id for video in self._frames.videos()]
        if videos and video_id is not None and video_id not in videos:
            raise VideoAssistantError(say("removed", language, video=video_title(video_id)))

    def _resolve(self, named: TimeRange, scope: str | None) -> tuple[float | None, float | None]:
        """The seconds of a time that a question names, in the video in scope."""
        return named.resolve(
            self._duration(scope),
            around_seconds=self._options.named_time_seconds,
            edge_seconds=self._options.edge_seconds,
        )

    def _middle(self, named: TimeRange, scope: str | None) -> float | None:
        """The second that a time names, or the middle of a stretch."""
        if named.exact and named.start is not None:
            return named.start.resolve(self._duration(scope))
        start, end = self._resolve(named, scope)
        return None if start is None or end is None else (start + end) / 2

    def _read_pair(self, state: State, question: Question) -> list[tuple[str, float | None]] | None:
        """The two moments or videos that the question compares, as plain data; None if it names no two."""
        videos = [video.video_id for video in self._frames.videos()]
        only = videos[0] if len(videos) == 1 else None
        scope = state["video_id"] or question.video_id or state.get("focus") or only
        times = [at for named in question.times.ranges if (at := self._middle(named, scope)) is not None]
        pair = compared(question.typed, videos, scope, times)
        return [(place.video_id, place.seconds) for place in pair] if pair else None

    def _read_edit(self, state: State, english: EnglishPhrases) -> str | None:
        """The last sequence as the question corrects it; None if it corrects none."""
        if (last := state.get("last")) is None:
            return None
        moments = tuple(EventMoment(**moment) for moment in last["moments"])
        words = state["parts"][0]
        if state["typed_in"] == "vi":
            words = restore_accents(words).text
        try:
            sequence = correct_sequence(words, parse_event_query(last["text"]), moments, english)
        except EventQueryError:
            return None
        return sequence.canonical_text if sequence is not None else None

    def _duration(self, video_id: str | None) -> float | None:
        """Of the video in scope, or of the only video of the library; None if there are several."""
        videos = [v for v in self._frames.videos() if video_id in (None, v.video_id)]
        return videos[0].duration_seconds if len(videos) == 1 else None


def _is_exact(start: float | None, end: float | None) -> bool:
    """Whether a range is a moment to be looked at rather than a stretch to be searched."""
    return start is not None and end is not None and end - start <= MAX_MOMENT_SECONDS


MAX_MOMENT_SECONDS = 5.0


def _readings(question: Question, reading: Reading, english: EnglishPhrases) -> list[str]:
    """The two questions that an unclear one may have meant, the likelier first; empty if it is clear."""
    if reading.decided_by == "default":
        return list(alternative_questions(question.rest, reading.slots.get(LEANING, ""), question.language))
    return list(question.readings) if english.left_open else []


def _as_typed(reading: Reading, english: EnglishPhrases) -> Reading:
    """What is said is searched in the words that were typed."""
    if not (topic := reading.slots.get("topic")):
        return reading
    return replace(reading, slots={**reading.slots, "topic": english.as_typed(topic)})


def _last_turn(state: State) -> LastTurn | None:
    row = state.get("last_reading")
    if row is None:
        return _last_turn_of_old(state)
    mentions = tuple(row.get("mentions", ()))
    return LastTurn(Reading.from_row(row["reading"]), row["answer"], state.get("found"), mentions, row.get("around"))


def _last_turn_of_old(state: State) -> LastTurn | None:
    """The last turn of a conversation that was stored before readings were: its question is read again."""
    if not state.get("turns"):
        return None
    turn = state["turns"][-1]
    reading = recognise(read_question(turn["question"], "en"))
    return LastTurn(reading, turn["answer"], state.get("found")) if reading is not None else None
