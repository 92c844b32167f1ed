"""Trains the pocket CLIP from the vision tower of the pocket InstructBLIP.

The loss is InfoNCE (Radford et al. 2021) with several positives: the symbolic scenes say which captions of a batch are
true of which frames, so that the loss does not separate "a red car" from the other frames with a red car.

    python -m training.recipes.clip --vision runs/instructblip --out runs/clip --seconds 500 --processes 2
"""

from __future__ import annotations

import argparse
import json
import logging
import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from training.common.attention import ATTENTION
from training.common.contrast import Truth, contrastive_loss, truth_of
from training.common.feed import ReplayBuffer
from training.common.frames import sample_frame
from training.common.loop import Loop, Schedule, add_options, batches_of, launch
from training.common.models import IMAGE_SIZE, PATCH, PIXEL_MEAN, PIXEL_STD, VISION_LAYERS, WIDTH_OF_MODEL, pixels
from training.common.tokenizer import build_tokenizer, vocabulary
from training.language.vietnamese import Vietnamese
from training.world.captions import English, Phrasing, sample_caption
from training.world.out_of_distribution import OUT_OF_DISTRIBUTION
from training.world.render import model_frame
from training.world.scene import Scene, sample_scene

BATCH = 96  # frames of one process
PROJECTION = 128
TEXT_LAYERS = 3
TEXT_LENGTH = 64
EVALUATION_SEED = 31337


def new_clip() -> Any:
    """Builds the model with its initial weights."""
    from transformers import CLIPConfig, CLIPModel

    ids = {token: position for position, token in enumerate(vocabulary())}
    common = {
        "hidden_size": WIDTH_OF_MODEL,
        "num_attention_heads": 6,
        "projection_dim": PROJECTION,
        "hidden_act": "relu",
    }
    config = CLIPConfig(
        text_config={
            **common,
            "vocab_size": len(ids),
            "intermediate_size": 3 * WIDTH_OF_MODEL,
            "num_hidden_layers": TEXT_LAYERS,
            "max_position_embeddings": TEXT_LENGTH,
            "eos_token_id": ids["</s>"],
            "bos_token_id": ids["<s>"],
            "pad_token_id": ids["<pad>"],
        },
        vision_config={
            **common,
            "intermediate_size": 4 * WIDTH_OF_MODEL,
            "num_hidden_layers": VISION_LAYERS,
            "image_size": IMAGE_SIZE,
            "patch_size": PATCH,
            "layer_norm_eps": 1e-6,
        },
        projection_dim=PROJECTION,
    )
    torch.manual_seed(0)
    model = CLIPModel(config)
    with torch.no_grad():
        model.logit_scale.fill_(math.log(1 / 0.1))
        embeddings = model.text_model.embeddings
        embeddings.token_embedding.weight.normal_(0, 0.5)
        embeddings.position_embedding.weight.normal_(0, 0.3)
        for layer in model.text_model.encoder.layers:
            layer.mlp.fc1.weight.normal_(0, 0.06)
            layer.mlp.fc2.weight.normal_(0, 0.02)
            for projection in (layer.self_attn.q_proj, layer.self_attn.k_proj, layer.self_attn.v_proj):
                projection.weight.normal_(0, 0.05)
        model.visual_projection.weight.normal_(0, 0.07)
        model.text_projection.weight.normal_(0, 0.07)
    return model


