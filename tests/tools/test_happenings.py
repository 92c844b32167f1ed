"""An event among single frames: timed where it goes on, confirmed where it is not, and what stands there left alone."""

import pytest

from tests.fakes import FakeIndex, ScriptedCore, TimingCore
from tools.events.happenings import confirmed, timed
from tools.moments import ScoredKeyframe


@pytest.fixture
def index() -> FakeIndex:
    return FakeIndex()


def test_an_event_is_timed_around_the_frames_that_show_its_people(index: FakeIndex) -> None:
    core = TimingCore(at=(1.0,))
    (found,) = timed(index, core, "a red car stops", index.frames[:2], tool="find_frames")
    assert (found.evidence.moment.start_seconds, found.evidence.moment.end_seconds) == pytest.approx((0.8, 1.8))
    assert (found.evidence.seconds, found.evidence.score, found.evidence.image) == (1.0, 0.9, "1.jpg")
    assert [(one.keyframe.seconds, one.score) for one in found.frames] == [(1.0, 0.9)]
    assert core.read == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0], "what lies far from them is not read"


def test_it_may_lie_beside_the_frames_and_never_at_once_twice(index: FakeIndex) -> None:
    found = timed(index, TimingCore(at=(4.0, 7.0)), "a bus leaves", index.frames[3:4], tool="find_frames")
    assert [one.evidence.seconds for one in found or ()] == [4.0, 7.0]


def test_what_only_stands_there_is_no_event_and_a_core_without_time_says_nothing(index: FakeIndex) -> None:
    assert timed(index, TimingCore(at=(1.0,), event=0.1), "a red car", index.frames, tool="find_frames") is None
    assert timed(index, ScriptedCore(), "a red car stops", index.frames, tool="find_frames") is None
    assert timed(index, TimingCore(), "a red car stops", index.frames, tool="find_frames") == []


def test_an_untimed_event_is_only_as_sure_as_several_frames_in_order(index: FakeIndex) -> None:
    seen = [
        ScoredKeyframe(index.frames[0], 0.9),
        ScoredKeyframe(index.frames[1], 0.8),
        ScoredKeyframe(index.frames[6], 0.7),
    ]
    core = TimingCore(happens=0.9)
    assert confirmed(index, core, "a red car leaves", seen) == seen
    assert all(len(window) > 1 and window == sorted(window) for window in core.windows)
    denied = confirmed(index, TimingCore(happens=0.2), "a red car leaves", seen)
    assert [one.score for one in denied] == pytest.approx([0.2, 0.2, 0.2])
    assert confirmed(index, core, "a red car leaves", []) == []
