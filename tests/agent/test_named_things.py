"""What a classifier named answers about pictures that the core does not know, and about no others."""

from collections.abc import Sequence

import pytest

from assistant.agent import Assistant
from assistant.agent.named_things import asked_things
from assistant.agent.options import AgentOptions
from assistant.text.things import write_names
from tests.fakes import SEEN, FakeIndex, NoGrounder, ScriptedCore
from tools.types import NamedPicture

ALL = [float(second) for second in range(len(SEEN))]
DOG, CUP, NOTHING = write_names(["dog"], ["animal"]), write_names(["cup"], []), ""
CLASSIFIER = "This rests on a classifier of 1,000 kinds of things; the official models see more."


class FakeNames:
    """Names each keyframe of the fake video by its second; the nearest are the last."""

    def __init__(self, *texts: str) -> None:
        self.index = FakeIndex()
        self.texts = texts
        self.calls = 0

    def within(self, video_ids: Sequence[str]) -> "FakeNames":
        return self

    def named_pictures(self, video_id, start_seconds=None, end_seconds=None) -> list[NamedPicture]:
        self.calls += 1
        keyframes = self.index.keyframes(video_id, start_seconds, end_seconds)
        texts = {float(second): text for second, text in enumerate(self.texts)}
        return [NamedPicture(k, k.seconds + 1.0, texts.get(k.seconds, "")) for k in keyframes]

    def nearest_named(self, query, *, video_id=None, start_seconds=None, end_seconds=None, limit=8):
        self.calls += 1
        (video,) = self.index.videos()
        keyframes = self.index.keyframes(video.video_id, start_seconds, end_seconds)
        return [NamedPicture(k, k.seconds + 1.0, "") for k in keyframes[::-1][:limit]]


def ask(question: str, names: FakeNames | None, unfamiliar: Sequence[float] = ALL, language=None):
    index = FakeIndex()
    assistant = Assistant(index, index, ScriptedCore(unfamiliar=unfamiliar), NoGrounder(), names=names)
    return assistant.ask(question, thread_id="t", language=language)


def spans(reply) -> list[tuple[float, float]]:
    return [(evidence.moment.start_seconds, evidence.moment.end_seconds) for evidence in reply.evidence]


def test_a_named_thing_is_there_for_as_long_as_its_name_lasts() -> None:
    reply = ask("Is there a dog?", FakeNames(NOTHING, DOG, DOG, NOTHING, DOG))
    assert reply.short == "yes"
    assert reply.answer.startswith("Yes (0:01 and 0:04 in ")
    assert reply.answer.endswith(CLASSIFIER)
    assert spans(reply) == [(1.0, 3.0), (4.0, 5.0)]
    assert reply.confidence == AgentOptions().named_confidence < AgentOptions().sure


def test_when_a_thing_is_seen_is_told_by_its_name() -> None:
    reply = ask("When is a dog seen?", FakeNames(NOTHING, NOTHING, DOG))
    assert reply.answer.startswith("Seen at 0:02 in ")
    assert reply.answer.endswith(CLASSIFIER)


def test_vietnamese_is_answered_in_vietnamese() -> None:
    reply = ask("Có con chó nào không?", FakeNames(NOTHING, DOG))
    assert reply.answer.startswith("Có (0:01 trong ")
    assert "1.000 loại sự vật" in reply.answer


@pytest.mark.parametrize("question", ["Is there a cat?", "Is there a red dog?", "Is there a dog in the office?"])
def test_what_no_name_says_is_not_known(question: str) -> None:
    reply = ask(question, FakeNames(DOG, DOG))
    assert reply.short == ""
    assert reply.answer.startswith("I cannot tell")


def test_the_nearest_moments_are_ranked_by_names() -> None:
    reply = ask("Is there a cat?", FakeNames(DOG))
    assert spans(reply)[0] == (ALL[-1], ALL[-1])
    assert spans(reply) == sorted(spans(reply), reverse=True)


def test_a_description_names_the_things_that_last_longest_first() -> None:
    reply = ask("What is in this video?", FakeNames(CUP, DOG, DOG))
    assert reply.answer.startswith("Recognised in these pictures: dog (0:01 to 0:03 in ")
    assert "; cup (0:00 to 0:01 in " in reply.answer
    assert reply.answer.endswith(CLASSIFIER)
    vietnamese = ask("Trong video có gì?", FakeNames(CUP))
    assert vietnamese.answer.startswith("Nhận ra trong những hình này: cốc (0:00 đến 0:01 trong ")


def test_without_names_the_core_says_that_it_cannot_tell() -> None:
    for names in (None, FakeNames()):
        for question in ("What is in this video?", "Is there a dog?"):
            assert ask(question, names).answer.startswith("I cannot tell")


@pytest.mark.parametrize("question", ["Is there a dog?", "When is a dog seen?", "What is in this video?", "Find a dog"])
@pytest.mark.parametrize("unfamiliar", [[], ALL[:1]])
def test_names_are_never_asked_for_where_the_core_knows_a_picture(question: str, unfamiliar: list[float]) -> None:
    names = FakeNames(*[DOG] * len(SEEN))
    reply = ask(question, names, unfamiliar)
    assert names.calls == 0
    assert CLASSIFIER not in reply.answer
    assert reply.answer == ask(question, None, unfamiliar).answer


@pytest.mark.parametrize(
    ("query", "things"),
    [
        ("a dog", ["dog"]),
        ("the dogs appear", ["dogs"]),
        ("a mug or some cups", ["mug", "cups"]),
        ("a car is shown", ["car"]),
        ("lions in this film", ["lions"]),
        ("a red car", ["red car"]),
    ],
)
def test_a_query_asks_for_things_and_for_their_being_there(query: str, things: list[str]) -> None:
    assert asked_things(query) == things
