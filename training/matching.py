"""Trains the pocket image-text matching model: BLIP-2's first stage (Li et al. 2023, section 3.2) at pocket scale.

The vision tower is the pocket InstructBLIP's, frozen. Three losses share one Q-Former, told apart by who may see whom:
image-text contrast (queries and text do not see each other), image-text matching (everybody sees everybody; hard
negatives from the contrast, and captions with one thing wrong) and image-grounded text generation (the text sees the
queries and what was written before; its head is thrown away).

    python -m training.matching --vision runs/instructblip --out runs/matching --seconds 1200
"""

from __future__ import annotations

import argparse
import logging
import random
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from training.attention import ATTENTION
from training.clip import contrastive_loss
from training.instructblip import padded, text_ids
from training.loop import Loop, Schedule, add_options, batches_of, launch
from training.models import IMAGE_SIZE, QUERIES, matching_processor, new_matching, pixels
from training.world.captions import Caption, false_caption, sample_caption
from training.world.render import model_frame
from training.world.scene import Pairs, Scene, sample_scene

BATCH = 64  # frames of one process
EVALUATION_SEED = 5150
TEMPERATURE = 0.07


@dataclass(frozen=True, slots=True)
class Batch:
    """Pictures, a true caption and a false one for each."""

    scenes: list[Scene]
    images: NDArray[np.uint8]  # (n, size, size, 3)
    captions: list[Caption]
    wrong: list[str]


def sample_batch(rng: random.Random, *, size: int, pairs: Pairs) -> Batch:
    """`size` pictures with their captions."""
    scenes = [sample_scene(rng, pairs) for _ in range(size)]
    images = np.stack([model_frame(scene, IMAGE_SIZE, rng) for scene in scenes])
    captions = [sample_caption(scene, rng) for scene in scenes]
    return Batch(scenes, images, captions, [false_caption(scene, rng) for scene in scenes])


def text_inputs(texts: list[str], device: torch.device) -> tuple[Tensor, Tensor]:
    """Ids and mask of texts as the Q-Former reads them."""
    ids = padded([list(text_ids(text, "bert")) for text in texts]).to(device)
    return ids, (ids > 0).long()


def query_states(model: Any, vision: Tensor) -> Tensor:
    """`(n, queries, width)` of pictures alone."""
    queries = model.query_tokens.expand(len(vision), -1, -1)
    return model.qformer(query_embeds=queries, encoder_hidden_states=vision).last_hidden_state  # type: ignore[no-any-return]  # the class is untyped


def similarity(model: Any, vision: Tensor, texts: list[str]) -> Tensor:
    """`(texts, pictures)` cosines of each text and its nearest query."""
    ids, mask = text_inputs(texts, vision.device)
    words = model.qformer(query_embeds=model.embeddings(input_ids=ids), query_length=0, attention_mask=mask)
    text = F.normalize(model.text_projection(words.last_hidden_state[:, 0]).float(), dim=-1)
    image = F.normalize(model.vision_projection(query_states(model, vision)).float(), dim=-1)
    return torch.einsum("td,nqd->tnq", text, image).max(-1).values


def match_logits(model: Any, vision: Tensor, texts: list[str]) -> Tensor:
    """`(n, 2)`: whether each text fits its picture."""
    ids, mask = text_inputs(texts, vision.device)
    queries = model.query_tokens.expand(len(vision), -1, -1)
    ones = torch.ones(queries.shape[:2], dtype=torch.long, device=vision.device)
    states = model.qformer(
        query_embeds=model.embeddings(input_ids=ids, query_embeds=queries),
        query_length=QUERIES,
        attention_mask=torch.cat([ones, mask], 1),
        encoder_hidden_states=vision,
    ).last_hidden_state
    return model.itm_head(states[:, :QUERIES]).mean(1).float()  # type: ignore[no-any-return]  # the class is untyped


def generation_loss(model: Any, head: nn.Module, vision: Tensor, texts: list[str]) -> Tensor:
    """The next word's cross-entropy: text sees all queries and the words before it; queries see no text."""
    ids, mask = text_inputs(texts, vision.device)
    queries = model.query_tokens.expand(len(vision), -1, -1)
    length = QUERIES + ids.shape[1]
    sees = torch.zeros(len(vision), 1, length, length, device=vision.device)
    sees[..., :QUERIES] = 1
    earlier = torch.tril(torch.ones(ids.shape[1], ids.shape[1], device=vision.device))
    sees[..., QUERIES:, QUERIES:] = earlier * mask[:, None, None]
    states = model.qformer(
        query_embeds=model.embeddings(input_ids=ids, query_embeds=queries),
        query_length=QUERIES,
        attention_mask=(1 - sees) * torch.finfo(torch.float32).min,  # as the class adds it to the scores
        encoder_hidden_states=vision,
    ).last_hidden_state[:, QUERIES:-1]
    words = model.embeddings.word_embeddings.weight
    logits = head(states).float() @ words.t() / words.shape[1] ** 0.5
    return F.cross_entropy(logits.flatten(0, 1), ids[:, 1:].masked_fill(mask[:, 1:] == 0, -100).flatten())


