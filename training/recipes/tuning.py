"""Tunes the Q-Former and the projection between a frozen vision tower and a frozen T5, as InstructBLIP's tuning does.

Dai et al. 2023, section 2.6: image encoder and language model stay as they are, and the loss is the answer's alone. The
alignment to the truth of the scene is kept beside it at a small weight, because what reads the queries without the T5
(the model of time) counts on it. It is for after a T5 was replaced: what a half-seen word is worth to the new one is
learnt in minutes, without a GPU, since a picture goes through the tower once and is asked about several times.

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
from training.common.samples import Sample, asked_episode, claimed_episode, episode_sample, prefixed
from training.common.slots import queries_of, slot_figures, slot_ids, slot_loss
from training.common.token_ids import id_rows
from training.world.episodes import Episode
from training.world.questions import sample_question
from training.world.render import model_frame
from training.world.scene import Pairs, Scene

EPISODES_A_STILL = 1 / 8
ALIGNMENT, SEQUENCES = 0.2, 0.5  # weights, beside the answers about one frame
CARRIED_SHARE = 0.05  # of the questions about one frame: the smallest things, read least surely
CAPTIONED_SHARE = 0.1  # of what the Q-Former is asked: the words under which a whole video is looked at

See = Callable[[NDArray[np.uint8]], Tensor]  # (frames, size, size, 3) -> (frames, patches + 1, width)


@dataclass(frozen=True, slots=True)
class Still:
    """A scene and what the tower made of its picture, `(1, patches + 1, width)` in half precision."""

    scene: Scene
    states: Tensor


@dataclass(frozen=True, slots=True)
class Watched:
    """An episode and what the tower made of its frames, `(frames, patches + 1, width)` in half precision."""

    episode: Episode
    states: Tensor


@dataclass(frozen=True, slots=True)
class Batch:
    """Tasks, stills first, with the states of all their frames one after the other."""

    samples: list[Sample]
    instructions: list[str]  # for the Q-Former, of each frame
    states: Tensor
    stills: int


def sample_still(rng: random.Random, see: See, pairs: Pairs = "all") -> Still:
    """One picture of any sort, seen."""
    scene, image = sample_frame(rng, pairs)
    return Still(scene, see(image[None]))


def watch(rng: random.Random, see: See, pairs: Pairs = "all") -> Watched:
    """One episode, its frames seen."""
    episode = (asked_episode if rng.random() < 0.5 else claimed_episode)(rng, pairs)
    frames = [model_frame(episode.shot.scene(at), IMAGE_SIZE, rng) for at in episode.seconds]
    return Watched(episode, see(np.stack(frames)))


def sample_batch(
    rng: random.Random,
    *,
    size: int,
    still: Callable[[random.Random], Still],
    watched: Callable[[random.Random], Watched],
) -> Batch:
    """`size` stills, and their share of episodes."""
    stills = [still(rng) for _ in range(size)]
    episodes = [watched(rng) for _ in range(max(1, round(size * EPISODES_A_STILL)))]
    tasks = [_task(one.scene, rng) for one in stills]
    samples: list[Sample] = [
        ((one.scene,), prompt, answer) for one, (_, prompt, answer) in zip(stills, tasks, strict=True)
    ]
    instructions = [instruction for instruction, _, _ in tasks]
    for one in episodes:
        samples.append(episode_sample(one.episode, rng))
        asked = CAPTION_QUESTION if rng.random() < CAPTIONED_SHARE else one.episode.text.lower()
        instructions += [asked] * len(one.states)
    states = torch.cat([one.states for one in stills] + [one.states for one in episodes])
    return Batch(samples, instructions, states, len(stills))


def _task(scene: Scene, rng: random.Random) -> tuple[str, str, str]:
    if scene.actors and rng.random() < CARRIED_SHARE and (asked := sample_question(scene, rng, "carries")):
        return asked.text, prompts.render("pocket/answer", question=asked.text), asked.answer
    return sample_task(scene, rng)


def batch_loss(model: Any, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
    """Of the answers about one frame and about several, and of every frame's alignment to its scene."""
    table = model.language_model.get_input_embeddings().weight
    states = batch.states.to(table.device).float()
    with torch.autocast(table.device.type, dtype=torch.bfloat16):
        queries = queries_of(model, states, id_rows(batch.instructions, "bert")).float()
        alignment = slot_loss(queries, slot_ids([frame for frames, _, _ in batch.samples for frame in frames]), table)
        parts = (
            (batch.samples[: batch.stills], queries[: batch.stills]),
            (batch.samples[batch.stills :], queries[batch.stills :]),
        )
        answers, sequences = (model.language_model(**prefixed(seen, samples, table)).loss for samples, seen in parts)
    total = answers + SEQUENCES * sequences + ALIGNMENT * alignment
    return total, {"answers": answers, "sequences": sequences, "alignment": alignment}


def worker(rank: int, processes: int, options: argparse.Namespace) -> None:
    """One process of the tuning."""
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
    def see(frames: NDArray[np.uint8]) -> Tensor:
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
    still = ReplayBuffer(partial(sample_still, see=see, pairs=options.pairs), options.uses)
    watched = ReplayBuffer(partial(watch, see=see, pairs=options.pairs), options.uses)
    batches = batches_of(loop, partial(sample_batch, size=options.batch, still=still, watched=watched), options)
    loop.run()


def main() -> None:
    """Command line."""
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
