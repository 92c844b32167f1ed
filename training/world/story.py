"""Scenes over time: players move through a shot, and every action is recorded as an event with its exact times.

A shot is built player by player, with calls such as `enters`, `stop` and `leave` in the order of the actions. Positions
are in scene units, times in seconds of the shot. The depth of a player is the y of its feet; crossing moves the feet
from one lane's ground line to another's.
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
STEP = 0.05  # seconds between two positions that `Player.passage` compares
SEEN = 0.4  # least share of its width inside the frame with which an actor counts as visible


@dataclass(frozen=True, slots=True)
class Event:
    """An action of a player, in seconds of its shot (or of the clip, in `Story.events`)."""

    kind: EventKind
    who: str  # "red car"
    start_seconds: float
    end_seconds: float
    other: str | None = None  # the name of whom or what the action is done to

    @property
    def does(self) -> str:
        """The action in words, such as `gets off the blue bus`."""
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
        """The event in words, such as `a red person gets off the blue bus`."""
        return f"{article(self.who)} {self.does}"


@dataclass(frozen=True, slots=True)
class Waypoint:
    """Where a player is at a time; between two waypoints it moves in a straight line."""

    seconds: float
    x: float  # of its centre
    foot: float  # y of its feet


class Player:
    """A vehicle, a person, an animal or an object of a shot, which moves and acts over time."""

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
        self.waypoints = [Waypoint(at, x, LANE_GROUND[lane])]
        self.gone = False

    @property
    def name(self) -> str:
        return f"{self.colour} {self.kind}"

    @property
    def now(self) -> Waypoint:
        """The last waypoint so far."""
        return self.waypoints[-1]

    def move(self, x: float, *, speed: float = 70.0) -> Player:
        """Goes to `x` at `speed` units per second."""
        seconds = self.now.seconds + abs(x - self.now.x) / speed
        self.waypoints.append(Waypoint(seconds, x, self.now.foot))
        return self

    def wait(self, seconds: float) -> Player:
        """Stays where it is for `seconds`."""
        self.waypoints.append(replace(self.now, seconds=self.now.seconds + seconds))
        return self

    def stop(self, seconds: float) -> Player:
        """Comes to a stop and stays for `seconds`."""
        start = self.now.seconds
        self.record("stops", start - 0.5, start + min(1.5, seconds))
        return self.wait(seconds)

    def cross(self, lane: str, *, speed: float = 22.0, drift: float = 0.0) -> Player:
        """Crosses the street to another lane and moves `drift` units along the street meanwhile."""
        start, foot = self.now, LANE_GROUND[lane]
        seconds = start.seconds + abs(foot - start.foot) / speed
        self.waypoints.append(Waypoint(seconds, start.x + drift, foot))
        self.record("crosses", start.seconds, seconds)
        return self

    def leave(self, facing: Facing, *, speed: float = 70.0) -> Player:
        """Leaves the frame on the side that `facing` names."""
        start, outside = self.now.seconds, self.shot.outside(self.kind)
        self.move(WIDTH + outside if facing == "right" else -outside, speed=speed)
        self.record("leaves", *self.passage(start, whole_first=True))
        self.gone = True
        return self

    def passage(self, start: float, *, whole_first: bool) -> tuple[float, float]:
        """Returns when, since `start`, the player is partly inside the frame, as (first, last) in seconds.

        If it never is, both are the end of the movement with `whole_first` (a player that leaves), else its start.
        """
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
        """Turns to the other direction, to go back."""
        start = self.now.seconds
        step = 1.5 if facing == "right" else -1.5
        self.waypoints.append(replace(self.now, seconds=start + 0.2, x=self.now.x + step))
        self.record("turns around", start - 0.5, start + 1.0)
        return self

    def overtake(self, other: Player, x: float, *, speed: float) -> Player:
        """Moves to `x` and passes a slower player that goes the same way."""
        start = self.now
        behind = start.x < other.at(start.seconds).x
        self.move(x, speed=speed)
        times = (start.seconds + number / 10 for number in range(int((self.now.seconds - start.seconds) * 10)))
        meet = next((t for t in times if (self.at(t).x < other.at(t).x) != behind), self.now.seconds)
        self.record("overtakes", meet - 1.0, meet + 1.0, other)
        return self

    def board(self, vehicle: Player) -> Player:
        """Steps into a waiting vehicle and disappears."""
        start = self.now.seconds
        self.move(vehicle.at(start).x, speed=40.0)
        self.record("boards", start, self.now.seconds, vehicle)
        self.gone = True
        return self

    def pick_up(self, who: Player, *, after: float = 0.5) -> Player:
        """Waits for a person to step in, `after` seconds from now; the person then disappears."""
        start = self.now.seconds
        who.wait(max(0.0, start + after - who.now.seconds)).move(self.now.x, speed=40.0)
        who.gone = True
        self.wait(who.now.seconds - start + 0.5)
        self.record("picks up", start + after, who.now.seconds, who)
        return self

    def take(self, thing: Player) -> Player:
        """Picks up a thing that lies where the player stands; the thing then disappears."""
        start = self.now.seconds
        self.wait(1.0)
        thing.wait(start + 0.5 - thing.now.seconds)
        thing.gone = True
        self.record("picks up", start, start + 1.0, thing)
        return self

    def put_down(self, colour: str, kind: str, *, lane: str) -> Player:
        """Puts a thing down at the player's feet and returns the thing."""
        start = self.now.seconds
        self.wait(1.0)
        side = 26 if self._facing(start) == "right" else -26
        thing = Player(self.shot, colour, kind, lane=lane, x=self.now.x + side, at=start + 0.5, facing="right")
        self.record("puts down", start, start + 1.0, thing)
        return self.shot.add(thing)

    def at(self, seconds: float) -> Waypoint:
        """Returns its position at a time, which is constant before the first and after the last waypoint."""
        after = bisect_right([waypoint.seconds for waypoint in self.waypoints], seconds)
        if after == 0:
            return self.waypoints[0]
        if after == len(self.waypoints):
            return self.waypoints[-1]
        start, end = self.waypoints[after - 1], self.waypoints[after]
        share = (seconds - start.seconds) / (end.seconds - start.seconds)
        return Waypoint(seconds, start.x + share * (end.x - start.x), start.foot + share * (end.foot - start.foot))

    def actor(self, seconds: float) -> Actor | None:
        """Returns the actor that stands for it at a time; None before it comes and after it has gone."""
        if seconds < self.waypoints[0].seconds or (self.gone and seconds >= self.waypoints[-1].seconds):
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
        """Returns the direction of its current movement, else of its last movement, else its initial direction."""
        facing = self.facing
        for start, end in pairwise(self.waypoints):
            if start.seconds > seconds:
                break
            if abs(end.x - start.x) > 1.0:
                facing = "right" if end.x > start.x else "left"
        return facing

    def record(self, kind: EventKind, start: float, end: float, other: Player | None = None) -> None:
        """Adds an event of this player to the shot; negative times become 0."""
        event = Event(kind, self.name, max(0.0, start), max(0.0, end), other.name if other else None)
        self.shot.events.append(event)


