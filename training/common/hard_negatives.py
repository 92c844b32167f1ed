"""Claims that are hard to tell from true ones: the reverse of an action, and an action with an absent object.

An action and its reverse ("gets on", "gets off") differ only in the order of the frames. Random claims seldom contrast
the two: a T5 that judged 92 % of random claims correctly told boarding from getting off no better than by chance, even
from frames that were read without a mistake.

A random false claim is about actors that are there. A T5 that had never met an absent object believed one in seven of
the claims with one ("a person gets off the bus", and there is no bus), the more easily the fewer colours they named.
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
"""The action that each action looks like backwards in time; overtaking stays, with its two roles swapped."""
WEIGHTS: Mapping[EventKind, float] = {
    **dict.fromkeys(REVERSED, 1.0), "picks up": 0.7, "puts down": 0.7, "enters": 0.3, "leaves": 0.3
}  # fmt: skip
"""How often each is drawn, relative to the others: entering and leaving seldom, as other claims often have them."""
APART_SECONDS = (0.7, 1.3)  # least and greatest time between two frames; keyframes are a second apart
DROPPED_COLOURS = 0.5  # share of named colours that are dropped, in addition to those that `Claim.of` drops


def sample_reversal(rng: random.Random, *, pairs: Pairs = "all") -> Episode:
    """Draws an episode of kind `CLAIM` about an action that has a reverse, with frames about a second apart.

    Half of the claims are true; the others claim the reverse of what the frames show.
    """
    # The kind is drawn once: boarding and overtaking are rare, and seldom unambiguous.
    true, (kind,) = rng.random() < 0.5, rng.choices(list(WEIGHTS), list(WEIGHTS.values()))
    while True:
        shot = sample_shot(rng, SHOT_SECONDS, pairs=pairs)
        events = [event for event in shot.events if event.kind == kind]
        if not events:
            continue
        event = rng.choice(events)
        claim = Claim.of(event, rng)
        claim = claim if true else reverse_claim(claim)
        seconds = sample_frame_times(event, shot, rng)
        if seconds and is_unambiguous(claim, true, event, shot, seconds):
            return Episode(shot, seconds, CLAIM, claim.text(rng), yes_or_no(true))


def reverse_claim(claim: Claim) -> Claim:
    """Returns the claim of the reverse action."""
    if claim.kind == "overtakes" and claim.other:
        return Claim(claim.kind, claim.other, claim.other_colour, claim.who, claim.who_colour)
    return replace(claim, kind=REVERSED[claim.kind])


def sample_frame_times(event: Event, shot: Shot, rng: random.Random) -> tuple[float, ...]:
    """Draws the times of frames that contain an event anywhere; empty if the event is too long or leaves the shot."""
    count, apart = rng.randint(*FRAMES), rng.uniform(*APART_SECONDS)
    length = (count - 1) * apart
    first, last = max(0.0, event.end_seconds - length), min(event.start_seconds, shot.seconds - 0.05 - length)
    if first > last:
        return ()
    start = rng.uniform(first, last)
    return tuple(start + number * apart for number in range(count))


def is_unambiguous(claim: Claim, true: bool, event: Event, shot: Shot, seconds: tuple[float, ...]) -> bool:
    """Returns True if the frames show the players of the event, and no other event makes a false claim partly true."""
    visible = {actor.name for at in seconds for actor in shot.truth(at).actors}
    if not {event.who, event.other or event.who} <= visible:
        return False
    alike = replace(claim, kind=ALIKE.get(claim.kind, claim.kind))
    return true or not any(
        (claim.fits(other) or alike.fits(other))
        and other.start_seconds < seconds[-1]
        and other.end_seconds > seconds[0]
        for other in shot.events
    )


def sample_absence(rng: random.Random, *, pairs: Pairs = "all") -> Episode:
    """Draws an episode of kind `CLAIM` about a player and an object, with frames about a second apart.

    Half of the claims are true. In the others the player does something, and no frame shows the object.
    """
    true = rng.random() < 0.5
    while True:
        shot = sample_shot(rng, SHOT_SECONDS, pairs=pairs)
        if not (events := [event for event in shot.events if event.other or not true]):
            continue
        event = rng.choice(events)
        seconds = sample_frame_times(event, shot, rng)
        claim = Claim.of(event, rng) if true else _claim_with_absent_object(event, shot, seconds, rng)
        if seconds and is_unambiguous(claim, true, event, shot, seconds):
            return Episode(shot, seconds, CLAIM, _drop_colours(claim, rng).text(rng), yes_or_no(true))


def _claim_with_absent_object(event: Event, shot: Shot, seconds: tuple[float, ...], rng: random.Random) -> Claim:
    """Draws the claim that the player of an event does something with a kind that no frame shows."""
    visible = {actor.kind for at in seconds for actor in shot.truth(at).actors}
    kind = rng.choice((*WITH_A_VEHICLE, *WITH_A_THING))
    plausible = [other for other in (VEHICLES if kind in WITH_A_VEHICLE else OBJECTS) if other not in visible]
    absent = rng.choice(plausible or [other for other in KINDS if other not in visible])
    return replace(Claim.of(event, rng), kind=kind, other=absent, other_colour=rng.choice(list(COLOURS)))


def _drop_colours(claim: Claim, rng: random.Random) -> Claim:
    return replace(
        claim,
        who_colour=None if rng.random() < DROPPED_COLOURS else claim.who_colour,
        other_colour=None if rng.random() < DROPPED_COLOURS else claim.other_colour,
    )
