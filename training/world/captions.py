"""Captions in the words of a search, together with what a picture must show for them to be true."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Protocol

from training.world.questions import IN_WEATHER, WHEN, WHERE, article, backdrop, full_caption
from training.world.scene import CARRIED, COLOURS, KINDS, PLACES, TIMES, WEATHERS, Actor, Scene

ACTIONS = (
    *("stops", "passes", "crosses the street", "turns left", "turns right", "leaves", "appears", "arrives"),
    *("turns around", "drives by", "comes in"),
    *("waits", "enters", "runs by", "walks by", "gets on the bus", "gets off the bus", "enters the shop"),
)
"""Actions: the first eleven are possible for vehicles, all for living beings."""
DRIVEN = ("car", "bus", "truck", "van")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a caption says of an actor; None where it says nothing."""

    kind: str
    colour: str | None = None
    carries: str | None = None

    def fits(self, actor: Actor) -> bool:
        """Returns True if the actor has everything that the caption says."""
        return (
            actor.kind == self.kind
            and self.colour in (None, actor.colour)
            and (self.carries is None or self.carries == actor.carries)
        )


@dataclass(frozen=True, slots=True)
class Caption:
    """A text about a picture, and what the picture must show for the text to be true."""

    text: str
    wanted: tuple[Wanted, ...]  # one for each actor that the text names, with repetition
    place: str | None = None
    time: str | None = None
    weather: str | None = None
    ordered: bool = False  # the text says who is left of whom, which `wanted` cannot check
    empty: bool = False  # the text says that nothing is there

    def fits(self, scene: Scene) -> bool:
        """Returns True if the scene shows everything that the caption says, its order apart."""
        if self.empty and scene.actors:
            return False
        for wanted in set(self.wanted):
            if sum(wanted.fits(actor) for actor in scene.actors) < self.wanted.count(wanted):
                return False
        return (
            self.place in (None, scene.place)
            and self.time in (None, scene.time)
            and self.weather in (None, scene.weather)
        )


class Phrasing(Protocol):
    """The phrases of a language in which captions are written."""

    def full(self, scene: Scene) -> str:
        """Returns the full caption: all actors from left to right, then the backdrop."""
        ...

    def thing(self, wanted: Wanted, rng: random.Random) -> str:
        """Returns words for an actor with its colour and what it carries, as far as they are wanted."""
        ...

    def doing(self, thing: str, kind: str, rng: random.Random) -> str:
        """Returns words for an actor and an action that its kind can do."""
        ...

    def ordered(self, left: str, right: str, rng: random.Random) -> str:
        """Returns words that say that `left` is left of `right`."""
        ...

    def together(self, things: list[str], rng: random.Random) -> str:
        """Returns words that name one or two things without saying where they are."""
        ...

    def backdrop(self, scene: Scene) -> str:
        """Returns words for a scene's place, time and weather."""
        ...

    def where(self, place: str) -> str:
        """Returns words such as `in the street`."""
        ...

    def when(self, time: str) -> str:
        """Returns words such as `at night`."""
        ...

    def weather(self, weather: str) -> str:
        """Returns words such as `in the rain`."""
        ...

    def bare(self, word: str, rng: random.Random) -> str:
        """Returns a whole caption that names only a place, a time of day or a weather."""
        ...


class English:
    """Implements `Phrasing` for English."""

    def full(self, scene: Scene) -> str:
        return full_caption(scene)

    def thing(self, wanted: Wanted, rng: random.Random) -> str:
        words = article(f"{wanted.colour} {wanted.kind}" if wanted.colour else wanted.kind)
        if wanted.kind == "person" and wanted.colour and rng.random() < 0.3:
            words = f"a person in {wanted.colour}"
        return f"{words} with {article(wanted.carries)}" if wanted.carries else words

    def doing(self, thing: str, kind: str, rng: random.Random) -> str:
        return f"{thing} {rng.choice(ACTIONS[:11] if kind in DRIVEN else ACTIONS)}"

    def ordered(self, left: str, right: str, rng: random.Random) -> str:
        return f"{left} left of {right}" if rng.random() < 0.5 else f"{right} to the right of {left}"

    def together(self, things: list[str], rng: random.Random) -> str:
        return rng.choice(("", "", "a photo of ", "there is ")) + " and ".join(things)

    def backdrop(self, scene: Scene) -> str:
        return backdrop(scene)

    def where(self, place: str) -> str:
        return WHERE[place]

    def when(self, time: str) -> str:
        return WHEN[time]

    def weather(self, weather: str) -> str:
        return IN_WEATHER[weather]

    def bare(self, word: str, rng: random.Random) -> str:
        forms = {
            "rain": ("rain", "it is raining", "in the rain"),
            "fog": ("fog", "it is foggy", "in the fog"),
            "day": ("the day", "by day"),
            "night": ("the night", "at night"),
        }
        return rng.choice(forms.get(word, (article(word),)))


