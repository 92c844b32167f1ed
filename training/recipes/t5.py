"""Trains the pocket T5: visual questions with a symbolic prefix, and the language tasks of the agent.

The prefix stands for a picture: eleven sums of word vectors (the backdrop and ten columns), to which the queries of
InstructBLIP are aligned later. The T5 never sees a picture; its frozen word table connects the two. Three measures
helped in the pocket experiments: attention is initialised as a look-up, auxiliary heads predict which columns a word
refers to, and the prefix has noise.

    python -m training.recipes.t5 --out runs/t5 --seconds 1200            # the same command resumes
    python -m training.recipes.t5 --out runs/t5 --figures                 # held-out figures to runs/t5/figures.json
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

import torch
from torch import Tensor

import prompts
from training.common.attention import ATTENTION
from training.common.auxiliary_heads import Hints
from training.common.frames import sample_task
from training.common.hard_negatives import sample_absence, sample_reversal
from training.common.loop import Loop, Schedule, batches_of, launch
from training.common.models import ENCODER_LAYERS, new_t5
from training.common.perception_noise import MEASURED_RATES, add_perception_noise
from training.common.samples import Sample, as_sample, prefixed_inputs, sample_asked_episode, sample_claimed_episode
from training.common.slots import slot_ids, slot_vectors
from training.common.token_ids import pad_right, text_ids
from training.common.tokenizer import build_tokenizer
from training.language.noise import rephrase
from training.language.out_of_distribution import sample_out_of_distribution_question
from training.language.tasks import TASKS, Example
from training.world.episodes import CLAIM, EPISODE_KINDS, Episode, sample_claim, sample_episode
from training.world.out_of_distribution import OUT_OF_DISTRIBUTION
from training.world.questions import (
    ACTOR_KINDS,
    BACKDROP_KINDS,
    QUESTION_KINDS,
    UNKNOWN,
    full_caption,
    sample_question,
    sample_statement,
)
from training.world.scene import sample_scene

log = logging.getLogger("training")

SCENE_BATCH, EPISODE_BATCH, CLAIM_BATCH, CAPTION_BATCH, LANGUAGE_BATCH = 36, 32, 32, 4, 96  # samples per process
QUESTIONS_PER_SCENE = 3
LENGTH_GROUPS = 4
NOISE = 0.25  # mean standard deviation of the noise on the prefix; that of the word table is 1
EVALUATION_SEED = 7177
CAPTION = prompts.render("pocket/caption")
CLAIM_KINDS: dict[str, Callable[[random.Random], Episode]] = {
    CLAIM: sample_claim,
    "reversal": sample_reversal,
    "absence": sample_absence,
}


def visual_batch(rng: random.Random, size: int) -> list[Sample]:
    """Draws `size` questions, some about each scene; one scene in thirty is out of distribution."""
    samples: list[Sample] = []
    while len(samples) < size:
        if rng.random() < 1 / 15:
            samples.append(_single_frame(sample_episode(rng), rng))
            continue
        scene = OUT_OF_DISTRIBUTION if rng.random() < 1 / 30 else sample_scene(rng)
        if rng.random() < 1 / 12:
            prompt = prompts.render(
                "pocket/answer", question=rephrase(sample_out_of_distribution_question(rng)[0], rng)
            )
            samples.append(((scene,), prompt, UNKNOWN))
        for _ in range(QUESTIONS_PER_SCENE):
            _, prompt, answer = sample_task(scene, rng)
            samples.append(((scene,), prompt, answer))
    return samples[:size]


def _single_frame(episode: Episode, rng: random.Random) -> Sample:
    """Returns an episode's question about a single frame: as it shows no event, the answer is `UNKNOWN`."""
    truth = episode.shot.truth(rng.choice(episode.seconds))
    return (truth,), prompts.render("pocket/answer", question=rephrase(episode.text, rng)), UNKNOWN


def episode_batch(rng: random.Random, questions: int, claims: int) -> list[Sample]:
    """Draws samples about several frames, some with questions and some with claims."""
    episodes = [sample_asked_episode(rng) for _ in range(questions)] + [
        sample_claimed_episode(rng) for _ in range(claims)
    ]
    return [_misread(as_sample(episode, rng), rng, rng.uniform(0, 2)) for episode in episodes]


