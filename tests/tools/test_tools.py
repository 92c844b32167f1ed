"""Each tool over a fake index: short text for the model, typed evidence for the screen, one narrow error."""

import pytest

from tests.fakes import FakeGrounder, FakeIndex, NoGrounder, ScriptedCore
from tools.count import count_tool
from tools.describe import describe_tool
from tools.events.query import split_events
from tools.find_events import find_events_tool
from tools.find_frames import find_frames_tool
from tools.find_unusual import find_unusual_tool
from tools.ground import ground_tool
from tools.look import look_tool
from tools.read_text import read_text_tool
from tools.types import Line

LINE = Line("v", 1.0, 3.0, "ocr", "PHỞ 24", 0.9, (1.0, 2.0, 30.0, 40.0))
FROZEN = {
    "find_frames": {"query", "video", "start", "end"},
    "find_events": {"sequence", "video", "within"},
    "read_text": {"query", "video", "source", "start", "end"},
    "ground": {"phrases", "moment"},
    "count": {"phrase", "video", "start", "end"},
    "describe": {"video", "start", "end"},
    "look": {"question", "moment"},
}


def _tools():
    index, core = FakeIndex([LINE]), ScriptedCore()
    made = (
        find_frames_tool(index),
        find_events_tool(index),
        read_text_tool(index, index),
        ground_tool(index, FakeGrounder(boxes_per_phrase=2)),
        count_tool(index, FakeGrounder(boxes_per_phrase=2)),
        describe_tool(index, core),
        look_tool(index, core),
    )
    return {tool.name: tool for tool in made}


def _call(name: str, **arguments):
    return _tools()[name].invoke({"name": name, "args": arguments, "id": "1", "type": "tool_call"})


def test_find_unusual_brings_what_resembles_nothing_else() -> None:
    tool = find_unusual_tool(FakeIndex())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tools.find_unusual.APART_SECONDS", 2.0)
        message = tool.invoke({"name": "find_unusual", "args": {}, "id": "1", "type": "tool_call"})
    assert [evidence.tool for evidence in message.artifact] == ["find_unusual"] * len(message.artifact)
    assert message.artifact[0].score == 1.0
    short = tool.invoke({"name": "find_unusual", "args": {"video": "v"}, "id": "1", "type": "tool_call"})
    assert short.status == "error"
    assert "too short" in short.content


def test_names_and_slots_are_the_frozen_ones() -> None:
    assert {name: set(tool.args) for name, tool in _tools().items()} == FROZEN


def test_find_frames_brings_the_moment() -> None:
    message = _call("find_frames", query="a blue bus")
    assert [e.seconds for e in message.artifact[:2]] == [3.0, 4.0]
    assert "blue bus" in message.content


def test_find_events_keeps_the_order() -> None:
    (sequence,) = _call("find_events", sequence="first a red car, then a dog").artifact
    assert [m.seconds for m in sequence.moments] == [0.0, 6.0]
    assert sequence.certified


def test_read_text_searches_or_lists() -> None:
    assert [e.text for e in _call("read_text", query="phở").artifact] == ["PHỞ 24"]
    assert _call("read_text").artifact[0].boxes == ((1.0, 2.0, 30.0, 40.0),)


def test_describe_captions_each_shot() -> None:
    assert [e.text for e in _call("describe").artifact] == ["red car", "blue bus", "dog"]


def test_look_answers_at_a_moment() -> None:
    message = _call("look", question="is there a bus?", moment="v@3.2")
    assert message.artifact[0].seconds == 3.0
    assert message.content.startswith("yes")


def test_ground_boxes_what_is_there_and_leaves_out_what_is_weak() -> None:
    (evidence,) = _call("ground", phrases="red car . blue bus", moment="v@1.2").artifact
    assert (evidence.seconds, evidence.text) == (1.0, "red car")
    assert evidence.boxes == ((0.0, 5.0, 8.0, 25.0), (10.0, 5.0, 18.0, 25.0))
    assert evidence.labels == ("red car 0.90", "red car 0.90")


def test_count_brings_the_frame_that_shows_the_most_at_once() -> None:
    message = _call("count", phrase="blue bus")
    (evidence,) = message.artifact
    assert (evidence.text, evidence.seconds, len(evidence.boxes)) == ("2", 3.0, 2)
    assert message.content == "blue bus: 2 at once in v 0:03.0"


def test_none_is_a_count_too_and_as_sure_as_the_strongest_find_is_weak() -> None:
    (evidence,) = _call("count", phrase="blue bus", end=2.0).artifact
    assert (evidence.text, evidence.boxes, evidence.score) == ("0", (), pytest.approx(0.8))


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [(ground_tool, {"phrases": "a car", "moment": "v@1"}), (count_tool, {"phrase": "cars"})],
)
def test_without_a_grounding_model_it_is_said_where_one_would_go(tool, arguments) -> None:
    made = tool(FakeIndex(), NoGrounder())
    message = made.invoke({"name": made.name, "args": arguments, "id": "1", "type": "tool_call"})
    assert message.status == "error"
    assert "/models/glip" in message.content


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("find_frames", {"query": "x", "video": "nothing"}, "nothing"),
        ("find_frames", {"query": "x", "start": 90.0, "end": 99.0}, "no keyframes"),
        ("find_events", {"sequence": "a car, then a dog", "within": 0.5}, "in that order"),
        ("read_text", {"query": "absent"}, "no text"),
        ("look", {"question": "x", "moment": "later"}, "VIDEO@SECONDS"),
        ("look", {"question": "x", "moment": "v@99"}, "ends at 0:08.0"),
        ("ground", {"phrases": "a car", "moment": "later"}, "VIDEO@SECONDS"),
        ("ground", {"phrases": "a car", "moment": "v@99"}, "ends at 0:08.0"),
        ("ground", {"phrases": "blue bus", "moment": "v@1"}, "no blue bus at 0:01.0"),
        ("count", {"phrase": "cars", "video": "nothing"}, "nothing"),
        ("count", {"phrase": "cars", "start": 90.0}, "no keyframes"),
    ],
)
def test_an_expected_failure_goes_back_to_the_model(name, arguments, words) -> None:
    message = _call(name, **arguments)
    assert message.status == "error"
    assert words in message.content


@pytest.mark.parametrize(
    ("text", "events"),
    [
        ("First a dog runs by, then a car stops: when?", ["a dog runs by", "a car stops"]),
        ("a man gets off, and then crosses; finally he waits", ["a man gets off", "crosses", "he waits"]),
        ("đầu tiên một con chó chạy, sau đó xe dừng rồi người lên xe", ["một con chó chạy", "xe dừng", "người lên xe"]),
        ("a red car", ["a red car"]),
    ],
)
def test_sequences_are_split_at_explicit_connectives(text, events) -> None:
    assert split_events(text) == events
