"""Trains the pocket InstructBLIP: vision tower, Q-Former and projection around a frozen T5.

Stage 1 (as BLIP-2's, but with the world's truth instead of captions): query i is aligned to the sum of the frozen T5
word vectors of slot i, beside a dense loss on the patches. No T5 forward is needed, so the T5 may still be in training.
Stage 2 (the last `lm_share` of the run, if a trained T5 is given): the language-model loss through the frozen T5, with
the instruction also in the Q-Former (Dai et al. 2023, section 3).

    python -m training.recipes.instructblip --out runs/instructblip --seconds 1500 --processes 2 [--t5 runs/t5]
"""

from __future__ import annotations

import argparse
import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

import prompts
from training.common.attention import ATTENTION
from training.common.feed import Again
from training.common.loop import Loop, Schedule, add_options, batches_of, launch
from training.common.models import (
    GRID,
    IMAGE_SIZE,
    QUERIES,
    WIDTH_OF_MODEL,
    instructblip_processor,
    new_instructblip,
    new_t5,
    pixels,
)
from training.common.tokenizer import build_tokenizer, vocabulary
from training.common.vision import DENSE_AFTER, SPARSE_SHARE, kept_patches, look
from training.language.noise import mistype, politely
from training.language.unknown_things import strange_question, strange_statement
from training.world.episodes import SHOT_SECONDS
from training.world.labels import CLASSES, COLOUR, KIND, patch_labels
from training.world.out_of_distribution import OUTSIDE, outside_frame
from training.world.plots import sample_shot
from training.world.questions import UNKNOWN, sample_question, sample_statement
from training.world.render import model_frame
from training.world.scene import (
    CARRIED,
    COLOURS,
    CROWD,
    KINDS,
    LANES,
    NOTHING,
    PLACES,
    TIMES,
    WEATHERS,
    Pairs,
    Scene,
    sample_scene,
    scene_words,
)

BATCH = 48  # frames of one process
EVALUATION_SEED = 4242
TEMPERATURE = WIDTH_OF_MODEL / 16
CAPTION_QUESTION = prompts.render("caption").lower()

BACKDROP_GROUPS = ((*PLACES, NOTHING), (*TIMES, NOTHING), (*WEATHERS, NOTHING), ("sign", NOTHING))
FACINGS = ("left", "right", NOTHING)
CARRIES = (*CARRIED, NOTHING)
STRANGE_SHARE = 0.08  # of the questions and statements about one picture
COLUMN_GROUPS = (
    (*COLOURS, NOTHING),
    (*KINDS, NOTHING),
    (*LANES, "front", NOTHING),
    FACINGS,
    CARRIES,
)
COLUMN_WEIGHTS = (2, 3, 2, 5, 4)
CARRIER_DRAWS = (
    3  # scenes drawn again for one in which somebody carries something: one person in two does, one scene in six
)
FACING_AFTER = 0.2  # of the run: a matter of a few pixels, learnt last, and before that only noise in every step


@cache
def word_id(word: str) -> int:
    """The word's id in the T5's table."""
    return vocabulary().index(word)


def slot_ids(scenes: Sequence[Scene]) -> tuple[Tensor, Tensor]:
    """Word ids of the backdrop `(n, 4)` and of the columns `(n, 10, 6)`."""
    words = [scene_words(scene) for scene in scenes]
    backdrop = torch.tensor([[word_id(word) for word in slots[0]] for slots in words])
    columns = torch.tensor([[[word_id(word) for word in slot] for slot in slots[1:]] for slots in words])
    return backdrop, columns


def slot_vectors(backdrop: Tensor, columns: Tensor, table: Tensor) -> Tensor:
    """What the queries are to become: `(n, 11, width)` sums of word vectors."""
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
    """Cross-entropy of each word of each slot, plus the squared distance to the slot's vector.

    `slots` are those of `slot_ids`; `progress` in [0, 1] is the run's: which way somebody faces counts little at first.
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
        # Most columns are empty: without the weight, "nothing here" is all that is learnt at first. Only people carry.
        weight = torch.where(people, 1.0, 0.05) if group == CARRIES else torch.where(target != len(group) - 1, 1.0, 0.4)
        share = 0.2 if group is FACINGS and progress < FACING_AFTER else 1.0
        loss = loss + share * COLUMN_WEIGHTS[position] * (each * weight).sum() / weight.sum()
    return loss


Task = tuple[str, str, str]  # instruction for the Q-Former, prompt for the T5, answer


class DenseHead(nn.Module):
    """Reads the labels of `patch_labels` off each patch; thrown away after training."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(WIDTH_OF_MODEL, sum(CLASSES))

    def loss(self, patches: Tensor, dense: Tensor, kept: Tensor | None = None) -> Tensor:
        """Of states `(n, patches, width)`, given the labels `(n, grid, grid, classes)`, if only some patches are kept,
        their places.
        """
        labels = dense.flatten(1, 2)
        if kept is not None:
            labels = labels.gather(1, kept[..., None].expand(-1, -1, len(CLASSES)))
        labels = labels.flatten(0, 1).to(patches.device)
        logits = self.head(patches).float().flatten(0, 1).split(CLASSES, dim=1)
        seen = labels[:, KIND] > 0
        weight = torch.where(seen, 1.0, 0.15)
        total = torch.zeros_like(weight)
        for position, (part, target) in enumerate(zip(logits, labels.t(), strict=True)):
            each = F.cross_entropy(part, target, reduction="none")
            total = total + (each if position in (KIND, COLOUR) else 0.5 * each * seen)
        return (total * weight).sum() / weight.sum()


