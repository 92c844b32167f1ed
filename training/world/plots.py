"""Random stories: small plots with a cause and an order, which play one after the other or at the same time."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Literal

from training.world.scene import (
    ANIMALS,
    CARRIED,
    COLOURS,
    HELD_OUT,
    LANES,
    OBJECTS,
    SIZES,
    VEHICLES,
    WIDTH,
    Facing,
    Pairs,
    sample_backdrop,
)
from training.world.story import Player, Shot, Story

PASSENGER_VEHICLES = ("bus", "car", "van", "truck")
PEOPLE_AND_ANIMALS = ("person", "person", "person", *ANIMALS)
MOVERS = (*VEHICLES, *PEOPLE_AND_ANIMALS)


class Plot:
    """Casts a shot: every player has its own pair of colour and kind, so that a sentence names exactly one of them."""

    def __init__(self, shot: Shot, rng: random.Random, pairs: Pairs) -> None:
        self.shot, self.rng, self.pairs = shot, rng, pairs

    def cast(self, *kinds: str) -> tuple[str, str]:
        """Draws colour and kind of a player that the shot does not have yet."""
        taken = {player.name for player in self.shot.players}
        while True:
            colour, kind = self.rng.choice(list(COLOURS)), self.rng.choice(kinds)
            if f"{colour} {kind}" not in taken and (self.pairs == "all" or (colour, kind) not in HELD_OUT):
                return colour, kind

    def lane(self) -> str:
        return self.rng.choice(LANES)

    def place(self) -> float:
        """Draws an x left or right of the frame's middle, in scene units."""
        return self.rng.choice((self.rng.uniform(90, 165), self.rng.uniform(219, 294)))

    def speed(self, kind: str) -> float:
        return self.rng.uniform(55, 95) if kind in VEHICLES else self.rng.uniform(30, 60)

    def carried(self, kind: str) -> str | None:
        return self.rng.choice(CARRIED) if kind == "person" and self.rng.random() < 0.35 else None

    def enters(self, at: float, *kinds: str, lane: str | None = None) -> Player:
        """Lets a new player enter at `at` seconds and go to a place near the middle."""
        colour, kind = self.cast(*kinds)
        return self.shot.enters(
            colour,
            kind,
            lane=lane or self.lane(),
            to=self.place(),
            at=at,
            speed=self.speed(kind),
            carries=self.carried(kind),
        )

    def side(self) -> Facing:
        return self.rng.choice(("left", "right"))

    def leaves(self, player: Player, side: Facing | None = None) -> None:
        player.leave(side or self.side(), speed=self.speed(player.kind))


def _passes(plot: Plot, at: float) -> None:
    player = plot.enters(at, *MOVERS)
    plot.leaves(player, player.facing)


def _stops(plot: Plot, at: float) -> None:
    player = plot.enters(at, *MOVERS).stop(plot.rng.uniform(2.5, 5))
    if plot.rng.random() < 0.8:
        plot.leaves(player, player.facing)


def _turns(plot: Plot, at: float) -> None:
    player = plot.enters(at, *MOVERS)
    back: Facing = "left" if player.facing == "right" else "right"
    plot.leaves(player.turn_around(back), back)


def _boards(plot: Plot, at: float) -> None:
    lane = plot.rng.choice(("far", "mid"))
    vehicle = plot.enters(at, *PASSENGER_VEHICLES, lane=lane)
    side = plot.rng.choice((-1, 1)) * plot.rng.uniform(75, 110)
    colour, kind = plot.cast("person")
    person = plot.shot.stands(
        colour, kind, lane="near" if lane == "mid" else "mid", x=vehicle.now.x + side, carries=plot.carried(kind)
    )
    vehicle.stop(1.0)
    person.wait(max(0.0, vehicle.now.seconds - person.now.seconds)).board(vehicle)
    vehicle.wait(max(0.0, person.now.seconds + 0.7 - vehicle.now.seconds))
    plot.leaves(vehicle, vehicle.facing)


def _gets_off(plot: Plot, at: float) -> None:
    vehicle = plot.enters(at, *PASSENGER_VEHICLES, lane=plot.rng.choice(("far", "mid"))).stop(1.5)
    colour, kind = plot.cast("person")
    to = vehicle.now.x + plot.rng.choice((-1, 1)) * plot.rng.uniform(75, 110)
    person = plot.shot.steps_out(colour, kind, vehicle, at=vehicle.now.seconds, to=to, lane="near")
    vehicle.wait(2.0)
    plot.leaves(vehicle, vehicle.facing)
    if plot.rng.random() < 0.7:
        plot.leaves(person.wait(plot.rng.uniform(0.5, 2)))


