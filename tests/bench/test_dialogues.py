"""The evaluation's questions are true of their clips, and no training knows their wordings."""

import random
import re

from bench.quality.dialogues.evaluate import SLACK, _claims_nothing, _right, _within
from bench.quality.dialogues.questions import Asker, facts, strange
from bench.quality.dialogues.wordings import FOLLOW_UPS, SEEN, STRANGE, WORDINGS
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
        return [text for one in value.values() for text in _strings(one)]
    if isinstance(value, list | tuple | set | frozenset):
        return [text for one in value for text in _strings(one)]
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
    own = [text for table in (WORDINGS, FOLLOW_UPS, STRANGE) for text in _strings(table)]
    assert len(own) >= 100
    assert not [text for text in own if _pattern(text) in trained]
    assert set(SEEN) <= set(WORDINGS["en"])


def test_questions_are_true_of_their_clip() -> None:
    rng = random.Random(5)
    kinds = set()
    for number in range(12):
        story = sample_story(random.Random(number), seconds=30.0)
        known = facts(story)
        for language in ("en", "vi"):
            asker = Asker(story, language, rng)
            for asked in (*asker.singles(), *(asker.dialogue() or ())):
                kinds.add(asked.kind)
                assert "{" not in asked.question
                assert all(0 <= start < end <= 30.5 for start, end in asked.windows)
                if asked.kind == "time" and language == "en":
                    assert known.values("time") == set(asked.answers)
                if asked.kind == "direction" and language == "en":
                    assert any(actor.facing == asked.answers[0] for actor in known.actors())
    assert kinds == {*WORDINGS["en"]}


def test_strangers_are_asked_about_in_every_way_and_whoever_claims_nothing_of_them_is_right() -> None:
    for language in ("en", "vi"):
        asked = list(strange(language, random.Random(3)))
        assert [one.kind.removeprefix("unknown.") for one in asked] == [*STRANGE[language]]
        assert not [one.question for one in asked if "{" in one.question]
    for answer, right in (("", True), ("no", True), ("zero", True), ("yes", False), ("red", False)):
        said = _assistant(ScriptedCore(slots={"query": "a dog"}, answer=answer)).ask("What of it?", thread_id="t")
        assert _claims_nothing(said) == right, said


def test_an_answer_is_marked_by_its_words_and_its_place() -> None:
    story = sample_story(random.Random(1), seconds=30.0)
    asker = Asker(story, "en", random.Random(1))
    right = _assistant(ScriptedCore(slots={"query": "a dog"}, answer="yes")).ask("Is there a dog?", thread_id="t")
    asked = next(one for one in asker.singles() if one.kind == "exist" and one.answers == ("no",))
    assert not _right(right, asked)
    unknown = _assistant(ScriptedCore(slots={"query": "a cat"}, answer="")).ask("Is there a cat?", thread_id="t")
    assert not _right(unknown, asked)
    assert _right(unknown, asker.unanswerable())
    assert _within(5.0 + SLACK, [(3.0, 5.0)], SLACK)
    assert not _within(5.1 + SLACK, [(3.0, 5.0)], SLACK)