@torch.no_grad()
def copy_vision(clip: Any, blip_vision: Any) -> None:
    """Initialises CLIP's vision tower with the weights of InstructBLIP's.

    The two classes differ: CLIP has separate query, key and value matrices, no bias in its patch embedding (it is added
    to the position embeddings, exactly), and a norm before its first layer (its gain starts at the tokens' spread).
    """
    target, source = clip.vision_model, blip_vision
    target.embeddings.patch_embedding.weight.copy_(source.embeddings.patch_embedding.weight)
    target.embeddings.position_embedding.weight.copy_(source.embeddings.position_embedding[0])
    target.embeddings.position_embedding.weight[1:] += source.embeddings.patch_embedding.bias
    target.embeddings.class_embedding.copy_(source.embeddings.class_embedding.view(-1))
    for layer, blip_layer in zip(target.encoder.layers, source.encoder.layers, strict=True):
        qkv = blip_layer.self_attn.qkv
        for part, name in enumerate(("q_proj", "k_proj", "v_proj")):
            projection = getattr(layer.self_attn, name)
            projection.weight.copy_(qkv.weight.chunk(3)[part])
            projection.bias.copy_(qkv.bias.chunk(3)[part])
        pairs = (
            (layer.self_attn.out_proj, blip_layer.self_attn.projection),
            (layer.layer_norm1, blip_layer.layer_norm1),
            (layer.layer_norm2, blip_layer.layer_norm2),
            (layer.mlp.fc1, blip_layer.mlp.fc1),
            (layer.mlp.fc2, blip_layer.mlp.fc2),
        )
        for module, original in pairs:
            module.weight.copy_(original.weight)
            module.bias.copy_(original.bias)
    target.post_layernorm.weight.copy_(source.post_layernorm.weight)
    target.post_layernorm.bias.copy_(source.post_layernorm.bias)
    rng = random.Random(3)
    frames = pixels(np.stack([model_frame(sample_scene(rng), IMAGE_SIZE) for _ in range(32)]))
    tokens = target.embeddings(frames)
    target.pre_layrnorm.weight.fill_(tokens.std(-1).mean().item())
    target.pre_layrnorm.bias.zero_()


def clip_processor() -> Any:
    """Builds the processor of the model: it squashes a picture to the square and never crops."""
    from transformers import CLIPImageProcessor, CLIPProcessor

    image = CLIPImageProcessor(
        size={"height": IMAGE_SIZE, "width": IMAGE_SIZE},
        do_center_crop=False,
        image_mean=[PIXEL_MEAN] * 3,
        image_std=[PIXEL_STD] * 3,
    )
    return CLIPProcessor(image, build_tokenizer("clip"))


def _features(output: Any) -> Tensor:
    tensor: Tensor = output if isinstance(output, Tensor) else output.pooler_output
    return tensor


def embed_texts(model: Any, tokenizer: Any, texts: list[str]) -> Tensor:
    """Returns the embeddings `(n, d)` of texts, not normalised."""
    tokens = tokenizer(texts, padding=True, truncation=True, max_length=TEXT_LENGTH, return_tensors="pt")
    return _features(
        model.get_text_features(
            input_ids=tokens["input_ids"].to(model.device), attention_mask=tokens["attention_mask"].to(model.device)
        )
    )


@dataclass(frozen=True, slots=True)
class Batch:
    """Pictures, those that are out of distribution last, and a caption for each of the others."""

    images: Tensor  # (n, size, size, 3), uint8
    captions: list[str]
    truth: Truth


def sample_batch(
    rng: random.Random, *, size: int, frame: Callable[[random.Random], tuple[Scene, NDArray[np.uint8]]]
) -> Batch:
    """Draws a batch of `size` pictures; half of the captions are English, half Vietnamese."""
    frames = sorted((frame(rng) for _ in range(size)), key=lambda labelled: labelled[0] is OUT_OF_DISTRIBUTION)
    scenes = [scene for scene, _ in frames]
    languages = (English(), Vietnamese())
    captions = [
        sample_caption(scene, rng, rng.choice(languages)) for scene in scenes if scene is not OUT_OF_DISTRIBUTION
    ]
    images = torch.from_numpy(np.stack([image for _, image in frames]))
    return Batch(images, [caption.text for caption in captions], truth_of(captions, scenes))


