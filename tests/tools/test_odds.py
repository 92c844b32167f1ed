"""The library itself says what chance gives: matches stand out, whatever the level and the spread of its cosines."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes import FakeIndex, ScriptedCore
from tools.events.verification import verify_frames
from tools.odds import LibraryOdds, calibrate_for, count_pictures
from tools.ports import Background, Calibration, Similarities
from tools.types import Keyframe

GUESS = Calibration(0.22, 60.0)
PICTURES = 2000


def chance(seed: int, mean: float = 0.155, spread: float = 0.015, pictures: int = PICTURES) -> np.ndarray:
    return np.random.default_rng(seed).normal(mean, spread, (1, pictures))


def odds_of(cosines: np.ndarray, curve: Calibration = GUESS) -> LibraryOdds:
    return LibraryOdds.of(cosines, cosines.shape[1], curve)


@given(st.floats(-0.2, 0.19), st.floats(0.006, 0.05), st.integers(0, 99))
def test_level_and_spread_of_the_cosines_change_nothing(mean: float, spread: float, seed: int) -> None:
    usual, shifted = chance(seed), chance(seed, mean, spread)
    deviations = np.array([1.0, 3.0, 4.0, 6.0])
    expected = odds_of(usual).odds(0.155 + 0.015 * deviations)
    assert odds_of(shifted).odds(mean + spread * deviations) == pytest.approx(expected, rel=1e-6)


def test_odds_are_even_where_chance_gives_less_than_half_a_picture() -> None:
    library = odds_of(chance(1))
    normal = LibraryOdds(np.array([0.0]), np.array([1.0]), 100, GUESS, compared=100)
    assert library.odds(np.array([0.155 + 0.015 * 6]))[0] == pytest.approx(1.0)
    assert library.odds(np.array([0.155 + 0.015 * 2]))[0] < 0.05
    assert normal.odds(np.array([2.0]))[0] == pytest.approx(0.4 / (100 * 0.02275), rel=1e-3)
    assert normal(np.array([2.6521]))[0] == pytest.approx(0.5, abs=1e-3), "100 x 0.4 %"


@given(st.integers(0, 99), st.sampled_from([10, 60, PICTURES]), st.sampled_from([0.0, 0.3]))
def test_both_rise_with_the_cosine_and_odds_are_at_most_twice_the_probability(seed, pictures, mean) -> None:
    library = odds_of(chance(seed, mean, pictures=pictures))
    cosines = np.linspace(-1, 1, 401)
    probabilities, odds = library(cosines), library.odds(cosines)
    assert np.all(np.diff(probabilities) >= 0)
    assert np.all(np.diff(odds) >= 0)
    assert np.all(odds <= Calibration.MAX_ODDS_PER_PROBABILITY * probabilities + 1e-12)
    assert odds.min() >= 0
    assert odds.max() == 1


def test_cosines_that_are_all_alike_make_nobody_sure() -> None:
    library = odds_of(np.full((1, PICTURES), 0.15))
    assert library.odds(np.array([0.15, 0.155]))[1] < 0.01
    assert np.isfinite(library(np.array([-1.0, 0.15, 1.0]))).all()


def test_near_duplicates_count_as_one_picture() -> None:
    few = LibraryOdds.of(chance(2, pictures=100), 100, GUESS)
    many = LibraryOdds.of(chance(2, pictures=100), 100_000, GUESS)
    cosine = np.array([0.155 + 0.015 * 4])
    assert few.odds(cosine)[0] > 0.5 > many.odds(cosine)[0]


def test_what_most_of_the_library_shows_is_judged_by_the_curve() -> None:
    cosines = chance(3, mean=0.25)
    assert odds_of(cosines).odds(np.array([0.25]))[0] == 1.0
    assert odds_of(cosines).odds(np.array([0.16]))[0] < 0.1


def test_a_trained_curve_is_believed_where_the_library_is_not_sure() -> None:
    cosines = chance(4, mean=0.02, spread=0.05)
    sure = np.array([0.13])
    assert odds_of(cosines, Calibration(0.1, 110.0)).odds(sure)[0] < 0.2
    assert odds_of(cosines, Calibration(0.1, 110.0, trained=True)).odds(sure)[0] == 1.0


def test_a_small_library_is_no_sure_witness() -> None:
    small = odds_of(chance(5, pictures=30))
    assert not small.is_reliable
    assert small.witness(np.array([0.1, 0.155]))[0] == 0.5
    assert small.witness(np.array([0.155 + 0.015 * 6]))[0] == 1.0
    assert small(np.array([0.22]))[0] == pytest.approx(0.5), "events are ranked by the curve"


def test_an_empty_library_has_odds_too() -> None:
    empty = LibraryOdds.of(np.empty((2, 0), np.float32), 0, GUESS)
    assert not empty.is_reliable
    assert np.isfinite(empty(np.zeros((2, 3)))).all()


class Unmeasured(FakeIndex):
    """600 keyframes; those at `matching` seconds fit any query."""

    calibration = GUESS

    def __init__(self, matching=(), mean=0.155) -> None:
        super().__init__()
        self.frames = [Keyframe("v", i, float(i), 0, i, f"{i}.jpg") for i in range(600)]
        self.cosines = chance(6, mean, pictures=600)
        self.cosines[0, list(matching)] = mean + 0.09

    def similarities(self, queries, *, video_id):
        indexes = np.arange(600)
        return Similarities(indexes, indexes.astype(float), np.tile(self.cosines, (len(queries), 1)))

    def background(self, queries):
        return Background(np.tile(self.cosines, (len(queries), 1)).astype(np.float32), 600)


class Credulous(ScriptedCore):
    """Says yes to every frame whose second is divisible by `step`."""

    def __init__(self, step: int) -> None:
        super().__init__()
        self.step = step

    def verify(self, statement, frames):
        return [0.9 if frame.seconds % self.step == 0 else 0.1 for frame in frames]


def best(index: Unmeasured, count: int = 32) -> list[Keyframe]:
    return [index.frames[i] for i in np.argsort(-index.cosines[0])[:count]]


def test_the_library_doubts_what_the_core_alone_sees() -> None:
    index = Unmeasured(matching=(40, 41))
    frames = best(index)
    probabilities = verify_frames(index, Credulous(4), "a zebra", frames)
    assert probabilities[[f.seconds for f in frames].index(40)] == pytest.approx(0.9)
    others = [p for f, p in zip(frames, probabilities, strict=True) if f.seconds not in (40, 41)]
    assert max(others) < 0.5


def test_what_the_core_sees_in_most_frames_is_no_rarity() -> None:
    index = Unmeasured()
    assert verify_frames(index, Credulous(1), "a street", best(index)) == [0.9] * 32
    assert max(verify_frames(index, Credulous(1), "a street", best(index, 4))) < 0.9, "four frames are too few for that"


def test_few_frames_of_a_stretch_stand_out_more_easily_and_very_few_are_left_to_the_core() -> None:
    index = Unmeasured()
    frames = best(index, 4)
    seconds = [frame.seconds for frame in frames]
    whole = verify_frames(index, Credulous(1), "a zebra", frames)
    stretch = verify_frames(index, Credulous(1), "a zebra", frames, pictures=20)
    assert all(more > less for more, less in zip(stretch, whole, strict=True))
    assert verify_frames(index, Credulous(1), "a zebra", frames, pictures=4) == [0.9] * 4
    assert count_pictures(index, "v", min(seconds), min(seconds) + 5) == 5
    assert count_pictures(index, None, None, None) is None


def test_frames_that_were_chosen_for_something_else_are_left_to_the_core() -> None:
    index = Unmeasured()
    chosen = index.frames[:3]
    assert verify_frames(index, Credulous(1), "a red zebra", chosen, are_best_matches=False) == [0.9] * 3


def test_a_measured_curve_wins() -> None:
    index = Unmeasured()
    assert isinstance(calibrate_for(index, ["a zebra"]), LibraryOdds)
    index.calibration = Calibration(0.22, 60.0, measured=True)
    assert calibrate_for(index, ["a zebra"]) is index.calibration


def test_each_query_has_its_own_odds() -> None:
    both = np.concatenate([chance(7), chance(8, mean=0.195)])
    library = odds_of(both)
    cosines = np.tile(np.array([[0.2, 0.24]]), (2, 1))
    odds = library.odds(cosines)
    assert odds[0, 1] == 1.0
    assert odds[1, 0] < 0.01
    assert math.isclose(odds[0, 0], odds_of(both[:1]).odds(cosines[0])[0])
