"""Claims told apart by the order of frames alone: what somebody does, and the same with time running backwards.

Claims drawn at random seldom set the two against each other: a T5 that judged 0.92 of those told getting on from
getting off no better than by chance, even of frames read without a mistake.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace

from training.world.episodes import ALIKE, CLAIM, FRAMES, SHOT_SECONDS, WITH_A_THING, WITH_A_VEHICLE, Claim, Episode
from training.world.plots import sample_shot
from training.world.questions import yes_or_no
from training.world.scene import COLOURS, KINDS, OBJECTS, VEHICLES, Pairs
from training.world.story import Event, EventKind, Shot

REVERSED: Mapping[EventKind, EventKind] = {
    "boards": "gets off", "gets off": "boards", "enters": "leaves", "leaves": "enters",
    "picks up": "puts down", "puts down": "picks up", "overtakes": "overtakes",
}  # fmt: skip
"""What an act looks like with time running backwards; who overtakes is then overtaken."""
WEIGHTS: Mapping[EventKind, float] = {
    **dict.fromkeys(REVERSED, 1.0), "picks up": 0.7, "puts down": 0.7, "enters": 0.3, "leaves": 0.3
}  # fmt: skip
"""How often each is drawn: coming and going are also what most other claims are about."""
APART_SECONDS = (0.7, 1.3)  # from frame to frame: keyframes are a second apart
COLOURLESS = 0.5  # of those named, beside what `Claim.of` leaves open


def sample_reversal(rng: random.Random, *, pairs: Pairs = "all") -> Episode:
    """A claim of kind `CLAIM` about an act that has a reverse, over frames about a second apart.

    Half of the time it is true; else it claims the reverse of what the frames show.
    """
    # Drawn once: boarding and overtaking are rare, and rarely clear.
    true, (kind,) = rng.random() < 0.5, rng.choices(list(WEIGHTS), list(WEIGHTS.values()))
    while True:
        shot = sample_shot(rng, SHOT_SECONDS, pairs=pairs)
        happened = [event for event in shot.events if event.kind == kind]
        if not happened:
            continue
        event = rng.choice(happened)
        claim = Claim.of(event, rng)
        claim = claim if true else reverse_claim(claim)
        seconds = sample_frame_times(event, shot, rng)
        if seconds and is_unambiguous(claim, true, event, shot, seconds):
            return Episode(shot, seconds, CLAIM, claim.text(rng), yes_or_no(true))


def reverse_claim(claim: Claim) -> Claim:
    """The same with time running backwards."""
    if claim.kind == "overtakes" and claim.other:
        return Claim(claim.kind, claim.other, claim.other_colour, claim.who, claim.who_colour)
    return replace(claim, kind=REVERSED[claim.kind])


def sample_frame_times(event: Event, shot: Shot, rng: random.Random) -> tuple[float, ...]:
    """The times of frames that hold an event, wherever in them; none if it is too long or runs out of the shot."""
    many, apart = rng.randint(*FRAMES), rng.uniform(*APART_SECONDS)
    length = (many - 1) * apart
    first, last = max(0.0, event.end_seconds - length), min(event.start_seconds, shot.seconds - 0.05 - length)
    if first > last:
        return ()
    start = rng.uniform(first, last)
    return tuple(start + number * apart for number in range(many))


def is_unambiguous(claim: Claim, true: bool, event: Event, shot: Shot, seconds: tuple[float, ...]) -> bool:
    """True if the frames show those of the event, and nothing else in them makes a false claim half true."""
    there = {actor.name for at in seconds for actor in shot.truth(at).actors}
    if not {event.who, event.other or event.who} <= there:
        return False
    alike = replace(claim, kind=ALIKE.get(claim.kind, claim.kind))
    return true or not any(
        (claim.fits(one) or alike.fits(one)) and one.start_seconds < seconds[-1] and one.end_seconds > seconds[0]
        for one in shot.events
    )


def sample_absence(rng: random.Random, *, pairs: Pairs = "all") -> Episode:
    """A claim of kind `CLAIM` about two, over frames about a second apart.

    Half of the time it is true; else the first does something in the frames and the second is nowhere in them.
    """
    true = rng.random() < 0.5
    while True:
        shot = sample_shot(rng, SHOT_SECONDS, pairs=pairs)
        if not (shown := [event for event in shot.events if event.other or not true]):
            continue
        event = rng.choice(shown)
        seconds = sample_frame_times(event, shot, rng)
        claim = Claim.of(event, rng) if true else _without(event, shot, seconds, rng)
        if seconds and is_unambiguous(claim, true, event, shot, seconds):
            return Episode(shot, seconds, CLAIM, _vague(claim, rng).text(rng), yes_or_no(true))


def _without(event: Event, shot: Shot, seconds: tuple[float, ...], rng: random.Random) -> Claim:
    """That whoever the event is about does something with what no frame shows."""
    there = {actor.kind for at in seconds for actor in shot.truth(at).actors}
    kind = rng.choice((*WITH_A_VEHICLE, *WITH_A_THING))
    likely = [one for one in (VEHICLES if kind in WITH_A_VEHICLE else OBJECTS) if one not in there]
    absent = rng.choice(likely or [one for one in KINDS if one not in there])
    return replace(Claim.of(event, rng), kind=kind, other=absent, other_colour=rng.choice(list(COLOURS)))


def _vague(claim: Claim, rng: random.Random) -> Claim:
    return replace(
        claim,
        who_colour=None if rng.random() < COLOURLESS else claim.who_colour,
        other_colour=None if rng.random() < COLOURLESS else claim.other_colour,
    )
