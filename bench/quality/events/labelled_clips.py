"""Clips whose shots each show one act, and the labels that name the acts."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass

from bench.quality.events.sequence_clips import ACTS, Act
from training.world.plots import Plot
from training.world.scene import sample_backdrop
from training.world.story import EventKind, Shot, Story

SHOTS = 6
SHOT_SECONDS = 11.0

_ROLES: Mapping[str, tuple[EventKind, str, str | None]] = {
    "boards": ("boards", "person", "bus"), "gets off": ("gets off", "person", "bus"),
    "picks up": ("picks up", "person", "box"), "puts down": ("puts down", "person", "box"),
    "enters": ("enters", "truck", None), "leaves": ("leaves", "truck", None),
    "stops": ("stops", "car", None), "turns around": ("turns around", "car", None),
    "crosses": ("crosses", "dog", None), "overtakes": ("overtakes", "van", "bicycle"),
}  # fmt: skip
LABELS: Mapping[str, tuple[str, str]] = {
    "boards": ("a person gets on a bus", "someone climbs aboard a bus"),
    "gets off": ("a person gets off a bus", "someone climbs down from a bus"),
    "picks up": ("a person picks up a box", "someone lifts a box"),
    "puts down": ("a person puts down a box", "someone sets a box down"),
    "enters": ("a truck comes in", "a truck drives into view"),
    "leaves": ("a truck leaves", "a truck drives out of view"),
    "stops": ("a car stops", "a car pulls up"),
    "turns around": ("a car turns around", "a car makes a u-turn"),
    "crosses": ("a dog crosses the street", "a dog goes over to the other side"),
    "overtakes": ("a van overtakes a bicycle", "a van gets ahead of a bicycle"),
}
"""For each kind of act, a label in words that the trainings use, and one in words that they do not."""


@dataclass(frozen=True, slots=True)
class LabelledClip:
    """A clip, and the kind of act in each of its shots."""

    story: Story
    acts: tuple[str, ...]


def sample_labelled_clip(rng: random.Random) -> LabelledClip:
    """A clip of `SHOTS` shots with different acts."""
    acts = tuple(rng.sample(list(LABELS), SHOTS))
    shots = []
    for name in acts:
        kind, who, other = _ROLES[name]
        shot = Shot(sample_backdrop(rng), SHOT_SECONDS)
        casting = Plot(Shot(shot.backdrop, 1.0), rng, "all")
        act = Act(kind, casting.cast(who), casting.cast(other) if other else None)
        ACTS[kind](Plot(shot, rng, "all"), act, rng.uniform(0.2, 1.0))
        shots.append(shot)
    return LabelledClip(Story(f"labelled-{rng.randrange(1 << 24):06x}", tuple(shots)), acts)