@dataclass(slots=True)
class Shot:
    """A shot of one camera: a backdrop, the players in it, and their events."""

    backdrop: Scene
    seconds: float
    players: list[Player] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    pan: float = 0.0  # units by which the camera turns to the right over the shot
    shake: float = 0.0  # amplitude of a hand-held camera, in units

    def stands(
        self, colour: str, kind: str, *, lane: str, x: float, facing: Facing = "right", carries: str | None = None
    ) -> Player:
        """Adds a player that is there from the start."""
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
        """Adds a player that enters at `at` seconds and goes to x = `to`.

        It comes from the side that is farther away: from the left to a place on the right half, and vice versa.
        """
        from_left = to > WIDTH / 2
        x = -self.outside(kind) if from_left else WIDTH + self.outside(kind)
        facing: Facing = "right" if from_left else "left"
        player = Player(self, colour, kind, lane=lane, x=x, at=at, facing=facing, carries=carries)
        player.move(to, speed=speed)
        player.record("enters", *player.passage(at, whole_first=False))
        return self.add(player)

    def outside(self, kind: str) -> float:
        """Returns how many units beyond the edge a player of `kind` is invisible, wherever the camera has turned."""
        return SIZES[kind][0] * 0.7 + abs(self.pan) / 2 + 2 * self.shake

    def steps_out(self, colour: str, kind: str, vehicle: Player, *, at: float, to: float, lane: str) -> Player:
        """Adds a player that gets off a waiting vehicle at `at` seconds and goes to x = `to`."""
        player = Player(self, colour, kind, lane=lane, x=vehicle.at(at).x, at=at, facing="right")
        player.move(to, speed=40.0)
        player.record("gets off", at - 0.5, at + 1.0, vehicle)
        return self.add(player)

    def camera(self, seconds: float) -> tuple[float, float]:
        """Returns the camera's offset (x, y) from its first view at a time, in scene units."""
        wave = 2 * math.pi * seconds
        x = self.pan * (seconds / self.seconds - 0.5) + self.shake * math.sin(1.3 * wave) * math.sin(0.31 * wave)
        return x, self.shake * math.sin(1.7 * wave + 1) * math.cos(0.23 * wave)

    def scene(self, seconds: float) -> Scene:
        """Returns the scene to draw at a time, with positions relative to the frame."""
        x, y = self.camera(seconds)
        actors = [actor for player in self.players if (actor := player.actor(seconds))]
        shifted = [replace(actor, x=actor.x - x, lift=actor.lift + y) for actor in actors]
        return replace(self.backdrop, camera=(x, y)).with_actors(tuple(shifted))

    def truth(self, seconds: float) -> Scene:
        """Returns the scene as a viewer can describe it at a time.

        Actors of which less than `SEEN` is inside the frame are left out. An actor that hides its right neighbour is
        marked as `front`.
        """
        scene = self.scene(seconds)
        visible = [actor for actor in scene.actors if _share_in_frame(actor) >= SEEN]
        for position, (actor, neighbour) in enumerate(pairwise(visible)):
            if _hides(actor, neighbour):
                visible[position] = replace(actor, front=True)
        return scene.with_actors(tuple(visible))

    def add(self, player: Player) -> Player:
        """Adds a player to the shot and returns it."""
        self.players.append(player)
        return player


