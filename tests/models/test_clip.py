import numpy as np
import pytest

from assistant.models.clip.transformers_clip import TransformersClip
from assistant.settings import PROFILES
from tools.errors import ModelNotFoundError, VideoAssistantError


@pytest.fixture(scope="module")
def clip() -> TransformersClip:
    return TransformersClip(PROFILES["pocket"].retrieval)


def _block(colour: tuple[int, int, int]) -> np.ndarray:
    return np.full((90, 160, 3), colour, np.uint8)


def test_nothing_is_loaded_before_it_is_asked() -> None:
    assert not TransformersClip("anything").is_loaded


def test_pictures_and_words_share_one_space_of_unit_vectors(clip) -> None:
    images, texts = clip.embed_images([_block((200, 0, 0)), _block((0, 0, 200))]), clip.embed_texts(["a red car"])
    assert images.shape[1] == texts.shape[1]
    assert np.linalg.norm(np.concatenate([images, texts]), axis=1) == pytest.approx(1, abs=1e-4)


@pytest.mark.slow
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
    first = TransformersClip(str(tmp_path)).identity
    (tmp_path / "model.safetensors").write_bytes(b"two")
    assert TransformersClip(str(tmp_path)).identity != first


def test_a_folder_without_weights_is_named(tmp_path) -> None:
    with pytest.raises(ModelNotFoundError, match="safetensors"):
        _ = TransformersClip(str(tmp_path)).identity


def test_the_identity_of_large_weights_is_kept_until_they_change(tmp_path, monkeypatch) -> None:
    from assistant.models import base

    monkeypatch.setattr(base, "MIN_CACHED_BYTES", 1)
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(b"one")
    first = TransformersClip(str(tmp_path)).identity
    cache = (tmp_path / ".remembered.json").read_text()
    (tmp_path / ".remembered.json").write_text(cache.replace(first.rpartition("-")[2], "cached"))
    assert TransformersClip(str(tmp_path)).identity == f"{tmp_path.name}-cached"
    weights.write_bytes(b"other")
    assert TransformersClip(str(tmp_path)).identity not in (first, f"{tmp_path.name}-cached")


def test_siglip_embeds_pictures_and_words_in_one_space(tmp_path) -> None:
    """The classes of SigLIP 2's fixed-resolution checkpoints, tiny."""
    import torch
    from transformers import AutoTokenizer, SiglipConfig, SiglipImageProcessor, SiglipModel, SiglipProcessor

    small = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    words = AutoTokenizer.from_pretrained(PROFILES["pocket"].retrieval)
    torch.manual_seed(0)
    config = SiglipConfig(
        text_config={**small, "vocab_size": len(words), "max_position_embeddings": 16, "projection_size": 16},
        vision_config={**small, "image_size": 32, "patch_size": 16},
    )
    siglip = SiglipModel(config)
    siglip.logit_scale.data.fill_(np.log(112.0))
    siglip.logit_bias.data.fill_(-16.8)
    siglip.save_pretrained(tmp_path)
    SiglipProcessor(SiglipImageProcessor(size={"height": 32, "width": 32}), words).save_pretrained(tmp_path)
    model = TransformersClip(str(tmp_path))
    images, texts = model.embed_images([_block((200, 0, 0))]), model.embed_texts(["a red car", "A RED CAR"])
    assert images.shape[1] == texts.shape[1] == model.embed_texts([]).shape[1] == 16
    assert texts[0] == pytest.approx(texts[1])
    assert np.linalg.norm(np.concatenate([images, texts]), axis=1) == pytest.approx(1, abs=1e-4)
    assert model.embed_texts(["x" * 500, ""]).shape == (2, 16)
    curve = model.trained_curve
    assert curve is not None
    assert (curve.midpoint, curve.slope) == pytest.approx((0.15, 112.0), rel=1e-3)
    assert curve.trained
    assert not curve.measured


def test_clip_was_trained_with_no_curve(clip) -> None:
    assert clip.trained_curve is None


@pytest.mark.parametrize("name", ["instructblip", "nowhere"])
def test_what_is_no_retrieval_model_is_one_line(name: str) -> None:
    from pathlib import Path

    folder = Path(PROFILES["pocket"].retrieval).parent / name
    with pytest.raises(VideoAssistantError, match="retrieval:") as caught:
        _ = TransformersClip(str(folder)).loaded
    assert "\n" not in str(caught.value)
