"""Samples of the T5 about one or several frames, and the prefix of vectors through which it sees the frames."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import torch
from torch import Tensor, nn

import prompts
from training.common.hard_negatives import sample_absence, sample_reversal
from training.common.token_ids import padded, text_ids
from training.language.noise import rephrase
from training.language.unknown_things import unknown_thing_claim, unknown_thing_story_question
from training.world.episodes import CLAIM, EPISODE_KINDS, Episode, sample_claim, sample_episode
from training.world.questions import UNKNOWN
from training.world.scene import Pairs, Scene

REVERSALS, ABSENCES = 0.45, 0.25  # of the claims
EPISODE_WEIGHTS = {"first": 0.4, "before": 2.0}  # how often a kind is asked; the others 1
UNKNOWN_EPISODES = 0.06  # about what no clip shows
Sample = tuple[Sequence[Scene], str, str]  # the frames' truths, prompt, answer


def asked_episode(rng: random.Random, pairs: Pairs = "all") -> Episode:
    """A question about several frames."""
    (kind,) = rng.choices(list(EPISODE_KINDS), [EPISODE_WEIGHTS.get(kind, 1.0) for kind in EPISODE_KINDS])
    episode = sample_episode(rng, kind, pairs=pairs)
    if rng.random() < UNKNOWN_EPISODES:
        return replace(episode, text=unknown_thing_story_question(rng), answer=UNKNOWN)
    return episode


def claimed_episode(rng: random.Random, pairs: Pairs = "all") -> Episode:
    """A claim about several frames, of one kind or another."""
    shares = (REVERSALS, ABSENCES, 1 - REVERSALS - ABSENCES)
    (sample,) = rng.choices((sample_reversal, sample_absence, sample_claim), shares)
    episode = sample(rng, pairs=pairs)
    if rng.random() < UNKNOWN_EPISODES:
        return replace(episode, text=unknown_thing_claim(rng), answer="no")
    return episode


def episode_sample(episode: Episode, rng: random.Random | None = None) -> Sample:
    """An episode as the T5 meets it; with `rng`, as people type it."""
    if episode.kind == CLAIM:
        return episode.truths(), prompts.render("pocket/verify", statement=episode.text), episode.answer
    text = rephrase(episode.text, rng) if rng else episode.text
    return episode.truths(), prompts.render("pocket/answer", question=text), episode.answer


def prefixed(vectors: Tensor, samples: Sequence[Sample], table: Tensor) -> dict[str, Tensor]:
    """Embeddings `(n, prefix + words, width)`, mask and labels.

    One frame's prefix is its eleven vectors; of several frames, each is announced by its number in words.

    Args:
        vectors: `(frames, 11, width)`, of the frames of all samples one after the other.
        samples: whose frames, prompts and answers.
        table: word vectors of the T5.
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
        "labels": padded([list(text_ids(answer, "t5")) for _, _, answer in samples], -100).to(device),
    }


@cache
def _words(text: str, device: torch.device) -> Tensor:
    """Ids of a text without the end of the text."""
    return torch.tensor(text_ids(text, "t5")[:-1], device=device)
