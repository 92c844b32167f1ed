import numpy as np
import pytest

from assistant.models.clip import Clip
from assistant.settings import PROFILES
from tools.errors import ModelNotFoundError


@pytest.fixture(scope="module")
def clip() -> Clip:
    return Clip(PROFILES["pocket"].retrieval)


def _block(colour: tuple[int, int, int]) -> np.ndarray:
    return np.full((90, 160, 3), colour, np.uint8)


def test_nothing_is_loaded_before_it_is_asked() -> None:
    assert not Clip("anything").is_loaded


def test_pictures_and_words_share_one_space_of_unit_vectors(clip) -> None:
    images, texts = clip.embed_images([_block((200, 0, 0)), _block((0, 0, 200))]), clip.embed_texts(["a red car"])
    assert images.shape[1] == texts.shape[1]
    assert np.linalg.norm(np.concatenate([images, texts]), axis=1) == pytest.approx(1, abs=1e-4)


def test_a_batch_gives_what_single_pictures_give(clip) -> None:
    blocks = [_block((i * 20, 90, 200 - i * 20)) for i in range(5)]
    singles = np.concatenate([clip.embed_images([block]) for block in blocks])
    assert clip.embed_images(blocks) == pytest.approx(singles, abs=1e-4)


def test_nothing_in_is_nothing_out(clip) -> None:
    assert clip.embed_images([]).shape == clip.embed_texts([]).shape


@pytest.mark.parametrize("text", ["", "<image> </s> [CLS]", "chiếc xe đỏ " * 100, "🙂", "\x00"])
def test_any_text_embeds(clip, text: str) -> None:
    assert np.isfinite(clip.embed_texts([text])).all()


def test_identity_follows_the_weights(tmp_path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"one")
    first = Clip(str(tmp_path)).identity
    (tmp_path / "model.safetensors").write_bytes(b"two")
    assert Clip(str(tmp_path)).identity != first


def test_a_folder_without_weights_is_named(tmp_path) -> None:
    with pytest.raises(ModelNotFoundError, match="safetensors"):
        _ = Clip(str(tmp_path)).identity
