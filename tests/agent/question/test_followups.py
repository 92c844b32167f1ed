"""What a follow-up takes from the turns before, and how compound questions are taken apart."""

import pytest

from assistant.agent.intents import recognise
from assistant.agent.question.clauses import plural, singular, split_acts, statement, with_article
from assistant.agent.question.compounds import split_parts
from assistant.agent.question.english import EnglishPhrases
from assistant.agent.question.followups import LastTurn, elliptical, read_references, resolve
from assistant.agent.question.question import read_question
from assistant.agent.question.reading import Reading
from tests.fakes import ScriptedCore

STRETCH = {"video": "v", "start": 10.0, "end": 14.0}
GOAT = LastTurn(Reading("when", {"subject": "a white goat"}), "at 10 seconds", STRETCH, ("a white goat", "a farmer"))


def _english(language: str) -> EnglishPhrases:
    return EnglishPhrases(ScriptedCore(), language)


@pytest.mark.parametrize(
    ("text", "language", "subject"),
    [
        ("what colour is it?", "en", "the white goat"),
        ("what is he holding?", "en", "the farmer"),
        ("nó đi về hướng nào?", "vi", "a white goat"),
        ("người đó cầm gì?", "vi", "a farmer"),
    ],
)
def test_a_pronoun_means_the_last_mention_of_its_class(text: str, language, subject: str) -> None:
    reading = recognise(read_question(text, language))
    assert reading is not None
    resolved, refers = resolve(reading, GOAT, language, _english(language))
    assert (resolved.subject, refers) == (subject, True)


@pytest.mark.parametrize(
    ("text", "language", "kind", "subject"),
    [
        ("and a tractor?", "en", "when", "a tractor"),
        ("what about a tractor, was it there too?", "en", "yes_no", "a tractor"),
        ("còn máy kéo thì sao?", "vi", "when", "a tractor"),
    ],
)
def test_the_last_question_is_asked_again_about_something_else(text: str, language, kind: str, subject: str) -> None:
    question = read_question(text, language)
    again = elliptical(question, GOAT, _english(language), is_recognised=recognise(question) is not None)
    assert again is not None
    assert (again.kind, again.subject) == (kind, subject)


def test_then_and_after_that_say_where_to_look() -> None:
    after = read_references(read_question("what does she do after that?", "en"), GOAT)
    assert (after.question.rest, after.stretch) == ("what does she do", {"video": "v", "start": 14.0, "end": None})
    then = read_references(read_question("lúc đó có ai không?", "vi"), GOAT)
    assert then.stretch == {"video": "v", "start": 10.0, "end": 14.0}
    assert read_references(read_question("is it raining?", "en"), GOAT).stretch is None


@pytest.mark.parametrize(
    ("text", "language", "parts"),
    [
        ("is there a goat and what colour is it?", "en", ["is there a goat", "what colour is it?"]),
        ("con dê màu gì và đi về hướng nào", "vi", ["con dê màu gì", "nó đi về hướng nào"]),
        ("is there a goat and a tractor?", "en", ["is there a goat and a tractor?"]),
        ("show me salt and pepper", "en", ["show me salt and pepper"]),
    ],
)
def test_a_compound_question_is_taken_apart(text: str, language, parts: list[str]) -> None:
    assert _split(text, language) == (parts, "")


def _split(text: str, language):
    return split_parts(text, language, lambda part: recognise(read_question(part, language)) is not None)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("what colour is the goat, who feeds it, and where does it sleep", [
            "what colour is the goat", "who feeds it", "where does it sleep",
        ]),
        ("is there a barn, how many doors does it have?", ["is there a barn", "how many doors does it have?"]),
        ("when the train stops, who gets off?", ["when the train stops, who gets off?"]),
        ("where the road bends, is there a tree?", ["where the road bends, is there a tree?"]),
        ("what is that, a goat?", ["what is that, a goat?"]),
    ],
)  # fmt: skip
def test_commas_part_only_questions(text: str, parts: list[str]) -> None:
    assert _split(text, "en") == (parts, "")


def test_parts_that_are_too_many_are_named() -> None:
    parts = ["what colour is the goat", "who feeds it", "where does it sleep", "how many horns does it have"]
    assert _split(", ".join(parts), "en") == (parts[:3], parts[3])
    assert _split(", ".join(parts * 500), "en").asked == parts[:3]


def test_clauses_become_statements() -> None:
    assert statement("the goat jump over the gate", auxiliary="does") == "a goat jumps over the gate"
    assert statement("anyone pick something up", auxiliary="did") == "anyone picks up something"
    assert with_article("red car") == "a red car"
    assert with_article("the orange") == "an orange"
    assert (plural("person with a bag"), plural("bus"), singular("benches"), singular("horses")) == (
        "people with a bag", "buses", "bench", "horse",
    )  # fmt: skip
    assert split_acts("he opens a gate, walks in and sits down") == ["he opens a gate", "he walks in", "he sits down"]
    assert split_acts("salt, pepper and bread") == ["salt, pepper and bread"]
