"""Scenes that go on: actors move through a shot, and what they do is known as events.

A shot is built player by player, each told what to do one thing after the other. Positions are in scene units, times in
seconds of the clip. The depth of a player is the y of its feet; crossing moves it from one lane's ground to another's.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal

from training.world.questions import article
from training.world.scene import LANE_GROUND, LANE_SCALE, LANES, SIZES, WIDTH, Actor, Facing, Scene

EventKind = Literal[
    "enters",
    "leaves",
    "stops",
    "crosses",
    "overtakes",
    "boards",
    "gets off",
    "picks up",
    "puts down",
    "turns around",
]
STEP = 0.05  # seconds between two looks at where somebody is
SEEN = 0.4  # share of its width from which on somebody at the edge of the frame counts as there


@dataclass(frozen=True, slots=True)
class Event:
    """What a player does, and to or with whom."""

    kind: EventKind
    who: str  # "red car"
    start_seconds: float
    end_seconds: float
    other: str | None = None

    @property
    def does(self) -> str:
        """`gets off the blue bus`."""
        match self.kind:
            case "crosses":
                return "crosses the street"
            case "boards":
                return f"gets on the {self.other}"
            case "overtakes" | "gets off" | "picks up" | "puts down":
                return f"{self.kind} the {self.other}"
            case _:
                return self.kind

    @property
    def text(self) -> str:
        """`a red person gets off the blue bus`."""
        return f"{article(self.who)} {self.does}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a player is at a time; between two places it moves in a straight line."""

    seconds: float
    x: float
    foot: float  # y of its feet


class Player:
    """Somebody of a shot."""

    def __init__(
        self,
        shot: Shot,
        colour: str,
        kind: str,
        *,
        lane: str,
        x: float,
        at: float,
        facing: Facing,
        carries: str | None = None,
    ) -> None:
        self.shot, self.colour, self.kind, self.facing, self.carries = shot, colour, kind, facing, carries
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
        self.tell("stops", start - 0.5, start + min(1.5, seconds))
        return self.wait(seconds)

    def cross(self, lane: str, *, speed: float = 22.0, drift: float = 0.0) -> Player:
        """Walks over the street to another lane, `drift` units along it."""
        start, foot = self.now, LANE_GROUND[lane]
        seconds = start.seconds + abs(foot - start.foot) / speed
        self.places.append(Place(seconds, start.x + drift, foot))
        self.tell("crosses", start.seconds, seconds)
        return self

    def leave(self, facing: Facing, *, speed: float = 70.0) -> Player:
        """Goes out of the picture on one side."""
        start, outside = self.now.seconds, self.shot.outside(self.kind)
        self.move(WIDTH + outside if facing == "right" else -outside, speed=speed)
        self.tell("leaves", *self.passage(start, whole_first=True))
        self.gone = True
        return self

    def passage(self, start: float, *, whole_first: bool) -> tuple[float, float]:
        """When, on the last leg of its way, it is neither wholly inside nor wholly outside the frame."""
        times = [start + number * STEP for number in range(int((self.now.seconds - start) / STEP) + 2)]
        shares = []
        for at in times:
            place, (shift, _) = self.at(at), self.shot.camera(at)
            half = SIZES[self.kind][0] * _depth_scale(place.foot) / 2
            x0, x1 = place.x - shift - half, place.x - shift + half
            shares.append(max(0.0, min(x1, WIDTH) - max(x0, 0.0)) / (x1 - x0))
        partly = [at for at, share in zip(times, shares, strict=True) if 0.0 < share < 0.999]
        if not partly:
            return (times[-1], times[-1]) if whole_first else (times[0], times[0])
        return partly[0], partly[-1]

    def turn_around(self, facing: Facing) -> Player:
        """Turns, to go back where it came from."""
        start = self.now.seconds
        step = 1.5 if facing == "right" else -1.5
        self.places.append(replace(self.now, seconds=start + 0.2, x=self.now.x + step))
        self.tell("turns around", start - 0.5, start + 1.0)
        return self

    def overtake(self, other: Player, x: float, *, speed: float) -> Player:
        """Moves to `x`, past somebody slower who goes the same way."""
        start = self.now
        behind = start.x < other.at(start.seconds).x
        self.move(x, speed=speed)
        times = (start.seconds + number / 10 for number in range(int((self.now.seconds - start.seconds) * 10)))
        meet = next((t for t in times if (self.at(t).x < other.at(t).x) != behind), self.now.seconds)
        self.tell("overtakes", meet - 1.0, meet + 1.0, other)
        return self

    def board(self, vehicle: Player) -> Player:
        """Steps into a vehicle that waits, and is gone."""
        start = self.now.seconds
        self.move(vehicle.at(start).x, speed=40.0)
        self.tell("boards", start, self.now.seconds, vehicle)
        self.gone = True
        return self

    def pick_up(self, who: Player, *, after: float = 0.5) -> Player:
        """Waits for somebody to step in; they are then gone."""
        start = self.now.seconds
        who.wait(max(0.0, start + after - who.now.seconds)).move(self.now.x, speed=40.0)
        who.gone = True
        self.wait(who.now.seconds - start + 0.5)
        self.tell("picks up", start + after, who.now.seconds, who)
        return self

    def take(self, thing: Player) -> Player:
        """Picks up a thing that lies where it stands; the thing is then gone."""
        start = self.now.seconds
        self.wait(1.0)
        thing.wait(start + 0.5 - thing.now.seconds)
        thing.gone = True
        self.tell("picks up", start, start + 1.0, thing)
        return self

    def put_down(self, colour: str, kind: str, *, lane: str) -> Player:
        """Puts a thing down at its feet; returns the thing."""
        start = self.now.seconds
        self.wait(1.0)
        side = 26 if self._facing(start) == "right" else -26
        thing = Player(self.shot, colour, kind, lane=lane, x=self.now.x + side, at=start + 0.5, facing="right")
        self.tell("puts down", start, start + 1.0, thing)
        return self.shot.add(thing)

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
            carries=self.carries,
        )

    def _facing(self, seconds: float) -> Facing:
        """The way it goes, else went last, else looked from the beginning."""
        facing = self.facing
        for one, two in pairwise(self.places):
            if one.seconds > seconds:
                break
            if abs(two.x - one.x) > 1.0:
                facing = "right" if two.x > one.x else "left"
        return facing

    def tell(self, kind: EventKind, start: float, end: float, other: Player | None = None) -> None:
        event = Event(kind, self.name, max(0.0, start), max(0.0, end), other.name if other else None)
        self.shot.events.append(event)


