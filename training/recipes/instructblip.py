"""Trains the pocket InstructBLIP: vision tower, Q-Former and projection around a frozen T5.

Stage 1 (as in BLIP-2, but with the world's truth instead of captions) aligns query i to the sum of the word vectors of
slot i, with a dense loss on the patches beside it. It needs only the frozen word table, no forward pass of the T5.
Stage 2 (the last `lm_share` of the run, if a trained T5 is given) adds the language-model loss through the frozen T5;
the Q-Former reads the instruction, too (Dai et al. 2023, section 3).

    python -m training.recipes.instructblip --out runs/instructblip --seconds 1500 --processes 2 [--t5 runs/t5]
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
from numpy.typing import NDArray
from torch import Tensor

from training.common.attention import ATTENTION
from training.common.auxiliary_heads import DenseHead
from training.common.feed import ReplayBuffer
from training.common.frames import sample_frame, sample_task
from training.common.loop import Loop, Schedule, add_options, batches_of, launch
from training.common.models import (
    GRID,
    QUERIES,
    instructblip_processor,
    new_instructblip,
    new_t5,
    pixels,
)
from training.common.slots import project_queries, slot_figures, slot_ids, slot_loss
from training.common.token_ids import padded_ids
from training.common.vision import DENSE_AFTER, SPARSE_SHARE, encode_frames, sample_patches
from training.world.labels import patch_labels
from training.world.scene import (
    Pairs,
    Scene,
)

BATCH = 48  # frames of one process


@dataclass(frozen=True, slots=True)
class Labelled:
    """A picture with the truth for its queries and for its patches."""

    scene: Scene
    image: NDArray[np.uint8]  # (size, size, 3)
    patches: NDArray[np.int64]  # of `patch_labels`


def sample_labelled(rng: random.Random, pairs: Pairs = "all") -> Labelled:
    """Draws a frame of any kind with its labels."""
    scene, image = sample_frame(rng, pairs)
    return Labelled(scene, image, patch_labels(scene, GRID))


@dataclass(frozen=True, slots=True)
class Batch:
    """Pictures with their truth and a task for each, as the model takes them."""

    images: Tensor  # (n, size, size, 3), uint8
    patches: Tensor  # (n, grid, grid, classes), of `patch_labels`
    slots: tuple[Tensor, Tensor]  # of `slot_ids`
    instructions: Tensor  # (n, words) for the Q-Former
    prompts: Tensor  # (n, words) for the T5
    answers: Tensor  # (n, words), -100 beyond the end


def sample_batch(rng: random.Random, *, size: int, frame: Callable[[random.Random], Labelled]) -> Batch:
    """Draws a batch of `size` pictures, each with its own task."""
    pictures = [frame(rng) for _ in range(size)]
    instructions, questions, answers = zip(*(sample_task(picture.scene, rng) for picture in pictures), strict=True)
    return Batch(
        torch.from_numpy(np.stack([picture.image for picture in pictures])),
        torch.from_numpy(np.stack([picture.patches for picture in pictures])),
        slot_ids([picture.scene for picture in pictures]),
        padded_ids(instructions, "bert"),
        padded_ids(questions, "t5"),
        padded_ids(answers, "t5", -100),
    )


def language_loss(model: Any, queries: Tensor, batch: Batch) -> Tensor:
    """Computes the cross-entropy of the answers through the frozen T5."""
    device = queries.device
    prompt, labels = batch.prompts.to(device), batch.answers.to(device)
    words = model.language_model.get_input_embeddings()(prompt)
    ones = torch.ones(len(prompt), QUERIES, dtype=torch.long, device=device)
    return model.language_model(  # type: ignore[no-any-return]  # the class is untyped
        inputs_embeds=torch.cat([queries.to(words.dtype), words], 1),
        attention_mask=torch.cat([ones, (prompt > 0).long()], 1),
        labels=labels,
    ).loss


def worker(rank: int, processes: int, options: argparse.Namespace) -> None:
    """Trains as one process of several."""
    from transformers import InstructBlipForConditionalGeneration, T5ForConditionalGeneration

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(1)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    language = T5ForConditionalGeneration.from_pretrained(options.t5) if options.t5 else new_t5()
    model = new_instructblip(language)
    if options.start:
        started = InstructBlipForConditionalGeneration.from_pretrained(options.start, dtype=torch.float32)
        model.load_state_dict(
            {**started.state_dict(), **{f"language_model.{k}": v for k, v in language.state_dict().items()}}
        )
    for part in (model.vision_model, model.qformer, model.language_model.encoder, model.language_model.decoder):
        part.set_attn_implementation(ATTENTION)
    for parameter in model.language_model.parameters():
        parameter.requires_grad_(False)
    head = DenseHead()
    model.to(device).train()
    head.to(device)
    model.language_model.eval()
    table = model.language_model.get_input_embeddings().weight.detach()

    def loss(progress: float) -> tuple[Tensor, dict[str, Tensor]]:
        batch = next(batches)
        frames = pixels(batch.images, device)
        if torch.rand(()) < 0.5:
            frames = frames * (1 + 0.12 * torch.randn(len(frames), 1, 1, 1, device=device))
        sparse = progress < DENSE_AFTER and torch.rand(()) < SPARSE_SHARE
        patch_indices = sample_patches(batch.patches) if sparse else None
        with torch.autocast(device.type, dtype=torch.bfloat16):
            vision = encode_frames(model.vision_model, frames, patch_indices)
            queries = project_queries(model, vision, batch.instructions)
            dense_loss = head.loss(vision[:, 1:], batch.patches, patch_indices)
            total = slot_loss(queries, batch.slots, table, progress) + dense_loss
            parts = {"alignment": total}
            if options.t5 and progress >= 1 - options.lm_share:
                parts["language"] = language_loss(model, queries, batch)
                total = total + parts["language"]
        return total, parts

    def save() -> None:
        model.save_pretrained(options.out)
        instructblip_processor().save_pretrained(options.out)

    loop = Loop(
        options.out,
        {"model": model, "dense": head},
        loss,
        schedule=Schedule(
            options.seconds, options.rate, options.rate / 10, hold=options.hold, report_every=options.report_every
        ),
        save=save,
        evaluate=lambda: slot_figures(model),
        rank=rank,
        processes=processes,
    )
    frames = ReplayBuffer(partial(sample_labelled, pairs=options.pairs), options.uses)
    batches = batches_of(loop, partial(sample_batch, size=options.batch, frame=frames), options)
    loop.run()


def main() -> None:
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser, seconds=1500, batch=BATCH, report_every=120, seed=21)
    parser.add_argument("--t5", type=Path, help="trained T5; without it, stage 1 alone")
    parser.add_argument("--start", type=Path, help="an earlier result to go on from")
    parser.add_argument("--lm-share", type=float, default=0.3)
    parser.add_argument("--hold", type=float, default=0.5, help="share of the run before the rate starts to fall")
    options = parser.parse_args()
    launch(worker, options.processes, options)


if __name__ == "__main__":
    main()
