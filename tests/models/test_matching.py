import json
from pathlib import Path

import numpy as np
import pytest

from assistant.models.base import vision_identity
from assistant.models.blip.matching import Matcher
from tools.errors import VideoAssistantError

LAYOUTS = Path(__file__).parent / "layouts"
EXPECTED = json.loads((LAYOUTS / "expected.json").read_text())["blip2-itm-4-46"]


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher(str(LAYOUTS / "blip2-itm-4-46"))


def _picture() -> np.ndarray:
    rows, columns = np.mgrid[0:40, 0:60]
    return np.stack([rows * 5 % 256, columns * 4 % 256, (rows * columns) % 256], -1).astype(np.uint8)


def test_it_says_what_it_said_where_it_was_written(matcher) -> None:
    features = matcher.features([_picture()])
    probabilities = [matcher.match(text, features)[0] for text in EXPECTED["texts"]]
    assert probabilities == pytest.approx(EXPECTED["matched"], abs=5e-3)


def test_one_pass_gives_what_single_pictures_give(matcher) -> None:
    features = matcher.features([_picture(), 255 - _picture(), np.zeros((9, 9, 3), np.uint8)])
    together = matcher.match("a red car", features)
    assert together == pytest.approx([matcher.match("a red car", row[None])[0] for row in features], abs=1e-5)
    assert matcher.match("a red car", features[:0]).shape == (0,)


@pytest.mark.parametrize("text", ["", "car " * 200, "<image> [SEP]", "🙂"])
def test_any_text_matches_somehow(matcher, text) -> None:
    assert 0 <= matcher.match(text, matcher.features([_picture()]))[0] <= 1


@pytest.mark.parametrize("name", ["blip2-t5-4-46", "instructblip-t5-4-46", "nowhere"])
def test_another_model_is_refused_in_one_line(name: str) -> None:
    with pytest.raises(VideoAssistantError, match="matching:") as caught:
        _ = Matcher(str(LAYOUTS / name)).loaded
    assert "\n" not in str(caught.value)


def test_the_same_vit_has_one_name_in_any_precision_and_any_shards(tmp_path) -> None:
    import torch
    from safetensors.torch import load_file, save_file

    source = LAYOUTS / "blip2-t5-4-46"
    tensors = load_file(source / "model.safetensors")
    names = sorted(tensors)
    half = {key: tensors[key].half().contiguous() for key in names}
    save_file({key: half[key] for key in names[::2]}, tmp_path / "model-00001-of-00002.safetensors")
    save_file({key: half[key] for key in names[1::2]}, tmp_path / "model-00002-of-00002.safetensors")
    assert vision_identity(str(tmp_path)) == vision_identity(str(source))
    assert vision_identity(str(source)) != vision_identity(str(LAYOUTS / "blip2-opt-4-46")) or torch.equal(
        load_file(LAYOUTS / "blip2-opt-4-46" / "model.safetensors")["vision_model.post_layernorm.bias"],
        tensors["vision_model.post_layernorm.bias"],
    )
    assert vision_identity(str(LAYOUTS / "blip2-opt-4-33")) is None
