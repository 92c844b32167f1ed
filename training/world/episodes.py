"""Episodes: some frames of a shot in time order with a question that no single frame answers.

Instead of a question an episode may have a claim ("a red person gets off the blue bus") that is true or false of its
frames; a search for events makes such claims.
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

FRAMES = (4, 8)  # least and greatest number of frames of an episode
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
    """Returns the base form of an action's words: `get on the bus` for `gets on the bus`."""
    verb, _, rest = does.partition(" ")
    return f"{BASE[verb]} {rest}".strip()


def past(does: str) -> str:
    """Returns the past tense of an action's words: `got on the bus` for `gets on the bus`."""
    verb, _, rest = does.partition(" ")
    return f"{PAST[verb]} {rest}".strip()


@dataclass(frozen=True, slots=True)
class Episode:
    """Frames of a shot in time order, with a question or a claim about them."""

    shot: Shot
    seconds: tuple[float, ...]  # times of the frames within the shot, ascending
    kind: str  # one of `EPISODE_KINDS`, or `CLAIM`
    text: str  # the question or claim
    answer: str

    def truths(self) -> list[Scene]:
        """Returns the scene of each frame as a viewer can describe it."""
        return [self.shot.truth(at) for at in self.seconds]


CLAIM = "claim"
CLAIM_SECONDS = (3.0, 9.0)  # least and greatest length of the window of a claim
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
"""Words that people use for each kind of event."""
ALIKE: Mapping[EventKind, EventKind] = {"enters": "gets off", "leaves": "boards"}
"""Another kind that may be meant by the same words: a person who gets off a bus appears, too."""
ALONE: tuple[EventKind, ...] = ("enters", "leaves", "stops", "crosses", "turns around")
WITH_A_VEHICLE: tuple[EventKind, ...] = ("boards", "gets off", "overtakes")
WITH_A_THING: tuple[EventKind, ...] = ("picks up", "puts down")

Window = tuple[float, float]  # start and end in seconds of the shot
AskedWindow = tuple[Asked, Window]


def _touches(event: Event, window: Window) -> bool:
    return event.start_seconds < window[1] and event.end_seconds > window[0]


def _around(shot: Shot, start: float, end: float, rng: random.Random) -> Window | None:
    """Draws a window inside the shot with some time before and after; None if it is too long for eight frames."""
    window = max(0.0, start - rng.uniform(0.6, 1.6)), min(shot.seconds - 0.05, end + rng.uniform(0.6, 1.6))
    fits = window[0] < start + 0.1 and window[1] > end - 0.1 and window[1] - window[0] <= 11
    return window if fits else None


def _around_both(shot: Shot, event: Event, other: Event, rng: random.Random) -> Window | None:
    start = min(event.start_seconds, other.start_seconds)
    return _around(shot, start, max(event.end_seconds, other.end_seconds), rng)


def _does(shot: Shot, rng: random.Random, way: str) -> AskedWindow | None:
    """Asks for one event: by its player's name (`doing`), or without a name if nothing else happens (`happened`)."""
    event = _sample_event(shot, rng)
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


def _next(shot: Shot, rng: random.Random) -> AskedWindow | None:
    """Asks what a player does after another of its actions."""
    event = rng.choice(shot.events)
    actions = sorted((other for other in shot.events if other.who == event.who), key=lambda other: other.start_seconds)
    later = actions[actions.index(event) + 1 :]
    if not later:
        return None
    window = _around(shot, event.start_seconds, later[0].end_seconds, rng)
    if window is None or (len(later) > 1 and _touches(later[1], window)):
        return None
    return ("next", {"name": event.who, "did": past(event.does)}, later[0].does), window


def _first(shot: Shot, rng: random.Random) -> AskedWindow | None:
    """Asks which of two players entered first."""
    entries = [event for event in shot.events if event.kind == "enters"]
    if len(entries) < 2:
        return None
    event, other = rng.sample(entries, 2)
    if abs(event.start_seconds - other.start_seconds) < 1.2:
        return None
    if (window := _around_both(shot, event, other, rng)) is None:
        return None
    first = min(event, other, key=lambda entry: entry.start_seconds)
    return ("first", {"name": event.who, "other": other.who}, f"the {first.who}"), window


