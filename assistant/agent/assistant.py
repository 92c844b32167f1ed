"""The assistant answers questions about videos and keeps the conversations."""

from __future__ import annotations

from contextvars import copy_context
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, Self

from assistant.agent.cancellation import RunningTurns, enter_turn
from assistant.agent.cores.checked import CheckedPlanner
from assistant.agent.cores.limited import LimitedLooker
from assistant.agent.intents import recognise
from assistant.agent.options import AgentOptions
from assistant.agent.question.compounds import split_parts
from assistant.agent.question.dates import named_period, nothing_recorded, recorded_in
from assistant.agent.question.question import read_question
from assistant.agent.records import Reply, Step, ThreadInfo, reply_from_row
from assistant.text.language import Language, detect_language
from tools.clock import format_moment
from tools.errors import VideoAssistantError
from tools.ports import FrameIndex, NameIndex, TextIndex

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from assistant.agent.calibration import AnswerCalibration
    from assistant.agent.memory import Memory
    from assistant.agent.records import Mark
    from tools.ports import Core, Grounder, Planner
    from tools.types import Keyframe, Spot


class Frames(FrameIndex, Protocol):
    """Keyframes of a library, or of some of its videos."""

    def within(self, video_ids: Collection[str]) -> Self: ...


class Lines(TextIndex, Protocol):
    """Lines of a library, or of some of its videos."""

    def within(self, video_ids: Collection[str]) -> Self: ...


class Names(NameIndex, Protocol):
    """Named pictures of a library, or of some of its videos."""

    def within(self, video_ids: Collection[str]) -> Self: ...


