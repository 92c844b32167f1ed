"""Sequences that the core verifies: bounded, provable, and only where several frames say so."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes import FakeIndex, ScriptedCore
from tools.events.options import VerificationOptions
from tools.events.query import event_query
from tools.events.search import FindEventsOptions, find_sequences
from tools.events.timing import Timing
from tools.events.verified_search import find_verified_sequences, verify_sequences
from tools.ports import Background, Calibration, Peaks, Similarities
from tools.types import Keyframe

EVENTS = ("a", "b", "c")


class RandomVideos:
    """Videos of random cosines."""

    calibration = Calibration(0.3, 6.0)

    def __init__(self, seed: int, videos: int) -> None:
        rng = np.random.default_rng(seed)
        self.curves = {f"v{i:02d}": rng.uniform(-1, 1, size=(3, rng.integers(1, 12))) for i in range(videos)}

    def similarities(self, queries, *, video_id):
        curve = self.curves[video_id]
        return Similarities(np.arange(curve.shape[1]) * 25, np.arange(float(curve.shape[1])), curve)

    def background(self, queries):
        cosines = np.concatenate(list(self.curves.values()), axis=1)
        return Background(cosines, cosines.shape[1])

    def peaks(self, queries):
        tops = [curve.max(axis=1, keepdims=True) for curve in self.curves.values()]
        return Peaks(list(self.curves), np.concatenate(tops, axis=1))

    def keyframes(self, video_id, start_seconds=None, end_seconds=None):
        count = self.curves[video_id].shape[1]
        return [Keyframe(video_id, i * 25, float(i), 0, i, f"{i}.jpg") for i in range(count)]


class Moody(ScriptedCore):
    """Believes each event of each window by a fixed draw, and counts the videos it looked at."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.seed, self.looked = seed, set()

    def verify_windows(self, statement, windows):
        self.looked |= {window[0].video_id for window in windows}
        keys = [hash((self.seed, statement, w[0].video_id, w[0].seconds)) % 2**32 for w in windows]
        return [float(np.random.default_rng(key).random()) for key in keys]


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 20), st.integers(1, 3), st.integers(1, 12))
def test_what_is_certified_is_what_looking_at_every_video_finds(seed, videos, limit, most) -> None:
    index, asked = RandomVideos(seed, videos), event_query(EVENTS)
    search = FindEventsOptions(limit=limit, per_video=2, keyframes=None)
    sequences = find_verified_sequences(
        index, Moody(seed), asked, search=search, options=VerificationOptions(search_videos=most)
    )
    full = find_verified_sequences(
        index, Moody(seed), asked, search=search, options=VerificationOptions(search_videos=100)
    )
    certified = [sequence.certified for sequence in sequences]
    assert certified == sorted(certified, reverse=True)
    assert sequences[: sum(certified)] == full[: sum(certified)]
    assert all(sequence.certified for sequence in full)


def test_the_core_looks_only_at_videos_that_can_matter() -> None:
    index, core = RandomVideos(3, 200), Moody(1)
    index.curves = {name: 0.1 * curve for name, curve in index.curves.items()} | {"v007": np.ones((3, 9))}
    core.verify_windows = lambda statement, windows: core.looked.add(windows[0][0].video_id) or [1.0] * len(windows)
    find_verified_sequences(index, core, event_query(EVENTS), search=FindEventsOptions(limit=1))
    assert core.looked == {"v007"}


def test_an_event_that_the_core_denies_does_not_rank() -> None:
    asked, core = event_query(["a red car", "a dog"]), ScriptedCore()
    core.verify_windows = lambda statement, windows: [float("car" in statement)] * len(windows)
    assert find_sequences(FakeIndex(), asked)
    assert find_verified_sequences(FakeIndex(), core, asked, search=FindEventsOptions(min_score=0.6)) == []


def test_the_best_frame_moves_to_where_the_core_sees_it() -> None:
    core = ScriptedCore()
    core.verify_windows = lambda statement, windows: [0.95 if any(k.seconds == 4 for k in w) else 0.1 for w in windows]
    options = VerificationOptions(search_window_seconds=2.0, search_step_seconds=1.0)
    asked, search = event_query(["blue bus"]), FindEventsOptions(limit=1)
    (sequence,) = find_verified_sequences(FakeIndex(), core, asked, search=search, options=options)
    assert find_sequences(FakeIndex(), asked)[0].moments[0].seconds == 3.0
    assert sequence.moments[0].seconds == 4.0