def _overtakes(plot: Plot, at: float) -> None:
    slow_lane, fast_lane = plot.rng.sample(LANES, 2)
    slow_colour, slow_kind = plot.cast(*MOVERS)
    to_right = plot.rng.random() < 0.5
    to = WIDTH - 40.0 if to_right else 40.0
    slow = plot.shot.enters(slow_colour, slow_kind, lane=slow_lane, to=to, at=at, speed=plot.rng.uniform(26, 34))
    colour, kind = plot.cast(*VEHICLES)
    entry = WIDTH * 0.51 if to_right else WIDTH * 0.49
    fast = plot.shot.enters(colour, kind, lane=fast_lane, to=entry, at=at + plot.rng.uniform(3, 4), speed=62)
    side: Facing = "right" if to_right else "left"
    fast.overtake(slow, to, speed=plot.rng.uniform(70, 85))
    plot.leaves(fast, side)
    plot.leaves(slow, side)


def _crosses(plot: Plot, at: float) -> None:
    """A person or an animal crosses the street; in three of five cases a vehicle stops for it."""
    colour, kind = plot.cast(*PEOPLE_AND_ANIMALS)
    start, end = plot.rng.choice((("near", "far"), ("far", "near")))
    x = plot.rng.uniform(120, 264)
    walker = plot.shot.enters(colour, kind, lane=start, to=x, at=at, speed=plot.speed(kind), carries=plot.carried(kind))
    if plot.rng.random() < 0.6:
        vehicle_colour, vehicle_kind = plot.cast(*VEHICLES)
        from_left = plot.rng.random() < 0.5
        room = SIZES[vehicle_kind][0] / 2 + 40
        halt = x - room if from_left else x + room
        # `enters` comes from the side that lies farther away, so the halt must lie on the far half for it.
        halt = max(WIDTH / 2 + 1, halt) if from_left else min(WIDTH / 2 - 1, halt)
        at = max(0.0, walker.now.seconds - 3)
        vehicle = plot.shot.enters(vehicle_colour, vehicle_kind, lane="mid", to=halt, at=at, speed=75)
        vehicle.stop(1.0)
        walker.wait(max(0.0, vehicle.now.seconds - walker.now.seconds)).cross(end)
        vehicle.wait(max(0.0, walker.now.seconds - vehicle.now.seconds))
        plot.leaves(vehicle, vehicle.facing)
    else:
        walker.cross(end)
    if plot.rng.random() < 0.7:
        plot.leaves(walker)


def _takes(plot: Plot, at: float) -> None:
    lane, x = plot.lane(), plot.place()
    thing = plot.shot.stands(*plot.cast("box", "bag", "ball"), lane=lane, x=x)
    colour, kind = plot.cast("person")
    reach = -24 if x > WIDTH / 2 else 24
    person = plot.shot.enters(colour, kind, lane=lane, to=x + reach, at=at, speed=plot.speed(kind))
    plot.leaves(person.take(thing))


def _puts(plot: Plot, at: float) -> None:
    lane = plot.lane()
    person = plot.enters(at, "person", lane=lane)
    person.put_down(*plot.cast("box", "bag", "ball"), lane=lane)
    plot.leaves(person)


def _picked_up(plot: Plot, at: float) -> None:
    vehicle = plot.enters(at, "car", "bus", "van", lane="mid").stop(1.0)
    x = vehicle.now.x + plot.rng.choice((-1, 1)) * plot.rng.uniform(75, 105)
    colour, kind = plot.cast("person")
    vehicle.pick_up(plot.shot.stands(colour, kind, lane="near", x=x))
    plot.leaves(vehicle, vehicle.facing)


PLOTS: tuple[Callable[[Plot, float], None], ...] = (
    *(_passes, _passes, _stops, _stops, _turns, _boards, _gets_off, _overtakes, _crosses, _crosses, _takes, _puts),
    _picked_up,
)


def sample_shot(rng: random.Random, seconds: float, *, pairs: Pairs = "all") -> Shot:
    """Draws a shot of `seconds` in which random plots play, some at the same time, beside up to two bystanders."""
    shot = Shot(sample_backdrop(rng), seconds)
    if rng.random() < 0.3:
        shot.pan = rng.uniform(-40, 40)
    if rng.random() < 0.3:
        shot.shake = rng.uniform(1, 4)
    plot = Plot(shot, rng, pairs)
    for _ in range(rng.choice((0, 0, 1, 1, 2))):
        colour, kind = plot.cast(*OBJECTS, *ANIMALS)
        shot.stands(colour, kind, lane=plot.lane(), x=rng.uniform(50, 334), facing=plot.side())
    at = rng.uniform(0.0, 2.0)
    while at < seconds - 8:
        rng.choice(PLOTS)(plot, at)
        at += rng.uniform(2.5, 5) if rng.random() < 0.35 else rng.uniform(8, 12)
    return shot


def sample_story(
    rng: random.Random, *, seconds: float = 30.0, pairs: Pairs = "all", shots: int | Literal["any"] = "any"
) -> Story:
    """Draws a clip of `seconds` that consists of one or more shots with hard cuts between them."""
    count = rng.choice((1, 1, 2, max(2, round(seconds / 20)))) if shots == "any" else shots
    lengths = [seconds / count] * count
    name = f"story-{rng.randrange(1 << 24):06x}"
    return Story(name, tuple(sample_shot(rng, length, pairs=pairs) for length in lengths))
