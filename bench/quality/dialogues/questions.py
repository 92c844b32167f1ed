"""Questions and dialogues about one rendered clip, with their true answers."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.text.language import Language
from bench.quality.dialogues.wordings import FOLLOW_UPS, TRAINED_WORDINGS, UNKNOWN_THING_WORDINGS, WORDINGS
from training.language.held_out import UNKNOWN_THINGS
from training.language.names import VI_COLOURS, Thing
from training.world.questions import NUMBERS, plural
from training.world.scene import COLOURS, KINDS, OBJECTS, WIDTH

if TYPE_CHECKING:
    from training.world.scene import Actor, Scene
    from training.world.story import Story

STEP_SECONDS = 0.5  # between two looks at a clip
MIN_VISIBLE = 0.6  # share of an actor's width that must be in the frame for the actor to count as present
MIN_GAP_SECONDS = 1.5  # between the two events of a sequence
Interval = tuple[float, float]  # seconds, half-open

VIETNAMESE_ANSWERS: Mapping[str, tuple[str, ...]] = {
    "yes": ("có", "đúng", "phải"), "no": ("không",), "day": ("ngày",), "night": ("đêm",),
    "left": ("trái",), "right": ("phải",), **VI_COLOURS,
}  # fmt: skip
EXPECTED_TOOLS: Mapping[str, frozenset[str]] = {
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
"""For each kind of question, the tools that can answer it."""


@dataclass(frozen=True, slots=True)
class ClipQuestion:
    """One question about a clip, and what makes an answer right."""

    kind: str
    language: Language
    text: str
    answers: tuple[str, ...]  # each of them is right; empty: there is no answer in words
    intervals: tuple[Interval, ...] = ()  # in which the evidence must lie
    event_intervals: tuple[tuple[Interval, ...], ...] = ()  # of a sequence: in which each event may lie
    trained_text: str | None = None  # the same question in a wording that the trainings use


@dataclass(frozen=True, slots=True)
class Facts:
    """What is true of a clip."""

    seconds: tuple[float, ...]
    scenes: tuple[Scene, ...]  # at each of these seconds, with the actors that are well in the frame

    def intervals(self, colour: str | None, kind: str) -> tuple[Interval, ...]:
        """When an actor of that kind, and of that colour if one is given, is present."""
        present = [any(a.kind == kind and colour in (None, a.colour) for a in scene.actors) for scene in self.scenes]
        return _true_intervals(self.seconds, present)

    def actors(self) -> Iterator[Actor]:
        """The actors of each scene in turn, so that an actor comes once for each look."""
        for scene in self.scenes:
            yield from scene.actors

    def values(self, name: str) -> set[object]:
        """All values of a scene's field over the clip."""
        return {getattr(scene, name) for scene in self.scenes}


def facts(story: Story) -> Facts:
    """Looks at a clip every `STEP_SECONDS`."""
    seconds, scenes = [], []
    for at, shot, inside in story.frames(round(1 / STEP_SECONDS)):
        scene = shot.scene(inside)
        seconds.append(at)
        scenes.append(replace(scene, actors=tuple(a for a in scene.actors if _visible_share(a) >= MIN_VISIBLE)))
    return Facts(tuple(seconds), tuple(scenes))


def _visible_share(actor: Actor) -> float:
    """The share of an actor's width that is in the frame, in [0, 1]."""
    x0, _, x1, _ = actor.box
    return max(0.0, min(x1, WIDTH) - max(x0, 0.0)) / (x1 - x0)


def _true_intervals(seconds: Sequence[float], values: Sequence[bool]) -> tuple[Interval, ...]:
    """The intervals in which `values`, one for each second, are true without a break."""
    intervals: list[Interval] = []
    start: float | None = None
    for at, value in zip([*seconds, seconds[-1] + STEP_SECONDS], [*values, False], strict=True):
        if value and start is None:
            start = at
        elif not value and start is not None:
            intervals.append((start, at))
            start = None
    return tuple(intervals)


