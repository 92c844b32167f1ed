"""Trains the pocket image-text matching model: BLIP-2's first stage (Li et al. 2023, section 3.2) at pocket scale.

The vision tower is that of the pocket InstructBLIP, frozen. Three losses share the Q-Former with different attention
masks: image-text contrast (queries and text do not attend to each other), image-text matching (all attend to all;
negatives are hard pictures by the contrast, and captions with one difference) and image-grounded text generation (text
attends to the queries and to earlier words; its head is dropped after training).

    python -m training.recipes.matching --vision runs/instructblip --out runs/matching --seconds 1200
"""

from __future__ import annotations

import argparse
import logging
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
from torch import Tensor, nn

from training.common.attention import ATTENTION
from training.common.contrast import Truth, contrastive_loss, truth_of
from training.common.feed import ReplayBuffer
from training.common.loop import Loop, Schedule, add_options, batches_of, launch
from training.common.metrics import area_under_curve
from training.common.models import IMAGE_SIZE, QUERIES, matching_processor, new_matching, pixels
from training.common.token_ids import padded_ids
from training.world.captions import false_caption, sample_caption
from training.world.render import model_frame
from training.world.scene import Pairs, Scene, sample_scene

BATCH = 64  # frames of one process
EVALUATION_SEED = 5150
TEMPERATURE = 0.07


@dataclass(frozen=True, slots=True)
class Batch:
    """Pictures, each with the ids of a true and of a false caption."""

    images: Tensor  # (n, size, size, 3), uint8
    captions: Tensor  # (n, words), true
    wrong: Tensor  # (n, words), false
    truth: Truth


def sample_still(rng: random.Random, pairs: Pairs = "all") -> tuple[Scene, NDArray[np.uint8]]:
    """Draws a scene and its picture."""
    scene = sample_scene(rng, pairs)
    return scene, model_frame(scene, IMAGE_SIZE, rng)


def sample_batch(
    rng: random.Random, *, size: int, still: Callable[[random.Random], tuple[Scene, NDArray[np.uint8]]]
) -> Batch:
    """Draws a batch of `size` pictures with their captions."""
    scenes, images = zip(*(still(rng) for _ in range(size)), strict=True)
    captions = [sample_caption(scene, rng) for scene in scenes]
    return Batch(
        torch.from_numpy(np.stack(images)),
        padded_ids([caption.text for caption in captions], "bert"),
        padded_ids([false_caption(scene, rng) for scene in scenes], "bert"),
        truth_of(captions, scenes),
    )


def mask_of(ids: Tensor) -> Tensor:
    """Returns the attention mask of ids: 1 for a word, 0 for padding."""
    return (ids > 0).long()


def query_states(model: Any, vision: Tensor) -> Tensor:
    """Returns the states `(n, queries, width)` of pictures without a text."""
    queries = model.query_tokens.expand(len(vision), -1, -1)
    return model.qformer(query_embeds=queries, encoder_hidden_states=vision).last_hidden_state  # type: ignore[no-any-return]  # the class is untyped


def similarity(model: Any, vision: Tensor, ids: Tensor) -> Tensor:
    """Returns the cosines `(texts, pictures)` of each text and the picture's most similar query."""
    words = model.qformer(query_embeds=model.embeddings(input_ids=ids), query_length=0, attention_mask=mask_of(ids))
    text = F.normalize(model.text_projection(words.last_hidden_state[:, 0]).float(), dim=-1)
    image = F.normalize(model.vision_projection(query_states(model, vision)).float(), dim=-1)
    return torch.einsum("td,nqd->tnq", text, image).max(-1).values


def match_logits(model: Any, vision: Tensor, ids: Tensor) -> Tensor:
    """Returns logits `(n, 2)` of whether each text is false or true of its picture."""
    queries = model.query_tokens.expand(len(vision), -1, -1)
    ones = torch.ones(queries.shape[:2], dtype=torch.long, device=vision.device)
    states = model.qformer(
        query_embeds=model.embeddings(input_ids=ids, query_embeds=queries),
        query_length=QUERIES,
        attention_mask=torch.cat([ones, mask_of(ids)], 1),
        encoder_hidden_states=vision,
    ).last_hidden_state
    return model.itm_head(states[:, :QUERIES]).mean(1).float()  # type: ignore[no-any-return]  # the class is untyped


def generation_loss(model: Any, head: nn.Module, vision: Tensor, ids: Tensor) -> Tensor:
    """Computes the cross-entropy of the next word; text attends to queries and earlier words, queries to no text."""
    mask = mask_of(ids)
    queries = model.query_tokens.expand(len(vision), -1, -1)
    length = QUERIES + ids.shape[1]
    attends = torch.zeros(len(vision), 1, length, length, device=vision.device)
    attends[..., :QUERIES] = 1
    earlier = torch.tril(torch.ones(ids.shape[1], ids.shape[1], device=vision.device))
    attends[..., QUERIES:, QUERIES:] = earlier * mask[:, None, None]
    states = model.qformer(
        query_embeds=model.embeddings(input_ids=ids, query_embeds=queries),
        query_length=QUERIES,
        attention_mask=(1 - attends) * torch.finfo(torch.float32).min,  # as the class adds it to the scores
        encoder_hidden_states=vision,
    ).last_hidden_state[:, QUERIES:-1]
    words = model.embeddings.word_embeddings.weight
    logits = head(states).float() @ words.t() / words.shape[1] ** 0.5
    return F.cross_entropy(logits.flatten(0, 1), ids[:, 1:].masked_fill(mask[:, 1:] == 0, -100).flatten())