class Assistant:
    """Safe to share between threads; one turn at a time in each conversation."""

    def __init__(
        self,
        frames: Frames,
        lines: Lines,
        core: Core,
        grounder: Grounder,
        planner: Planner | None = None,
        checkpoint_path: Path | None = None,
        options: AgentOptions | None = None,
        calibration: AnswerCalibration | None = None,
        names: Names | None = None,
    ) -> None:
        """Makes an assistant.

        Args:
            frames: what is searched for pictures.
            lines: what is searched for words.
            core: looks at the pictures.
            grounder: finds boxes.
            planner: the language model that is asked where no rule reads a question; default: `core`.
            checkpoint_path: where conversations are stored; None: in memory.
            options: thresholds.
            calibration: makes confidences probabilities.
            names: of what a classifier recognised, for pictures that the core does not know; None: none.
        """
        self._names = names
        self._frames, self._lines, self._grounder = frames, lines, grounder
        self._looker = LimitedLooker(core)
        self._turns = RunningTurns()
        self._planner = CheckedPlanner(planner or core)
        self._checkpoint_path = checkpoint_path
        self._options = options or AgentOptions()
        if calibration is not None:
            self._options = replace(self._options, min_confidence=calibration.min_confidence)
        self._calibration = calibration

    @cached_property
    def _memory(self) -> Memory:
        from assistant.agent.memory import Memory

        return Memory(self._checkpoint_path)

    @cached_property
    def _graph(self) -> Any:
        return self._compile(None)

    def _compile(self, video_ids: Collection[str] | None) -> Any:
        """The graph over the library, or over some of its videos."""
        from assistant.agent.graph import Agent

        frames, lines, names = self._frames, self._lines, self._names
        if video_ids is not None:
            frames, lines = frames.within(video_ids), lines.within(video_ids)
            names = None if names is None else names.within(video_ids)
        agent = Agent(
            frames, lines, self._looker, self._planner, self._grounder, self._options, self._calibration, names
        )
        return agent.compile(self._memory.saver)

    def ask(
        self,
        question: str,
        *,
        thread_id: str,
        video_id: str | None = None,
        video_ids: Collection[str] | None = None,
        language: Language | None = None,
    ) -> Reply:
        """Answers a question.

        Args:
            question: in English or Vietnamese.
            thread_id: the conversation it belongs to.
            video_id: the only video it is about.
            video_ids: the only videos that it may be about.
            language: of the answer; default: the question's.

        Raises:
            VideoAssistantError: the question is empty, the library does not hold a video, none was recorded when the
                question says, or the question was cancelled (`TurnCancelledError`).
        """
        *_, last = self.stream(question, thread_id=thread_id, video_id=video_id, video_ids=video_ids, language=language)
        if not isinstance(last, Reply):
            raise VideoAssistantError(f"{question!r} ended without a reply; ask again")
        return last

    def stream(
        self,
        question: str,
        *,
        thread_id: str,
        video_id: str | None = None,
        video_ids: Collection[str] | None = None,
        language: Language | None = None,
    ) -> Iterator[Step | Reply]:
        """Yields the steps as they happen, then the Reply; raises what `ask` raises.

        Raises:
            TurnCancelledError: `cancel` was called for the conversation.
        """
        if not question.strip():
            raise VideoAssistantError("the question is empty; write what you want to know")
        videos = self._frames.videos()
        known = [video.video_id for video in videos]
        for asked in (*(video_ids or ()), *((video_id,) if video_id is not None else ())):
            if asked not in known:
                raise VideoAssistantError(f"no video {asked!r}; the library holds: {', '.join(known) or 'nothing yet'}")
        typed_in = detect_language(question)
        spoken = language or typed_in
        period = named_period(question, datetime.now().astimezone())
        if period is not None and any(video.recorded_at for video in videos):
            video_ids = recorded_in(period, [v for v in videos if video_ids is None or v.video_id in video_ids])
            if not video_ids:
                raise VideoAssistantError(nothing_recorded(period, videos, spoken))
            question = period.rest or question
        graph = self._graph if video_ids is None else self._compile(video_ids)
        config = {"configurable": {"thread_id": thread_id, **self._marked_moments(thread_id, known)}}
        parts = split_parts(question, typed_in, lambda part: self._is_question(part, typed_in))
        start = {
            "question": question.strip(),
            "parts": parts.asked,
            "left_out": parts.left_out,
            "partial": [],
            "steps": [],
            "language": spoken,
            "typed_in": typed_in,
            "video_id": video_id,
        }
        with self._memory.turn(thread_id), self._turns.running(thread_id) as cancelled:
            # A generator shares the context of its caller: the turn is entered in one of its own.
            context = copy_context()
            context.run(enter_turn, cancelled)
            rows = graph.stream(start, config, stream_mode="custom")
            while (row := context.run(next, rows, None)) is not None:
                yield Step(**row)
            yield reply_from_row(graph.get_state(config).values["replies"][-1])

    def cancel(self, thread_id: str) -> bool:
        """Cancels the question that is being answered in a conversation, even while a model hangs.

        Whoever asked it gets `TurnCancelledError` at once, and the conversation stays as it was before it.

        Returns:
            Whether one was being answered.
        """
        return self._turns.cancel(thread_id)

    def _is_question(self, part: str, language: Language) -> bool:
        """Whether a part of a question is understood by itself."""
        return recognise(read_question(part, language)) is not None

    def history(self, thread_id: str) -> list[Reply]:
        """The replies of a conversation, oldest first; empty if there is none of that name."""
        values = self._graph.get_state({"configurable": {"thread_id": thread_id}}).values
        return [reply_from_row(row) for row in values.get("replies", [])]

    def threads(self) -> list[ThreadInfo]:
        """Every conversation with at least one reply, the latest first.

        Its title is the name that it was given, else its first question.
        """
        titles = self._memory.titles()
        replies = {thread_id: self.history(thread_id) for thread_id in self._memory.thread_ids()}
        return [
            ThreadInfo(thread_id, titles.get(thread_id, turns[0].question), len(turns))
            for thread_id, turns in replies.items()
            if turns
        ]

    def rename_thread(self, thread_id: str, title: str) -> None:
        """Gives a conversation a name.

        Raises:
            VideoAssistantError: the name is empty, or there is no such conversation.
        """
        name = " ".join(title.split())
        if not name:
            raise VideoAssistantError("the new name is empty; write one")
        self.known_thread(thread_id)
        self._memory.rename(thread_id, name)

    def known_thread(self, thread_id: str) -> ThreadInfo:
        """The conversation of that id.

        Raises:
            VideoAssistantError: there is none.
        """
        threads = {info.thread_id: info for info in self.threads()}
        if thread_id not in threads:
            raise VideoAssistantError(f"no conversation {thread_id!r}; there are: {', '.join(threads) or 'none yet'}")
        return threads[thread_id]

    def mark(self, thread_id: str, video_id: str, frame_index: int, mark: Mark | None) -> None:
        """Pins or rejects a keyframe for the next searches of a conversation; None removes the mark.

        Raises:
            VideoAssistantError: there is no such keyframe.
        """
        if mark is not None and self._keyframe((video_id, frame_index)) is None:
            raise VideoAssistantError(f"frame {frame_index} is no keyframe of {video_id!r}; mark one that was shown")
        self._memory.mark(thread_id, (video_id, frame_index), mark)

    def marks(self, thread_id: str) -> dict[Spot, Mark]:
        """The keyframes that were pinned or rejected in a conversation."""
        return self._memory.marks(thread_id)

    def _marked_moments(self, thread_id: str, videos: list[str]) -> dict[str, list[str]]:
        """The marked moments of the videos that are still there, in the form that tools read."""
        moments: dict[str, list[str]] = {"pinned": [], "rejected": []}
        for spot, mark in self._memory.marks(thread_id).items():
            keyframe = self._keyframe(spot) if spot[0] in videos else None
            if keyframe is not None:
                moments[mark].append(format_moment(keyframe))
        return moments

    def _keyframe(self, spot: Spot) -> Keyframe | None:
        video_id, frame_index = spot
        if video_id not in {video.video_id for video in self._frames.videos()}:
            return None
        return next((k for k in self._frames.keyframes(video_id) if k.frame_index == frame_index), None)

    def delete_thread(self, thread_id: str) -> None:
        """Forgets a conversation; nothing happens if there is none."""
        with self._memory.turn(thread_id):
            self._memory.delete(thread_id)

    def close(self) -> None:
        """Closes the conversations' file."""
        if "_memory" in self.__dict__:
            self._memory.close()