def padded(rows: list[list[int]], value: int = 0) -> Tensor:
    """Rows of ids as one matrix, padded on the right."""
    longest = max(map(len, rows))
    return torch.tensor([row + [value] * (longest - len(row)) for row in rows])


@cache
def text_ids(text: str, kind: Any) -> tuple[int, ...]:
    """Ids of a text with the tokenizer of `kind`; texts repeat a lot."""
    return tuple(_tokenizer(kind)(text).input_ids)


@cache
def _tokenizer(kind: Any) -> Any:
    return build_tokenizer(kind)


def id_rows(texts: Sequence[str], kind: Any, value: int = 0) -> Tensor:
    """`(n, longest)` ids of texts with the tokenizer of `kind`, padded with `value`."""
    return padded([list(text_ids(text, kind)) for text in texts], value)


def queries_of(model: Any, vision: Tensor, instructions: Tensor) -> Tensor:
    """`(n, 11, width)` projected queries for image states `(n, patches + 1, width)`, given the ids of instructions."""
    ids = instructions.to(vision.device)
    ones = torch.ones(len(ids), QUERIES, dtype=torch.long, device=vision.device)
    states = model.qformer(
        input_ids=ids,
        attention_mask=torch.cat([ones, (ids > 0).long()], 1),
        query_embeds=model.query_tokens.expand(len(ids), -1, -1),
        encoder_hidden_states=vision,
    ).last_hidden_state
    return model.language_projection(states[:, :QUERIES])  # type: ignore[no-any-return]  # the class is untyped


def sample_task(scene: Scene, rng: random.Random) -> Task:
    """A question or a statement about a scene, in words as people type them."""
    asked_of = scene if scene is not OUTSIDE else sample_scene(rng)
    if rng.random() < STRANGE_SHARE:
        return strange_task(rng)
    if rng.random() < 0.2:
        statement, there = sample_statement(asked_of, rng)
        return statement, prompts.render("verify", statement=statement), "yes" if there and scene is asked_of else "no"
    question = sample_question(asked_of, rng)
    if question is None:
        raise ValueError("a scene always allows some question")
    text = mistype(politely(question.text, rng), rng, share=0.04)
    return text, prompts.render("answer", question=text), question.answer if scene is asked_of else UNKNOWN


def strange_task(rng: random.Random) -> Task:
    """About what no picture of the world shows: whatever is asked, the answer is that it does not tell."""
    if rng.random() < 0.35:
        statement = strange_statement(rng)
        return statement, prompts.render("verify", statement=statement), "no"
    text = mistype(politely(strange_question(rng), rng), rng, share=0.04)
    return text, prompts.render("answer", question=text), UNKNOWN


def sample_frame(rng: random.Random, pairs: Pairs = "all") -> tuple[Scene, NDArray[np.uint8]]:
    """A scene and its picture: one in twelve from outside the world, one in four out of a clip."""
    draw = rng.random()
    if draw < 1 / 12:
        return OUTSIDE, outside_frame(rng, IMAGE_SIZE)
    if draw < 1 / 3:
        shot, at = sample_shot(rng, SHOT_SECONDS, pairs=pairs), rng.uniform(1.0, SHOT_SECONDS - 0.1)
        if len((truth := shot.truth(at)).actors) <= CROWD:
            return truth, model_frame(shot.scene(at), IMAGE_SIZE, rng)
    # Shapes are learnt on large actors first: seen closer, two frames in five shorten the way a lot.
    scene = sample_scene(rng, pairs, zoom=rng.uniform(1.2, 1.8) if rng.random() < 0.4 else 1.0)
    for _ in range(CARRIER_DRAWS):
        if any(actor.carries for actor in scene.actors):
            break
        scene = sample_scene(rng, pairs)
    return scene, model_frame(scene, IMAGE_SIZE, rng)


