"""Questions about a scene with their true answers, and captions with what they demand of a picture."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from training.world.scene import COLOURS, KINDS, PAIRS, PLURALS, Actor, Scene

NUMBERS = ("zero", "one", "two", "three", "four")
WHERE = {"street": "in the street", "road": "on the road", "park": "in the park"}
WHEN = {"day": "by day", "night": "at night"}
ACTIONS = (
    *("stops", "passes", "crosses the street", "turns left", "turns right", "leaves", "appears", "arrives"),
    *("waits", "enters", "runs by", "walks by", "gets on the bus", "gets off the bus", "enters the shop"),
)
"""What things do (the first eight) and living beings do, in the words of a search."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question, its kind, and the answer that the scene gives."""

    kind: str
    text: str
    answer: str


def article(words: str) -> str:
    """`a red car`, `an orange bus`."""
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def plural(kind: str) -> str:
    """`cars`, `people`, `buses`."""
    return PLURALS.get(kind, f"{kind}s")


def backdrop(scene: Scene) -> str:
    """`in the park at night in the rain`."""
    rain = " in the rain" if scene.weather == "rain" else ""
    return f"{WHERE[scene.place]} {WHEN[scene.time]}{rain}"


def full_caption(scene: Scene) -> str:
    """Everybody from left to right, then the backdrop."""
    names = [article(actor.name) for actor in scene.actors] or ["nothing"]
    who = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return f"{who} {backdrop(scene)}"


def _exist(scene: Scene, rng: random.Random) -> tuple[str, str]:
    present = [actor.kind for actor in scene.actors]
    absent = [kind for kind in KINDS if kind not in present]
    kind = rng.choice(present) if present and rng.random() < 0.5 else rng.choice(absent)
    one = article(kind)
    forms = (f"is there {one}?", f"can you see {one}?", f"are there any {plural(kind)}?", f"do you see {one}?")
    return rng.choice(forms), "yes" if kind in present else "no"


def _near_miss(scene: Scene, rng: random.Random) -> tuple[str, str]:
    """A pair that shares its colour or kind with somebody present, so that neither word alone gives the answer."""
    if not scene.actors:
        return rng.choice(PAIRS)
    actor, draw = rng.choice(scene.actors), rng.random()
    if draw < 0.4:
        return actor.colour, rng.choice(KINDS)
    if draw < 0.85:
        return rng.choice(list(COLOURS)), actor.kind
    return rng.choice(PAIRS)


def _pair(scene: Scene, rng: random.Random) -> tuple[str, str, bool]:
    pairs = {(actor.colour, actor.kind) for actor in scene.actors}
    colour, kind = rng.choice(sorted(pairs)) if pairs and rng.random() < 0.5 else _near_miss(scene, rng)
    return colour, kind, (colour, kind) in pairs


def _exist_attr(scene: Scene, rng: random.Random) -> tuple[str, str]:
    colour, kind, there = _pair(scene, rng)
    name = article(f"{colour} {kind}")
    forms = (f"is there {name}?", f"can you see {name}?", f"is there any {colour} {kind}?", f"do you see {name}?")
    return rng.choice(forms), "yes" if there else "no"


def _count(scene: Scene, rng: random.Random) -> tuple[str, str]:
    present = [actor.kind for actor in scene.actors]
    kind = rng.choice(present) if present and rng.random() < 0.8 else rng.choice(KINDS)
    many = plural(kind)
    forms = (f"how many {many} are there?", f"how many {many} can you see?", f"how many {many} do you see?")
    return rng.choice(forms), NUMBERS[present.count(kind)]


def _count_all(scene: Scene, rng: random.Random) -> tuple[str, str]:
    return rng.choice(("how many things are there?", "how many objects are there?")), NUMBERS[len(scene.actors)]


def _only_of_kind(scene: Scene) -> list[Actor]:
    kinds = [actor.kind for actor in scene.actors]
    return [actor for actor in scene.actors if kinds.count(actor.kind) == 1]


