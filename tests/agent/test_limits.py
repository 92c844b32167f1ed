"""Cores that raise, hang or write without end: an answer or one clear line, and the conversation goes on."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from assistant.agent import Assistant
from assistant.agent.cancellation import TurnCancelledError
from assistant.agent.cores.limited import MAX_CHARACTERS, LimitedLooker
from assistant.agent.records import Reply
from tests.fakes import FakeIndex, NoGrounder, ScriptedCore, WritingPlanner
from tools.errors import VideoAssistantError
from tools.ports import Answer
from tools.types import Keyframe, Video

SAFETY_SECONDS = 60  # a test that waits so long has failed

QUESTIONS = {
    "verify": "When does a blue bus appear?",
    "answer": "What colour is the bus?",
    "caption": "Describe the video",
    "in_domain": "When does a blue bus appear?",
}
"""By the method of the core that the question needs."""


@pytest.fixture
def release() -> Iterator[threading.Event]:
    """What a hanging call waits for; set at the end, so that no thread outlives its test."""
    event = threading.Event()
    yield event
    event.set()


def _assistant(core: ScriptedCore, planner: Any = None) -> Assistant:
    index = FakeIndex()
    return Assistant(index, index, core, NoGrounder(), planner)


def _hang(entered: threading.Event, release: threading.Event) -> Callable[..., Any]:
    def call(*_arguments: object, **_slots: object) -> Any:
        entered.set()
        release.wait(SAFETY_SECONDS)
        return []

    return call


def _ask_in_thread(assistant: Assistant, question: str) -> tuple[threading.Thread, list[object]]:
    """Asks a question in another thread; what came of it is put into the list."""
    outcome: list[object] = []

    def ask() -> None:
        try:
            outcome.append(assistant.ask(question, thread_id="t"))
        except VideoAssistantError as error:
            outcome.append(error)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    return thread, outcome


@pytest.mark.parametrize("method", QUESTIONS)
def test_a_core_that_hangs_is_given_up_when_the_question_is_cancelled(
    method: str, release: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    core = ScriptedCore()
    assistant = _assistant(core)
    assistant.ask("When does a dog appear?", thread_id="t")
    entered = threading.Event()
    with monkeypatch.context() as hanging:
        hanging.setattr(core, method, _hang(entered, release))
        thread, outcome = _ask_in_thread(assistant, QUESTIONS[method])
        assert entered.wait(SAFETY_SECONDS)
        assert assistant.cancel("t")
        thread.join(SAFETY_SECONDS)
    assert not release.is_set(), "the call still hangs"
    assert [type(result) for result in outcome] == [TurnCancelledError]
    assert assistant.ask("When does a dog appear?", thread_id="t").answer == "Seen at 0:06 in v."
    release.set()
    assert [reply.question for reply in assistant.history("t")] == ["When does a dog appear?"] * 2


def test_a_planner_that_hangs_is_given_up_too(release: threading.Event) -> None:
    entered = threading.Event()
    assistant = _assistant(ScriptedCore(), WritingPlanner(_hang(entered, release)))
    thread, outcome = _ask_in_thread(assistant, "the dog thingy over by whatever")
    assert entered.wait(SAFETY_SECONDS)
    assert assistant.cancel("t")
    thread.join(SAFETY_SECONDS)
    assert [type(result) for result in outcome] == [TurnCancelledError]
    assert "\n" not in str(outcome[0])


def test_nothing_is_cancelled_where_nothing_is_asked() -> None:
    assistant = _assistant(ScriptedCore())
    assert not assistant.cancel("t")
    assistant.ask("When does a dog appear?", thread_id="t")
    assert not assistant.cancel("t")


def test_only_the_conversation_that_is_cancelled_ends(
    release: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    core, entered = ScriptedCore(), threading.Event()
    assistant = _assistant(core)
    monkeypatch.setattr(core, "verify", _hang(entered, release))
    thread, outcome = _ask_in_thread(assistant, QUESTIONS["verify"])
    assert entered.wait(SAFETY_SECONDS)
    assert not assistant.cancel("another")
    assert thread.is_alive()
    assistant.cancel("t")
    thread.join(SAFETY_SECONDS)
    assert len(outcome) == 1


@pytest.mark.parametrize("method", QUESTIONS)
def test_a_core_that_raises_leaves_the_conversation_as_it_was(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object) -> Any:
        raise RuntimeError("no weights")

    core = ScriptedCore()
    assistant = _assistant(core)
    with monkeypatch.context() as broken:
        broken.setattr(core, method, fail)
        with pytest.raises(RuntimeError, match="no weights"):
            assistant.ask(QUESTIONS[method], thread_id="t")
    assert assistant.ask("When does a dog appear?", thread_id="t").answer == "Seen at 0:06 in v."


@pytest.mark.parametrize("question", [*QUESTIONS.values(), "What is the person holding?", "Mô tả video"])
def test_a_core_that_writes_without_end_is_cut(question: str, monkeypatch: pytest.MonkeyPatch) -> None:
    endless = Answer("blah " * 10_000, 0.9)
    core = ScriptedCore()
    monkeypatch.setattr(core, "answer", lambda *_arguments: endless)
    monkeypatch.setattr(core, "answer_across", lambda *_arguments: endless)
    monkeypatch.setattr(core, "caption", lambda frames: [endless for _ in frames])
    reply = _assistant(core).ask(question, thread_id="t")
    assert len(reply.answer) < 10 * MAX_CHARACTERS
    assert all(len(evidence.text or "") <= MAX_CHARACTERS for evidence in reply.evidence)


def test_texts_are_cut_between_words_and_short_ones_stay() -> None:
    core = ScriptedCore(answer="a blue bus")
    looker, frames = LimitedLooker(core), [Keyframe("v", 0, 0.0, 0, 0, "0.jpg")]
    assert looker.answer("what is it?", frames) == Answer("a blue bus", 0.9)
    core.said = "word " * 1000
    text = looker.answer("what is it?", frames).text
    assert text.endswith("word…")
    assert MAX_CHARACTERS - 10 < len(text) <= MAX_CHARACTERS
    core.said = "x" * 10_000
    assert len(looker.answer("what is it?", frames).text) == MAX_CHARACTERS


class _TwoVideos(FakeIndex):
    """A library with a second video that shows nothing, and from which the first can be removed."""

    removed = False

    def videos(self) -> list[Video]:
        second = Video("w", ("/w.mp4",), 8.0, 640, 360, 0, 0)
        return [second] if self.removed else [*super().videos(), second]

    def search(self, query, **slots):
        return [] if self.removed else super().search(query, **slots)


@pytest.mark.parametrize(
    ("question", "line"),
    [
        ("What colour is it?", "The video v is no longer in the library; ask about another one."),
        ("Nó màu gì?", "Video v không còn trong thư viện; hãy hỏi về video khác."),
    ],
)
def test_a_follow_up_about_a_removed_video_is_one_clear_line(question: str, line: str) -> None:
    index = _TwoVideos()
    assistant = Assistant(index, index, ScriptedCore(), NoGrounder())
    assistant.ask("When does a dog appear?", thread_id="t")
    index.removed = True
    with pytest.raises(VideoAssistantError) as failure:
        assistant.ask(question, thread_id="t")
    assert str(failure.value) == line
    assert assistant.ask("When does a dog appear?", thread_id="t").answer
    assert len(assistant.history("t")) == 2


def test_steps_and_the_reply_are_streamed_as_before() -> None:
    *steps, reply = _assistant(ScriptedCore()).stream("When does a dog appear?", thread_id="t")
    assert steps
    assert isinstance(reply, Reply)