@dataclass(frozen=True, slots=True)
class Labelled:
    """A picture with what its queries and its patches are to say."""

    scene: Scene
    image: NDArray[np.uint8]  # (size, size, 3)
    patches: NDArray[np.int64]  # of `patch_labels`


def sample_labelled(rng: random.Random, pairs: Pairs = "all") -> Labelled:
    """One picture of any sort."""
    scene, image = sample_frame(rng, pairs)
    return Labelled(scene, image, patch_labels(scene, GRID))


@dataclass(frozen=True, slots=True)
class Batch:
    """Pictures, their truth, and a task for each, as the model takes them."""

    images: Tensor  # (n, size, size, 3), uint8
    patches: Tensor  # (n, grid, grid, classes)
    slots: tuple[Tensor, Tensor]  # of `slot_ids`
    instructions: Tensor  # (n, words) for the Q-Former
    prompts: Tensor  # (n, words) for the T5
    answers: Tensor  # (n, words), -100 beyond the end


def sample_batch(rng: random.Random, *, size: int, frame: Callable[[random.Random], Labelled]) -> Batch:
    """`size` pictures, each with a task of its own."""
    frames = [frame(rng) for _ in range(size)]
    instructions, asked, answers = zip(*(sample_task(one.scene, rng) for one in frames), strict=True)
    return Batch(
        torch.from_numpy(np.stack([one.image for one in frames])),
        torch.from_numpy(np.stack([one.patches for one in frames])),
        slot_ids([one.scene for one in frames]),
        id_rows(instructions, "bert"),
        id_rows(asked, "t5"),
        id_rows(answers, "t5", -100),
    )


def language_loss(model: Any, queries: Tensor, batch: Batch) -> Tensor:
    """The answers' cross-entropy through the frozen T5."""
    device = queries.device
    prompt, labels = batch.prompts.to(device), batch.answers.to(device)
    words = model.language_model.get_input_embeddings()(prompt)
    ones = torch.ones(len(prompt), QUERIES, dtype=torch.long, device=device)
    return model.language_model(  # type: ignore[no-any-return]  # the class is untyped
        inputs_embeds=torch.cat([queries.to(words.dtype), words], 1),
        attention_mask=torch.cat([ones, (prompt > 0).long()], 1),
        labels=labels,
    ).loss


@torch.no_grad()
def slot_figures(model: Any, *, size: int = 256, seed: int = EVALUATION_SEED) -> dict[str, float]:
    """Words read right on frames that no training saw: at actors' columns, at empty ones, and whole frames."""
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
            queries = queries_of(model, vision, id_rows(["what can you see?"] * len(chunk), "bert")).float()
        _, columns = (ids.to(device) for ids in slot_ids(chunk))
        found = [_logits(queries[:, 1:], group, table).argmax(-1) for group in COLUMN_GROUPS]
        wanted = [_targets(columns[..., i], group) for i, group in enumerate(COLUMN_GROUPS)]
        right.append([*(f == w for f, w in zip(found, wanted, strict=True)), wanted[0] != len(COLOURS)])
    model.train()
    model.language_model.eval()
    colour, kind, _, facing, carries, there = (torch.cat(parts) for parts in zip(*right, strict=True))

    def share(values: Tensor) -> float:
        return round(values.float().mean().item(), 4)

    return {
        "slot.colour": share(colour[there]),
        "slot.kind": share(kind[there]),
        "slot.facing": share(facing[there]),
        "slot.carries": share(carries[there]),
        "slot.empty": share(kind[~there]),
        "slot.frame": share((colour & kind).all(1)),
    }


def worker(rank: int, processes: int, options: argparse.Namespace) -> None:
    """One process of the training."""
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
        kept = kept_patches(batch.patches) if sparse else None
        with torch.autocast(device.type, dtype=torch.bfloat16):
            vision = look(model.vision_model, frames, kept)
            queries = queries_of(model, vision, batch.instructions)
            total = slot_loss(queries, batch.slots, table, progress) + head.loss(vision[:, 1:], batch.patches, kept)
            shown = {"alignment": total}
            if options.t5 and progress >= 1 - options.lm_share:
                shown["language"] = language_loss(model, queries, batch)
                total = total + shown["language"]
        return total, shown

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
    frames = Again(partial(sample_labelled, pairs=options.pairs), options.uses)
    batches = batches_of(loop, partial(sample_batch, size=options.batch, frame=frames), options)
    loop.run()


def main() -> None:
    """Command line."""
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
