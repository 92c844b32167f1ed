"""Sequences over a fake library: exact where it is certified, and clear about what cannot be searched."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes import FakeIndex
from tools.events.alignment import Gap, Limits
from tools.events.query import EventQuery, Span, event_query
from tools.events.search import FindEventsOptions, find_extent, find_sequences
from tools.ports import Background, Calibration, Peaks, Similarities

EVENTS = ("a", "b", "c")


class RandomIndex:
    """Videos of random cosines, and bounds that lie some way above them."""

    calibration = Calibration(0.3, 6.0)

    def __init__(self, seed: int, videos: int, slack: float) -> None:
        rng = np.random.default_rng(seed)
        self.curves = {f"v{i:02d}": rng.uniform(-1, 1, size=(3, rng.integers(1, 12))) for i in range(videos)}
        self.slack = {name: slack * rng.random((3, 1)) for name in self.curves}
        self.aligned: list[str] = []

    def similarities(self, queries, *, video_id):
        self.aligned.append(video_id)
        curve = self.curves[video_id][: len(queries)]
        return Similarities(np.arange(curve.shape[1]) * 25, np.arange(float(curve.shape[1])), curve)

    def background(self, queries):
        cosines = np.concatenate(list(self.curves.values()), axis=1)[: len(queries)]
        return Background(cosines, cosines.shape[1])

    def peaks(self, queries):
        tops = [curve.max(axis=1, keepdims=True) + self.slack[name] for name, curve in self.curves.items()]
        return Peaks(list(self.curves), np.concatenate(tops, axis=1)[: len(queries)])


@settings(max_examples=300, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 30),
    st.sampled_from([0.0, 0.1, 1.0]),
    st.integers(1, 4),
    st.sampled_from([0, 20, 60, None]),
    st.sampled_from([None, 0.6, 1.0]),
    st.sampled_from([2.0, 5.0, float("inf")]),
    st.sampled_from([0.0, 0.05, 0.6]),
)
def test_what_is_certified_is_what_a_full_scan_finds(
    seed, videos, slack, limit, keyframes, penalty, within, floor
) -> None:
    index = RandomIndex(seed, videos, slack)
    asked = EventQuery(EVENTS, Limits((Gap(0.0, 4.0), Gap(1.0)), within), (Span(), Span(1.0, 6.0), Span()))
    options = FindEventsOptions(limit=limit, per_video=2, keyframes=keyframes, miss_penalty=penalty, min_score=floor)
    sequences = find_sequences(index, asked, options=options)
    full = find_sequences(index, asked, options=options.model_copy(update={"full_scan": True}))
    assert all(sequence.certified for sequence in full)
    certified = [sequence.certified for sequence in sequences]
    assert certified == sorted(certified, reverse=True), "what ranks above a certified sequence is certified too"
    assert sequences[: sum(certified)] == full[: sum(certified)]
    if keyframes is None:
        assert sequences == full


def test_videos_that_cannot_matter_are_left_alone() -> None:
    index = RandomIndex(seed=3, videos=200, slack=0.0)
    index.calibration = Calibration(0.3, 6.0, measured=True)
    (sequence,) = find_sequences(index, event_query(EVENTS), options=FindEventsOptions(limit=1))
    assert sequence.certified
    assert len(index.aligned) < 100


def test_what_does_not_stand_out_from_the_library_is_not_found_unless_the_curve_was_measured() -> None:
    index = RandomIndex(seed=3, videos=200, slack=0.0)
    assert find_sequences(index, event_query(EVENTS)) == []
    index.calibration = Calibration(0.3, 6.0, measured=True)
    assert find_sequences(index, event_query(EVENTS))


def test_a_search_cut_short_says_so() -> None:
    index = RandomIndex(seed=3, videos=50, slack=1.0)
    sequences = find_sequences(index, event_query(EVENTS), options=FindEventsOptions(keyframes=10))
    assert not any(sequence.certified for sequence in sequences)


def test_one_of_three_events_may_be_missed_and_is_shown_so() -> None:
    (sequence,) = find_sequences(FakeIndex(), event_query(["red car", "green truck", "dog"]))
    assert [m.missed for m in sequence.moments] == [False, True, False]
    assert sequence.moments[1].seconds is None
    strict = FindEventsOptions(miss_penalty=None, limit=1)
    (placed,) = find_sequences(FakeIndex(), event_query(["red car", "green truck", "dog"]), options=strict)
    assert not any(m.missed for m in placed.moments)
    assert placed.score < sequence.score


def test_an_event_lasts_while_it_is_half_as_likely() -> None:
    sequence = find_sequences(FakeIndex(), event_query(["red car", "blue bus"]))[0]
    assert [(m.start_seconds, m.end_seconds) for m in sequence.moments] == [(0.0, 2.0), (3.0, 5.0)]
    assert find_extent(np.array([0.9, 0.9, 1.0, 0.9, 0.2]), 2, [1]) == (2, 3)


def test_one_event_is_searched_too() -> None:
    sequences = find_sequences(FakeIndex(), event_query(["dog"]))
    assert sequences[0].moments[0].seconds == 6.0
    assert 0.9 < sequences[0].score <= 1.0


def test_several_of_one_video_lie_apart() -> None:
    index = FakeIndex()
    sequences = find_sequences(index, event_query(["red car"]), options=FindEventsOptions(limit=3, min_score=0.0))
    assert len({m.seconds for sequence in sequences for m in sequence.moments}) == 3
    assert [sequence.score for sequence in sequences] == sorted(
        (sequence.score for sequence in sequences), reverse=True
    )
    alone = find_sequences(index, event_query(["red car"]), options=FindEventsOptions(limit=3, per_video=1))
    assert [m.seconds for sequence in find_sequences(index, event_query(["red car"])) for m in sequence.moments] == [
        0.0,
        1.0,
    ]
    assert alone == [replace(sequences[0])]


def test_what_nobody_has_seen_is_not_found() -> None:
    assert find_sequences(FakeIndex(), event_query(["green truck", "unicorn"])) == []


@pytest.mark.parametrize("index", [FakeIndex(empty=True), FakeIndex()])
def test_too_little_to_search_brings_nothing(index) -> None:
    index.frames = index.frames[:1]
    assert find_sequences(index, event_query(["red car", "dog"])) == []