def _misread(sample: Sample, rng: random.Random, factor: float) -> Sample:
    """Returns the sample with `factor` times the mistakes of the pocket vision tower."""
    frames, prompt, answer = sample
    return [add_perception_noise(frame, rng, MEASURED_RATES.scaled(factor)) for frame in frames], prompt, answer


def caption_batch(rng: random.Random, size: int) -> list[Sample]:
    """Draws full captions; they have their own batch because they would pad the short answers."""
    scenes = [sample_scene(rng) for _ in range(size)]
    return [((scene,), CAPTION, full_caption(scene)) for scene in scenes]


def visual_inputs(model: Any, samples: list[Sample], *, noise: float = 0.0) -> dict[str, Tensor]:
    """Returns the inputs of the model for samples, with noise on the vectors of their frames."""
    table = model.shared.weight
    backdrop, columns = slot_ids([frame for frames, _, _ in samples for frame in frames])
    vectors = slot_vectors(backdrop.to(table.device), columns.to(table.device), table)
    if noise:
        vectors = vectors + torch.randn_like(vectors) * noise * 2 * torch.rand(len(vectors), 1, 1, device=table.device)
    return prefixed_inputs(vectors, samples, table)


def text_inputs(examples: list[Example], device: torch.device) -> dict[str, Tensor]:
    """Returns ids, mask and labels of examples without a picture."""
    words = pad_right([list(text_ids(example.prompt, "t5")) for example in examples]).to(device)
    labels = pad_right([list(text_ids(example.target, "t5")) for example in examples], -100).to(device)
    return {"input_ids": words, "attention_mask": (words > 0).long(), "labels": labels}


def by_length(examples: list[Example]) -> list[tuple[float, list[Example]]]:
    """Groups examples by length, each group with its share of all answer tokens, by which its loss is weighted.

    In a single batch three quarters of the tokens would be padding.
    """
    ordered = sorted(examples, key=lambda example: len(text_ids(example.prompt, "t5")))
    size = math.ceil(len(ordered) / LENGTH_GROUPS)
    groups = [ordered[start : start + size] for start in range(0, len(ordered), size)]
    tokens = [sum(len(text_ids(example.target, "t5")) for example in group) for group in groups]
    return [(count / sum(tokens), group) for count, group in zip(tokens, groups, strict=True)]


@torch.no_grad()
def exact(model: Any, batches: list[dict[str, Tensor]]) -> float:
    """Measures the share of answers with every token right; with teacher forcing it is that of greedy generation."""
    right: list[Tensor] = []
    for inputs in batches:
        with torch.autocast(inputs["attention_mask"].device.type, dtype=torch.bfloat16):
            predicted = model(**inputs).logits.argmax(-1)
        labels = inputs["labels"]
        right.append(((predicted == labels) | (labels < 0)).all(1))
    return round(torch.cat(right).float().mean().item(), 4)


@torch.no_grad()
def choose(model: Any, prompt: str, candidates: list[str]) -> int:
    """Returns the index of the candidate with the highest mean log-probability of its tokens and the end token."""
    inputs = text_inputs([Example(prompt, candidate) for candidate in candidates], model.shared.weight.device)
    labels = inputs["labels"]
    scores = model(**inputs).logits.float().log_softmax(-1).gather(-1, labels.clamp(min=0)[..., None])[..., 0]
    is_token = labels >= 0
    return int(((scores * is_token).sum(1) / is_token.sum(1)).argmax())


def _visual_samples(kind: str, size: int, seed: int) -> list[Sample]:
    rng = random.Random(f"{seed} {kind}")
    samples: list[Sample] = []
    while len(samples) < size:
        if kind in CLAIM_KINDS:
            samples.append(as_sample(CLAIM_KINDS[kind](rng)))
            continue
        if kind in EPISODE_KINDS:
            samples.append(as_sample(sample_episode(rng, kind)))
            continue
        scene = sample_scene(rng)
        if kind == "verify":
            statement, is_true = sample_statement(scene, rng)
            samples.append(((scene,), prompts.render("pocket/verify", statement=statement), "yes" if is_true else "no"))
        elif kind == "caption":
            samples.append(((scene,), CAPTION, full_caption(scene)))
        elif question := sample_question(scene, rng, kind):
            samples.append(((scene,), prompts.render("pocket/answer", question=question.text), question.answer))
    return samples


