"""Questions that no single frame answers: a few frames of a shot in time order, and what happens between them.

Beside questions there are claims ("a red person gets off the blue bus"), true or not, as a search for an event makes.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from training.world.plots import sample_shot
from training.world.questions import Asked, article, yes_or_no
from training.world.scene import ANIMALS, COLOURS, KINDS, VEHICLES, Pairs, Scene
from training.world.story import Event, EventKind, Shot
from training.world.wordings import WORDINGS

FRAMES = (4, 8)  # at least and at most
SHOT_SECONDS = 22.0

BASE = {"enters": "enter", "leaves": "leave", "stops": "stop", "crosses": "cross", "overtakes": "overtake"} | {
    "gets": "get",
    "picks": "pick",
    "puts": "put",
    "turns": "turn",
}
PAST = {"enters": "entered", "leaves": "left", "stops": "stopped", "crosses": "crossed", "overtakes": "overtook"} | {
    "gets": "got",
    "picks": "picked",
    "puts": "put",
    "turns": "turned",
}


def base(does: str) -> str:
    """`get on the bus`, after `did`."""
    verb, _, rest = does.partition(" ")
    return f"{BASE[verb]} {rest}".strip()


def past(does: str) -> str:
    """`got on the bus`."""
    verb, _, rest = does.partition(" ")
    return f"{PAST[verb]} {rest}".strip()


@dataclass(frozen=True, slots=True)
class Episode:
    """Frames in time order, with a question about what happens in them."""

    shot: Shot
    seconds: tuple[float, ...]  # of the frames, within the shot
    kind: str
    text: str
    answer: str

    def truths(self) -> list[Scene]:
        """What a viewer can tell of each frame."""
        return [self.shot.truth(at) for at in self.seconds]


CLAIM = "claim"
CLAIM_SECONDS = (3.0, 9.0)  # how long a window a claim is about
SAYINGS: Mapping[EventKind, tuple[str, ...]] = {
    "enters": ("enters", "comes in", "appears", "arrives"),
    "leaves": ("leaves", "goes away", "disappears"),
    "stops": ("stops", "comes to a stop"),
    "crosses": ("crosses the street", "crosses the road"),
    "overtakes": ("overtakes {other}", "passes {other}"),
    "boards": ("gets on {other}", "gets into {other}", "boards {other}"),
    "gets off": ("gets off {other}", "gets out of {other}"),
    "picks up": ("picks up {other}", "takes {other}"),
    "puts down": ("puts down {other}", "leaves {other} there"),
    "turns around": ("turns around", "goes back"),
}
"""What people call what happens."""
ALIKE: Mapping[EventKind, EventKind] = {"enters": "gets off", "leaves": "boards"}
"""Who gets off a bus appears, too."""
ALONE: tuple[EventKind, ...] = ("enters", "leaves", "stops", "crosses", "turns around")
WITH_A_VEHICLE: tuple[EventKind, ...] = ("boards", "gets off", "overtakes")
WITH_A_THING: tuple[EventKind, ...] = ("picks up", "puts down")

Window = tuple[float, float]
Found = tuple[Asked, Window]


def _touches(event: Event, window: Window) -> bool:
    return event.start_seconds < window[1] and event.end_seconds > window[0]


def _around(shot: Shot, start: float, end: float, rng: random.Random) -> Window | None:
    """A window with a little before and after, inside the shot; None if it is too long for eight frames."""
    window = max(0.0, start - rng.uniform(0.6, 1.6)), min(shot.seconds - 0.05, end + rng.uniform(0.6, 1.6))
    fits = window[0] < start + 0.1 and window[1] > end - 0.1 and window[1] - window[0] <= 11
    return window if fits else None


def _does(shot: Shot, rng: random.Random, way: str) -> Found | None:
    """One thing that somebody does: asked of them by name, or of the whole picture if nobody else does anything."""
    event = _drawn(shot, rng)
    window = _around(shot, event.start_seconds, event.end_seconds, rng)
    if window is None:
        return None
    touching = [other for other in shot.events if _touches(other, window)]
    if way == "happened":
        if len(touching) > 1:
            return None
        return ("happened", {}, event.text), window
    if any(other is not event and other.who == event.who for other in touching):
        return None
    return ("doing", {"name": event.who}, event.does), window


def _next(shot: Shot, rng: random.Random) -> Found | None:
    """What somebody does after something else."""
    one = rng.choice(shot.events)
    own = sorted((e for e in shot.events if e.who == one.who), key=lambda event: event.start_seconds)
    later = own[own.index(one) + 1 :]
    if not later:
        return None
    window = _around(shot, one.start_seconds, later[0].end_seconds, rng)
    if window is None or (len(later) > 1 and _touches(later[1], window)):
        return None
    return ("next", {"name": one.who, "did": past(one.does)}, later[0].does), window


def _first(shot: Shot, rng: random.Random) -> Found | None:
    """Which of two came in first."""
    entries = [event for event in shot.events if event.kind == "enters"]
    if len(entries) < 2:
        return None
    one, two = rng.sample(entries, 2)
    if abs(one.start_seconds - two.start_seconds) < 1.2:
        return None
    window = _around(shot, min(one.start_seconds, two.start_seconds), max(one.end_seconds, two.end_seconds), rng)
    if window is None:
        return None
    first = min(one, two, key=lambda event: event.start_seconds)
    return ("first", {"name": one.who, "other": two.who}, f"the {first.who}"), window


def _before(shot: Shot, rng: random.Random) -> Found | None:
    """Whether one thing happened before another."""
    if len(shot.events) < 2:
        return None
    one, two = rng.sample(shot.events, 2)
    if one.who == two.who or abs(one.start_seconds - two.start_seconds) < 1.5:
        return None
    window = _around(shot, min(one.start_seconds, two.start_seconds), max(one.end_seconds, two.end_seconds), rng)
    if window is None:
        return None
    fields = {"name": one.who, "do": base(one.does), "did": past(one.does)}
    fields |= {"other": two.who, "other_did": past(two.does)}
    return ("before", fields, yes_or_no(one.start_seconds < two.start_seconds)), window


EPISODE_KINDS: dict[str, Callable[[Shot, random.Random], Found | None]] = {
    "doing": lambda shot, rng: _does(shot, rng, "doing"),
    "happened": lambda shot, rng: _does(shot, rng, "happened"),
    "next": _next,
    "first": _first,
    "before": _before,
}


def _tellable(shot: Shot, found: Found, seconds: Sequence[float]) -> bool:
    """True if those that the question (else the answer) names show in some frame."""
    (_, fields, answer), _ = found
    named = {value for key, value in fields.items() if key in ("name", "other")} or {" ".join(answer.split()[1:3])}
    shown = {actor.name for at in seconds for actor in shot.truth(at).actors}
    return named <= shown


def sample_episode(
    rng: random.Random,
    kind: str | None = None,
    *,
    pairs: Pairs = "all",
    wordings: Mapping[str, Sequence[str]] = WORDINGS,
) -> Episode:
    """An episode of `kind` (default: any), with four to eight frames evenly over what it asks about.

    Args:
        rng: what happens, and how it is asked.
        kind: one of `EPISODE_KINDS`.
        pairs: which combinations of colour and kind play.
        wordings: patterns for each way of asking.
    """
    # Drawn once: some kinds fit few shots, and would hardly ever come up.
    drawn = kind or rng.choice(tuple(EPISODE_KINDS))
    while True:
        shot = sample_shot(rng, SHOT_SECONDS, pairs=pairs)
        if not shot.events:
            continue
        for _ in range(8):
            if (found := EPISODE_KINDS[drawn](shot, rng)) is None:
                continue
            (way, fields, answer), (start, end) = found
            seconds = _evenly((start, end), rng)
            if _tellable(shot, found, seconds):
                return Episode(shot, seconds, drawn, rng.choice(wordings[way]).format(**fields), answer)


@dataclass(frozen=True, slots=True)
class Claim:
    """That somebody does something; None where the words leave a colour open."""

    kind: EventKind
    who: str
    who_colour: str | None
    other: str | None = None
    other_colour: str | None = None

    @classmethod
    def of(cls, event: Event, rng: random.Random) -> Claim:
        """What an event is, with or without the colours."""
        colour, who = event.who.split(" ", 1)
        other_colour, other = event.other.split(" ", 1) if event.other else (None, None)
        named, other_named = rng.random() >= 0.25, rng.random() >= 0.4
        return cls(event.kind, who, colour if named else None, other, other_colour if other_named else None)

    def fits(self, event: Event) -> bool:
        """True if the event is what is claimed."""
        return (
            self.kind == event.kind
            and event.who in _names(self.who_colour, self.who)
            and (self.other is None or event.other in _names(self.other_colour, self.other))
        )

    def text(self, rng: random.Random) -> str:
        """In words: `a red person gets off the blue bus`."""
        who, other = (f"{colour or ''} {kind or ''}".strip() for colour, kind in self._pairs())
        saying = rng.choice(SAYINGS[self.kind]).format(other=_one(other, rng, 0.3) if other else "")
        return f"{_one(who, rng, 0.7)} {saying}"

    def _pairs(self) -> tuple[tuple[str | None, str | None], tuple[str | None, str | None]]:
        return (self.who_colour, self.who), (self.other_colour, self.other)

    def changed(self, rng: random.Random) -> Claim:
        """The same with one thing another: what is done (most of the time), who does it, or which is which."""
        draw = rng.random()
        if draw < 0.15 and self.other in VEHICLES and self.who in (*VEHICLES, *ANIMALS):
            return Claim(self.kind, self.other, self.other_colour, self.who, self.who_colour)
        if draw < 0.3 and self.who_colour:
            return replace(self, who_colour=rng.choice(list(COLOURS)))
        if draw < 0.4:
            return replace(self, who=rng.choice(KINDS))
        if self.other is not None and rng.random() < 0.9:
            ways = WITH_A_VEHICLE if self.kind in WITH_A_VEHICLE else WITH_A_THING
            return replace(self, kind=rng.choice(ways))
        return replace(self, kind=rng.choice(ALONE), other=None, other_colour=None)


def _names(colour: str | None, kind: str) -> set[str]:
    return {f"{one} {kind}" for one in ((colour,) if colour else COLOURS)}


def _one(name: str, rng: random.Random, unknown: float) -> str:
    return article(name) if rng.random() < unknown else f"the {name}"


def sample_claim(rng: random.Random, *, pairs: Pairs = "all") -> Episode:
    """A claim of `kind` `CLAIM` about a few seconds of a shot; half of the time it is true.

    What is not true is hard to tell from what is: the same people doing another thing, somebody else doing the same, or
    the very thing a moment too early or too late.
    """
    true = rng.random() < 0.5
    while True:
        shot = sample_shot(rng, SHOT_SECONDS, pairs=pairs)
        for _ in range(4 if shot.events else 0):
            found = _true_claim(shot, rng) if true else _false_claim(shot, rng)
            if found is not None:
                claim, window = found
                seconds = _evenly(window, rng)
                return Episode(shot, seconds, CLAIM, claim.text(rng), yes_or_no(true))


def _drawn(shot: Shot, rng: random.Random) -> Event:
    """One event; every kind that the shot has is as likely, else hardly anything but coming and going is drawn."""
    kind = rng.choice(sorted({event.kind for event in shot.events}))
    return rng.choice([event for event in shot.events if event.kind == kind])


def _true_claim(shot: Shot, rng: random.Random) -> tuple[Claim, Window] | None:
    event = _drawn(shot, rng)
    window = _over(event, shot, rng)
    if window is None:
        return None
    there = {actor.name for at in _evenly(window, rng) for actor in shot.truth(at).actors}
    return (Claim.of(event, rng), window) if {event.who, event.other or event.who} <= there else None


def _false_claim(shot: Shot, rng: random.Random) -> tuple[Claim, Window] | None:
    event = _drawn(shot, rng)
    claim = Claim.of(event, rng)
    if rng.random() < 0.7:
        window = _over(event, shot, rng)
        claim = claim.changed(rng)
    else:
        start = rng.uniform(0.0, shot.seconds - CLAIM_SECONDS[1])
        window = start, start + rng.uniform(*CLAIM_SECONDS)
    if window is None:
        return None
    # What is half there, and what may be called so too, is neither true nor false.
    alike = replace(claim, kind=ALIKE.get(claim.kind, claim.kind))
    if any((claim.fits(one) or alike.fits(one)) and _touches(one, window) for one in shot.events):
        return None
    return claim, window


def _evenly(window: Window, rng: random.Random) -> tuple[float, ...]:
    """The times of four to eight frames over a window."""
    start, end = window
    many = rng.randint(max(FRAMES[0], min(FRAMES[1], round((end - start) / 1.3) + 1)), FRAMES[1])
    return tuple(start + (end - start) * number / (many - 1) for number in range(many))


def _over(event: Event, shot: Shot, rng: random.Random) -> Window | None:
    """A window of a few seconds that holds an event, wherever in it; None if it is too long or runs out of the shot."""
    length = event.end_seconds - event.start_seconds
    room = rng.uniform(*CLAIM_SECONDS) - length
    if room < 0.6:
        return None
    start = max(0.0, event.start_seconds - rng.uniform(0.3, room - 0.3))
    end = min(shot.seconds - 0.05, start + length + room)
    return (start, end) if end >= event.end_seconds else None