def hard_negatives(cosines: Tensor, fits: Tensor) -> Tensor:
    """Draws for each caption a picture that it is false of, the more probably the greater their cosine."""
    fits = fits.to(cosines.device)
    weights = (cosines.detach() / TEMPERATURE).softmax(1).masked_fill(fits, 0) + 1e-8 * ~fits
    # A caption that is true of every picture ("day") has no negative; this is rare, and any picture is drawn.
    weights = torch.where(fits.all(1, keepdim=True), torch.ones_like(weights), weights)
    return torch.multinomial(weights, 1)[:, 0]


@torch.no_grad()
def matching_figures(model: Any, vision_model: Any, *, size: int, seed: int = EVALUATION_SEED) -> dict[str, float]:
    """Measures `matching.auc` of true captions against captions with one difference, on unseen pictures."""
    rng = random.Random(f"matching {seed}")
    scores: list[list[float]] = [[], []]
    model.eval()
    for _ in range(0, size, 50):
        scenes = [sample_scene(rng) for _ in range(50)]
        device = model.query_tokens.device
        frames = pixels(np.stack([model_frame(scene, IMAGE_SIZE) for scene in scenes]), device)
        states = vision_model(pixel_values=frames).last_hidden_state
        texts = [sample_caption(scene, rng).text for scene in scenes], [false_caption(scene, rng) for scene in scenes]
        for part_scores, part in zip(scores, texts, strict=True):
            part_scores += match_logits(model, states, padded_ids(part, "bert").to(device)).softmax(-1)[:, 1].tolist()
    model.train()
    return {"matching.auc": round(area_under_curve(scores[0], scores[1]), 4)}


def worker(rank: int, processes: int, options: argparse.Namespace) -> None:
    """Trains as one process of several."""
    from transformers import Blip2ForImageTextRetrieval, InstructBlipForConditionalGeneration

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(1)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    blip = InstructBlipForConditionalGeneration.from_pretrained(options.vision, dtype=torch.float32)
    model = new_matching(blip)
    if options.start:
        started = Blip2ForImageTextRetrieval.from_pretrained(options.start, dtype=torch.float32).state_dict()
        without_vision = {name: value for name, value in started.items() if not name.startswith("vision_model.")}
        model.load_state_dict(model.state_dict() | without_vision)
    for part in (model.vision_model, model.qformer):
        part.set_attn_implementation(ATTENTION)
    head = nn.Linear(model.config.qformer_config.hidden_size, model.config.qformer_config.hidden_size)
    model.to(device).train()
    head.to(device)
    for parameter in model.vision_model.parameters():
        parameter.requires_grad_(False)
    model.vision_model.eval()

    def loss(_progress: float) -> tuple[Tensor, dict[str, Tensor]]:
        batch = next(batches)
        texts, wrong = batch.captions.to(device), batch.wrong.to(device)
        with torch.autocast(device.type, dtype=torch.bfloat16):
            with torch.no_grad():
                vision = model.vision_model(pixel_values=pixels(batch.images, device)).last_hidden_state
            cosines = similarity(model, vision, texts)
            contrast = contrastive_loss(cosines / TEMPERATURE, batch.truth)
            other = vision[hard_negatives(cosines, batch.truth.fits)]
            logits = torch.cat(
                [
                    match_logits(model, vision, texts),
                    match_logits(model, vision, wrong),
                    match_logits(model, other, texts),
                ]
            )
            labels = torch.tensor([1] * len(texts) + [0] * 2 * len(texts), device=device)
            weight = torch.tensor([1.0, 2.0], device=device)
            matching = F.cross_entropy(logits, labels, weight=weight)
            generation = generation_loss(model, head, vision, texts)
        parts = {"contrast": contrast, "matching": matching, "generation": generation}
        return contrast + 2 * matching + 0.5 * generation, parts

    def save() -> None:
        model.save_pretrained(options.out)
        matching_processor().save_pretrained(options.out)

    loop = Loop(
        options.out,
        {"model": model, "head": head},
        loss,
        schedule=Schedule(options.seconds, options.rate, options.rate / 10, report_every=options.report_every),
        save=save,
        evaluate=lambda: matching_figures(model, model.vision_model, size=200),
        rank=rank,
        processes=processes,
    )
    stills = ReplayBuffer(partial(sample_still, pairs=options.pairs), options.uses)
    batches = batches_of(loop, partial(sample_batch, size=options.batch, still=stills), options)
    loop.run()


def main() -> None:
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser, seconds=1200, batch=BATCH, report_every=120, seed=31)
    parser.add_argument("--vision", type=Path, required=True, help="InstructBLIP whose vision tower it shares")
    parser.add_argument("--start", type=Path, help="an earlier result whose Q-Former goes on learning")
    options = parser.parse_args()
    launch(worker, options.processes, options)


if __name__ == "__main__":
    main()