@dataclass(frozen=True, slots=True)
class Story:
    """A clip: a sequence of shots with hard cuts between them."""

    name: str
    shots: tuple[Shot, ...]

    @property
    def seconds(self) -> float:
        return sum(shot.seconds for shot in self.shots)

    def events(self) -> list[Event]:
        """Returns all events in seconds of the clip, sorted by start and cut where their shot ends."""
        events: list[Event] = []
        start = 0.0
        for shot in self.shots:
            events += [
                replace(
                    event,
                    start_seconds=start + event.start_seconds,
                    end_seconds=start + min(event.end_seconds, shot.seconds),
                )
                for event in shot.events
                if event.start_seconds < shot.seconds
            ]
            start += shot.seconds
        return sorted(events, key=lambda event: event.start_seconds)

    def frames(self, rate: int) -> Iterator[tuple[float, Shot, float]]:
        """Yields (seconds in the clip, shot, seconds in the shot) for every frame at `rate` frames per second."""
        start = 0.0
        for shot in self.shots:
            for number in range(round(shot.seconds * rate)):
                yield start + number / rate, shot, number / rate
            start += shot.seconds


def _share_in_frame(actor: Actor) -> float:
    x0, _, x1, _ = actor.box
    return max(0.0, min(x1, WIDTH) - max(x0, 0.0)) / (x1 - x0)


def _hides(actor: Actor, neighbour: Actor) -> bool:
    """Returns True if the actor stands before its right neighbour and hides at least a fifth of its width."""
    front, back = actor.box, neighbour.box
    shared = min(front[2], back[2]) - max(front[0], back[0])
    narrower = min(front[2] - front[0], back[2] - back[0])
    return front[3] > back[3] + 8 and front[1] < back[3] and shared >= 0.2 * narrower


def _depth_scale(foot: float) -> float:
    """Returns the scale at a depth, interpolated linearly between the lanes."""
    grounds = [LANE_GROUND[lane] for lane in LANES]
    scales = [LANE_SCALE[lane] for lane in LANES]
    after = min(max(bisect_right(grounds, foot), 1), len(grounds) - 1)
    share = (foot - grounds[after - 1]) / (grounds[after] - grounds[after - 1])
    return scales[after - 1] + share * (scales[after] - scales[after - 1])
