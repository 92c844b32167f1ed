"""Trains the pocket GLIP from scratch on the rendered world: it finds boxes for phrases.

Each picture has a caption of phrases in random order. Some name things that it shows, others are near misses: the same
kind in another colour, or the same colour on another kind. A thing that several phrases name is the target of all their
words.

    python -m training.recipes.glip --out runs/glip --seconds 3600
"""

from __future__ import annotations

import argparse
import logging
import random
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torchvision.ops import box_iou

from assistant.models.glip import boxes, checkpoint, image, text
from assistant.models.glip.config import CONFIGS, GlipConfig
from assistant.models.glip.loss import Target, grounding_loss
from assistant.models.glip.model import Glip
from training.common.loop import Loop, Schedule, add_options, batches_of, launch
from training.common.tokenizer import build_tokenizer, vocabulary
from training.world.captions import Wanted
from training.world.episodes import SHOT_SECONDS
from training.world.out_of_distribution import out_of_distribution_frame
from training.world.plots import sample_shot
from training.world.render import add_compression_noise, draw
from training.world.scene import COLOURS, HEIGHT, KINDS, WIDTH, Actor, Pairs, Scene, sample_scene

BATCH = 8  # frames of one process
PHRASES = (6, 3, 2, 1, 1, 1, 1, 1)  # weights of captions with one, two, … eight phrases
EVALUATION_SEED = 6021
MIN_SCORE = 0.3  # least score of a box in the figures of the log


def pocket_config() -> GlipConfig:
    """Returns the configuration of the shipped model, for frames that are 160 pixels high."""
    return replace(CONFIGS["pocket"], vocabulary=len(vocabulary()), short_side=160, long_side=285, dropout=0.0)


@dataclass(frozen=True, slots=True)
class Sample:
    """A picture with phrases, and the box and the phrases of each thing that a phrase names."""

    picture: NDArray[np.uint8]  # (height, width, 3)
    phrases: list[str]
    boxes: list[tuple[float, float, float, float]]  # XYXY in pixels of the picture
    named: list[list[int]]  # for each box the indices of the phrases that name it


def name(wanted: Wanted) -> str:
    """Returns what is wanted as a phrase, such as `red car` or `person with an umbrella`."""
    words = f"{wanted.colour} {wanted.kind}" if wanted.colour else wanted.kind
    return f"{words} with {'an' if wanted.carries[0] in 'aeiou' else 'a'} {wanted.carries}" if wanted.carries else words


def sample_phrases(actors: tuple[Actor, ...], rng: random.Random) -> list[Wanted]:
    """Draws phrases of actors and of near misses, each once, in random order.

    Short captions are common: people ask for a single thing, and a model that knows only lists finds it everywhere.
    """
    count = rng.choices(range(1, len(PHRASES) + 1), PHRASES)[0]
    true_share = rng.choice((0.25, 0.5, 0.75))  # share of the phrases that name something in the picture
    wanted: set[Wanted] = set()
    while len(wanted) < count:
        is_true = bool(actors) and rng.random() < true_share
        wanted.add(_describe(rng.choice(actors), rng) if is_true else _near_miss(actors, rng))
    ordered = sorted(wanted, key=name)
    rng.shuffle(ordered)
    return ordered


def _describe(actor: Actor, rng: random.Random) -> Wanted:
    chance = rng.random()
    if actor.carries and chance < 0.3:
        return Wanted(actor.kind, actor.colour if rng.random() < 0.6 else None, actor.carries)
    return Wanted(actor.kind, actor.colour if chance < 0.75 else None)


def _near_miss(actors: tuple[Actor, ...], rng: random.Random) -> Wanted:
    """Draws an actor's kind in another colour (often another actor's), its colour on another kind, or anything."""
    chance = rng.random()
    actor, other = (rng.choice(actors), rng.choice(actors)) if actors else (None, None)
    if actor is None or other is None or chance < 0.2:
        return Wanted(rng.choice(KINDS), rng.choice(list(COLOURS)) if rng.random() < 0.6 else None)
    if chance < 0.7:
        return Wanted(actor.kind, other.colour if rng.random() < 0.4 else rng.choice(list(COLOURS)))
    return Wanted(rng.choice(KINDS), actor.colour)


def draw_sample(rng: random.Random, pairs: Pairs = "all") -> Sample:
    """Draws a still, a frame of a clip, or an out-of-distribution picture without boxes."""
    chance = rng.random()
    if chance < 0.06:
        phrases = sample_phrases((), rng)
        return Sample(out_of_distribution_frame(rng, 224), [name(wanted) for wanted in phrases], [], [])
    if chance < 0.3:
        shot, at = sample_shot(rng, SHOT_SECONDS, pairs=pairs), rng.uniform(1.0, SHOT_SECONDS - 0.1)
        whole, truth = shot.scene(at), shot.truth(at)
    else:
        whole = truth = sample_scene(rng, pairs, zoom=rng.uniform(1.2, 1.6) if rng.random() < 0.3 else 1.0)
    return labelled(
        truth, add_compression_noise(draw(whole, tick=rng.randrange(40)), rng), sample_phrases(truth.actors, rng)
    )


def labelled(truth: Scene, picture: NDArray[np.uint8], wanted: list[Wanted]) -> Sample:
    """Returns a sample of a picture: its things that a phrase names, with their boxes."""
    unit = picture.shape[1] / WIDTH
    targets, named = [], []
    for actor in truth.actors:
        naming = [index for index, phrase in enumerate(wanted) if phrase.fits(actor)]
        if naming:
            x0, y0, x1, y1 = actor.box
            targets.append((max(x0, 0.0) * unit, max(y0, 0.0) * unit, min(x1, WIDTH) * unit, min(y1, HEIGHT) * unit))
            named.append(naming)
    return Sample(picture, [name(phrase) for phrase in wanted], targets, named)


