"""Captions of some frames, and the sentence that summarises them."""

from __future__ import annotations

import random
from collections import Counter

import prompts
from training.language.example import Example
from training.world.episodes import SHOT_SECONDS
from training.world.plots import sample_shot
from training.world.questions import backdrop, described, full_caption, listed
from training.world.scene import CROWD

FRAMES = (2, 5)  # least and greatest number of frames
MAX_THINGS = 6  # most things that a summary names


def summary_example(rng: random.Random) -> Example:
    """Draws captions of a shot; the summary names every actor once, in order of appearance, and the surroundings."""
    while True:
        shot = sample_shot(rng, SHOT_SECONDS)
        count = rng.randint(*FRAMES)
        truths = [shot.truth((number + rng.random()) * SHOT_SECONDS / count) for number in range(count)]
        names = dict.fromkeys(described(actor) for truth in truths for actor in truth.actors)
        if len(names) <= MAX_THINGS and all(len(truth.actors) <= CROWD for truth in truths):
            break
    where = Counter(backdrop(truth) for truth in truths).most_common(1)[0][0]
    captions = " ; ".join(full_caption(truth) for truth in truths)
    return Example(prompts.render("pocket/summarise", captions=captions), f"{listed(list(names))} {where}")