def _before(shot: Shot, rng: random.Random) -> AskedWindow | None:
    """Asks whether one event happened before another."""
    if len(shot.events) < 2:
        return None
    event, other = rng.sample(shot.events, 2)
    if event.who == other.who or abs(event.start_seconds - other.start_seconds) < 1.5:
        return None
    if (window := _around_both(shot, event, other, rng)) is None:
        return None
    fields = {"name": event.who, "do": base(event.does), "did": past(event.does)}
    fields |= {"other": other.who, "other_did": past(other.does)}
    return ("before", fields, yes_or_no(event.start_seconds < other.start_seconds)), window


EPISODE_KINDS: dict[str, Callable[[Shot, random.Random], AskedWindow | None]] = {
    "doing": lambda shot, rng: _does(shot, rng, "doing"),
    "happened": lambda shot, rng: _does(shot, rng, "happened"),
    "next": _next,
    "first": _first,
    "before": _before,
}


def _is_answerable(shot: Shot, asked: Asked, seconds: Sequence[float]) -> bool:
    """Returns True if the players that the question names (if none, those of the answer) are visible in some frame."""
    _, fields, answer = asked
    named = {value for key, value in fields.items() if key in ("name", "other")} or {" ".join(answer.split()[1:3])}
    return named <= _visible_names(shot, seconds)


def _visible_names(shot: Shot, seconds: Sequence[float]) -> set[str]:
    return {actor.name for at in seconds for actor in shot.truth(at).actors}


def sample_episode(
    rng: random.Random,
    kind: str | None = None,
    *,
    pairs: Pairs = "all",
    wordings: Mapping[str, Sequence[str]] = WORDINGS,
) -> Episode:
    """Draws an episode with a question; its frames lie evenly over the events that the question is about.

    Args:
        rng: source of randomness.
        kind: one of `EPISODE_KINDS`; None draws one.
        pairs: allowed pairs of colour and kind.
        wordings: patterns for each way of asking.
    """
    # The kind is drawn once: kinds that fit few shots would else come up seldom.
    drawn = kind or rng.choice(tuple(EPISODE_KINDS))
    while True:
        shot = sample_shot(rng, SHOT_SECONDS, pairs=pairs)
        if not shot.events:
            continue
        for _ in range(8):
            if (asked_window := EPISODE_KINDS[drawn](shot, rng)) is None:
                continue
            asked, window = asked_window
            way, fields, answer = asked
            seconds = _evenly(window, rng)
            if _is_answerable(shot, asked, seconds):
                return Episode(shot, seconds, drawn, rng.choice(wordings[way]).format(**fields), answer)


@dataclass(frozen=True, slots=True)
class Claim:
    """The statement that a player does something; a colour is None if the words leave it open."""

    kind: EventKind
    who: str
    who_colour: str | None
    other: str | None = None
    other_colour: str | None = None

    @classmethod
    def of(cls, event: Event, rng: random.Random) -> Claim:
        """Returns the claim that an event happens, with or without the colours."""
        colour, who = event.who.split(" ", 1)
        other_colour, other = event.other.split(" ", 1) if event.other else (None, None)
        named, other_named = rng.random() >= 0.25, rng.random() >= 0.4
        return cls(event.kind, who, colour if named else None, other, other_colour if other_named else None)

    def fits(self, event: Event) -> bool:
        """Returns True if the event makes the claim true."""
        return (
            self.kind == event.kind
            and event.who in _names(self.who_colour, self.who)
            and (self.other is None or event.other in _names(self.other_colour, self.other))
        )

    def text(self, rng: random.Random) -> str:
        """Returns the claim in words, such as `a red person gets off the blue bus`."""
        who, other = (f"{colour or ''} {kind or ''}".strip() for colour, kind in self._pairs())
        saying = rng.choice(SAYINGS[self.kind]).format(other=_with_article(other, rng, 0.3) if other else "")
        return f"{_with_article(who, rng, 0.7)} {saying}"

    def _pairs(self) -> tuple[tuple[str | None, str | None], tuple[str | None, str | None]]:
        return (self.who_colour, self.who), (self.other_colour, self.other)

    def changed(self, rng: random.Random) -> Claim:
        """Returns the claim with one change: its action (most often), player or colour, or the two roles swapped."""
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
    return {f"{possible} {kind}" for possible in ((colour,) if colour else COLOURS)}


