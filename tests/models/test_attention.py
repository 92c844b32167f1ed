import numpy as np
import pytest
from PIL import Image

from assistant.models.blip.attention import WordAttention, attention_by_word, draw_word_attention
from assistant.models.blip.instructblip import InstructBlip
from assistant.models.blip.sight_prompts import SightPrompt, sight_prompt
from assistant.session import open_session

pytestmark = pytest.mark.slow


def test_each_word_of_the_caption_has_a_map_that_sums_to_one(demo_library) -> None:
    session = open_session(demo_library)
    # Of the picture itself and of its thumbnail the same is written only where nobody stands across two columns.
    frame = session.library.nearest_keyframe(session.library.videos()[0].video_id, 40.0)
    picture = np.asarray(Image.open(frame.image).convert("RGB"))
    attentions = attention_by_word(session.blip, picture, sight_prompt("pocket", "caption"))
    (description,) = session.core.caption([frame])
    assert " ".join(attention.word for attention in attentions) == description.text
    vision = session.blip.loaded.model.config.vision_config
    for attention in attentions:
        assert attention.weights.shape == (vision.image_size // vision.patch_size,) * 2
        assert float(attention.weights.sum()) == pytest.approx(1.0, abs=1e-4)
        assert attention.weights.min() >= 0
    # Different words look at different places.
    assert len({int(attention.weights.argmax()) for attention in attentions}) > 1
    session.close()


def test_recording_leaves_the_model_as_it_was(untrained_core) -> None:
    blip = InstructBlip(str(untrained_core))
    picture = np.full((40, 60, 3), 90, np.uint8)
    before = blip.loaded.model.qformer.config._attn_implementation
    features = blip.features([picture])
    queries = blip.queries(features, "a")
    attention_by_word(blip, picture, SightPrompt("a", "a"))
    assert blip.loaded.model.qformer.config._attn_implementation == before
    assert np.allclose(queries.numpy(), blip.queries(features, "a").numpy(), atol=1e-5)


@pytest.mark.parametrize("words", [0, 1, 7])
def test_a_sheet_has_a_picture_for_each_word(words: int) -> None:
    attentions = [WordAttention(f"word{i}", np.eye(4, dtype=np.float32) / 4) for i in range(words)]
    drawn = draw_word_attention(np.full((90, 160, 3), 200, np.uint8), attentions)
    assert drawn.width == 240 * min(5, max(1, words))
    assert drawn.height == (135 + 28) * (2 if words > 5 else 1)
