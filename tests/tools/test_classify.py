"""Zero-shot labels, shot by shot."""

import numpy as np
import pytest

from tests.fakes import FakeIndex, ScriptedCore
from tools.classify import classify
from tools.errors import VideoAssistantError
from tools.events.options import VerificationOptions


def test_each_shot_gets_the_label_that_it_shows() -> None:
    parts = classify(FakeIndex(), "v", ["red car", "blue bus", "dog"])
    assert [(part.start_seconds, part.end_seconds) for part in parts] == [(0.0, 3.0), (3.0, 6.0), (6.0, 8.0)]
    assert [part.labels[0].text for part in parts] == ["red car", "blue bus", "dog"]
    assert [part.keyframe.seconds for part in parts] == [0.0, 3.0, 6.0]
    for part in parts:
        assert sum(label.share for label in part.labels) == pytest.approx(1.0)
        assert part.labels[0].probability > 0.9
        assert len(part.labels) == 3


def test_a_label_may_win_without_being_there() -> None:
    (first, *_) = classify(FakeIndex(), "v", ["a horse", "a boat"])
    assert first.labels[0].share == pytest.approx(0.5)
    assert first.labels[0].probability < 0.1


def test_the_core_tells_labels_apart_that_look_the_same() -> None:
    class Watching(ScriptedCore):
        def verify(self, statement, frames):
            return [0.1] * len(frames)

        def verify_windows(self, statement, windows):
            return [0.9 if statement == "the dog leaves" else 0.05 for _ in windows]

    labels = ["the dog enters", "the dog leaves"]
    alone, confirmed = (classify(FakeIndex(), "v", labels, core=core)[2] for core in (None, Watching()))
    assert alone.labels[0].share == pytest.approx(0.5)
    assert confirmed.labels[0].text == "the dog leaves"
    assert confirmed.labels[0].share > 0.8


def test_a_long_shot_is_labelled_in_parts() -> None:
    parts = classify(FakeIndex(), "v", ["red car", "dog"], options=VerificationOptions(label_part_seconds=2))
    assert [part.start_seconds for part in parts] == [0.0, 2.0, 3.0, 5.0, 6.0]
    assert np.argmax([label.share for label in parts[0].labels]) == 0


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ([], "0 label"),
        (["day"], "1 label"),
        (["day", " "], "empty"),
        (["a dog", "a  dog"], "twice"),
        ([f"label {i}" for i in range(101)], "up to 100"),
    ],
)
def test_labels_that_cannot_be_chosen_from_are_one_line(labels: list[str], said: str) -> None:
    with pytest.raises(VideoAssistantError, match=said):
        classify(FakeIndex(), "v", labels)
