"""Scenes with the mistakes of a vision tower: at times it misses an actor, sees it twice, or takes it for another.

A T5 that learns from true scenes alone trusts every frame. The pocket vision tower reads 72 of 100 frames of clips
without a mistake, so that six frames in a row hardly ever are; the T5 must recognise events in spite of a wrong frame.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from training.world.scene import CARRIED, COLOURS, COLUMN_WIDTH, COLUMNS, KINDS, LANES, Actor, Scene


@dataclass(frozen=True, slots=True)
class Rates:
    """Rates of each mistake for an actor in a frame; the defaults were measured on clips that no training saw."""

    overlooked: float = 0.036
    moved: float = 0.01  # into a neighbouring column
    twice: float = 0.025  # also in a neighbouring column
    invented: float = 0.015  # another actor in an empty column
    kind: float = 0.03
    colour: float = 0.02
    facing: float = 0.03
    lane: float = 0.07
    carries: float = 0.02

    def scaled(self, factor: float) -> Rates:
        """Returns all rates times `factor`."""
        return Rates(*(getattr(self, name) * factor for name in self.__slots__))


MEASURED_RATES = Rates()


def add_perception_noise(scene: Scene, rng: random.Random, rates: Rates = MEASURED_RATES) -> Scene:
    """Returns the scene with random mistakes at the given rates."""
    actors: list[Actor] = []
    taken = {actor.column for actor in scene.actors}
    for actor in scene.actors:
        if rng.random() < rates.invented and (free := set(range(COLUMNS)) - taken):
            column = rng.choice(sorted(free))
            actors.append(replace(_misread_attributes(actor, rng, rates.scaled(10)), x=(column + 0.5) * COLUMN_WIDTH))
        if rng.random() < rates.overlooked:
            continue
        read = _misread_attributes(actor, rng, rates)
        neighbour_x = read.x + rng.choice((-COLUMN_WIDTH, COLUMN_WIDTH))
        if not (0 <= neighbour_x < COLUMNS * COLUMN_WIDTH and int(neighbour_x / COLUMN_WIDTH) not in taken):
            actors.append(read)
        elif rng.random() < rates.moved:
            actors.append(replace(read, x=neighbour_x))
        else:
            actors += [read, replace(read, x=neighbour_x)] if rng.random() < rates.twice else [read]
    return scene.with_actors(tuple(actors))


def _misread_attributes(actor: Actor, rng: random.Random, rates: Rates) -> Actor:
    if rng.random() < rates.kind:
        actor = replace(actor, kind=rng.choice(KINDS))
    if rng.random() < rates.colour:
        actor = replace(actor, colour=rng.choice(list(COLOURS)))
    if rng.random() < rates.facing:
        actor = replace(actor, facing="left" if actor.facing == "right" else "right")
    if rng.random() < rates.lane:
        actor = replace(actor, lane=rng.choice(LANES))
    if actor.kind == "person" and rng.random() < rates.carries:
        actor = replace(actor, carries=rng.choice((*CARRIED, None)))
    return actor
