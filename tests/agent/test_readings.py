"""What an unclear question may have meant is offered, and is answered as such when it is asked."""

import pytest

from assistant.agent import Assistant
from assistant.agent.intents import recognise
from assistant.agent.options import AgentOptions
from assistant.agent.question.alternatives import alternative_questions
from assistant.agent.question.question import read_question
from assistant.text.language import Language, detect_language
from tests.fakes import FakeIndex, NoGrounder, ScriptedCore


def _assistant(core: ScriptedCore) -> Assistant:
    index = FakeIndex()
    return Assistant(index, index, core, NoGrounder())


@pytest.mark.parametrize(
    ("question", "kinds"),
    [("the dog thingy over by whatever", ("when", "said")), ("video hay ghê", ("when", "said"))],
)
def test_an_unclear_question_offers_two_readings_that_are_read_as_they_say(
    question: str, kinds: tuple[str, str]
) -> None:
    assistant = _assistant(ScriptedCore(margin=0.0))
    reply = assistant.ask(question, thread_id="t")
    assert len(reply.choices) == 2
    assert all(choice[1:].rstrip("?") in reply.answer for choice in reply.choices)
    assert reply.confidence < AgentOptions().sure
    for choice, kind in zip(reply.choices, kinds, strict=True):
        answered = assistant.ask(choice, thread_id="t")
        assert (answered.read_as["kind"], answered.read_as["decided_by"]) == (kind, "rule")
        assert answered.choices == ()


def test_the_tool_that_the_planner_leans_to_comes_first() -> None:
    reply = _assistant(ScriptedCore("count", margin=0.0)).ask("blue thingy", thread_id="t")
    assert reply.choices[0] == "How many blue thingies are there?"


@pytest.mark.parametrize("question", ["When does a dog appear?", "What colour is the dog?", "hello"])
def test_a_clear_question_offers_no_readings(question: str) -> None:
    assert _assistant(ScriptedCore(margin=0.0)).ask(question, thread_id="t").choices == ()


def test_a_word_whose_accents_are_not_clear_offers_both_words() -> None:
    assistant = _assistant(ScriptedCore(margin=0.0))
    reply = assistant.ask("khi nao xe do xuat hien", thread_id="t")
    assert len(reply.choices) == 2
    assert reply.confidence < AgentOptions().sure
    queries = [assistant.ask(choice, thread_id="t").read_as["query"] for choice in reply.choices]
    assert len(set(queries)) == 2
    assert all(query.isascii() for query in queries), "each is read, and put into English"


@pytest.mark.parametrize("leaning", ["find_frames", "count", "look", "find_events", ""])
@pytest.mark.parametrize(
    ("rest", "language"),
    [("red buses", "en"), ("the dog over by whatever", "en"), ("what is it", "en"), ("xe buýt", "vi"), ("", "vi")],
)
def test_every_reading_is_understood_by_rules(rest: str, leaning: str, language: Language) -> None:
    questions = alternative_questions(rest, leaning, language)
    assert len(set(questions)) == 2
    kinds = [recognise(read_question(question, language)) for question in questions]
    assert None not in kinds
    assert [detect_language(question) for question in questions] == [language, language]
