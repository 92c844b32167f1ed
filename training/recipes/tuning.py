"""Tunes the Q-Former and the projection between a frozen vision tower and a frozen T5, as InstructBLIP's tuning does.

As in Dai et al. 2023, section 2.6, the loss is that of the answers. The alignment to the scene keeps a small weight,
because the event timer reads the queries without the T5. The recipe is for a T5 that was replaced: the queries adapt to
it in minutes and without a GPU, since each picture passes the tower once and has several questions.

    python -m training.recipes.tuning --start assistant/models/pocket/instructblip --out runs/instructblip
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

import prompts
from training.common.attention import ATTENTION
from training.common.feed import ReplayBuffer
from training.common.frames import CAPTION_QUESTION, sample_frame, sample_task
from training.common.loop import Loop, Schedule, add_options, batches_of, launch
from training.common.models import IMAGE_SIZE, instructblip_processor, pixels
from training.common.samples import Sample, as_sample, prefixed_inputs, sample_asked_episode, sample_claimed_episode
from training.common.slots import project_queries, slot_figures, slot_ids, slot_loss
from training.common.token_ids import padded_ids
from training.world.episodes import Episode
from training.world.questions import sample_question
from training.world.render import model_frame
from training.world.scene import Pairs, Scene

EPISODES_PER_STILL = 1 / 8
ALIGNMENT, SEQUENCES = 0.2, 0.5  # weights of these losses; that of answers about one frame is 1
CARRIED_SHARE = 0.05  # share of questions about what a person carries: small things, which are read least reliably
CAPTIONED_SHARE = 0.1  # share of episodes with the instruction under which the product stores features of a video

Encode = Callable[[NDArray[np.uint8]], Tensor]
"""Maps frames `(frames, size, size, 3)` to the states of the tower `(frames, patches + 1, width)`."""


@dataclass(frozen=True, slots=True)
class Still:
    """A scene and the tower's states of its picture, `(1, patches + 1, width)` in half precision."""

    scene: Scene
    states: Tensor


@dataclass(frozen=True, slots=True)
class Clip:
    """An episode and the tower's states of its frames, `(frames, patches + 1, width)` in half precision."""

    episode: Episode
    states: Tensor


@dataclass(frozen=True, slots=True)
class Batch:
    """Tasks, those about stills first, and the states of all their frames in order."""

    samples: list[Sample]
    instructions: list[str]  # for the Q-Former, one for each frame
    states: Tensor  # (frames, patches + 1, width)
    stills: int  # number of tasks about stills


def sample_still(rng: random.Random, encode: Encode, pairs: Pairs = "all") -> Still:
    """Draws a frame of any kind and encodes it."""
    scene, image = sample_frame(rng, pairs)
    return Still(scene, encode(image[None]))


def sample_clip(rng: random.Random, encode: Encode, pairs: Pairs = "all") -> Clip:
    """Draws an episode and encodes its frames."""
    episode = (sample_asked_episode if rng.random() < 0.5 else sample_claimed_episode)(rng, pairs)
    frames = [model_frame(episode.shot.scene(at), IMAGE_SIZE, rng) for at in episode.seconds]
    return Clip(episode, encode(np.stack(frames)))


def sample_batch(
    rng: random.Random,
    *,
    size: int,
    still: Callable[[random.Random], Still],
    clip: Callable[[random.Random], Clip],
) -> Batch:
    """Draws a batch of `size` stills and `size * EPISODES_PER_STILL` clips."""
    stills = [still(rng) for _ in range(size)]
    clips = [clip(rng) for _ in range(max(1, round(size * EPISODES_PER_STILL)))]
    tasks = [_task(picture.scene, rng) for picture in stills]
    samples: list[Sample] = [
        ((picture.scene,), prompt, answer) for picture, (_, prompt, answer) in zip(stills, tasks, strict=True)
    ]
    instructions = [instruction for instruction, _, _ in tasks]
    for drawn in clips:
        samples.append(as_sample(drawn.episode, rng))
        instruction = CAPTION_QUESTION if rng.random() < CAPTIONED_SHARE else drawn.episode.text.lower()
        instructions += [instruction] * len(drawn.states)
    states = torch.cat([picture.states for picture in stills] + [drawn.states for drawn in clips])
    return Batch(samples, instructions, states, len(stills))


