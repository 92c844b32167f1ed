"""What the core sees counts where retrieval does not doubt it."""

import pytest

from tests.fakes import FakeIndex, ScriptedCore
from tools.events.verified import verified
from tools.ports import Calibration


class Measured(FakeIndex):
    calibration = Calibration(0.5, 8.0, measured=True)


class Sure(ScriptedCore):
    """Sees everything everywhere."""

    def verify(self, statement, frames):
        return [0.9] * len(frames)


def test_retrieval_lowers_what_it_doubts_and_raises_nothing() -> None:
    index = Measured()
    found = verified(index, Sure(), "a red car", index.keyframes("v"))
    assert found[:2] == [0.9, 0.9]
    assert max(found[2:]) < 0.1


def test_a_match_as_likely_as_not_is_left_to_the_core() -> None:
    index = Measured()
    index.fit = lambda query, keyframe: 0.5
    assert verified(index, Sure(), "a red car", index.keyframes("v")) == pytest.approx([0.9] * 8)


def test_a_guessed_curve_is_no_witness() -> None:
    index = FakeIndex()
    assert verified(index, Sure(), "a red car", index.keyframes("v")) == [0.9] * 8


def test_no_keyframes_are_no_question() -> None:
    assert verified(Measured(), Sure(), "a red car", []) == []