def _only_of_name(scene: Scene) -> list[Actor]:
    names = [actor.name for actor in scene.actors]
    return [actor for actor in scene.actors if names.count(actor.name) == 1]


def _colour(scene: Scene, rng: random.Random) -> tuple[str, str] | None:
    if not (actors := _only_of_kind(scene)):
        return None
    actor = rng.choice(actors)
    spelling = rng.choice(("colour", "color"))
    kind = actor.kind
    forms = (
        f"what {spelling} is the {kind}?",
        f"what is the {spelling} of the {kind}?",
        f"which colour is the {kind}?",
    )
    return rng.choice(forms), actor.colour


def _kind(scene: Scene, rng: random.Random) -> tuple[str, str] | None:
    colours = [actor.colour for actor in scene.actors]
    actors = [actor for actor in scene.actors if colours.count(actor.colour) == 1]
    if not actors:
        return None
    actor = rng.choice(actors)
    return f"what is the {actor.colour} thing?", article(actor.kind)


def _neighbour(side: str, step: int) -> Callable[[Scene, random.Random], tuple[str, str] | None]:
    def ask(scene: Scene, rng: random.Random) -> tuple[str, str] | None:
        if not (actors := _only_of_name(scene)):
            return None
        actor = rng.choice(actors)
        other = scene.actors.index(actor) + step
        name = actor.name
        forms = (f"what is to the {side} of the {name}?", f"what is {side} of the {name}?")
        return rng.choice((*forms, f"what is on the {side} of the {name}?")), article(
            scene.actors[other].name
        ) if 0 <= other < len(scene.actors) else "nothing"

    return ask


def _side(scene: Scene, rng: random.Random) -> tuple[str, str] | None:
    actors = _only_of_name(scene)
    if len(actors) < 2:
        return None
    one, other = rng.sample(actors, 2)
    return f"is the {one.name} left or right of the {other.name}?", "left" if one.x < other.x else "right"


def _front(scene: Scene, rng: random.Random) -> tuple[str, str] | None:
    actors = _only_of_name(scene)
    hidden = [i + 1 for i, actor in enumerate(scene.actors) if actor.front and scene.actors[i + 1] in actors]
    if not actors or not (hidden or rng.random() < 0.2):
        return None
    position = rng.choice(hidden) if hidden and rng.random() < 0.75 else scene.actors.index(rng.choice(actors))
    before = scene.actors[position - 1] if position and scene.actors[position - 1].front else None
    text = f"what is in front of the {scene.actors[position].name}?"
    return text, article(before.name) if before else "nothing"


def _direction(scene: Scene, rng: random.Random) -> tuple[str, str] | None:
    if not (actors := _only_of_name(scene)):
        return None
    actor = rng.choice(actors)
    name = actor.kind if actor in _only_of_kind(scene) and rng.random() < 0.5 else actor.name
    forms = (
        f"which way is the {name} going?",
        f"which way is the {name} facing?",
        f"where is the {name} going?",
        f"which way does the {name} go?",
        f"is the {name} going left or right?",
    )
    return rng.choice(forms), actor.facing


OUT_OF_WORLD = (
    "who is the president of france?",
    "what is the capital of france?",
    "what is your name?",
    "who are you?",
    "what is two and two?",
    "who is the president?",
    "what is the capital of the english?",
    "when was the president there?",
)
"""Questions that no street scene answers."""
UNKNOWN = "none"
"""What the model answers where the picture does not say."""


