"""Questions and conversations about one rendered clip, with what is true of it."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.text.language import Language
from bench.quality.dialogues.wordings import FOLLOW_UPS, SEEN, STRANGE, WORDINGS
from training.language.held_out import UNKNOWN_THINGS
from training.language.names import VI_COLOURS, Thing
from training.world.questions import plural
from training.world.scene import COLOURS, KINDS, OBJECTS, WIDTH

if TYPE_CHECKING:
    from training.world.scene import Actor, Scene
    from training.world.story import Story

STEP = 0.5  # seconds between two looks at a clip
SHOWS = 0.6  # share of its width that must be in the frame to count as there
GAP = 1.5  # seconds between two events that a sequence takes
Window = tuple[float, float]

VIETNAMESE: Mapping[str, tuple[str, ...]] = {
    "yes": ("có", "đúng", "phải"), "no": ("không",), "day": ("ngày",), "night": ("đêm",),
    "left": ("trái",), "right": ("phải",), **VI_COLOURS,
}  # fmt: skip
TOOLS: Mapping[str, frozenset[str]] = {
    "when": frozenset({"find_frames", "ground"}),
    "exist": frozenset({"find_frames", "look", "ground", "count"}),
    "colour": frozenset({"find_frames", "look"}),
    "direction": frozenset({"find_frames", "look"}),
    "time": frozenset({"look", "find_frames"}),
    "rain": frozenset({"look", "find_frames"}),
    "sign": frozenset({"read_text"}),
    "sequence": frozenset({"find_events"}),
    "count_at": frozenset({"look", "count"}),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One question about a clip."""

    kind: str
    language: Language
    question: str
    answers: tuple[str, ...]  # any of them is right; none: it cannot be answered
    windows: tuple[Window, ...] = ()  # where the evidence must lie
    order: tuple[tuple[Window, ...], ...] = ()  # of a sequence: where each event may lie
    seen: str | None = None  # the same in a wording that trainings use


@dataclass(frozen=True, slots=True)
class Facts:
    """What is true of a clip."""

    seconds: tuple[float, ...]
    scenes: tuple[Scene, ...]  # who is well in the frame at each of these seconds

    def windows(self, colour: str | None, kind: str) -> tuple[Window, ...]:
        """When somebody of that kind, and colour if given, is there."""
        there = [any(a.kind == kind and colour in (None, a.colour) for a in scene.actors) for scene in self.scenes]
        return _runs(self.seconds, there)

    def actors(self) -> Iterator[Actor]:
        for scene in self.scenes:
            yield from scene.actors

    def values(self, name: str) -> set[object]:
        """All values of a scene's field over the clip."""
        return {getattr(scene, name) for scene in self.scenes}


def facts(story: Story) -> Facts:
    """Looks at a clip twice a second."""
    seconds, scenes = [], []
    for at, shot, inside in story.frames(round(1 / STEP)):
        scene = shot.scene(inside)
        seconds.append(at)
        scenes.append(replace(scene, actors=tuple(actor for actor in scene.actors if _in_frame(actor) >= SHOWS)))
    return Facts(tuple(seconds), tuple(scenes))


def _in_frame(actor: Actor) -> float:
    x0, _, x1, _ = actor.box
    return max(0.0, min(x1, WIDTH) - max(x0, 0.0)) / (x1 - x0)


def _runs(seconds: Sequence[float], there: Sequence[bool]) -> tuple[Window, ...]:
    found: list[Window] = []
    start: float | None = None
    for at, here in zip([*seconds, seconds[-1] + STEP], [*there, False], strict=True):
        if here and start is None:
            start = at
        elif not here and start is not None:
            found.append((start, at))
            start = None
    return tuple(found)