def _task(scene: Scene, rng: random.Random) -> tuple[str, str, str]:
    if scene.actors and rng.random() < CARRIED_SHARE and (question := sample_question(scene, rng, "carries")):
        return question.text, prompts.render("pocket/answer", question=question.text), question.answer
    return sample_task(scene, rng)


def batch_loss(model: Any, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
    """Computes the losses of answers about one and about several frames, and of the alignment to the scenes."""
    table = model.language_model.get_input_embeddings().weight
    states = batch.states.to(table.device).float()
    with torch.autocast(table.device.type, dtype=torch.bfloat16):
        queries = project_queries(model, states, padded_ids(batch.instructions, "bert")).float()
        alignment = slot_loss(queries, slot_ids([frame for frames, _, _ in batch.samples for frame in frames]), table)
        parts = (
            (batch.samples[: batch.stills], queries[: batch.stills]),
            (batch.samples[batch.stills :], queries[batch.stills :]),
        )
        answers, sequences = (
            model.language_model(**prefixed_inputs(seen, samples, table)).loss for samples, seen in parts
        )
    total = answers + SEQUENCES * sequences + ALIGNMENT * alignment
    return total, {"answers": answers, "sequences": sequences, "alignment": alignment}


def worker(rank: int, processes: int, options: argparse.Namespace) -> None:
    """Tunes as one process of several."""
    from transformers import InstructBlipForConditionalGeneration

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(1)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = InstructBlipForConditionalGeneration.from_pretrained(options.start, dtype=torch.float32)
    for part in (model.vision_model, model.qformer, model.language_model.encoder, model.language_model.decoder):
        part.set_attn_implementation(ATTENTION)
    model.vision_model.requires_grad_(False)
    model.language_model.requires_grad_(False)
    model.to(device).train()
    before = {name: weight.clone() for name, weight in model.state_dict().items()}
    model.vision_model.eval()
    model.language_model.eval()

    @torch.no_grad()
    def encode(frames: NDArray[np.uint8]) -> Tensor:
        with torch.autocast(device.type, dtype=torch.bfloat16):
            states = model.vision_model(pixel_values=pixels(torch.from_numpy(frames), device)).last_hidden_state
        return states.half().cpu()  # type: ignore[no-any-return]  # the class is untyped

    def save() -> None:
        tuned = model.state_dict()
        model.load_state_dict(
            {
                name: torch.lerp(before[name], weight, options.share) if weight.is_floating_point() else weight
                for name, weight in tuned.items()
            }
        )
        model.save_pretrained(options.out)
        instructblip_processor().save_pretrained(options.out)

    loop = Loop(
        options.out,
        {"model": model},
        lambda _progress: batch_loss(model, next(batches)),
        schedule=Schedule(
            options.seconds, options.rate, options.rate / 10, hold=0.3, report_every=options.report_every
        ),
        save=save,
        evaluate=lambda: slot_figures(model),
        rank=rank,
        processes=processes,
    )
    still = ReplayBuffer(partial(sample_still, encode=encode, pairs=options.pairs), options.uses)
    clip = ReplayBuffer(partial(sample_clip, encode=encode, pairs=options.pairs), options.uses)
    batches = batches_of(loop, partial(sample_batch, size=options.batch, still=still, clip=clip), options)
    loop.run()


def main() -> None:
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--start", type=Path, required=True, help="an InstructBLIP, its T5 as it is to stay")
    add_options(parser, seconds=1500, batch=48, report_every=120, seed=61, rate=0.001)
    parser.set_defaults(uses=6)
    parser.add_argument("--share", type=float, default=1.0, help="of what was tuned, in the mean with the start")
    options = parser.parse_args()
    if options.workers:
        parser.error("a picture is seen by the tower where it is rendered: leave --workers out")
    launch(worker, options.processes, options)


if __name__ == "__main__":
    main()
