"""Samples of the T5 about one or several frames, and the prefix of vectors that stands for the frames."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import torch
from torch import Tensor, nn

import prompts
from training.common.hard_negatives import sample_absence, sample_reversal
from training.common.token_ids import pad_right, text_ids
from training.language.noise import rephrase
from training.language.unknown_things import unknown_thing_claim, unknown_thing_story_question
from training.world.episodes import CLAIM, EPISODE_KINDS, Episode, sample_claim, sample_episode
from training.world.questions import UNKNOWN
from training.world.scene import Pairs, Scene

REVERSALS, ABSENCES = 0.45, 0.25  # shares of the claims
EPISODE_WEIGHTS = {"first": 0.4, "before": 2.0}  # how often a kind is drawn; the others have 1
UNKNOWN_EPISODES = 0.06  # share of episodes about unknown things
Sample = tuple[Sequence[Scene], str, str]
"""The truths of the frames, the prompt and the answer."""


def sample_asked_episode(rng: random.Random, pairs: Pairs = "all") -> Episode:
    """Draws an episode with a question."""
    (kind,) = rng.choices(list(EPISODE_KINDS), [EPISODE_WEIGHTS.get(kind, 1.0) for kind in EPISODE_KINDS])
    episode = sample_episode(rng, kind, pairs=pairs)
    if rng.random() < UNKNOWN_EPISODES:
        return replace(episode, text=unknown_thing_story_question(rng), answer=UNKNOWN)
    return episode


def sample_claimed_episode(rng: random.Random, pairs: Pairs = "all") -> Episode:
    """Draws an episode with a claim: a random claim or a hard negative."""
    shares = (REVERSALS, ABSENCES, 1 - REVERSALS - ABSENCES)
    (sample,) = rng.choices((sample_reversal, sample_absence, sample_claim), shares)
    episode = sample(rng, pairs=pairs)
    if rng.random() < UNKNOWN_EPISODES:
        return replace(episode, text=unknown_thing_claim(rng), answer="no")
    return episode


def as_sample(episode: Episode, rng: random.Random | None = None) -> Sample:
    """Returns an episode as a sample; with `rng`, its question in other words."""
    if episode.kind == CLAIM:
        return episode.truths(), prompts.render("pocket/verify", statement=episode.text), episode.answer
    text = rephrase(episode.text, rng) if rng else episode.text
    return episode.truths(), prompts.render("pocket/answer", question=text), episode.answer


def prefixed_inputs(vectors: Tensor, samples: Sequence[Sample], table: Tensor) -> dict[str, Tensor]:
    """Returns embeddings `(n, prefix + words, width)`, mask and labels, as the T5 takes them.

    The prefix of a frame is its eleven vectors; with several frames, words with its number precede each of them.

    Args:
        vectors: vectors `(frames, 11, width)` of the frames of all samples, in order.
        samples: samples with the same frames in total.
        table: word vectors `(words, width)` of the T5.
    """
    device = table.device
    rows, start = [], 0
    for frames, prompt, _ in samples:
        parts = []
        for number in range(len(frames)):
            if len(frames) > 1:
                parts.append(table[_words(prompts.render("pocket/frame", number=number + 1), device)])
            parts.append(vectors[start + number])
        start += len(frames)
        rows.append(torch.cat([*parts, table[torch.tensor(text_ids(prompt, "t5"), device=device)]]))
    lengths = torch.tensor([len(row) for row in rows], device=device)
    return {
        "inputs_embeds": nn.utils.rnn.pad_sequence(rows, batch_first=True),
        "attention_mask": (torch.arange(int(lengths.max()), device=device) < lengths[:, None]).long(),
        "labels": pad_right([list(text_ids(answer, "t5")) for _, _, answer in samples], -100).to(device),
    }


@cache
def _words(text: str, device: torch.device) -> Tensor:
    """Returns the ids of a text without the end token."""
    return torch.tensor(text_ids(text, "t5")[:-1], device=device)