def test_start_and_end_are_those_that_the_core_saw() -> None:
    core, asked = ScriptedCore(), event_query(["dog"])
    core.verify_windows = lambda statement, windows: [0.9 if {6, 7} <= {k.seconds for k in w} else 0.1 for w in windows]
    options = VerificationOptions(search_window_seconds=4.0)
    (sequence,) = find_verified_sequences(FakeIndex(), core, asked, search=FindEventsOptions(limit=1), options=options)
    (moment,) = sequence.moments
    assert (moment.start_seconds, moment.end_seconds) == (6.0, 8.0)
    assert moment.start_seconds <= moment.seconds <= moment.end_seconds


def test_an_event_timer_tells_them_finer_than_windows_do() -> None:
    core, asked = ScriptedCore(), event_query(["dog"])
    core.verify_windows = lambda statement, windows: [0.9 if {6, 7} <= {k.seconds for k in w} else 0.1 for w in windows]

    def times(events, frames):
        assert events == ("dog",)
        seconds = np.array([frame.seconds for frame in frames])
        return [Timing(seconds, (seconds == 7) * 0.8, seconds - 0.4, seconds + 0.7)]

    core.locate_events = times
    (sequence,) = find_verified_sequences(FakeIndex(), core, asked, search=FindEventsOptions(limit=1))
    (moment,) = sequence.moments
    assert moment.start_seconds == min(6.6, moment.seconds)
    assert moment.end_seconds == 7.7


@pytest.mark.parametrize(("timed", "first"), [(False, 3.0), (True, 4.0)])
def test_the_core_looks_first_where_the_event_timer_sees_it(timed, first) -> None:
    core, looked = ScriptedCore(), []

    def happens(statement, windows):
        looked.extend(windows)
        return [0.9] * len(windows)

    def times(events, frames):
        seconds = np.array([frame.seconds for frame in frames])
        return [Timing(seconds, (seconds == 4) * 0.3, seconds, seconds + 1)] if timed else None

    core.verify_windows, core.locate_events = happens, times
    options = VerificationOptions(search_window_seconds=2.0, search_windows=2)
    find_verified_sequences(FakeIndex(), core, event_query(["blue bus"]), options=options)
    assert len(looked) == 2
    assert all(first in {keyframe.seconds for keyframe in window} for window in looked)


def test_events_move_within_their_video() -> None:
    core, asked = ScriptedCore(), event_query(["red car", "blue bus"])
    core.verify_windows = lambda statement, windows: [0.9 if window[-1].seconds >= 4 else 0.0 for window in windows]
    sequences = find_sequences(FakeIndex(), asked)
    (placed, *others) = verify_sequences(FakeIndex(), core, asked, sequences)
    assert placed.video_id == sequences[0].video_id
    assert [moment.seconds for moment in placed.moments] != [moment.seconds for moment in sequences[0].moments]
    assert placed.video_id not in {sequence.video_id for sequence in others}


def test_the_video_that_shows_the_events_comes_first() -> None:
    index, asked = RandomVideos(5, 6), event_query(EVENTS)
    sequences = find_sequences(index, asked, options=FindEventsOptions(limit=4, per_video=1))
    right_id, core = sequences[2].video_id, ScriptedCore()
    core.verify_windows = lambda statement, windows: [0.95 if w[0].video_id == right_id else 0.3 for w in windows]
    assert verify_sequences(index, core, asked, sequences, videos=4)[0].video_id == right_id
    alone = verify_sequences(index, core, asked, sequences)
    assert [sequence.video_id for sequence in alone] == [sequence.video_id for sequence in sequences], (
        "one video is looked at"
    )


def test_a_video_of_which_nothing_is_confirmed_stays_as_it_was_found() -> None:
    core, asked = ScriptedCore(), event_query(["red car", "blue bus"])
    core.verify_windows = lambda statement, windows: [0.0] * len(windows)
    sequences = find_sequences(FakeIndex(), asked)
    assert verify_sequences(FakeIndex(), core, asked, sequences) == sequences
