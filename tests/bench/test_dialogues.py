"""The evaluation's questions are true of their clips, and no training knows their wordings."""

import random
import re

from bench.quality.dialogues.judging import SLACK_SECONDS, claims_nothing, is_right_reply, is_within
from bench.quality.dialogues.questions import QuestionSampler, facts, unknown_thing_questions
from bench.quality.dialogues.wordings import FOLLOW_UPS, TRAINED_WORDINGS, UNKNOWN_THING_WORDINGS, WORDINGS
from tests.agent.test_assistant import _assistant
from tests.fakes import ScriptedCore
from training.language import rewrites, tool_calls, translation
from training.world import questions
from training.world.plots import sample_story


def _pattern(text: str) -> str:
    return " ".join(re.findall(r"\w+|\{\w+\}", re.sub(r"\{\w+\}", "{}", text.lower())))


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for item in value.values() for text in _strings(item)]
    if isinstance(value, list | tuple | set | frozenset):
        return [text for item in value for text in _strings(item)]
    return []


def test_no_wording_is_one_that_a_training_samples() -> None:
    trained = {
        _pattern(text)
        for module in (rewrites, tool_calls, translation, questions)
        for name, value in vars(module).items()
        if name.isupper()
        for text in _strings(value)
    }
    assert len(trained) > 150
    held_out = [text for table in (WORDINGS, FOLLOW_UPS, UNKNOWN_THING_WORDINGS) for text in _strings(table)]
    assert len(held_out) >= 100
    assert not [text for text in held_out if _pattern(text) in trained]
    assert set(TRAINED_WORDINGS) <= set(WORDINGS["en"])


def test_questions_are_true_of_their_clip() -> None:
    rng = random.Random(5)
    kinds = set()
    for number in range(12):
        story = sample_story(random.Random(number), seconds=30.0)
        known = facts(story)
        for language in ("en", "vi"):
            sampler = QuestionSampler(story, language, rng)
            for question in (*sampler.single_questions(), *(sampler.dialogue() or ())):
                kinds.add(question.kind)
                assert "{" not in question.text
                assert all(0 <= start < end <= 30.5 for start, end in question.intervals)
                if question.kind == "time" and language == "en":
                    assert known.values("time") == set(question.answers)
                if question.kind == "direction" and language == "en":
                    assert any(actor.facing == question.answers[0] for actor in known.actors())
    assert kinds == {*WORDINGS["en"]}


def test_every_kind_of_question_about_unknown_things_is_asked_and_right_if_nothing_is_claimed() -> None:
    for language in ("en", "vi"):
        questions = list(unknown_thing_questions(language, random.Random(3)))
        assert [question.kind.removeprefix("unknown.") for question in questions] == [*UNKNOWN_THING_WORDINGS[language]]
        assert not [question.text for question in questions if "{" in question.text]
    for answer, right in (("", True), ("no", True), ("zero", True), ("yes", False), ("red", False)):
        reply = _assistant(ScriptedCore(slots={"query": "a dog"}, answer=answer)).ask("What of it?", thread_id="t")
        assert claims_nothing(reply) == right, reply


def test_a_reply_is_judged_by_its_words_and_its_moments() -> None:
    story = sample_story(random.Random(1), seconds=30.0)
    sampler = QuestionSampler(story, "en", random.Random(1))
    absent = next(q for q in sampler.single_questions() if q.kind == "exist" and q.answers == ("no",))
    yes = _assistant(ScriptedCore(slots={"query": "a dog"}, answer="yes")).ask("Is there a dog?", thread_id="t")
    assert not is_right_reply(yes, absent)
    unknown = _assistant(ScriptedCore(slots={"query": "a cat"}, answer="")).ask("Is there a cat?", thread_id="t")
    assert not is_right_reply(unknown, absent)
    assert is_right_reply(unknown, sampler.unanswerable())
    assert is_within(5.0 + SLACK_SECONDS, [(3.0, 5.0)], SLACK_SECONDS)
    assert not is_within(5.1 + SLACK_SECONDS, [(3.0, 5.0)], SLACK_SECONDS)