def _with_article(name: str, rng: random.Random, indefinite_share: float) -> str:
    return article(name) if rng.random() < indefinite_share else f"the {name}"


def sample_claim(rng: random.Random, *, pairs: Pairs = "all") -> Episode:
    """Draws an episode of kind `CLAIM` about some seconds of a shot; half of the claims are true.

    A false claim is close to a true one: the same player does another thing, another player does the same, or the event
    lies before or after the frames.
    """
    true = rng.random() < 0.5
    while True:
        shot = sample_shot(rng, SHOT_SECONDS, pairs=pairs)
        for _ in range(4 if shot.events else 0):
            claim_window = _true_claim(shot, rng) if true else _false_claim(shot, rng)
            if claim_window is not None:
                claim, window = claim_window
                seconds = _evenly(window, rng)
                return Episode(shot, seconds, CLAIM, claim.text(rng), yes_or_no(true))


def _sample_event(shot: Shot, rng: random.Random) -> Event:
    """Draws a kind, then an event of it: else nearly all events drawn would be `enters` and `leaves`."""
    kind = rng.choice(sorted({event.kind for event in shot.events}))
    return rng.choice([event for event in shot.events if event.kind == kind])


def _true_claim(shot: Shot, rng: random.Random) -> tuple[Claim, Window] | None:
    event = _sample_event(shot, rng)
    window = _over(event, shot, rng)
    if window is None:
        return None
    visible = _visible_names(shot, _evenly(window, rng))
    return (Claim.of(event, rng), window) if {event.who, event.other or event.who} <= visible else None


def _false_claim(shot: Shot, rng: random.Random) -> tuple[Claim, Window] | None:
    event = _sample_event(shot, rng)
    claim = Claim.of(event, rng)
    if rng.random() < 0.7:
        window = _over(event, shot, rng)
        claim = claim.changed(rng)
    else:
        start = rng.uniform(0.0, shot.seconds - CLAIM_SECONDS[1])
        window = start, start + rng.uniform(*CLAIM_SECONDS)
    if window is None:
        return None
    # A claim is neither true nor false if its event, or one its words may also mean, lies partly in the window.
    alike = replace(claim, kind=ALIKE.get(claim.kind, claim.kind))
    if any((claim.fits(other) or alike.fits(other)) and _touches(other, window) for other in shot.events):
        return None
    return claim, window


def _evenly(window: Window, rng: random.Random) -> tuple[float, ...]:
    """Draws how many frames lie evenly over a window, within `FRAMES`, and returns their times."""
    start, end = window
    count = rng.randint(max(FRAMES[0], min(FRAMES[1], round((end - start) / 1.3) + 1)), FRAMES[1])
    return tuple(start + (end - start) * number / (count - 1) for number in range(count))


def _over(event: Event, shot: Shot, rng: random.Random) -> Window | None:
    """Draws a window that contains an event anywhere in it; None if the event is too long or leaves the shot."""
    length = event.end_seconds - event.start_seconds
    room = rng.uniform(*CLAIM_SECONDS) - length
    if room < 0.6:
        return None
    start = max(0.0, event.start_seconds - rng.uniform(0.3, room - 0.3))
    end = min(shot.seconds - 0.05, start + length + room)
    return (start, end) if end >= event.end_seconds else None