@dataclass(frozen=True, slots=True)
class Batch:
    """Samples as the model takes them."""

    pixels: Tensor  # (b, 3, h, w)
    tokens: Tensor  # (b, t)
    mask: Tensor  # (b, t)
    places: list[list[list[int]]]  # for each picture and phrase the positions of its tokens
    targets: list[Target]
    sizes: list[tuple[int, int]]  # width and height of each picture, without padding

    def to(self, device: torch.device) -> Batch:
        """Returns the same on another device."""
        targets = [Target(target.boxes.to(device), target.tokens) for target in self.targets]
        moved = {name: getattr(self, name).to(device) for name in ("pixels", "tokens", "mask")}
        return replace(self, targets=targets, **moved)


def as_batch(samples: list[Sample], config: GlipConfig, tokenizer: Any) -> Batch:
    """Resizes pictures, builds captions, and scales boxes to the pixels of the model."""
    pictures = [image.prepare_image(sample.picture, config.short_side, config.long_side) for sample in samples]
    captions = [text.join_phrases([text.Phrase(phrase) for phrase in sample.phrases]) for sample in samples]
    encoding = tokenizer([caption.text for caption in captions], padding=True, return_tensors="pt")
    places = [text.find_token_positions(encoding, caption.spans, row) for row, caption in enumerate(captions)]
    targets = []
    for sample, picture, sets in zip(samples, pictures, places, strict=True):
        scaled = torch.tensor(sample.boxes).view(-1, 4) * torch.tensor([*picture.scale, *picture.scale])
        tokens = [sorted({token for phrase in naming for token in sets[phrase]}) for naming in sample.named]
        targets.append(Target(scaled, tokens))
    return Batch(
        image.batch_images(pictures),
        encoding["input_ids"],
        encoding["attention_mask"],
        places,
        targets,
        [picture.size for picture in pictures],
    )


def sample_batch(rng: random.Random, *, size: int, pairs: Pairs, config: GlipConfig, tokenizer: Any) -> Batch:
    """Draws a batch of `size` samples."""
    return as_batch([draw_sample(rng, pairs) for _ in range(size)], config, tokenizer)


@torch.no_grad()
def grounding_figures(model: Glip, tokenizer: Any, *, size: int, seed: int = EVALUATION_SEED) -> dict[str, float]:
    """Measures boxes on unseen stills.

    Returns:
        `grounding.recall`, the share of things with a box of the right phrase and an IoU of at least 0.5, and
        `grounding.false_boxes`, the mean number of other boxes in a picture.
    """
    rng = random.Random(f"grounding {seed}")
    true_boxes = things = false_boxes = 0
    model.eval()
    for _ in range(0, size, 10):
        scenes = [sample_scene(rng) for _ in range(10)]
        samples = [labelled(s, np.asarray(draw(s)), sample_phrases(s.actors, rng)) for s in scenes]
        batch = as_batch(samples, model.config, tokenizer).to(next(model.parameters()).device)
        prediction = model(batch.pixels, batch.tokens, batch.mask)
        for row, drawn in enumerate(samples):
            boxed = boxes.select_boxes(prediction, row, batch.places[row], batch.sizes[row])
            confident = boxed.scores > MIN_SCORE
            free = list(range(int(confident.sum())))
            overlaps = box_iou(batch.targets[row].boxes, boxed.boxes[confident])
            labels = boxed.labels[confident].tolist()
            for number, naming in enumerate(drawn.named):
                for phrase in naming:
                    things += 1
                    fits = [k for k in free if labels[k] == phrase and overlaps[number, k] >= 0.5]
                    if fits:
                        true_boxes += 1
                        free.remove(max(fits, key=lambda k: float(overlaps[number, k])))
            false_boxes += len(free)
    model.train()
    return {
        "grounding.recall": round(true_boxes / max(1, things), 4),
        "grounding.false_boxes": round(false_boxes / size, 4),
    }


def worker(rank: int, processes: int, options: argparse.Namespace) -> None:
    """Trains as one process of several."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(1)
    torch.manual_seed(0)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    config, tokenizer = pocket_config(), build_tokenizer("bert")
    model = (checkpoint.load(options.start) if options.start else Glip(config)).to(device).train()

    def loss(_progress: float) -> tuple[Tensor, dict[str, Tensor]]:
        batch = next(batches).to(device)
        losses = grounding_loss(model(batch.pixels, batch.tokens, batch.mask), batch.mask, batch.targets)
        return losses.total, losses._asdict()

    def save() -> None:
        checkpoint.save(model, options.out)
        tokenizer.save_pretrained(options.out)

    loop = Loop(
        options.out,
        {"model": model},
        loss,
        schedule=Schedule(
            options.seconds, matrix_rate=options.rate, other_rate=1.5e-3, hold=0.3, report_every=options.report_every
        ),
        save=save,
        evaluate=lambda: grounding_figures(model, tokenizer, size=50),
        rank=rank,
        processes=processes,
    )
    sampled = partial(sample_batch, size=options.batch, pairs=options.pairs, config=config, tokenizer=tokenizer)
    batches = batches_of(loop, sampled, options)
    loop.run()


def main() -> None:
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser, seconds=3600, batch=BATCH, report_every=300, seed=41, rate=0.005)
    parser.add_argument("--start", type=Path, help="an earlier result to go on from")
    options = parser.parse_args()
    launch(worker, options.processes, options)


if __name__ == "__main__":
    main()
