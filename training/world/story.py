"""Scenes that go on: actors move through a shot, and what they do is known as events.

A shot is built player by player, each told what to do one thing after the other. Positions are in scene units, times in
seconds of the clip. The depth of a player is the y of its feet; crossing moves it from one lane's ground to another's.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from training.world.questions import article
from training.world.scene import (
    LANE_GROUND,
    LANE_SCALE,
    LANES,
    PAIRS,
    PLACES,
    SIGNS,
    SIZES,
    TIMES,
    WEATHERS,
    WIDTH,
    Actor,
    Facing,
    Scene,
)

EventKind = Literal["enters", "leaves", "stops", "crosses", "overtakes", "boards", "gets off", "picks up"]
LIVING = frozenset({"person", "dog"})


@dataclass(frozen=True, slots=True)
class Event:
    """What a player does, and to or with whom."""

    kind: EventKind
    who: str  # "red car"
    start_seconds: float
    end_seconds: float
    other: str | None = None

    @property
    def text(self) -> str:
        """`a person gets off the blue bus`."""
        who = article(self.who)
        match self.kind:
            case "crosses":
                return f"{who} crosses the street"
            case "boards":
                return f"{who} gets on the {self.other}"
            case "overtakes" | "gets off" | "picks up":
                return f"{who} {self.kind} the {self.other}"
            case _:
                return f"{who} {self.kind}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a player is at a time; between two places it moves in a straight line."""

    seconds: float
    x: float
    foot: float  # y of its feet


class Player:
    """Somebody of a shot."""

    def __init__(self, shot: Shot, colour: str, kind: str, *, lane: str, x: float, at: float, facing: Facing) -> None:
        self.shot, self.colour, self.kind, self.facing = shot, colour, kind, facing
        self.places = [Place(at, x, LANE_GROUND[lane])]
        self.gone = False

    @property
    def name(self) -> str:
        return f"{self.colour} {self.kind}"

    @property
    def now(self) -> Place:
        return self.places[-1]

    def move(self, x: float, *, speed: float = 70.0) -> Player:
        """Goes to `x` at `speed` units a second."""
        seconds = self.now.seconds + abs(x - self.now.x) / speed
        self.places.append(Place(seconds, x, self.now.foot))
        return self

    def wait(self, seconds: float) -> Player:
        """Stays where it is."""
        self.places.append(replace(self.now, seconds=self.now.seconds + seconds))
        return self

    def stop(self, seconds: float) -> Player:
        """Comes to a stop and stays."""
        start = self.now.seconds
        self._tell("stops", start - 0.5, start + min(1.5, seconds))
        return self.wait(seconds)

    def cross(self, lane: str, *, speed: float = 22.0, drift: float = 0.0) -> Player:
        """Walks over the street to another lane, `drift` units along it."""
        start, foot = self.now, LANE_GROUND[lane]
        seconds = start.seconds + abs(foot - start.foot) / speed
        self.places.append(Place(seconds, start.x + drift, foot))
        self._tell("crosses", start.seconds, seconds)
        return self

    def leave(self, facing: Facing, *, speed: float = 70.0) -> Player:
        """Goes out of the picture on one side."""
        half = SIZES[self.kind][0] * 0.7
        edge = WIDTH if facing == "right" else 0.0
        start = self.now.seconds + max(0.0, abs(edge - self.now.x) - half) / speed
        self.move(WIDTH + half if facing == "right" else -half, speed=speed)
        self._tell("leaves", start, self.now.seconds)
        self.gone = True
        return self

    def overtake(self, other: Player, x: float, *, speed: float) -> Player:
        """Moves to `x`, past somebody slower who goes the same way."""
        start = self.now
        behind = start.x < other.at(start.seconds).x
        self.move(x, speed=speed)
        times = (start.seconds + number / 10 for number in range(int((self.now.seconds - start.seconds) * 10)))
        meet = next((t for t in times if (self.at(t).x < other.at(t).x) != behind), self.now.seconds)
        self._tell("overtakes", meet - 1.0, meet + 1.0, other)
        return self

    def board(self, vehicle: Player) -> Player:
        """Steps into a vehicle that waits, and is gone."""
        start = self.now.seconds
        self.move(vehicle.at(start).x, speed=40.0)
        self._tell("boards", start, self.now.seconds, vehicle)
        self.gone = True
        return self

    def pick_up(self, who: Player, *, after: float = 0.5) -> Player:
        """Waits for somebody to step in; they are then gone."""
        start = self.now.seconds
        who.wait(max(0.0, start + after - who.now.seconds)).move(self.now.x, speed=40.0)
        who.gone = True
        self.wait(who.now.seconds - start + 0.5)
        self._tell("picks up", start + after, who.now.seconds, who)
        return self

    def at(self, seconds: float) -> Place:
        """Its place at a time; before its first and after its last place it stays there."""
        after = bisect_right([place.seconds for place in self.places], seconds)
        if after == 0:
            return self.places[0]
        if after == len(self.places):
            return self.places[-1]
        one, two = self.places[after - 1], self.places[after]
        share = (seconds - one.seconds) / (two.seconds - one.seconds)
        return Place(seconds, one.x + share * (two.x - one.x), one.foot + share * (two.foot - one.foot))

    def actor(self, seconds: float) -> Actor | None:
        """How it looks at a time; None while it is not there."""
        if seconds < self.places[0].seconds or (self.gone and seconds >= self.places[-1].seconds):
            return None
        place = self.at(seconds)
        lane = min(LANES, key=lambda name: abs(LANE_GROUND[name] - place.foot))
        scale = _depth_scale(place.foot) / LANE_SCALE[lane]
        return Actor(
            self.colour,
            self.kind,
            x=place.x,
            lane=lane,
            facing=self._facing(seconds),
            scale=scale,
            lift=LANE_GROUND[lane] - place.foot,
        )

    def _facing(self, seconds: float) -> Facing:
        """The way it goes, else went last, else looked from the beginning."""
        facing = self.facing
        for one, two in zip(self.places, self.places[1:], strict=False):
            if one.seconds > seconds:
                break
            if abs(two.x - one.x) > 1.0:
                facing = "right" if two.x > one.x else "left"
        return facing

    def _tell(self, kind: EventKind, start: float, end: float, other: Player | None = None) -> None:
        event = Event(kind, self.name, max(0.0, start), max(0.0, end), other.name if other else None)
        self.shot.events.append(event)