def figures(model: Any, *, size: int, seed: int = EVALUATION_SEED) -> dict[str, float]:
    """Measures a model on held-out samples.

    Returns:
        `qa.<kind>`, `qa.mean` (over the actor kinds), `qa.backdrop`, `qa.frames` (over the kinds of episode; `.misread`
        with the mistakes of a vision tower), and `language.<task>` on held-out wordings and on trained ones.
    """
    device = model.shared.weight.device
    model.eval()
    result: dict[str, float] = {}
    for kind in (*QUESTION_KINDS, *EPISODE_KINDS, *CLAIM_KINDS, "verify", "caption"):
        samples = _visual_samples(kind, size, seed)
        batches = [visual_inputs(model, samples[start : start + 100]) for start in range(0, size, 100)]
        result[f"qa.{kind}"] = exact(model, batches)
        if kind in (*EPISODE_KINDS, *CLAIM_KINDS):
            rng = random.Random(f"misread {seed} {kind}")
            samples = [_misread(sample, rng, 1.0) for sample in samples]
            batches = [visual_inputs(model, samples[start : start + 100]) for start in range(0, size, 100)]
            result[f"qa.{kind}.misread"] = exact(model, batches)
    result["qa.mean"] = round(sum(result[f"qa.{kind}"] for kind in ACTOR_KINDS) / len(ACTOR_KINDS), 4)
    episodes = [result[f"qa.{kind}"] for kind in EPISODE_KINDS]
    result["qa.frames"] = round(sum(episodes) / len(episodes), 4)
    misreadings = [result[f"qa.{kind}.misread"] for kind in EPISODE_KINDS]
    result["qa.frames.misread"] = round(sum(misreadings) / len(misreadings), 4)
    backdrop = [result[f"qa.{kind}"] for kind in BACKDROP_KINDS]
    result["qa.backdrop"] = round(sum(backdrop) / len(backdrop), 4)
    for name, task in TASKS.items():
        for label, sampler in (("", task.held_out), (".trained_wordings", task.sample)):
            rng = random.Random(f"{seed} {name}{label}")
            examples = [sampler(rng) for _ in range(size)]
            if task.candidates:
                targets = [task.candidates.index(example.target) for example in examples]
                chosen = [choose(model, example.prompt, list(task.candidates)) for example in examples]
                share = sum(map(int.__eq__, targets, chosen)) / size
                result[f"language.{name}{label}"] = round(share, 4)
            else:
                chunks = [examples[start : start + 100] for start in range(0, size, 100)]
                result[f"language.{name}{label}"] = exact(model, [text_inputs(chunk, device) for chunk in chunks])
    model.train()
    return result


def language_batch(rng: random.Random, size: int) -> list[Example]:
    """Draws about `size` examples of all tasks, in proportion to their weights."""
    total = sum(task.weight for task in TASKS.values())
    return [task.sample(rng) for task in TASKS.values() for _ in range(round(size * task.weight / total))]


@dataclass(frozen=True, slots=True)
class Batch:
    """The samples of a training step, of every task."""

    questions: list[Sample]  # about one frame
    episodes: list[Sample]  # about several
    captions: list[Sample]
    language: list[Example]


def sample_batch(rng: random.Random, times: int = 1) -> Batch:
    """Draws a batch of all tasks, `times` as large as usual (for a GPU).

    Muon normalises every step, whatever the size of its gradient, so a step for one task would undo some of the others.
    """
    return Batch(
        visual_batch(rng, times * SCENE_BATCH),
        episode_batch(rng, times * EPISODE_BATCH, times * CLAIM_BATCH),
        caption_batch(rng, times * CAPTION_BATCH),
        language_batch(rng, times * LANGUAGE_BATCH),
    )