@torch.no_grad()
def retrieval_figures(
    model: Any, tokenizer: Any, *, size: int, seed: int = EVALUATION_SEED, words: Phrasing | None = None
) -> dict[str, float]:
    """Measures the recall of the right frame among `size` unseen ones for its full caption.

    Frames with the same caption as the query do not count as errors.
    """
    rng = random.Random(seed)
    scenes = [sample_scene(rng) for _ in range(size)]
    captions = [(words or English()).full(scene) for scene in scenes]
    model.eval()
    images, texts = [], []
    with torch.autocast(model.device.type, dtype=torch.bfloat16):
        for start in range(0, size, 100):
            frames = np.stack([model_frame(scene, IMAGE_SIZE) for scene in scenes[start : start + 100]])
            images.append(_features(model.get_image_features(pixel_values=pixels(frames, model.device))))
            texts.append(embed_texts(model, tokenizer, captions[start : start + 100]))
    model.train()
    scores = F.normalize(torch.cat(texts).float(), dim=-1) @ F.normalize(torch.cat(images).float(), dim=-1).t()
    number = {caption: i for i, caption in enumerate(dict.fromkeys(captions))}
    caption_ids = torch.tensor([number[caption] for caption in captions], device=scores.device)
    other_caption = caption_ids[:, None] != caption_ids[None]
    better = ((scores > scores.diagonal()[:, None]) & other_caption).sum(1)
    return {
        "retrieval.r1": round((better < 1).float().mean().item(), 4),
        "retrieval.r5": round((better < 5).float().mean().item(), 4),
    }


def worker(rank: int, processes: int, options: argparse.Namespace) -> None:
    """Trains as one process of several."""
    from transformers import CLIPModel, InstructBlipForConditionalGeneration

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(1)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = new_clip()
    if options.start:
        model.load_state_dict(CLIPModel.from_pretrained(options.start, dtype=torch.float32).state_dict())
    elif options.vision:
        blip = InstructBlipForConditionalGeneration.from_pretrained(options.vision, dtype=torch.float32)
        copy_vision(model, blip.vision_model)
    for part in (model.vision_model, model.text_model):
        part.set_attn_implementation(ATTENTION)
    model.to(device).train()
    tokenizer = build_tokenizer("clip")

    def loss(_progress: float) -> tuple[Tensor, dict[str, Tensor]]:
        batch = next(batches)
        frames = pixels(batch.images, device)
        if torch.rand(()) < 0.5:
            frames = frames * (1 + 0.12 * torch.randn(len(frames), 1, 1, 1, device=device))
        with torch.autocast(device.type, dtype=torch.bfloat16):
            images = _features(model.get_image_features(pixel_values=frames)).float()
            texts = embed_texts(model, tokenizer, batch.captions).float()
        logits = F.normalize(texts, dim=-1) @ F.normalize(images, dim=-1).t()
        return contrastive_loss(model.logit_scale.exp().clamp(max=100) * logits, batch.truth), {}

    def report(size: int) -> dict[str, float]:
        english = retrieval_figures(model, tokenizer, size=size)
        return english | {
            f"vi.{k}": v for k, v in retrieval_figures(model, tokenizer, size=size, words=Vietnamese()).items()
        }

    def save() -> None:
        model.save_pretrained(options.out)
        clip_processor().save_pretrained(options.out)
        figures = report(size=1000)
        (options.out / "figures.json").write_text(json.dumps(figures, indent=2) + "\n")

    loop = Loop(
        options.out,
        {"model": model},
        loss,
        schedule=Schedule(
            options.seconds, options.rate, options.rate / 10, warm_up_steps=30, report_every=options.report_every
        ),
        save=save,
        evaluate=lambda: report(size=300),
        rank=rank,
        processes=processes,
    )
    frames = ReplayBuffer(partial(sample_frame, pairs=options.pairs), options.uses)
    batches = batches_of(loop, partial(sample_batch, size=options.batch, frame=frames), options)
    loop.run()


def main() -> None:
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser, seconds=500, batch=BATCH, report_every=120, seed=11)
    parser.add_argument("--vision", type=Path, help="InstructBLIP whose vision tower is the start")
    parser.add_argument("--start", type=Path, help="an earlier result to go on from, instead")
    options = parser.parse_args()
    launch(worker, options.processes, options)


if __name__ == "__main__":
    main()