def _unanswerable(scene: Scene, rng: random.Random) -> tuple[str, str]:
    """Something about a thing that is not there, or about another world: the answer is that there is none."""
    if rng.random() < 0.25:
        return rng.choice(OUT_OF_WORLD), UNKNOWN
    names = {actor.name for actor in scene.actors}
    kinds = {actor.kind for actor in scene.actors}
    missing = [kind for kind in KINDS if kind not in kinds]
    if rng.random() < 0.5 and missing:
        name = rng.choice(missing)
        spelling = rng.choice(("colour", "color"))
        forms = (f"what {spelling} is the {name}?", f"which way is the {name} going?", f"where is the {name} going?")
        return rng.choice(forms), UNKNOWN
    while True:
        colour, kind = _near_miss(scene, rng)
        name = f"{colour} {kind}"
        if name not in names:
            break
    about = ("which way is the {} going?", "what is to the left of the {}?", "what is right of the {}?")
    return rng.choice((*about, "what is in front of the {}?")).format(name), UNKNOWN


def _time(scene: Scene, rng: random.Random) -> tuple[str, str]:
    draw = rng.random()
    if draw < 0.4:
        return "is it day or night?", scene.time
    asked = rng.choice(("day", "night"))
    return f"is it {asked}?", "yes" if asked == scene.time else "no"


def _place(scene: Scene, rng: random.Random) -> tuple[str, str]:
    return rng.choice(("where is this?", "what place is this?")), scene.place


def _weather(scene: Scene, rng: random.Random) -> tuple[str, str]:
    if rng.random() < 0.7:
        return rng.choice(
            ("is it raining?", "is there rain?", "does it rain?")
        ), "yes" if scene.weather == "rain" else "no"
    return "what is the weather like?", scene.weather


def _sign(scene: Scene, rng: random.Random) -> tuple[str, str]:
    return rng.choice(("is there a sign?", "can you see a sign?")), "yes" if scene.sign else "no"


def sample_statement(scene: Scene, rng: random.Random) -> tuple[str, bool]:
    """Words that a search may use, and whether the scene shows them; half of the time it does."""
    draw = rng.random()
    if draw < 0.5:
        colour, kind, there = _pair(scene, rng)
        return article(f"{colour} {kind}"), there
    if draw < 0.75:
        present = [actor.kind for actor in scene.actors]
        kind = rng.choice(present) if present and rng.random() < 0.5 else rng.choice(KINDS)
        return article(kind), kind in present
    if draw < 0.9:
        colour, kind, there = _pair(scene, rng)
        raining = rng.random() < 0.5
        where = "in the rain" if raining else rng.choice(tuple(WHEN.values()))
        fits = scene.weather == "rain" if raining else where == WHEN[scene.time]
        return f"{article(f'{colour} {kind}')} {where}", there and fits
    if rng.random() < 0.5:
        return "rain", scene.weather == "rain"
    return "a sign", scene.sign is not None


ACTOR_KINDS: dict[str, Callable[[Scene, random.Random], tuple[str, str] | None]] = {
    "exist": _exist,
    "exist_attr": _exist_attr,
    "count": _count,
    "count_all": _count_all,
    "colour": _colour,
    "kind": _kind,
    "left": _neighbour("left", -1),
    "right": _neighbour("right", 1),
    "side": _side,
    "front": _front,
    "direction": _direction,
    "unanswerable": _unanswerable,
}
BACKDROP_KINDS: dict[str, Callable[[Scene, random.Random], tuple[str, str] | None]] = {
    "time": _time,
    "place": _place,
    "weather": _weather,
    "sign": _sign,
}
QUESTION_KINDS = {**ACTOR_KINDS, **BACKDROP_KINDS}
WEIGHTS = dict(zip(QUESTION_KINDS, (10, 12, 10, 4, 10, 6, 8, 8, 14, 8, 10, 8, 3, 2, 3, 2), strict=True))
"""How often training asks each kind: the harder ones more often."""


def sample_question(scene: Scene, rng: random.Random, kind: str | None = None) -> Question | None:
    """A question of `kind` (default: any that the scene allows); None if the scene has nothing of that kind."""
    if kind is not None:
        found = QUESTION_KINDS[kind](scene, rng)
        return Question(kind, *found) if found else None
    while True:
        kind = rng.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        if found := QUESTION_KINDS[kind](scene, rng):
            return Question(kind, *found)