@dataclass(slots=True)
class Shot:
    """One camera position: a backdrop, who plays in it, and what they do."""

    backdrop: Scene
    seconds: float
    players: list[Player] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def stands(self, colour: str, kind: str, *, lane: str, x: float, facing: Facing = "right") -> Player:
        """Somebody who is there from the start."""
        return self._add(Player(self, colour, kind, lane=lane, x=x, at=0.0, facing=facing))

    def enters(self, colour: str, kind: str, *, lane: str, to: float, at: float, speed: float = 70.0) -> Player:
        """Somebody who comes in from the side that lies farther from `to` in the direction of travel, and goes there.

        A place on the right half is reached from the left, and the other way round.
        """
        from_left = to > WIDTH / 2
        half = SIZES[kind][0] * 0.7
        x = -half if from_left else WIDTH + half
        player = Player(self, colour, kind, lane=lane, x=x, at=at, facing="right" if from_left else "left")
        inside = at + 2 * half / speed
        player._tell("enters", at, inside)
        return self._add(player.move(to, speed=speed))

    def steps_out(self, colour: str, kind: str, vehicle: Player, *, at: float, to: float, lane: str) -> Player:
        """Somebody who gets off a vehicle that waits."""
        player = Player(self, colour, kind, lane=lane, x=vehicle.at(at).x, at=at, facing="right")
        player.move(to, speed=40.0)
        player._tell("gets off", at - 0.5, at + 1.0, vehicle)
        return self._add(player)

    def scene(self, seconds: float) -> Scene:
        """The frame's truth at a time of this shot."""
        actors = [actor for player in self.players if (actor := player.actor(seconds))]
        return self.backdrop.with_actors(tuple(actors))

    def _add(self, player: Player) -> Player:
        self.players.append(player)
        return player