@dataclass(slots=True)
class Shot:
    """One camera position: a backdrop, who plays in it, and what they do."""

    backdrop: Scene
    seconds: float
    players: list[Player] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    pan: float = 0.0  # how far the camera turns to the right over the shot, in units
    shake: float = 0.0  # of a camera held by hand, in units

    def stands(
        self, colour: str, kind: str, *, lane: str, x: float, facing: Facing = "right", carries: str | None = None
    ) -> Player:
        """Somebody who is there from the start."""
        return self.add(Player(self, colour, kind, lane=lane, x=x, at=0.0, facing=facing, carries=carries))

    def enters(
        self,
        colour: str,
        kind: str,
        *,
        lane: str,
        to: float,
        at: float,
        speed: float = 70.0,
        carries: str | None = None,
    ) -> Player:
        """Somebody who comes in from the side that lies farther from `to` in the direction of travel, and goes there.

        A place on the right half is reached from the left, and the other way round.
        """
        from_left = to > WIDTH / 2
        x = -self.outside(kind) if from_left else WIDTH + self.outside(kind)
        facing: Facing = "right" if from_left else "left"
        player = Player(self, colour, kind, lane=lane, x=x, at=at, facing=facing, carries=carries)
        player.move(to, speed=speed)
        player.tell("enters", *player.passage(at, whole_first=False))
        return self.add(player)

    def outside(self, kind: str) -> float:
        """How far beyond the edge somebody of `kind` is out of sight, wherever the camera has turned."""
        return SIZES[kind][0] * 0.7 + abs(self.pan) / 2 + 2 * self.shake

    def steps_out(self, colour: str, kind: str, vehicle: Player, *, at: float, to: float, lane: str) -> Player:
        """Somebody who gets off a vehicle that waits."""
        player = Player(self, colour, kind, lane=lane, x=vehicle.at(at).x, at=at, facing="right")
        player.move(to, speed=40.0)
        player.tell("gets off", at - 0.5, at + 1.0, vehicle)
        return self.add(player)

    def camera(self, seconds: float) -> tuple[float, float]:
        """Where it looks at a time, relative to its first view."""
        wave = 2 * math.pi * seconds
        x = self.pan * (seconds / self.seconds - 0.5) + self.shake * math.sin(1.3 * wave) * math.sin(0.31 * wave)
        return x, self.shake * math.sin(1.7 * wave + 1) * math.cos(0.23 * wave)

    def scene(self, seconds: float) -> Scene:
        """Everything that is drawn at a time of this shot, in the frame's own units."""
        x, y = self.camera(seconds)
        actors = [actor for player in self.players if (actor := player.actor(seconds))]
        shifted = [replace(actor, x=actor.x - x, lift=actor.lift + y) for actor in actors]
        return replace(self.backdrop, camera=(x, y)).with_actors(tuple(shifted))

    def truth(self, seconds: float) -> Scene:
        """What a viewer can tell at a time: without those who hardly show at the edge, and with who hides whom."""
        scene = self.scene(seconds)
        there = [actor for actor in scene.actors if _share_in_frame(actor) >= SEEN]
        for position, (one, two) in enumerate(pairwise(there)):
            if _hides(one, two):
                there[position] = replace(one, front=True)
        return scene.with_actors(tuple(there))

    def add(self, player: Player) -> Player:
        """Lets somebody play."""
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


def _share_in_frame(actor: Actor) -> float:
    x0, _, x1, _ = actor.box
    return max(0.0, min(x1, WIDTH) - max(x0, 0.0)) / (x1 - x0)


def _hides(one: Actor, two: Actor) -> bool:
    """True if `one` stands before `two`, its neighbour on the right, and hides a good part of it."""
    a, b = one.box, two.box
    shared = min(a[2], b[2]) - max(a[0], b[0])
    return a[3] > b[3] + 8 and a[1] < b[3] and shared >= 0.2 * min(a[2] - a[0], b[2] - b[0])


def _depth_scale(foot: float) -> float:
    """The scale at a depth, linear between the lanes."""
    grounds = [LANE_GROUND[lane] for lane in LANES]
    scales = [LANE_SCALE[lane] for lane in LANES]
    after = min(max(bisect_right(grounds, foot), 1), len(grounds) - 1)
    share = (foot - grounds[after - 1]) / (grounds[after] - grounds[after - 1])
    return scales[after - 1] + share * (scales[after] - scales[after - 1])
