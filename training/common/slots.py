"""Alignment of InstructBLIP's queries: each is trained towards the sum of the word vectors of a slot of the scene."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from training.common.models import IMAGE_SIZE, QUERIES, WIDTH_OF_MODEL, pixels
from training.common.token_ids import padded_ids
from training.common.tokenizer import vocabulary
from training.world.render import model_frame
from training.world.scene import (
    CARRIED,
    COLOURS,
    KINDS,
    LANES,
    NOTHING,
    PLACES,
    TIMES,
    WEATHERS,
    Scene,
    sample_scene,
    scene_words,
)

EVALUATION_SEED = 4242
TEMPERATURE = WIDTH_OF_MODEL / 16
BACKDROP_GROUPS = ((*PLACES, NOTHING), (*TIMES, NOTHING), (*WEATHERS, NOTHING), ("sign", NOTHING))
FACINGS = ("left", "right", NOTHING)
CARRIES = (*CARRIED, NOTHING)
COLUMN_GROUPS = (
    (*COLOURS, NOTHING),
    (*KINDS, NOTHING),
    (*LANES, "front", NOTHING),
    FACINGS,
    CARRIES,
)
COLUMN_WEIGHTS = (2, 3, 2, 5, 4)
FACING_AFTER = 0.2  # share of the run before which facing has a low weight: it shows in few pixels and is learnt last


@cache
def word_id(word: str) -> int:
    """Returns the word's id in the vocabulary."""
    return vocabulary().index(word)


def slot_ids(scenes: Sequence[Scene]) -> tuple[Tensor, Tensor]:
    """Returns word ids of the backdrops `(n, 4)` and of the columns `(n, 10, 6)` of scenes."""
    words = [scene_words(scene) for scene in scenes]
    backdrop = torch.tensor([[word_id(word) for word in slots[0]] for slots in words])
    columns = torch.tensor([[[word_id(word) for word in slot] for slot in slots[1:]] for slots in words])
    return backdrop, columns


def slot_vectors(backdrop: Tensor, columns: Tensor, table: Tensor) -> Tensor:
    """Returns the targets of the queries, sums of word vectors `(n, 11, width)`, for the ids of `slot_ids`."""
    return torch.cat([table[backdrop].sum(1)[:, None], table[columns].sum(2)], 1)


@cache
def _group_ids(group: tuple[str, ...]) -> Tensor:
    return torch.tensor([word_id(word) for word in group])


def _logits(queries: Tensor, group: tuple[str, ...], table: Tensor) -> Tensor:
    words = table[_group_ids(group).to(table.device)]
    return (queries @ (words - words.mean(0)).t() - 0.5 * (words**2).sum(-1)) / TEMPERATURE


def _targets(ids: Tensor, group: tuple[str, ...]) -> Tensor:
    return (ids[..., None] == _group_ids(group).to(ids.device)).float().argmax(-1)


def slot_loss(queries: Tensor, slots: tuple[Tensor, Tensor], table: Tensor, progress: float = 1.0) -> Tensor:
    """Computes the cross-entropy of each word of each slot plus the squared distance to the slot's vector.

    Args:
        queries: projected queries `(n, 11, width)`.
        slots: ids from `slot_ids`.
        table: word vectors `(words, width)`.
        progress: progress of the run in [0, 1]; facing has a low weight until `FACING_AFTER`.
    """
    queries = queries.float()
    backdrop, columns = (ids.to(queries.device) for ids in slots)
    loss = F.mse_loss(queries, slot_vectors(backdrop, columns, table))
    for position, group in enumerate(BACKDROP_GROUPS):
        loss = loss + 0.5 * F.cross_entropy(
            _logits(queries[:, 0], group, table), _targets(backdrop[:, position], group)
        )
    people = (columns[..., 1] == word_id("person")).flatten()
    for position, group in enumerate(COLUMN_GROUPS):
        target = _targets(columns[..., position], group).flatten()
        each = F.cross_entropy(_logits(queries[:, 1:], group, table).flatten(0, 1), target, reduction="none")
        # Most columns are empty: without the weight the model at first learns nothing but "empty". Only people carry.
        weight = torch.where(people, 1.0, 0.05) if group == CARRIES else torch.where(target != len(group) - 1, 1.0, 0.4)
        share = 0.2 if group is FACINGS and progress < FACING_AFTER else 1.0
        loss = loss + share * COLUMN_WEIGHTS[position] * (each * weight).sum() / weight.sum()
    return loss


def project_queries(model: Any, vision: Tensor, instructions: Tensor) -> Tensor:
    """Returns projected queries `(n, 11, width)`.

    Args:
        model: an InstructBLIP.
        vision: image states `(n, patches + 1, width)`.
        instructions: ids `(n, words)` for the Q-Former; 0 is padding.
    """
    ids = instructions.to(vision.device)
    ones = torch.ones(len(ids), QUERIES, dtype=torch.long, device=vision.device)
    states = model.qformer(
        input_ids=ids,
        attention_mask=torch.cat([ones, (ids > 0).long()], 1),
        query_embeds=model.query_tokens.expand(len(ids), -1, -1),
        encoder_hidden_states=vision,
    ).last_hidden_state
    return model.language_projection(states[:, :QUERIES])  # type: ignore[no-any-return]  # the class is untyped


@torch.no_grad()
def slot_figures(model: Any, *, size: int = 256, seed: int = EVALUATION_SEED) -> dict[str, float]:
    """Measures the share of words that are read right on unseen frames: `slot.<word>`, `slot.empty`, `slot.frame`."""
    rng = random.Random(seed)
    scenes = [sample_scene(rng) for _ in range(size)]
    table = model.language_model.get_input_embeddings().weight
    device = table.device
    right: list[list[Tensor]] = []
    model.eval()
    for start in range(0, size, 64):
        chunk = scenes[start : start + 64]
        frames = pixels(np.stack([model_frame(scene, IMAGE_SIZE) for scene in chunk]), device)
        with torch.autocast(device.type, dtype=torch.bfloat16):
            vision = model.vision_model(pixel_values=frames).last_hidden_state
            queries = project_queries(model, vision, padded_ids(["what can you see?"] * len(chunk), "bert")).float()
        _, columns = (ids.to(device) for ids in slot_ids(chunk))
        predicted = [_logits(queries[:, 1:], group, table).argmax(-1) for group in COLUMN_GROUPS]
        targets = [_targets(columns[..., i], group) for i, group in enumerate(COLUMN_GROUPS)]
        occupied = targets[0] != len(COLOURS)
        right.append([*(word == target for word, target in zip(predicted, targets, strict=True)), occupied])
    model.train()
    model.language_model.eval()
    colour, kind, _, facing, carries, occupied = (torch.cat(parts) for parts in zip(*right, strict=True))

    def share(values: Tensor) -> float:
        return round(values.float().mean().item(), 4)

    return {
        "slot.colour": share(colour[occupied]),
        "slot.kind": share(kind[occupied]),
        "slot.facing": share(facing[occupied]),
        "slot.carries": share(carries[occupied]),
        "slot.empty": share(kind[~occupied]),
        "slot.frame": share((colour & kind).all(1)),
    }
