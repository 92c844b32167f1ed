"""Questions that no single frame answers: a few frames of a shot in time order, and what happens between them."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from training.world.plots import sample_shot
from training.world.questions import Asked, yes_or_no
from training.world.scene import Pairs, Scene
from training.world.story import Event, Shot
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
    kind = rng.choice(sorted({event.kind for event in shot.events}))  # else hardly anything but coming and going
    event = rng.choice([event for event in shot.events if event.kind == kind])
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
    while True:
        shot = sample_shot(rng, SHOT_SECONDS, pairs=pairs)
        if not shot.events:
            continue
        for _ in range(8):
            drawn = kind or rng.choice(tuple(EPISODE_KINDS))
            if (found := EPISODE_KINDS[drawn](shot, rng)) is None:
                continue
            (way, fields, answer), (start, end) = found
            fewest = max(FRAMES[0], min(FRAMES[1], round((end - start) / 1.3) + 1))
            many = rng.randint(fewest, FRAMES[1])
            seconds = tuple(start + (end - start) * number / (many - 1) for number in range(many))
            if _tellable(shot, found, seconds):
                return Episode(shot, seconds, drawn, rng.choice(wordings[way]).format(**fields), answer)
