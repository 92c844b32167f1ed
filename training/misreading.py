"""Scenes as a vision tower reads them: now and then somebody is overlooked, seen twice, or taken for another.

A T5 that only ever reads true scenes trusts every frame. Of six frames in order hardly ever all are read right (the
pocket vision tower reads 72 of 100 frames of clips without a mistake), so what happens must be told in spite of one.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from training.tokenizer import vocabulary
from training.world.scene import CARRIED, COLOURS, COLUMN_WIDTH, COLUMNS, KINDS, LANES, NOTHING, Actor, Scene

STRADDLES = 0.08  # of the actors of a clip stand so near the border of two columns that both say them
FULL_UNTIL = 1.5  # how much of an actor both columns say together: three quarters each where it stands right between


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


MEASURED = Rates()


def misread(scene: Scene, rng: random.Random, rates: Rates = MEASURED) -> Scene:
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


def straddle(vectors: Tensor, columns: Tensor, table: Tensor, rate: float = STRADDLES) -> Tensor:
    """Slot vectors in which some actors stand across the border of two columns, and are read in both by halves.

    Within 1.5 units of a border the pocket tower says an actor in either column, the weaker the farther: as it should,
    since nothing in the picture says which is meant. Who leaves the two to be counted counts one bus twice for as long
    as it stands there.

    Args:
        vectors: `(n, 1 + columns, width)` of `slot_vectors`; left as they are.
        columns: `(n, columns, words)` of `slot_ids`; the last word of a column is its place.
        table: word vectors.
        rate: how often, of one actor with an empty column beside.
    """
    nothing = table[vocabulary().index(NOTHING)]
    empty = table[columns[..., :-1]].eq(nothing).all(-1).all(-1)
    found = vectors.clone()
    for row, column in (~empty & (torch.rand(empty.shape, device=empty.device) < rate)).nonzero().tolist():
        beside = column + (1 if torch.rand(()) < 0.5 else -1)
        if not 0 <= beside < COLUMNS or not empty[row, beside]:
            continue
        actor = (table[columns[row, column, :-1]] - nothing).sum(0)
        across = float(torch.rand(()))
        found[row, 1 + column] -= max(0.0, 1 - FULL_UNTIL * (1 - across)) * actor
        found[row, 1 + beside] += min(1.0, FULL_UNTIL * across) * actor
    return found


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