def sample_caption(scene: Scene, rng: random.Random, language: Phrasing | None = None) -> Caption:
    """Draws a caption that is true of a scene, in words that a search would use.

    It is a full caption, or names one or two actors with or without their surroundings, or the surroundings alone. The
    default language is English.
    """
    words = language or English()
    weather = scene.weather if scene.weather in IN_WEATHER else None
    if rng.random() < 0.06:
        if weather and rng.random() < 0.5:
            return Caption(words.bare(weather, rng), (), weather=weather)
        if rng.random() < 0.5:
            return Caption(words.bare(scene.time, rng), (), time=scene.time)
        return Caption(words.bare(scene.place, rng), (), place=scene.place)
    if not scene.actors or rng.random() < 0.4:
        everybody = tuple(Wanted(actor.kind, actor.colour, actor.carries) for actor in scene.actors)
        ordered, empty = len(everybody) > 1, not everybody
        text = words.full(scene)
        return Caption(text, everybody, scene.place, scene.time, weather, ordered=ordered, empty=empty)
    chosen = sorted(rng.sample(scene.actors, min(len(scene.actors), rng.choice((1, 1, 2)))), key=lambda actor: actor.x)
    wanted = tuple(_wanted(actor, rng) for actor in chosen)
    things = [words.thing(actor, rng) for actor in wanted]
    if len(chosen) == 1 and rng.random() < 0.3:
        # No single frame shows an action: the model learns to recognise the actor in spite of the verb.
        return Caption(words.doing(things[0], chosen[0].kind, rng), wanted)
    ordered = len(chosen) == 2 and rng.random() < 0.5
    if ordered:
        text = words.ordered(things[0], things[1], rng)
    else:
        rng.shuffle(things)
        text = words.together(things, rng)
    draw = rng.random()
    if draw < 0.3:
        return Caption(f"{text} {words.backdrop(scene)}", wanted, scene.place, scene.time, weather, ordered=ordered)
    if draw < 0.4:
        return Caption(f"{text} {words.when(scene.time)}", wanted, time=scene.time, ordered=ordered)
    if draw < 0.5:
        return Caption(f"{text} {words.where(scene.place)}", wanted, place=scene.place, ordered=ordered)
    if draw < 0.6 and weather:
        return Caption(f"{text} {words.weather(weather)}", wanted, weather=weather, ordered=ordered)
    return Caption(text, wanted, ordered=ordered)


def _wanted(actor: Actor, rng: random.Random) -> Wanted:
    """Draws what a search says of an actor: often without its colour or what it carries."""
    colour = None if rng.random() < 0.2 else actor.colour
    return Wanted(actor.kind, colour, actor.carries if rng.random() < 0.6 else None)


def near_miss(scene: Scene, rng: random.Random) -> Scene:
    """Draws a scene with one difference: a colour, a kind, what a person carries, the order, or the surroundings."""
    actors = list(scene.actors)
    while True:
        draw = rng.random()
        if draw < 0.25 or not actors:
            part, values = rng.choice((("place", PLACES), ("time", TIMES), ("weather", WEATHERS)))
            other = replace(scene, **{part: rng.choice(values)})  # type: ignore[arg-type]  # all three are str
        elif draw < 0.4 and len(actors) > 1:
            position = rng.randrange(len(actors) - 1)
            left, right = actors[position : position + 2]
            swapped = replace(right, x=left.x), replace(left, x=right.x)
            other = scene.with_actors((*actors[:position], *swapped, *actors[position + 2 :]))
        else:
            position = rng.randrange(len(actors))
            actor = actors[position]
            people = actor.kind == "person"
            changed = rng.choice(
                (
                    replace(actor, colour=rng.choice(list(COLOURS))),
                    replace(actor, kind=rng.choice(KINDS), carries=None),
                    replace(actor, carries=rng.choice((None, *CARRIED))) if people else actor,
                )
            )
            other = scene.with_actors((*actors[:position], changed, *actors[position + 1 :]))
        if full_caption(other) != full_caption(scene):
            return other


def false_caption(scene: Scene, rng: random.Random, language: Phrasing | None = None) -> str:
    """Draws a caption that is false of a scene because of one difference."""
    words = language or English()
    while True:
        other = near_miss(scene, rng)
        if rng.random() < 0.4:
            return words.full(other)
        caption = sample_caption(other, rng, words)
        # `Caption.fits` does not check order, so only another difference makes a caption surely false.
        if not caption.fits(scene):
            return caption.text