@dataclass(frozen=True, slots=True)
class Caption:
    """Words for a picture, and what a picture must show to deserve them."""

    text: str
    wanted: tuple[tuple[str | None, str], ...]  # (colour or None, kind), with repetition
    place: str | None = None
    time: str | None = None
    weather: str | None = None
    ordered: bool = False  # says who is left of whom, which `wanted` cannot check
    empty: bool = False  # says that nobody is there

    def fits(self, scene: Scene) -> bool:
        """True if every demand is met (order apart)."""
        if self.empty and scene.actors:
            return False
        for colour, kind in set(self.wanted):
            there = sum(actor.kind == kind and colour in (None, actor.colour) for actor in scene.actors)
            if there < self.wanted.count((colour, kind)):
                return False
        return (
            self.place in (None, scene.place)
            and self.time in (None, scene.time)
            and self.weather in (None, scene.weather)
        )


def sample_caption(scene: Scene, rng: random.Random) -> Caption:
    """A full caption, or one or two things with or without their surroundings, in words a search would use."""
    rain = "rain" if scene.weather == "rain" else None
    if rng.random() < 0.06:
        if rain and rng.random() < 0.5:
            return Caption(rng.choice(("rain", "it is raining", "in the rain")), (), weather=rain)
        if rng.random() < 0.5:
            return Caption(f"the {scene.time}", (), time=scene.time)
        return Caption(article(scene.place), (), place=scene.place)
    if not scene.actors or rng.random() < 0.35:
        wanted = tuple((actor.colour, actor.kind) for actor in scene.actors)
        alone = not wanted
        return Caption(full_caption(scene), wanted, scene.place, scene.time, rain, ordered=len(wanted) > 1, empty=alone)
    chosen = sorted(rng.sample(scene.actors, min(len(scene.actors), rng.choice((1, 1, 2)))), key=lambda actor: actor.x)
    wanted_list: list[tuple[str | None, str]] = []
    phrases = []
    for actor in chosen:
        if rng.random() < 0.2:
            wanted_list.append((None, actor.kind))
            phrases.append(article(actor.kind))
        else:
            wanted_list.append((actor.colour, actor.kind))
            dressed = actor.kind == "person" and rng.random() < 0.4
            phrases.append(f"a person in {actor.colour}" if dressed else article(actor.name))
    if len(chosen) == 1 and rng.random() < 0.3:
        # What somebody does shows in no single frame: the verb must not hide who it is.
        verbs = ACTIONS if chosen[0].kind in ("person", "dog") else ACTIONS[:8]
        return Caption(f"{phrases[0]} {rng.choice(verbs)}", tuple(wanted_list))
    text = rng.choice(("", "", "a photo of ", "there is "))
    ordered = len(chosen) == 2 and rng.random() < 0.5
    if ordered:
        left, right = phrases
        text += f"{left} left of {right}" if rng.random() < 0.5 else f"{right} to the right of {left}"
    else:
        rng.shuffle(phrases)
        text += " and ".join(phrases)
    draw = rng.random()
    if draw < 0.3:
        return Caption(f"{text} {backdrop(scene)}", tuple(wanted_list), scene.place, scene.time, rain, ordered=ordered)
    if draw < 0.4:
        return Caption(f"{text} {WHEN[scene.time]}", tuple(wanted_list), time=scene.time, ordered=ordered)
    if draw < 0.5:
        return Caption(f"{text} {WHERE[scene.place]}", tuple(wanted_list), place=scene.place, ordered=ordered)
    if draw < 0.58 and rain:
        return Caption(f"{text} in the rain", tuple(wanted_list), weather=rain, ordered=ordered)
    return Caption(text, tuple(wanted_list), ordered=ordered)
