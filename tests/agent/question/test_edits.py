import pytest

from assistant.agent.question.edits import correct_sequence
from tools.events.query import parse_event_query
from tools.types import EventMoment

LAST = parse_event_query("a dog runs by, right after that a blue bus stops, then a man waits")
MOMENTS = (
    EventMoment("a dog runs by", False, 2.0, 4.0, 3.0, 75, 0.9),
    EventMoment("a blue bus stops", False, 6.0, 9.0, 7.0, 175, 0.9),
    EventMoment("a man waits", True),
)
ENGLISH = {"một con mèo": "a cat", "xe buýt": "find a bus"}


def _edit(words: str) -> str | None:
    corrected = correct_sequence(words, LAST, MOMENTS, lambda text: ENGLISH.get(text, text))
    return None if corrected is None else corrected.canonical_text


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (
            "the second one is later",
            "a dog runs by; within 5 seconds a blue bus stops from second 9 on; a man waits",
        ),
        (
            "No, the first one was earlier.",
            "a dog runs by before second 2; within 5 seconds a blue bus stops; a man waits",
        ),
        ("cái thứ hai muộn hơn", "a dog runs by; within 5 seconds a blue bus stops from second 9 on; a man waits"),
        ("without the bus", "a dog runs by; a man waits"),
        ("bỏ xe buýt", "a dog runs by; a man waits"),
        ("remove the first one", "a blue bus stops; a man waits"),
        ("drop the last", "a dog runs by; within 5 seconds a blue bus stops"),
        ("add: a cat at the end", "a dog runs by; within 5 seconds a blue bus stops; a man waits; a cat"),
        ("thêm: một con mèo ở cuối", "a dog runs by; within 5 seconds a blue bus stops; a man waits; a cat"),
        ("add a cat at the start", "a cat; a dog runs by; within 5 seconds a blue bus stops; a man waits"),
        ("add: a cat after the first", "a dog runs by; a cat; a blue bus stops; a man waits"),
        ("add: a cat", "a dog runs by; within 5 seconds a blue bus stops; a man waits; a cat"),
    ],
)
def test_explicit_words_correct_the_last_sequence(words, text) -> None:
    assert _edit(words) == text


@pytest.mark.parametrize(
    "words",
    [
        "what colour is the bus?",
        "the third one is later",  # it was missed: later than what?
        "the fifth one is later",
        "without the giraffe",
        "is there a man without a hat?",
        "first a car, then a bus",
    ],
)
def test_everything_else_is_left_to_the_core(words) -> None:
    assert _edit(words) is None


def test_what_comes_around_a_dropped_event_keeps_its_distance() -> None:
    last = parse_event_query("a; within 3 seconds b; within 4 seconds c")
    corrected = correct_sequence("without b", last, (MOMENTS[0],) * 3, str)
    assert corrected is not None
    assert corrected.limits.gaps[0].max_seconds == 7
