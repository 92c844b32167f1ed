"""Whether a short answer is of the type that a question asks for."""

import pytest

from assistant.agent.answer_types import fits

OPEN_OR_CLOSED = "is the gate open or closed?"


@pytest.mark.parametrize(
    ("expects", "text"),
    [
        ("colour", "a red one"),
        ("colour", "Grey"),
        ("side", "on the left"),
        ("side", "towards the camera"),
        ("number", "three"),
        ("number", "12 goats"),
        ("verdict", "Yes, it is"),
        ("person", "a farmer"),
        ("person", "a plumber"),
        ("person", "a farmer at the door"),
        ("person", "một người đàn ông"),
        ("act", "jumps"),
        ("act", "juggling"),
        ("act", "the bus stops"),
        ("thing", "an umbrella"),
        ("", "anything"),
        ("a type of tomorrow", "anything"),
    ],
)
def test_an_answer_of_the_type_fits(expects: str, text: str) -> None:
    assert fits(expects, text)


@pytest.mark.parametrize(
    ("expects", "text"),
    [
        ("colour", "a dog"),
        ("side", "red"),
        ("number", "a few"),
        ("verdict", "yesterday"),
        ("verdict", "nothing"),
        ("person", "the door"),
        ("person", "water in a river"),
        ("person", "a tractor"),
        ("person", "a goat"),
        ("act", "yes"),
        ("act", "red"),
        ("act", "left"),
        ("act", "a bus"),
        ("act", "grass"),
        ("thing", "no"),
        ("thing", "two"),
        ("thing", "blue"),
        ("thing", "walking"),
    ],
)
def test_an_answer_of_another_type_does_not(expects: str, text: str) -> None:
    assert not fits(expects, text)


@pytest.mark.parametrize("expects", ["colour", "side", "number", "verdict", "person", "act", "thing", "option", ""])
def test_an_empty_answer_fits_nothing(expects: str) -> None:
    assert not fits(expects, " ", OPEN_OR_CLOSED)


def test_an_option_is_a_word_of_the_question_that_tells_options_apart() -> None:
    assert fits("option", "it is closed", OPEN_OR_CLOSED)
    assert not fits("option", "no", OPEN_OR_CLOSED)
    assert not fits("option", "the", OPEN_OR_CLOSED)
    assert not fits("option", "locked", OPEN_OR_CLOSED)
