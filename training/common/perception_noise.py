"""Scenes as a vision tower reads them: now and then somebody is overlooked, seen twice, or taken for another.

A T5 that only ever reads true scenes trusts every frame. Of six frames in order hardly ever all are read right (the
pocket vision tower reads 72 of 100 frames of clips without a mistake), so what happens must be told in spite of one.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from training.world.scene import CARRIED, COLOURS, COLUMN_WIDTH, COLUMNS, KINDS, LANES, Actor, Scene


@dataclass(frozen=True, slots=True)
class Rates:
    """How often, of one actor in one frame; as the pocket tower does on clips that no training saw."""

    overlooked: float = 0.036
    moved: float = 0.01  # into the column beside
    twice: float = 0.025  # in the column beside as well
    invented: float = 0.015  # somebody where nobody is
    kind: float = 0.03
    colour: float = 0.02
    facing: float = 0.03
    lane: float = 0.07
    carries: float = 0.02

    def times(self, factor: float) -> Rates:
        """All of them `factor` times as often."""
        return Rates(*(getattr(self, name) * factor for name in self.__slots__))


MEASURED_RATES = Rates()


def add_perception_noise(scene: Scene, rng: random.Random, rates: Rates = MEASURED_RATES) -> Scene:
    """The scene with mistakes."""
    found: list[Actor] = []
    taken = {actor.column for actor in scene.actors}
    for actor in scene.actors:
        if rng.random() < rates.invented and (free := set(range(COLUMNS)) - taken):
            column = rng.choice(sorted(free))
            found.append(replace(_taken_for(actor, rng, rates.times(10)), x=(column + 0.5) * COLUMN_WIDTH))
        if rng.random() < rates.overlooked:
            continue
        read = _taken_for(actor, rng, rates)
        beside = read.x + rng.choice((-COLUMN_WIDTH, COLUMN_WIDTH))
        if not (0 <= beside < COLUMNS * COLUMN_WIDTH and int(beside / COLUMN_WIDTH) not in taken):
            found.append(read)
        elif rng.random() < rates.moved:
            found.append(replace(read, x=beside))
        else:
            found += [read, replace(read, x=beside)] if rng.random() < rates.twice else [read]
    return scene.with_actors(tuple(found))


def _taken_for(actor: Actor, rng: random.Random, rates: Rates) -> Actor:
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
