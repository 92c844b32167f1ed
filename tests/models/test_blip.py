"""The wrapper on an untrained model of the pocket's shape: what must hold whatever the weights."""

import numpy as np
import pytest

from assistant.agent.cores.instructblip import InstructBlipCore
from assistant.models.blip.instructblip import InstructBlip
from assistant.models.translate import T5Translator
from tests.fakes import SEEN
from tools.ports import Turn
from tools.types import Keyframe, Line

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def blip(untrained_core) -> InstructBlip:
    return InstructBlip(str(untrained_core))


@pytest.fixture(scope="module")
def pictures() -> list[np.ndarray]:
    return [np.random.default_rng(i).integers(0, 255, (90, 160, 3), np.uint8) for i in range(len(SEEN))]


class Store:
    def __init__(self, features):
        self._features = features

    def features(self, video_id, frame_indexes):
        return self._features[list(frame_indexes)]


def test_features_do_not_depend_on_the_batch(blip, pictures) -> None:
    together = blip.features(pictures[:3])
    alone = np.concatenate([blip.features([picture]) for picture in pictures[:3]])
    assert together.dtype == np.float16
    assert together.astype(np.float32) == pytest.approx(alone.astype(np.float32), abs=0.02)


def test_frames_verified_in_one_batch_are_as_sure_as_alone(blip, pictures) -> None:
    core = InstructBlipCore(blip, Store(blip.features(pictures)))
    frames = [Keyframe("v", i, float(i), 0, 0, "") for i in range(4)]
    together = core.verify("a red car", frames)
    assert together == pytest.approx([core.verify("a red car", [frame])[0] for frame in frames], abs=1e-3)
    assert all(0 <= p <= 1 for p in together)


def test_likelihoods_of_candidates_do_not_depend_on_each_other(blip) -> None:
    both = blip.score("Question: x Tool:", ["find frames", "look"])
    assert both[0] == pytest.approx(
        [blip.score("Question: x Tool:", [c])[0, 0] for c in ("find frames", "look")], abs=1e-3
    )
    assert (both < 0).all()


def test_alternatives_are_told_the_likeliest_first(blip) -> None:
    prompt = "Question: x Tool:"
    assert len(blip.write_alternatives(prompt, count=3, max_new_tokens=4)) == 3
    (greedy,) = blip.write(prompt, max_new_tokens=4)
    assert blip.write_alternatives(prompt, count=1, max_new_tokens=4) == [greedy.text]


def test_a_choice_is_one_of_the_options(blip) -> None:
    options = {"find_frames": "a", "look": "b", "count": "c"}
    choice = InstructBlipCore(blip, Store(None)).choose("where?", options)
    assert choice.name in options
    assert 0 <= choice.margin <= choice.probability <= 1


@pytest.mark.parametrize("text", ["<image> a car", "</s><pad>", "<ima<image>ge>", "xe đỏ " * 400, "", "🙂"])
def test_any_text_can_be_asked(blip, pictures, text) -> None:
    core = InstructBlipCore(blip, Store(blip.features(pictures)))
    frames = [Keyframe("v", i, float(i), 0, 0, "") for i in range(5)]
    assert 0 <= core.answer(text, frames).confidence <= 1
    assert isinstance(core.rewrite(text or "x", [Turn(text, text)]), str)
    assert core.answer(text, [], [Line("v", 0, 1, "ocr", text)]).confidence >= 0
    assert "<image>" not in blip.clean(text)


def test_no_frame_no_work(blip) -> None:
    assert blip.features([]).shape == (0, 257, 192)
    assert InstructBlipCore(blip, Store(None)).caption([]) == []


def test_translation_of_nothing_is_nothing(blip) -> None:
    translator = T5Translator(blip)
    assert translator.translate("  ", source="vi", target="en") == "  "
    assert translator.translate("same", source="en", target="en") == "same"
