"""Captions of a few frames, and the one sentence that says them all."""

from __future__ import annotations

import random
from collections import Counter

import prompts
from training.language.example import Example
from training.world.episodes import SHOT_SECONDS
from training.world.plots import sample_shot
from training.world.questions import backdrop, described, full_caption, listed
from training.world.scene import CROWD

FRAMES = (2, 5)
MOST = 6  # things that one sentence names


def summary_example(rng: random.Random) -> Example:
    """Everybody in the order of their first appearance, each once, and where, when and in what weather."""
    while True:
        shot = sample_shot(rng, SHOT_SECONDS)
        many = rng.randint(*FRAMES)
        truths = [shot.truth((number + rng.random()) * SHOT_SECONDS / many) for number in range(many)]
        names = dict.fromkeys(described(actor) for truth in truths for actor in truth.actors)
        if len(names) <= MOST and all(len(truth.actors) <= CROWD for truth in truths):
            break
    where = Counter(backdrop(truth) for truth in truths).most_common(1)[0][0]
    captions = " ; ".join(full_caption(truth) for truth in truths)
    return Example(prompts.render("summarise", captions=captions), f"{listed(list(names))} {where}")
