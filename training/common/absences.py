"""Claims about somebody who is there and a thing that may not be: "a person gets off the bus", and there is no bus.

A false claim drawn from a shot's own events is about what is there, so a T5 that never met another half believed such a
claim of whoever did anything at all: one in seven, the more readily the fewer colours it named.
"""

from __future__ import annotations

import random
from dataclasses import replace

from training.common.reversals import frames_over, is_clear
from training.world.episodes import CLAIM, SHOT_SECONDS, WITH_A_THING, WITH_A_VEHICLE, Claim, Episode
from training.world.plots import sample_shot
from training.world.questions import yes_or_no
from training.world.scene import COLOURS, KINDS, OBJECTS, VEHICLES, Pairs
from training.world.story import Event, Shot

COLOURLESS = 0.5  # of those named, beside what `Claim.of` leaves open


def sample_absence(rng: random.Random, *, pairs: Pairs = "all") -> Episode:
    """A claim of kind `CLAIM` about two, over frames about a second apart.

    Half of the time it is true; else the first does something in the frames and the second is nowhere in them.
    """
    true = rng.random() < 0.5
    while True:
        shot = sample_shot(rng, SHOT_SECONDS, pairs=pairs)
        if not (shown := [event for event in shot.events if event.other or not true]):
            continue
        event = rng.choice(shown)
        seconds = frames_over(event, shot, rng)
        claim = Claim.of(event, rng) if true else _without(event, shot, seconds, rng)
        if seconds and is_clear(claim, true, event, shot, seconds):
            return Episode(shot, seconds, CLAIM, _vague(claim, rng).text(rng), yes_or_no(true))


def _without(event: Event, shot: Shot, seconds: tuple[float, ...], rng: random.Random) -> Claim:
    """That whoever the event is about does something with what no frame shows."""
    there = {actor.kind for at in seconds for actor in shot.truth(at).actors}
    kind = rng.choice((*WITH_A_VEHICLE, *WITH_A_THING))
    likely = [one for one in (VEHICLES if kind in WITH_A_VEHICLE else OBJECTS) if one not in there]
    absent = rng.choice(likely or [one for one in KINDS if one not in there])
    return replace(Claim.of(event, rng), kind=kind, other=absent, other_colour=rng.choice(list(COLOURS)))


def _vague(claim: Claim, rng: random.Random) -> Claim:
    return replace(
        claim,
        who_colour=None if rng.random() < COLOURLESS else claim.who_colour,
        other_colour=None if rng.random() < COLOURLESS else claim.other_colour,
    )
