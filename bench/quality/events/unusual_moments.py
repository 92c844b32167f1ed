"""Clips of a minute in which similar traffic keeps passing, and something different passes once."""

from __future__ import annotations

import random
from dataclasses import dataclass

from training.world.plots import Plot
from training.world.scene import ANIMALS, VEHICLES, sample_backdrop
from training.world.story import Shot, Story

SECONDS = 60.0
CLEAR_SECONDS = 5.0  # before and after the unusual moment, without traffic that might hide it
REGULARS = 3  # vehicles that keep passing


@dataclass(frozen=True, slots=True)
class UnusualMomentClip:
    """A clip, and the interval of its unusual moment."""

    story: Story
    interval: tuple[float, float]  # seconds, half-open


def sample_unusual_moment(rng: random.Random) -> UnusualMomentClip:
    """Vehicles of one kind that keep passing, and an animal or another kind of vehicle that passes once."""
    shot = Shot(sample_backdrop(rng), SECONDS)
    plot = Plot(shot, rng, "all")
    usual_kind = rng.choice(VEHICLES)
    regulars = [plot.cast(usual_kind) for _ in range(REGULARS)]
    unusual_at = rng.uniform(8.0, SECONDS - 12.0)
    at = 0.5
    while at < SECONDS - 6:
        if abs(at - unusual_at) > CLEAR_SECONDS:
            colour, kind = rng.choice(regulars)
            passer = shot.enters(colour, kind, lane=plot.lane(), to=plot.place(), at=at, speed=80.0)
            plot.leaves(passer, passer.facing)
        at += rng.uniform(3.0, 6.0)
    colour, kind = plot.cast(*(kind for kind in (*ANIMALS, *VEHICLES) if kind != usual_kind))
    unusual = shot.enters(colour, kind, lane=plot.lane(), to=plot.place(), at=unusual_at, speed=70.0)
    unusual.leave(unusual.facing, speed=70.0)
    return UnusualMomentClip(Story(f"planted-{rng.randrange(1 << 24):06x}", (shot,)), (unusual_at, unusual.now.seconds))
