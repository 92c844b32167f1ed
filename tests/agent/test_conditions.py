"""What was asked for falls into its parts, and what a question points at is read."""

import pytest

from assistant.agent.conditions import find_circumstances, split_caption, split_query
from assistant.agent.question.references import named_result, named_video

VIDEOS = ["morning-street-6fa1b2", "street-in-the-rain-0a0b0c"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("a red bus at night", [("bus", "a bus"), ("red", "a red bus"), ("at night", "a bus at night")]),
        ("a dog runs by", [("dog", "a dog"), ("runs by", "a dog runs by")]),
        ("two red cars", [("cars", "cars"), ("two", "two cars"), ("red", "red cars")]),
        ("an old orange truck", [("truck", "a truck"), ("old", "an old truck"), ("orange", "an orange truck")]),
        ("red bus", [("bus", "bus"), ("red", "red bus")]),
        ("a bus", [("a bus", "a bus")]),
        ("rain", [("rain", "rain")]),
        ("a man gets off the bus", [("man", "a man"), ("gets off the bus", "a man gets off the bus")]),
        ("a man whistles by the bus", [("a man whistles by the bus", "a man whistles by the bus")]),
        ("", [("", "")]),
        ("🚌", [("🚌", "🚌")]),
    ],
)
def test_a_search_falls_into_what_must_be_seen(query: str, expected: list[tuple[str, str]]) -> None:
    assert [(part.text, part.statement) for part in split_query(query)] == expected


@pytest.mark.parametrize(
    ("question", "query", "expected"),
    [
        ("when does a red car appear in the rain?", "a red car", [("in the rain", "a red car in the rain")]),
        ("is there a red bus at night?", "a red bus at night", []),
        (
            "is there a dog with a man in the park?",
            "a dog",
            [("with a man", "a dog with a man"), ("in the park", "a dog in the park")],
        ),
        ("what colour is the bus?", "a bus", []),
        ("in the rain, is there a bus?", "a bus", [("in the rain", "a bus in the rain")]),
        ("what is in the picture?", "a picture", []),
        ("how many people are in this video?", "people", []),
        ("who is on the left of the car?", "a car", []),
    ],
)
def test_a_circumstance_that_the_search_lost_is_remembered(
    query: str, question: str, expected: list[tuple[str, str]]
) -> None:
    assert [(part.text, part.statement) for part in find_circumstances(question, query)] == expected


def test_a_caption_names_things_and_circumstances() -> None:
    assert split_caption("an orange dog and a red car in the park at night") == (
        ["an orange dog", "a red car"],
        ["in the park", "at night"],
    )
    assert split_caption("nothing in the street by day") == ([], ["in the street", "by day"])


@pytest.mark.parametrize(
    ("question", "place", "rest"),
    [
        ("what colour is the second one?", 1, "what colour is it?"),
        ("the second result", 1, ""),
        ("what about the second one?", 1, ""),
        ("còn cái thứ ba thì sao?", 2, ""),
        ("no, the other one", 1, ""),
        ("cái thứ hai màu gì?", 1, "nó màu gì?"),
        ("không, cái khác", 1, ""),
        ("is there a dog in the last picture?", 3, "is there a dog?"),
        ("the fifth one", None, ""),
    ],
)
def test_a_result_is_pointed_at_by_its_place(question: str, place: int | None, rest: str) -> None:
    assert named_result(question, result_count=4, last=0) == (place, rest)


@pytest.mark.parametrize("question", ["when does the second bus come?", "first a car, then a dog", "what is it?"])
def test_order_and_numbers_of_things_point_at_no_result(question: str) -> None:
    assert named_result(question, result_count=4, last=0) is None


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Is there a bus in morning street?", (VIDEOS[0], "Is there a bus?")),
        ("Có xe nào trong Morning-Street không?", (VIDEOS[0], "Có xe nào không?")),
        ("What happens in the video street_in_the_rain?", (VIDEOS[1], "What happens?")),
        ("Is it raining in Hà Nội?", (None, "Is it raining in Hà Nội?")),
        ("Is there a morning street?", (None, "Is there a morning street?")),
    ],
)
def test_a_video_is_named_as_its_file_is(question: str, expected: tuple[str | None, str]) -> None:
    assert named_video(question, VIDEOS) == expected
