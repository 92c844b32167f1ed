import functools

import pytest

from assistant.agent import times
from assistant.agent.options import AgentOptions
from assistant.agent.times import asks_around, asks_when, asks_whether, without_range

OPTIONS = AgentOptions()
named_range = functools.partial(
    times.named_range, edge_seconds=OPTIONS.edge_seconds, around_seconds=OPTIONS.named_time_seconds
)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How many people are there at the start?", (0.0, 3.0)),
        ("Có bao nhiêu người lúc đầu?", (0.0, 3.0)),
        ("what is there at the end?", (37.0, 41.0)),
        ("what happens at 12 s?", (11.0, 13.0)),
        ("cái gì ở giây thứ 7?", (6.0, 8.0)),
        ("look at the start of the bus", (0.0, 3.0)),
        ("what colour is it at 1:20?", (79.0, 81.0)),
        ("Lúc 1:05 có gì?", (64.0, 66.0)),
        ("between 0:10 and 0:20, is there a bus?", (10.0, 20.0)),
        ("từ 10 đến 20 giây có gì?", (10.0, 20.0)),
        ("is there a car in the first minute?", (0.0, 60.0)),
        ("only in the first 30 seconds", (0.0, 30.0)),
        ("trong 30 giây đầu có xe nào không?", (0.0, 30.0)),
        ("what happens in the last 15 seconds?", (25.0, None)),
        ("what happens after 1:20?", (80.0, None)),
        ("trước giây 30 có gì?", (None, 30.0)),
        ("what colour is the bus?", (None, None)),
        ("is there a sign that says 24?", (None, None)),
        ("what happens after 2 cars pass?", (None, None)),
    ],
)
def test_a_range_is_read_only_where_a_time_is_named(question, expected) -> None:
    assert named_range(question, 40.0) == expected


def test_the_end_needs_a_duration() -> None:
    assert named_range("what is there at the end?", None) == (None, None)


@pytest.mark.parametrize(
    ("question", "bare"),
    [
        ("How many people are there at the start?", "How many people are there?"),
        ("At the end, how many dogs are there?", "how many dogs are there?"),
        ("what is there at 12 seconds?", "what is there?"),
        ("between 0:10 and 0:20, is there a bus?", "is there a bus?"),
        ("only in the first minute", ""),
        ("what colour is the bus?", "what colour is the bus?"),
    ],
)
def test_a_picture_is_not_asked_for_a_time(question, bare) -> None:
    assert without_range(question) == bare


def test_when_is_heard_in_both_languages() -> None:
    assert all(map(asks_when, ("When does it stop?", "xe buýt xuất hiện khi nào?", "find a dog", "Show me a bus")))
    assert not any(map(asks_when, ("what colour is it?", "có xe đỏ không?")))


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What happens after a dog runs by?", ("after", "a dog runs by")),
        ("what does the person do after a person gets off the bus?", ("after", "a person gets off the bus")),
        ("What happened before the bus left?", ("before", "the bus left")),
        ("Chuyện gì xảy ra trước khi xe buýt rời đi?", ("before", "xe buýt rời đi")),
        ("what happened next?", ("after", None)),
        ("And then what?", ("after", None)),
        ("chuyện gì xảy ra tiếp theo?", ("after", None)),
        ("what happened before that?", ("before", None)),
        ("trước đó có chuyện gì?", ("before", None)),
        ("what did he do after that?", None),
        ("a dog runs by, after that a car stops", None),
        ("what colour is the bus?", None),
    ],
)
def test_what_lies_beside_an_event_is_heard_only_as_a_question(question, expected) -> None:
    assert asks_around(question) == expected


@pytest.mark.parametrize(
    ("question", "order"),
    [
        ("Did the dog appear before the bus stopped?", ("the dog appear", "the bus stopped")),
        ("did the bus leave after the dog barked?", ("the dog barked", "the bus leave")),
        ("and did a car stop right before a person crossed the street", ("a car stop", "a person crossed the street")),
        ("did the dog appear before 0:20?", None),
        ("did it leave after that?", None),
        ("what happened before the bus left?", None),
        ("is the dog before the bench?", None),
    ],
)
def test_whether_one_thing_happened_before_another(question: str, order: tuple[str, str] | None) -> None:
    assert asks_whether(question) == order