class Asker:
    """Asks about one clip in one language."""

    def __init__(self, story: Story, language: Language, rng: random.Random) -> None:
        self.story, self.language, self.rng, self.facts = story, language, rng, facts(story)
        self.present = sorted({(actor.colour, actor.kind) for actor in self.facts.actors()})

    def singles(self) -> Iterator[Asked]:
        """One question of each kind that the clip allows."""
        makers = (
            self.when, self.exist, self.absent, self.colour, self.direction, self.time, self.rain, self.sign,
            self.sequence, self.count_at, self.unanswerable, self.absent_colour,
        )  # fmt: skip
        for make in makers:
            if (asked := make()) is not None:
                yield asked

    def dialogue(self) -> list[Asked] | None:
        """Five turns about one thing whose kind has a single colour; None where there is none."""
        found = self._one_coloured()
        if found is None:
            return None
        colour, kind = found
        thing = Thing(kind, None)
        windows = self.facts.windows(None, kind)
        first = self._ask("exist", {"a": self._a(thing)}, ("yes",), windows)
        turns = [first, self._follow("colour", (colour,), windows)]
        turns.append(self._follow("when", (), windows))
        sides = {actor.facing for actor in self.facts.actors() if actor.kind == kind}
        if len(sides) == 1 and kind not in OBJECTS:
            turns.append(self._follow("direction", tuple(sides), windows))
        if len(self.facts.values("time")) == 1:
            (time,) = self.facts.values("time")
            turns.append(self._follow("time", (str(time),), ()))
        other = self._other_pair()
        there = other in self.present
        text = self._a(Thing(other[1], other[0]))
        turns.append(self._follow("exist", ("yes" if there else "no",), (), a=text))
        return turns[:5] if len(turns) >= 5 else None

    def when(self) -> Asked | None:
        if not self.present:
            return None
        colour, kind = self.rng.choice(self.present)
        return self._ask("when", {"a": self._a(Thing(kind, colour))}, (), self.facts.windows(colour, kind))

    def exist(self) -> Asked | None:
        if not self.present:
            return None
        colour, kind = self.rng.choice(self.present)
        return self._ask("exist", {"a": self._a(Thing(kind, colour))}, ("yes",), self.facts.windows(colour, kind))

    def absent(self) -> Asked:
        colour, kind = self._absent_pair()
        return self._ask("exist", {"a": self._a(Thing(kind, colour))}, ("no",))

    def colour(self) -> Asked | None:
        found = self._one_coloured()
        if found is None:
            return None
        colour, kind = found
        return self._ask("colour", {"kind": self._kind(kind)}, (colour,), self.facts.windows(None, kind))

    def direction(self) -> Asked | None:
        sides: dict[tuple[str, str], set[str]] = {}
        for actor in self.facts.actors():
            if actor.kind not in OBJECTS:  # a ball goes nowhere
                sides.setdefault((actor.colour, actor.kind), set()).add(actor.facing)
        steady = sorted(name for name, found in sides.items() if len(found) == 1)
        if not steady:
            return None
        colour, kind = self.rng.choice(steady)
        (side,) = sides[colour, kind]
        the = self._the(Thing(kind, colour))
        return self._ask("direction", {"the": the}, (side,), self.facts.windows(colour, kind))

    def time(self) -> Asked | None:
        found = self.facts.values("time")
        return self._ask("time", {}, (str(next(iter(found))),)) if len(found) == 1 else None

    def rain(self) -> Asked | None:
        found = self.facts.values("weather")
        return self._ask("rain", {}, ("yes" if found == {"rain"} else "no",)) if len(found) == 1 else None

    def sign(self) -> Asked | None:
        found = self.facts.values("sign") - {None}
        if len(found) != 1:
            return None
        there = [scene.sign is not None for scene in self.facts.scenes]
        return self._ask("sign", {}, (str(next(iter(found))),), _runs(self.facts.seconds, there))

    def sequence(self) -> Asked | None:
        """Two things that happen once each, one clearly after the other; in English."""
        events = self.story.events()
        texts = [event.text for event in events]
        once = [event for event in events if texts.count(event.text) == 1]
        pairs = [(a, b) for a in once for b in once if b.start_seconds >= a.end_seconds + GAP]
        if not pairs or self.language != "en":
            return None
        first, second = self.rng.choice(pairs)
        order = tuple(((event.start_seconds, event.end_seconds),) for event in (first, second))
        return replace(self._ask("sequence", {"first": first.text, "second": second.text}, ()), order=order)

    def count_at(self) -> Asked | None:
        """How many of a kind there are at a second around which nobody of it comes or goes; in English."""
        steady = []
        for place in range(2, len(self.facts.seconds) - 2):
            near = self.facts.scenes[place - 2 : place + 3]
            for kind in KINDS:
                counts = {sum(actor.kind == kind for actor in scene.actors) for scene in near}
                if len(counts) == 1 and counts != {0}:
                    steady.append((self.facts.seconds[place], kind, counts.pop()))
        if not steady or self.language != "en":
            return None
        at, kind, count = self.rng.choice(steady)
        fields = {"many": plural(kind), "at": f"{at:g} seconds"}
        return self._ask("count_at", fields, (_NUMBERS[count], str(count)), ((at - 1.0, at + 1.0),))

    def unanswerable(self) -> Asked:
        return self._ask("unanswerable", {}, ())

    def absent_colour(self) -> Asked | None:
        absent = sorted(set(KINDS) - {kind for _, kind in self.present})
        if not absent:
            return None
        return self._ask("absent_colour", {"kind": self._kind(self.rng.choice(absent))}, ())

    def _ask(
        self, kind: str, fields: Mapping[str, str], answers: tuple[str, ...], windows: tuple[Window, ...] = ()
    ) -> Asked:
        pattern = self.rng.choice(WORDINGS[self.language][kind])
        told = _sentence(pattern.format(**fields))
        known = self.rng.choice(SEEN[kind]).format(**fields) if self.language == "en" and kind in SEEN else None
        return Asked(kind, self.language, told, self._said(answers), windows, seen=known)

    def _follow(self, kind: str, answers: tuple[str, ...], windows: tuple[Window, ...], **fields: str) -> Asked:
        pattern = self.rng.choice(FOLLOW_UPS[self.language][kind])
        return Asked(kind, self.language, _sentence(pattern.format(**fields)), self._said(answers), windows)

    def _said(self, answers: tuple[str, ...]) -> tuple[str, ...]:
        """What may be answered in the language of the question."""
        if self.language == "en":
            return answers
        return tuple(form for answer in answers for form in VIETNAMESE.get(answer, (answer,)))

    def _a(self, thing: Thing) -> str:
        return thing.a if self.language == "en" else thing.vi_a(self.rng)

    def _the(self, thing: Thing) -> str:
        return thing.the if self.language == "en" else thing.vi(self.rng)

    def _kind(self, kind: str) -> str:
        return kind if self.language == "en" else Thing(kind, None).vi(self.rng)

    def _one_coloured(self) -> tuple[str, str] | None:
        """A thing whose kind comes in one colour only."""
        kinds = [kind for _, kind in self.present]
        alone = [(colour, kind) for colour, kind in self.present if kinds.count(kind) == 1]
        return self.rng.choice(alone) if alone else None

    def _absent_pair(self) -> tuple[str, str]:
        """Something that is not there, though its colour or its kind is."""
        while True:
            colour, kind = self._other_pair()
            if (colour, kind) not in self.present:
                return colour, kind

    def _other_pair(self) -> tuple[str, str]:
        colours, kinds = list(COLOURS), list(KINDS)
        if not self.present:
            return self.rng.choice(colours), self.rng.choice(kinds)
        colour, kind = self.rng.choice(self.present)
        return (self.rng.choice(colours), kind) if self.rng.random() < 0.5 else (colour, self.rng.choice(kinds))


def strange(language: Language, rng: random.Random) -> Iterator[Asked]:
    """One question of each kind about something that no clip shows, and that the pocket models have never heard of."""
    for kind, patterns in STRANGE[language].items():
        name, vietnamese = rng.choice(UNKNOWN_THINGS)
        thing = Thing(name, vietnamese=vietnamese if language == "vi" else None)
        if language == "en":
            fields = {"a": thing.a, "the": thing.the, "kind": thing.kind, "many": thing.plural_name}
        else:
            fields = {"a": thing.vi_a(rng), "the": thing.vi(rng), "kind": thing.vi(rng)}
        yield Asked(f"unknown.{kind}", language, _sentence(rng.choice(patterns).format(**fields)), ())


_NUMBERS = ("zero", "one", "two", "three", "four", "five", "six")


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
