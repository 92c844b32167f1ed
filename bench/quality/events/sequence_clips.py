"""Clips of three acts in order, and near misses: another order, an act left out, an act reversed in time."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from training.common.hard_negatives import REVERSED
from training.world.plots import Plot
from training.world.scene import ANIMALS, LANES, VEHICLES, WIDTH, Facing, sample_backdrop
from training.world.story import Event, EventKind, Player, Shot, Story

Variant = Literal["right", "order", "missing", "reversed"]
Who = tuple[str, str]  # colour and kind

ACT_SECONDS = 11.0  # from the beginning of one act to that of the next
TAIL_SECONDS = 4.0
IRREVERSIBLE_KINDS: tuple[EventKind, ...] = ("stops", "crosses", "turns around")


@dataclass(frozen=True, slots=True)
class Act:
    """Who does what, and to or with whom or what."""

    kind: EventKind
    who: Who
    other: Who | None = None

    @property
    def partner(self) -> Who:
        """To or with whom or what.

        Raises:
            ValueError: the act has nobody but the one who acts.
        """
        if self.other is None:
            raise ValueError(f"an act of kind {self.kind!r} needs a partner; give `other`")
        return self.other

    @property
    def time_reversed(self) -> Act:
        """The same people with time running backwards."""
        if self.kind == "overtakes" and self.other:
            return Act("overtakes", self.other, self.who)
        return replace(self, kind=REVERSED[self.kind])

    def fits(self, event: Event) -> bool:
        """True if the event is this act."""
        return (
            event.kind == self.kind
            and event.who == " ".join(self.who)
            and (self.other is None or event.other == " ".join(self.other))
        )


@dataclass(frozen=True, slots=True)
class SequenceCase:
    """The events that a query asks for in order, the clip that shows them, and its near misses."""

    events: tuple[str, ...]
    clips: Mapping[Variant, Story]
    intervals: tuple[tuple[float, float], ...]  # of each event in the right clip, in seconds
    has_reversal: bool  # a near miss differs only in the direction of time within the second act


def sample_sequence_case(rng: random.Random, *, with_reversal: bool) -> SequenceCase:
    """Samples three acts of different people.

    Args:
        rng: who does what, and where.
        with_reversal: whether the second act is of a kind that has a reverse; a near miss then shows the reverse.
    """
    casting = Plot(Shot(sample_backdrop(rng), 1.0), rng, "all")
    kinds: list[EventKind] = [rng.choice(IRREVERSIBLE_KINDS) for _ in range(3)]
    if with_reversal:
        kinds[1] = rng.choice(tuple(REVERSED))
    acts = tuple(_cast(kind, casting) for kind in kinds)
    backdrop = replace(sample_backdrop(rng), sign=None)

    def story(name: str, played: tuple[Act | None, ...]) -> Story:
        shot = Shot(backdrop, ACT_SECONDS * len(played) + TAIL_SECONDS)
        for number, act in enumerate(played):
            if act is not None:
                ACTS[act.kind](Plot(shot, rng, "all"), act, number * ACT_SECONDS + rng.uniform(0.5, 1.5))
        return Story(f"{name}-{rng.randrange(1 << 24):06x}", (shot,))

    first, second, third = acts
    clips: dict[Variant, Story] = {
        "right": story("right", acts),
        "order": story("order", rng.choice(((second, first, third), (first, third, second), (third, second, first)))),
        "missing": story("missing", (first, None, third)),
    }
    if with_reversal:
        clips["reversed"] = story("reversed", (first, second.time_reversed, third))
    events = [next(event for event in clips["right"].events() if act.fits(event)) for act in acts]
    intervals = tuple((event.start_seconds, event.end_seconds) for event in events)
    return SequenceCase(tuple(event.text for event in events), clips, intervals, with_reversal)


def _cast(kind: EventKind, plot: Plot) -> Act:
    """Casts people and things for an act, none of whom is cast for another."""

    def new(*kinds: str) -> Who:
        colour, chosen_kind = plot.cast(*kinds)
        plot.shot.stands(colour, chosen_kind, lane="mid", x=0.0)  # so that nobody else gets this name
        return colour, chosen_kind

    if kind in ("boards", "gets off"):
        return Act(kind, new("person"), new("bus", "car", "van", "truck"))
    if kind in ("picks up", "puts down"):
        return Act(kind, new("person"), new("box", "bag", "ball"))
    if kind == "overtakes":
        return Act(kind, new(*VEHICLES), new(*VEHICLES))
    if kind == "crosses":
        return Act(kind, new("person", *ANIMALS))
    return Act(kind, new(*VEHICLES, "person", *ANIMALS))


def _arrive(plot: Plot, who: Who, at: float, *, lane: str | None = None, to: float | None = None) -> Player:
    colour, kind = who
    place = to if to is not None else plot.place()
    return plot.shot.enters(colour, kind, lane=lane or plot.lane(), to=place, at=at, speed=max(55.0, plot.speed(kind)))


def _depart(plot: Plot, player: Player) -> None:
    player.leave(player.facing, speed=max(70.0, plot.speed(player.kind)))


def _enters(plot: Plot, act: Act, at: float) -> None:
    _arrive(plot, act.who, at)


def _leaves(plot: Plot, act: Act, at: float) -> None:
    player = plot.shot.stands(*act.who, lane=plot.lane(), x=plot.place(), facing=plot.side())
    player.wait(at + 2.0).leave(plot.side(), speed=plot.speed(player.kind))


def _stops(plot: Plot, act: Act, at: float) -> None:
    _depart(plot, _arrive(plot, act.who, at).stop(3.0))


def _turns(plot: Plot, act: Act, at: float) -> None:
    player = _arrive(plot, act.who, at)
    back: Facing = "left" if player.facing == "right" else "right"
    plot.leaves(player.turn_around(back), back)  # leaving in the old direction would undo the turn


def _crosses(plot: Plot, act: Act, at: float) -> None:
    start, end = plot.rng.choice((("near", "far"), ("far", "near")))
    _depart(plot, _arrive(plot, act.who, at, lane=start, to=plot.rng.uniform(120, 264)).cross(end))


def _boards(plot: Plot, act: Act, at: float) -> None:
    vehicle = _arrive(plot, act.partner, at, lane="mid").stop(1.0)
    x = vehicle.now.x + plot.rng.choice((-1, 1)) * plot.rng.uniform(75, 100)
    person = plot.shot.stands(*act.who, lane="near", x=x)
    person.wait(vehicle.now.seconds).board(vehicle)
    vehicle.wait(max(0.0, person.now.seconds + 0.7 - vehicle.now.seconds))
    _depart(plot, vehicle)


def _gets_off(plot: Plot, act: Act, at: float) -> None:
    vehicle = _arrive(plot, act.partner, at, lane="mid").stop(1.5)
    x = vehicle.now.x + plot.rng.choice((-1, 1)) * plot.rng.uniform(75, 100)
    plot.shot.steps_out(*act.who, vehicle, at=vehicle.now.seconds, to=x, lane="near")
    _depart(plot, vehicle.wait(2.0))


def _overtakes(plot: Plot, act: Act, at: float) -> None:
    slow_lane, fast_lane = plot.rng.sample(LANES, 2)
    to_right = plot.rng.random() < 0.5
    to, entry = (WIDTH - 40.0, WIDTH * 0.51) if to_right else (40.0, WIDTH * 0.49)
    slow = plot.shot.enters(*act.partner, lane=slow_lane, to=to, at=at, speed=40.0)
    fast = plot.shot.enters(*act.who, lane=fast_lane, to=entry, at=at + 2.5, speed=75.0)
    fast.overtake(slow, to, speed=85.0)
    _depart(plot, fast)
    _depart(plot, slow)


def _picks_up(plot: Plot, act: Act, at: float) -> None:
    lane, x = plot.lane(), plot.place()
    thing = plot.shot.stands(*act.partner, lane=lane, x=x)
    reach = -24 if x > WIDTH / 2 else 24
    _depart(plot, _arrive(plot, act.who, at, lane=lane, to=x + reach).take(thing))


def _puts_down(plot: Plot, act: Act, at: float) -> None:
    lane = plot.lane()
    person = _arrive(plot, act.who, at, lane=lane)
    person.put_down(*act.partner, lane=lane)
    _depart(plot, person)


ACTS: Mapping[EventKind, Callable[[Plot, Act, float], None]] = {
    "enters": _enters, "leaves": _leaves, "stops": _stops, "turns around": _turns, "crosses": _crosses,
    "boards": _boards, "gets off": _gets_off, "overtakes": _overtakes, "picks up": _picks_up, "puts down": _puts_down,
}  # fmt: skip