def batch_loss(model: Any, hints: Hints, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
    """Computes the loss of a step: visual questions (with hints), episodes, captions, and all language tasks."""
    device = model.shared.weight.device
    noise = NOISE if torch.rand(()) < 0.6 else 0.0

    def forward(inputs: dict[str, Tensor], **more: bool) -> Any:
        with torch.autocast(device.type, dtype=torch.bfloat16):
            return model(**inputs, **more)

    language = sum(
        (share * forward(text_inputs(part, device)).loss for share, part in by_length(batch.language)),
        torch.zeros((), device=device),
    )
    caption: Tensor = forward(visual_inputs(model, batch.captions, noise=noise)).loss
    frames: Tensor = forward(visual_inputs(model, batch.episodes, noise=noise)).loss
    output = forward(visual_inputs(model, batch.questions, noise=noise), output_hidden_states=True)
    middle = output.encoder_hidden_states[ENCODER_LAYERS - 1]
    hint = hints.loss(middle, output.encoder_last_hidden_state, batch.questions)
    parts = {"language": language, "caption": caption, "frames": frames, "visual": output.loss, "hints": hint}
    total = output.loss + 0.5 * hint + 0.3 * caption + 0.7 * frames + 2.0 * language
    return total, parts


def worker(rank: int, processes: int, options: argparse.Namespace) -> None:
    """Trains, or resumes from the last checkpoint in `options.out`, as one process of several."""
    from transformers import T5ForConditionalGeneration

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = new_t5()
    if options.start:
        model.load_state_dict(T5ForConditionalGeneration.from_pretrained(options.start).state_dict())
    for part in (model.encoder, model.decoder):  # each has its own copy of the configuration
        part.set_attn_implementation(ATTENTION)
    hints = Hints()
    model.to(device).train()
    hints.to(device)

    def save() -> None:
        model.save_pretrained(options.out)
        build_tokenizer("t5").save_pretrained(options.out)

    def report() -> dict[str, float]:
        save()  # another recipe may start from it before the end
        return figures(model, size=options.report_size)

    schedule = Schedule(
        options.seconds,
        matrix_rate=options.rate,
        other_rate=options.rate / 5,
        matrix_decay=0.02,
        warm_up_steps=60,
        hold=options.hold,
        report_every=options.report_every,
    )
    loop = Loop(
        options.out,
        {"model": model, "hints": hints},
        lambda _progress: batch_loss(model, hints, next(batches)),
        schedule=schedule,
        save=save,
        evaluate=report,
        rank=rank,
        processes=processes,
    )
    batches = batches_of(loop, partial(sample_batch, times=options.times), options)
    loop.run()
    if rank == 0:
        write_figures(options.out, options.size)


def write_figures(folder: Path, size: int) -> None:
    """Measures the saved model and writes `figures.json` beside it."""
    from transformers import T5ForConditionalGeneration

    torch.set_num_threads(1)
    model = T5ForConditionalGeneration.from_pretrained(folder, dtype=torch.float32)
    result = figures(model, size=size)
    settings = {"size": size, "seed": EVALUATION_SEED}
    (folder / "figures.json").write_text(json.dumps({"figures": result, "settings": settings}, indent=1) + "\n")
    log.info("%s", json.dumps(result))


def main() -> None:
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--start", type=Path, help="an earlier result to go on from")
    parser.add_argument("--seconds", type=float, default=1200)
    parser.add_argument("--rate", type=float, default=0.01, help="Muon's; a fifth of it is AdamW's")
    parser.add_argument("--hold", type=float, default=0.2, help="share of the run before the rate starts to fall")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--workers", type=int, default=0, help="processes that sample, beside a GPU")
    parser.add_argument("--times", type=int, default=1, help="the usual batch: a GPU takes more at once")
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--report-every", type=float, default=120, help="seconds")
    parser.add_argument("--report-size", type=int, default=50, help="held-out examples for each figure in the log")
    parser.add_argument("--size", type=int, default=300, help="held-out examples for each figure at the end")
    parser.add_argument("--figures", action="store_true", help="only measure the saved model")
    options = parser.parse_args()
    if options.figures:
        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
        write_figures(options.out, options.size)
    else:
        launch(worker, options.processes, options)


if __name__ == "__main__":
    main()