def hard_negatives(cosines: Tensor, captions: list[Caption], scenes: list[Scene]) -> Tensor:
    """For each caption, a picture of the batch that it does not fit, likelier the more alike the two seem."""
    fits = torch.tensor([[caption.fits(scene) for scene in scenes] for caption in captions], device=cosines.device)
    weights = (cosines.detach() / TEMPERATURE).softmax(1).masked_fill(fits, 0) + 1e-8 * ~fits
    # A caption that fits every picture of a batch ("day") has no negative there; that is rare, and any picture will do.
    weights = torch.where(fits.all(1, keepdim=True), torch.ones_like(weights), weights)
    return torch.multinomial(weights, 1)[:, 0]


@torch.no_grad()
def matching_figures(model: Any, vision_model: Any, *, size: int, seed: int = EVALUATION_SEED) -> dict[str, float]:
    """`matching.auc` of true captions against captions with one thing wrong, on the same unseen pictures."""
    rng = random.Random(f"matching {seed}")
    scores: list[list[float]] = [[], []]
    model.eval()
    for _ in range(0, size, 50):
        scenes = [sample_scene(rng) for _ in range(50)]
        device = model.query_tokens.device
        frames = pixels(np.stack([model_frame(scene, IMAGE_SIZE) for scene in scenes])).to(device)
        states = vision_model(pixel_values=frames).last_hidden_state
        texts = [sample_caption(scene, rng).text for scene in scenes], [false_caption(scene, rng) for scene in scenes]
        for found, part in zip(scores, texts, strict=True):
            found += match_logits(model, states, part).softmax(-1)[:, 1].tolist()
    model.train()
    return {"matching.auc": round(area_under_curve(scores[0], scores[1]), 4)}


def area_under_curve(positive: list[float], negative: list[float]) -> float:
    """How often a positive scores above a negative, ties counting half (the Mann-Whitney statistic)."""
    above = np.subtract.outer(np.array(positive), np.array(negative))
    return float((above > 0).mean() + 0.5 * (above == 0).mean())


def worker(rank: int, processes: int, options: argparse.Namespace) -> None:
    """One process of the training."""
    from transformers import InstructBlipForConditionalGeneration

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(1)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    blip = InstructBlipForConditionalGeneration.from_pretrained(options.vision, dtype=torch.float32)
    model = new_matching(blip)
    for part in (model.vision_model, model.qformer):
        part.set_attn_implementation(ATTENTION)
    head = nn.Linear(model.config.qformer_config.hidden_size, model.config.qformer_config.hidden_size)
    model.to(device).train()
    head.to(device)
    for parameter in model.vision_model.parameters():
        parameter.requires_grad_(False)
    model.vision_model.eval()

    def loss(_progress: float) -> tuple[Tensor, dict[str, float]]:
        batch = next(batches)
        texts = [caption.text for caption in batch.captions]
        with torch.autocast(device.type, dtype=torch.bfloat16):
            with torch.no_grad():
                vision = model.vision_model(pixel_values=pixels(batch.images).to(device)).last_hidden_state
            cosines = similarity(model, vision, texts)
            contrast = contrastive_loss(cosines / TEMPERATURE, batch.captions, batch.scenes)
            other = vision[hard_negatives(cosines, batch.captions, batch.scenes)]
            logits = torch.cat(
                [
                    match_logits(model, vision, texts),
                    match_logits(model, vision, batch.wrong),
                    match_logits(model, other, texts),
                ]
            )
            labels = torch.tensor([1] * len(texts) + [0] * 2 * len(texts), device=device)
            weight = torch.tensor([1.0, 2.0], device=device)
            matching = F.cross_entropy(logits, labels, weight=weight)
            generation = generation_loss(model, head, vision, texts)
        shown = {"contrast": contrast, "matching": matching, "generation": generation}
        return contrast + 2 * matching + 0.5 * generation, {name: float(part.detach()) for name, part in shown.items()}

    def save() -> None:
        model.save_pretrained(options.out)
        matching_processor().save_pretrained(options.out)

    loop = Loop(
        options.out,
        {"model": model, "head": head},
        loss,
        schedule=Schedule(options.seconds, report_every=options.report_every),
        save=save,
        evaluate=lambda: matching_figures(model, model.vision_model, size=200),
        rank=rank,
        processes=processes,
    )
    batches = batches_of(loop, partial(sample_batch, size=options.batch, pairs=options.pairs), options)
    loop.run()


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser, seconds=1200, batch=BATCH, report_every=120, seed=31)
    parser.add_argument("--vision", type=Path, required=True, help="InstructBLIP whose vision tower it shares")
    options = parser.parse_args()
    launch(worker, options.processes, options)


if __name__ == "__main__":
    main()
