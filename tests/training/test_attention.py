"""The attention that trainings use gives what the models' own gives, masks included."""

import torch

from training.common.attention import ATTENTION
from training.common.models import IMAGE_SIZE, new_instructblip, new_matching, new_t5
from training.common.slots import project_queries
from training.common.token_ids import padded_ids
from training.common.tokenizer import build_tokenizer
from training.recipes.clip import embed_texts, new_clip
from training.recipes.matching import match_logits, similarity


def test_it_gives_a_t5_what_its_own_gives() -> None:
    model = new_t5().eval()
    ids = torch.tensor([[5, 6, 7, 8, 1], [9, 10, 1, 0, 0]])
    inputs = {
        "input_ids": ids,
        "attention_mask": (ids > 0).long(),
        "labels": torch.tensor([[11, 12, 1], [13, 1, -100]]),
    }
    with torch.no_grad():
        own = model(**inputs)
        for part in (model.encoder, model.decoder):
            part.set_attn_implementation(ATTENTION)
        ours = model(**inputs)
    torch.testing.assert_close(ours.logits, own.logits, atol=1e-4, rtol=1e-4)


def test_it_gives_an_instructblip_what_its_own_gives() -> None:
    model = new_instructblip(new_t5()).eval()
    frames = torch.randn(2, 3, IMAGE_SIZE, IMAGE_SIZE)
    found = []
    with torch.no_grad():
        for attention in ("eager", ATTENTION):
            for part in (model.vision_model, model.qformer):
                part.set_attn_implementation(attention)
            states = model.vision_model(pixel_values=frames).last_hidden_state
            found.append(
                project_queries(model, states, padded_ids(["what is it?", "how many red cars are there?"], "bert"))
            )
    torch.testing.assert_close(found[1], found[0], atol=1e-4, rtol=1e-4)


def test_it_gives_a_clip_what_its_own_gives() -> None:
    model, tokenizer = new_clip().eval(), build_tokenizer("clip")
    frames = torch.randn(2, 3, IMAGE_SIZE, IMAGE_SIZE)
    found = []
    with torch.no_grad():
        for attention in ("eager", ATTENTION):
            for part in (model.vision_model, model.text_model):
                part.set_attn_implementation(attention)
            pictures = model.visual_projection(model.vision_model(pixel_values=frames).pooler_output)
            found.append(torch.cat([pictures, embed_texts(model, tokenizer, ["a red car", "một con chó đen ban đêm"])]))
    torch.testing.assert_close(found[1], found[0], atol=1e-4, rtol=1e-4)


def test_it_gives_a_matching_model_what_its_own_gives() -> None:
    model = new_matching(new_instructblip(new_t5())).eval()
    texts = padded_ids(["a red car by day", "a dog"], "bert")
    found = []
    with torch.no_grad():
        for attention in ("eager", ATTENTION):
            for part in (model.vision_model, model.qformer):
                part.set_attn_implementation(attention)
            states = model.vision_model(
                pixel_values=torch.randn(2, 3, IMAGE_SIZE, IMAGE_SIZE, generator=torch.manual_seed(0))
            )[0]
            found.append(torch.cat([match_logits(model, states, texts), similarity(model, states, texts)], 1))
    torch.testing.assert_close(found[1], found[0], atol=1e-4, rtol=1e-4)