class QuestionSampler:
    """Samples questions about one clip in one language."""

    def __init__(self, story: Story, language: Language, rng: random.Random) -> None:
        self.story, self.language, self.rng, self.facts = story, language, rng, facts(story)
        self.present = sorted({(actor.colour, actor.kind) for actor in self.facts.actors()})

    def single_questions(self) -> Iterator[ClipQuestion]:
        """One question of each kind that the clip allows."""
        samplers = (
            self.when, self.exist, self.absent, self.colour, self.direction, self.time, self.rain, self.sign,
            self.sequence, self.count_at, self.unanswerable, self.absent_colour,
        )  # fmt: skip
        for sample in samplers:
            if (question := sample()) is not None:
                yield question

    def dialogue(self) -> list[ClipQuestion] | None:
        """Five turns about one thing whose kind has a single colour; None if the clip has no such thing."""
        pair = self._pair_of_one_colour()
        if pair is None:
            return None
        colour, kind = pair
        thing = Thing(kind, None)
        intervals = self.facts.intervals(None, kind)
        first = self._question("exist", {"a": self._indefinite(thing)}, ("yes",), intervals)
        turns = [first, self._follow_up("colour", (colour,), intervals)]
        turns.append(self._follow_up("when", (), intervals))
        sides = {actor.facing for actor in self.facts.actors() if actor.kind == kind}
        if len(sides) == 1 and kind not in OBJECTS:
            turns.append(self._follow_up("direction", tuple(sides), intervals))
        if len(self.facts.values("time")) == 1:
            (time,) = self.facts.values("time")
            turns.append(self._follow_up("time", (str(time),), ()))
        other = self._near_pair()
        answer = "yes" if other in self.present else "no"
        text = self._indefinite(Thing(other[1], other[0]))
        turns.append(self._follow_up("exist", (answer,), (), a=text))
        return turns[:5] if len(turns) >= 5 else None

    def when(self) -> ClipQuestion | None:
        if not self.present:
            return None
        colour, kind = self.rng.choice(self.present)
        return self._question(
            "when", {"a": self._indefinite(Thing(kind, colour))}, (), self.facts.intervals(colour, kind)
        )

    def exist(self) -> ClipQuestion | None:
        if not self.present:
            return None
        colour, kind = self.rng.choice(self.present)
        return self._question(
            "exist", {"a": self._indefinite(Thing(kind, colour))}, ("yes",), self.facts.intervals(colour, kind)
        )

    def absent(self) -> ClipQuestion:
        colour, kind = self._absent_pair()
        return self._question("exist", {"a": self._indefinite(Thing(kind, colour))}, ("no",))

    def colour(self) -> ClipQuestion | None:
        pair = self._pair_of_one_colour()
        if pair is None:
            return None
        colour, kind = pair
        return self._question("colour", {"kind": self._kind_name(kind)}, (colour,), self.facts.intervals(None, kind))

    def direction(self) -> ClipQuestion | None:
        sides: dict[tuple[str, str], set[str]] = {}
        for actor in self.facts.actors():
            if actor.kind not in OBJECTS:  # a ball goes nowhere
                sides.setdefault((actor.colour, actor.kind), set()).add(actor.facing)
        constant = sorted(pair for pair, facings in sides.items() if len(facings) == 1)
        if not constant:
            return None
        colour, kind = self.rng.choice(constant)
        (side,) = sides[colour, kind]
        the = self._definite(Thing(kind, colour))
        return self._question("direction", {"the": the}, (side,), self.facts.intervals(colour, kind))

    def time(self) -> ClipQuestion | None:
        times = self.facts.values("time")
        return self._question("time", {}, (str(next(iter(times))),)) if len(times) == 1 else None

    def rain(self) -> ClipQuestion | None:
        weathers = self.facts.values("weather")
        return self._question("rain", {}, ("yes" if weathers == {"rain"} else "no",)) if len(weathers) == 1 else None

    def sign(self) -> ClipQuestion | None:
        signs = self.facts.values("sign") - {None}
        if len(signs) != 1:
            return None
        has_sign = [scene.sign is not None for scene in self.facts.scenes]
        return self._question("sign", {}, (str(next(iter(signs))),), _true_intervals(self.facts.seconds, has_sign))

    def sequence(self) -> ClipQuestion | None:
        """Two events that happen once each, the second clearly after the first; in English only."""
        events = self.story.events()
        texts = [event.text for event in events]
        once = [event for event in events if texts.count(event.text) == 1]
        pairs = [(a, b) for a in once for b in once if b.start_seconds >= a.end_seconds + MIN_GAP_SECONDS]
        if not pairs or self.language != "en":
            return None
        first, second = self.rng.choice(pairs)
        intervals = tuple(((event.start_seconds, event.end_seconds),) for event in (first, second))
        question = self._question("sequence", {"first": first.text, "second": second.text}, ())
        return replace(question, event_intervals=intervals)

    def count_at(self) -> ClipQuestion | None:
        """How many of a kind there are at a second around which their number is constant; in English only."""
        constant = []
        for place in range(2, len(self.facts.seconds) - 2):
            near = self.facts.scenes[place - 2 : place + 3]
            for kind in KINDS:
                counts = {sum(actor.kind == kind for actor in scene.actors) for scene in near}
                if len(counts) == 1 and counts != {0}:
                    constant.append((self.facts.seconds[place], kind, counts.pop()))
        if not constant or self.language != "en":
            return None
        at, kind, count = self.rng.choice(constant)
        fields = {"many": plural(kind), "at": f"{at:g} seconds"}
        return self._question("count_at", fields, (NUMBERS[count], str(count)), ((at - 1.0, at + 1.0),))

    def unanswerable(self) -> ClipQuestion:
        return self._question("unanswerable", {}, ())

    def absent_colour(self) -> ClipQuestion | None:
        absent = sorted(set(KINDS) - {kind for _, kind in self.present})
        if not absent:
            return None
        return self._question("absent_colour", {"kind": self._kind_name(self.rng.choice(absent))}, ())

    def _question(
        self, kind: str, fields: Mapping[str, str], answers: tuple[str, ...], intervals: tuple[Interval, ...] = ()
    ) -> ClipQuestion:
        text = _sentence(self.rng.choice(WORDINGS[self.language][kind]).format(**fields))
        trained = None
        if self.language == "en" and kind in TRAINED_WORDINGS:
            trained = self.rng.choice(TRAINED_WORDINGS[kind]).format(**fields)
        return ClipQuestion(kind, self.language, text, self._accepted(answers), intervals, trained_text=trained)

    def _follow_up(
        self, kind: str, answers: tuple[str, ...], intervals: tuple[Interval, ...], **fields: str
    ) -> ClipQuestion:
        pattern = self.rng.choice(FOLLOW_UPS[self.language][kind])
        return ClipQuestion(
            kind, self.language, _sentence(pattern.format(**fields)), self._accepted(answers), intervals
        )

    def _accepted(self, answers: tuple[str, ...]) -> tuple[str, ...]:
        """The right answers in the language of the question."""
        if self.language == "en":
            return answers
        return tuple(form for answer in answers for form in VIETNAMESE_ANSWERS.get(answer, (answer,)))

    def _indefinite(self, thing: Thing) -> str:
        return thing.a if self.language == "en" else thing.vi_a(self.rng)

    def _definite(self, thing: Thing) -> str:
        return thing.the if self.language == "en" else thing.vi(self.rng)

    def _kind_name(self, kind: str) -> str:
        return kind if self.language == "en" else Thing(kind, None).vi(self.rng)

    def _pair_of_one_colour(self) -> tuple[str, str] | None:
        """Colour and kind of a thing whose kind comes in one colour only; None if the clip has no such thing."""
        kinds = [kind for _, kind in self.present]
        pairs = [(colour, kind) for colour, kind in self.present if kinds.count(kind) == 1]
        return self.rng.choice(pairs) if pairs else None

    def _absent_pair(self) -> tuple[str, str]:
        """Colour and kind of a thing that is absent, though its colour or its kind is present."""
        while True:
            colour, kind = self._near_pair()
            if (colour, kind) not in self.present:
                return colour, kind

    def _near_pair(self) -> tuple[str, str]:
        """A pair that has its colour or its kind in common with a present pair, and may be present itself."""
        colours, kinds = list(COLOURS), list(KINDS)
        if not self.present:
            return self.rng.choice(colours), self.rng.choice(kinds)
        colour, kind = self.rng.choice(self.present)
        return (self.rng.choice(colours), kind) if self.rng.random() < 0.5 else (colour, self.rng.choice(kinds))


def unknown_thing_questions(language: Language, rng: random.Random) -> Iterator[ClipQuestion]:
    """One question of each kind about a thing that no clip shows and no training of the pocket models names."""
    for kind, patterns in UNKNOWN_THING_WORDINGS[language].items():
        name, vietnamese = rng.choice(UNKNOWN_THINGS)
        thing = Thing(name, vietnamese=vietnamese if language == "vi" else None)
        if language == "en":
            fields = {"a": thing.a, "the": thing.the, "kind": thing.kind, "many": thing.plural_name}
        else:
            fields = {"a": thing.vi_a(rng), "the": thing.vi(rng), "kind": thing.vi(rng)}
        yield ClipQuestion(f"unknown.{kind}", language, _sentence(rng.choice(patterns).format(**fields)), ())


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