@dataclass(frozen=True, slots=True)
class Story:
    """A clip: shots one after the other, with hard cuts between them."""

    name: str
    shots: tuple[Shot, ...]

    @property
    def seconds(self) -> float:
        return sum(shot.seconds for shot in self.shots)

    def events(self) -> list[Event]:
        """All events in the clip's own time, cut where their shot ends."""
        found, start = [], 0.0
        for shot in self.shots:
            found += [
                replace(
                    event,
                    start_seconds=start + event.start_seconds,
                    end_seconds=start + min(event.end_seconds, shot.seconds),
                )
                for event in shot.events
                if event.start_seconds < shot.seconds
            ]
            start += shot.seconds
        return sorted(found, key=lambda event: event.start_seconds)

    def frames(self, rate: int) -> Iterator[tuple[float, Shot, float]]:
        """(seconds in the clip, shot, seconds in the shot) of every frame."""
        start = 0.0
        for shot in self.shots:
            for number in range(round(shot.seconds * rate)):
                yield start + number / rate, shot, number / rate
            start += shot.seconds


def sample_story(rng: random.Random, *, seconds: float = 30.0) -> Story:
    """A random clip of one or two shots in which two to four players do things, sometimes at once."""
    lengths = [seconds] if rng.random() < 0.5 else [seconds * 0.5] * 2
    return Story(f"story-{rng.randrange(1 << 24):06x}", tuple(_sample_shot(rng, length) for length in lengths))


def _sample_shot(rng: random.Random, seconds: float) -> Shot:
    backdrop = Scene(
        place=rng.choice(PLACES),
        time=rng.choice(TIMES),
        weather=rng.choice(WEATHERS),
        sign=rng.choice(SIGNS) if rng.random() < 0.4 else None,
        actors=(),
        seed=rng.randrange(1 << 30),
    )
    shot = Shot(backdrop, seconds)
    for number in range(rng.randrange(2, 5)):
        colour, kind = rng.choice(PAIRS)
        at = number * seconds / 5 + rng.uniform(0, 2)
        to = rng.uniform(60, 150) if rng.random() < 0.5 else rng.uniform(230, 320)
        player = shot.enters(colour, kind, lane=rng.choice(LANES), to=to, at=at, speed=rng.uniform(45, 90))
        vehicles = [other for other in shot.players if other.kind in ("bus", "car", "truck") and not other.gone]
        draw = rng.random()
        if kind in LIVING and draw < 0.4:
            player.cross("far" if player.now.foot > LANE_GROUND["mid"] else "near")
        elif kind == "person" and vehicles and draw < 0.7:
            vehicle = rng.choice(vehicles)
            vehicle.wait(max(0.0, player.now.seconds + 4 - vehicle.now.seconds))
            player.board(vehicle)
        elif kind in ("bus", "car") and draw < 0.3:
            walker = shot.stands(rng.choice(PAIRS)[0], "person", lane="near", x=to + rng.choice((-50, 50)))
            player.stop(0.5).pick_up(walker)
        elif draw < 0.8:
            player.stop(rng.uniform(2, 5))
        if not player.gone and rng.random() < 0.6:
            player.leave(rng.choice(("left", "right")), speed=rng.uniform(45, 90))
    return shot


def _depth_scale(foot: float) -> float:
    """The scale at a depth, linear between the lanes."""
    grounds = [LANE_GROUND[lane] for lane in LANES]
    scales = [LANE_SCALE[lane] for lane in LANES]
    after = min(max(bisect_right(grounds, foot), 1), len(grounds) - 1)
    share = (foot - grounds[after - 1]) / (grounds[after] - grounds[after - 1])
    return scales[after - 1] + share * (scales[after] - scales[after - 1])
