"""The attention of the trainings has the outputs of the models' own attention, with masks."""

import pytest
import torch

from training.common.attention import ATTENTION
from training.common.models import IMAGE_SIZE, new_instructblip, new_matching, new_t5
from training.common.slots import project_queries
from training.common.token_ids import padded_ids
from training.common.tokenizer import build_tokenizer
from training.recipes.clip import embed_texts, new_clip
from training.recipes.matching import match_logits, similarity

pytestmark = pytest.mark.slow


def test_a_t5_has_the_outputs_of_its_own_attention() -> None:
    model = new_t5().eval()
    ids = torch.tensor([[5, 6, 7, 8, 1], [9, 10, 1, 0, 0]])
    inputs = {
        "input_ids": ids,
        "attention_mask": (ids > 0).long(),
        "labels": torch.tensor([[11, 12, 1], [13, 1, -100]]),
    }
    with torch.no_grad():
        expected = model(**inputs)
        for part in (model.encoder, model.decoder):
            part.set_attn_implementation(ATTENTION)
        actual = model(**inputs)
    torch.testing.assert_close(actual.logits, expected.logits, atol=1e-4, rtol=1e-4)


def test_an_instructblip_has_the_outputs_of_its_own_attention() -> None:
    model = new_instructblip(new_t5()).eval()
    frames = torch.randn(2, 3, IMAGE_SIZE, IMAGE_SIZE)
    outputs = []
    with torch.no_grad():
        for attention in ("eager", ATTENTION):
            for part in (model.vision_model, model.qformer):
                part.set_attn_implementation(attention)
            states = model.vision_model(pixel_values=frames).last_hidden_state
            outputs.append(
                project_queries(model, states, padded_ids(["what is it?", "how many red cars are there?"], "bert"))
            )
    torch.testing.assert_close(outputs[1], outputs[0], atol=1e-4, rtol=1e-4)


def test_a_clip_has_the_outputs_of_its_own_attention() -> None:
    model, tokenizer = new_clip().eval(), build_tokenizer("clip")
    frames = torch.randn(2, 3, IMAGE_SIZE, IMAGE_SIZE)
    outputs = []
    with torch.no_grad():
        for attention in ("eager", ATTENTION):
            for part in (model.vision_model, model.text_model):
                part.set_attn_implementation(attention)
            pictures = model.visual_projection(model.vision_model(pixel_values=frames).pooler_output)
            outputs.append(
                torch.cat([pictures, embed_texts(model, tokenizer, ["a red car", "một con chó đen ban đêm"])])
            )
    torch.testing.assert_close(outputs[1], outputs[0], atol=1e-4, rtol=1e-4)


def test_a_matching_model_has_the_outputs_of_its_own_attention() -> None:
    model = new_matching(new_instructblip(new_t5())).eval()
    texts = padded_ids(["a red car by day", "a dog"], "bert")
    outputs = []
    with torch.no_grad():
        for attention in ("eager", ATTENTION):
            for part in (model.vision_model, model.qformer):
                part.set_attn_implementation(attention)
            states = model.vision_model(
                pixel_values=torch.randn(2, 3, IMAGE_SIZE, IMAGE_SIZE, generator=torch.manual_seed(0))
            )[0]
            outputs.append(torch.cat([match_logits(model, states, texts), similarity(model, states, texts)], 1))
    torch.testing.assert_close(outputs[1], outputs[0], atol=1e-4, rtol=1e-4)
