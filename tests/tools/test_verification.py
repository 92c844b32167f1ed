"""Two witnesses verify frames; an event is located, or verified in windows; a thing that is there is neither."""

import pytest

from tests.fakes import FakeIndex, ScriptedCore, TimingCore
from tools.events.verification import locate_occurrences, verify_frames, verify_in_windows
from tools.moments import ScoredKeyframe
from tools.ports import Calibration


@pytest.fixture
def index() -> FakeIndex:
    return FakeIndex()


def test_an_event_is_timed_around_the_frames_that_show_its_people(index: FakeIndex) -> None:
    core = TimingCore(at=(1.0,))
    (occurrence,) = locate_occurrences(index, core, "a red car stops", index.frames[:2], tool="find_frames")
    assert (occurrence.evidence.moment.start_seconds, occurrence.evidence.moment.end_seconds) == pytest.approx(
        (0.8, 1.8)
    )
    assert (occurrence.evidence.frame_index, occurrence.evidence.score, occurrence.evidence.image) == (25, 0.9, "1.jpg")
    assert [(scored.keyframe.seconds, scored.score) for scored in occurrence.frames] == [(1.0, 0.9)]
    assert core.read == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0], "what lies far from them is not read"


def test_it_may_lie_beside_the_frames_and_never_at_once_twice(index: FakeIndex) -> None:
    occurrences = locate_occurrences(
        index, TimingCore(at=(4.0, 7.0)), "a bus leaves", index.frames[3:4], tool="find_frames"
    )
    assert [occurrence.evidence.frame_index for occurrence in occurrences or ()] == [100, 175]


def test_what_only_stands_there_is_no_event_and_a_core_without_time_says_nothing(index: FakeIndex) -> None:
    assert (
        locate_occurrences(index, TimingCore(at=(1.0,), event=0.1), "a red car", index.frames, tool="find_frames")
        is None
    )
    assert locate_occurrences(index, ScriptedCore(), "a red car stops", index.frames, tool="find_frames") is None
    assert locate_occurrences(index, TimingCore(), "a red car stops", index.frames, tool="find_frames") == []


def test_an_untimed_event_is_only_as_sure_as_several_frames_in_order(index: FakeIndex) -> None:
    scored_frames = [
        ScoredKeyframe(index.frames[0], 0.9),
        ScoredKeyframe(index.frames[1], 0.8),
        ScoredKeyframe(index.frames[6], 0.7),
    ]
    core = TimingCore(happens=0.9)
    assert verify_in_windows(index, core, "a red car leaves", scored_frames) == scored_frames
    assert all(len(window) > 1 and window == sorted(window) for window in core.windows)
    denied = verify_in_windows(index, TimingCore(happens=0.2), "a red car leaves", scored_frames)
    assert [scored.score for scored in denied] == pytest.approx([0.2, 0.2, 0.2])
    assert verify_in_windows(index, core, "a red car leaves", []) == []


class Measured(FakeIndex):
    calibration = Calibration(0.5, 8.0, measured=True)


class Sure(ScriptedCore):
    """Sees everything everywhere."""

    def verify(self, statement, frames):
        return [0.9] * len(frames)


def test_retrieval_lowers_what_it_doubts_and_raises_nothing() -> None:
    index = Measured()
    probabilities = verify_frames(index, Sure(), "a red car", index.keyframes("v"))
    assert probabilities[:2] == [0.9, 0.9]
    assert max(probabilities[2:]) < 0.1


def test_a_match_as_likely_as_not_is_left_to_the_core() -> None:
    index = Measured()
    index.fit = lambda query, keyframe: 0.5
    assert verify_frames(index, Sure(), "a red car", index.keyframes("v")) == pytest.approx([0.9] * 8)


def test_a_guessed_curve_is_no_witness() -> None:
    index = FakeIndex()
    assert verify_frames(index, Sure(), "a red car", index.keyframes("v")) == [0.9] * 8


def test_no_keyframes_are_no_question() -> None:
    assert verify_frames(Measured(), Sure(), "a red car", []) == []
