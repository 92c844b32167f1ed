"""A minute in which the same traffic passes again and again, and once something else does."""

from __future__ import annotations

import random
from dataclasses import dataclass

from training.world.plots import Plot
from training.world.scene import ANIMALS, VEHICLES, sample_backdrop
from training.world.story import Shot, Story

SECONDS = 60.0
ROOM_SECONDS = 5.0  # around what is planted, without traffic that might hide it
REGULARS = 3


@dataclass(frozen=True, slots=True)
class Planted:
    """A clip, and when something unlike the rest is there, in seconds."""

    story: Story
    window: tuple[float, float]


def sample_planted(rng: random.Random) -> Planted:
    """Three vehicles of one kind that keep passing, and one animal or another kind of vehicle that passes once."""
    shot = Shot(sample_backdrop(rng), SECONDS)
    plot = Plot(shot, rng, "all")
    usual = rng.choice(VEHICLES)
    regulars = [plot.cast(usual) for _ in range(REGULARS)]
    odd_at = rng.uniform(8.0, SECONDS - 12.0)
    at = 0.5
    while at < SECONDS - 6:
        if abs(at - odd_at) > ROOM_SECONDS:
            colour, kind = rng.choice(regulars)
            passer = shot.enters(colour, kind, lane=plot.lane(), to=plot.place(), at=at, speed=80.0)
            plot.leaves(passer, passer.facing)
        at += rng.uniform(3.0, 6.0)
    colour, kind = plot.cast(*(one for one in (*ANIMALS, *VEHICLES) if one != usual))
    odd = shot.enters(colour, kind, lane=plot.lane(), to=plot.place(), at=odd_at, speed=70.0)
    odd.leave(odd.facing, speed=70.0)
    return Planted(Story(f"planted-{rng.randrange(1 << 24):06x}", (shot,)), (odd_at, odd.now.seconds))
