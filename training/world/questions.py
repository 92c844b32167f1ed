"""Questions and statements about a scene, with their true answers."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from training.world.scene import CARRIED, COLOURS, KINDS, OBJECTS, PAIRS, PLURALS, Actor, Scene
from training.world.wordings import OUT_OF_WORLD, WORDINGS

NUMBERS = ("zero", "one", "two", "three", "four", "five", "six")
WHERE = {
    "street": "in the street",
    "road": "on the road",
    "park": "in the park",
    "beach": "on the beach",
    "square": "on the square",
}
WHEN = {"day": "by day", "night": "at night"}
IN_WEATHER = {"rain": "in the rain", "fog": "in the fog"}
UNKNOWN = "none"
"""The answer to a question that the picture does not answer."""

Asked = tuple[str, Mapping[str, str], str]
"""A question before it is worded: the way of asking (a key of `WORDINGS`), the fields of its patterns, the answer."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question of a kind (one of `QUESTION_KINDS`) and the answer that the scene gives."""

    kind: str
    text: str
    answer: str


def article(words: str) -> str:
    """Returns the words with their article: `a red car`, `an orange bus`."""
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def plural(kind: str) -> str:
    """Returns the plural of a kind: `cars`, `people`, `buses`."""
    return PLURALS.get(kind, f"{kind}s")


def backdrop(scene: Scene) -> str:
    """Returns the surroundings of a scene in words: `in the park at night in the rain`."""
    weather = f" {IN_WEATHER[scene.weather]}" if scene.weather in IN_WEATHER else ""
    return f"{WHERE[scene.place]} {WHEN[scene.time]}{weather}"


def described(actor: Actor) -> str:
    """Returns an actor in words: `a red car`, `a blue person with an umbrella`."""
    return f"{article(actor.name)} with {article(actor.carries)}" if actor.carries else article(actor.name)


def listed(names: Sequence[str], *, nothing: str = "nothing", joint: str = "and") -> str:
    """Returns names as one phrase, `a, b and c`; `nothing` if there are none."""
    if not names:
        return nothing
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {joint} {names[-1]}"


def full_caption(scene: Scene) -> str:
    """Returns the full caption of a scene: all actors from left to right, then the backdrop."""
    return f"{listed([described(actor) for actor in scene.actors])} {backdrop(scene)}"


def _named(name: str, plural_name: str) -> dict[str, str]:
    return {"a": article(name), "name": name, "many": plural_name}


def _exist(scene: Scene, rng: random.Random) -> Asked:
    present = [actor.kind for actor in scene.actors]
    absent = [kind for kind in KINDS if kind not in present]
    kind = rng.choice(present) if present and rng.random() < 0.5 else rng.choice(absent)
    return "exist", _named(kind, plural(kind)), yes_or_no(kind in present)


def yes_or_no(true: bool) -> str:
    """Returns `yes` or `no`."""
    return "yes" if true else "no"


def _near_miss(scene: Scene, rng: random.Random) -> tuple[str, str]:
    """Draws a pair that shares its colour or kind with an actor, so that neither word alone gives the answer."""
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


def _carrier(scene: Scene, rng: random.Random) -> tuple[str, str, bool] | None:
    """Draws a person and a thing to carry, and says whether the scene shows them: (person, thing, present).

    None if the scene has no person.
    """
    people = [actor for actor in scene.actors if actor.kind == "person"]
    if not people:
        return None
    person = rng.choice(people)
    thing = person.carries if person.carries and rng.random() < 0.5 else rng.choice(CARRIED)
    who = person.name if rng.random() < 0.5 else "person"
    present = any(other.carries == thing and who in ("person", other.name) for other in people)
    return who, thing, present


def _exist_attr(scene: Scene, rng: random.Random) -> Asked:
    if rng.random() < 0.3 and (carrier := _carrier(scene, rng)):
        who, thing, present = carrier
        name = f"{who} with {article(thing)}"
        return "exist", _named(name, name.replace("person", "people", 1)), yes_or_no(present)
    colour, kind, present = _pair(scene, rng)
    return "exist", _named(f"{colour} {kind}", f"{colour} {plural(kind)}"), yes_or_no(present)


def _count(scene: Scene, rng: random.Random) -> Asked:
    present = [actor.kind for actor in scene.actors]
    kind = rng.choice(present) if present and rng.random() < 0.85 else rng.choice(KINDS)
    if rng.random() < 0.15:
        colours = [actor.colour for actor in scene.actors]
        colour = rng.choice(colours) if colours else rng.choice(list(COLOURS))
        return "count", {"many": f"{colour} things"}, NUMBERS[colours.count(colour)]
    return "count", {"many": plural(kind)}, NUMBERS[present.count(kind)]


def _count_all(scene: Scene, rng: random.Random) -> Asked:
    return "count", {"many": rng.choice(("things", "objects"))}, NUMBERS[len(scene.actors)]


def _only_of_kind(scene: Scene) -> list[Actor]:
    kinds = [actor.kind for actor in scene.actors]
    return [actor for actor in scene.actors if kinds.count(actor.kind) == 1]


def _only_of_name(scene: Scene) -> list[Actor]:
    names = [actor.name for actor in scene.actors]
    return [actor for actor in scene.actors if names.count(actor.name) == 1]


def _colour(scene: Scene, rng: random.Random) -> Asked | None:
    if not (actors := _only_of_kind(scene)):
        return None
    actor = rng.choice(actors)
    return "colour", {"kind": actor.kind}, actor.colour


def _kind(scene: Scene, rng: random.Random) -> Asked | None:
    colours = [actor.colour for actor in scene.actors]
    actors = [actor for actor in scene.actors if colours.count(actor.colour) == 1]
    if not actors:
        return None
    actor = rng.choice(actors)
    return "kind", {"colour": actor.colour}, article(actor.kind)


def _neighbour(side: str, step: int) -> Callable[[Scene, random.Random], Asked | None]:
    def ask(scene: Scene, rng: random.Random) -> Asked | None:
        if not (actors := _only_of_name(scene)):
            return None
        actor = rng.choice(actors)
        position = scene.actors.index(actor) + step
        exists = 0 <= position < len(scene.actors)
        return side, {"name": actor.name}, article(scene.actors[position].name) if exists else "nothing"

    return ask


def _side(scene: Scene, rng: random.Random) -> Asked | None:
    actors = _only_of_name(scene)
    if len(actors) < 2:
        return None
    actor, other = rng.sample(actors, 2)
    return "side", {"name": actor.name, "other": other.name}, "left" if actor.x < other.x else "right"


def _front(scene: Scene, rng: random.Random) -> Asked | None:
    actors = _only_of_name(scene)
    hidden = [
        position + 1
        for position, actor in enumerate(scene.actors)
        if actor.front and scene.actors[position + 1] in actors
    ]
    if not actors or not (hidden or rng.random() < 0.2):
        return None
    position = rng.choice(hidden) if hidden and rng.random() < 0.75 else scene.actors.index(rng.choice(actors))
    before = scene.actors[position - 1] if position and scene.actors[position - 1].front else None
    return "front", {"name": scene.actors[position].name}, article(before.name) if before else "nothing"


def _direction(scene: Scene, rng: random.Random) -> Asked | None:
    actors = [actor for actor in _only_of_name(scene) if actor.kind not in OBJECTS]
    if not actors:
        return None
    actor = rng.choice(actors)
    name = actor.kind if actor in _only_of_kind(scene) and rng.random() < 0.5 else actor.name
    return "direction", {"name": name}, actor.facing


def _carries(scene: Scene, rng: random.Random) -> Asked | None:
    people = [actor for actor in _only_of_name(scene) if actor.kind == "person"]
    if not people:
        return None
    person = rng.choice(people)
    name = "person" if person in _only_of_kind(scene) and rng.random() < 0.5 else person.name
    return "carries", {"name": name}, article(person.carries) if person.carries else "nothing"


def _unanswerable(scene: Scene, rng: random.Random) -> Asked:
    """Draws a question about a thing that is not there or not of this world; the answer is `UNKNOWN`."""
    draw = rng.random()
    if draw < 0.25:
        return "other", {"text": rng.choice(OUT_OF_WORLD)}, UNKNOWN
    names = {actor.name for actor in scene.actors}
    kinds = {actor.kind for actor in scene.actors}
    missing = [kind for kind in KINDS if kind not in kinds]
    objects = [actor for actor in _only_of_name(scene) if actor.kind in OBJECTS]
    if draw < 0.35 and objects:
        return "direction", {"name": rng.choice(objects).name}, UNKNOWN
    if draw < 0.6:
        kind = rng.choice(missing)
        return rng.choice(("colour", "direction")), {"kind": kind, "name": kind}, UNKNOWN
    while True:
        colour, kind = _near_miss(scene, rng)
        name = f"{colour} {kind}"
        if name not in names:
            break
    return rng.choice(("direction", "left", "right", "front", "carries")), {"name": name}, UNKNOWN


def _time(scene: Scene, rng: random.Random) -> Asked:
    if rng.random() < 0.5:
        return "time_which", {}, scene.time
    asked = rng.choice(("day", "night"))
    return "time_is", {"time": asked}, yes_or_no(asked == scene.time)


def _place(scene: Scene, _rng: random.Random) -> Asked:
    return "place", {}, scene.place


def _weather(scene: Scene, rng: random.Random) -> Asked:
    draw = rng.random()
    if draw < 0.4:
        return "rain", {}, yes_or_no(scene.weather == "rain")
    if draw < 0.65:
        return "fog", {}, yes_or_no(scene.weather == "fog")
    return "weather", {}, scene.weather


def _sign(scene: Scene, _rng: random.Random) -> Asked:
    return "sign", {}, yes_or_no(scene.sign is not None)


def sample_statement(scene: Scene, rng: random.Random) -> tuple[str, bool]:
    """Draws words that a search may use, and says whether they are true of the scene; about half of them are."""
    draw = rng.random()
    if draw < 0.4:
        colour, kind, present = _pair(scene, rng)
        return article(f"{colour} {kind}"), present
    if draw < 0.5 and (carrier := _carrier(scene, rng)):
        who, thing, present = carrier
        return f"{article(who)} with {article(thing)}", present
    if draw < 0.7:
        kinds = [actor.kind for actor in scene.actors]
        kind = rng.choice(kinds) if kinds and rng.random() < 0.5 else rng.choice(KINDS)
        return article(kind), kind in kinds
    if draw < 0.88:
        colour, kind, present = _pair(scene, rng)
        circumstance, fits = _circumstance(scene, rng)
        return f"{article(f'{colour} {kind}')} {circumstance}", present and fits
    if rng.random() < 0.6:
        weather = rng.choice(("rain", "fog"))
        return weather, scene.weather == weather
    return "a sign", scene.sign is not None


def _circumstance(scene: Scene, rng: random.Random) -> tuple[str, bool]:
    """Draws a place, a time or a weather in words, and says whether it is the scene's."""
    draw = rng.random()
    if draw < 0.35:
        weather = rng.choice(("rain", "fog"))
        return IN_WEATHER[weather], scene.weather == weather
    if draw < 0.7:
        time = rng.choice(tuple(WHEN))
        return WHEN[time], scene.time == time
    place = scene.place if rng.random() < 0.5 else rng.choice(tuple(WHERE))
    return WHERE[place], scene.place == place


ACTOR_KINDS: dict[str, Callable[[Scene, random.Random], Asked | None]] = {
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
    "carries": _carries,
    "unanswerable": _unanswerable,
}
BACKDROP_KINDS: dict[str, Callable[[Scene, random.Random], Asked | None]] = {
    "time": _time,
    "place": _place,
    "weather": _weather,
    "sign": _sign,
}
QUESTION_KINDS = {**ACTOR_KINDS, **BACKDROP_KINDS}
WEIGHTS = dict(zip(QUESTION_KINDS, (10, 12, 12, 6, 10, 8, 10, 10, 14, 10, 10, 6, 9, 3, 2, 4, 2), strict=True))
"""How often training asks each kind, relative to the others: harder kinds more often."""


def sample_question(
    scene: Scene, rng: random.Random, kind: str | None = None, wordings: Mapping[str, Sequence[str]] = WORDINGS
) -> Question | None:
    """Draws a question about a scene.

    Args:
        scene: the scene to ask about.
        rng: source of randomness.
        kind: one of `QUESTION_KINDS`; None draws a kind that the scene allows.
        wordings: patterns for each way of asking.

    Returns:
        The question; None if the scene allows no question of the given kind.
    """
    while True:
        drawn = kind or rng.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        if asked := QUESTION_KINDS[drawn](scene, rng):
            way, fields, answer = asked
            text = fields["text"] if way == "other" else rng.choice(wordings[way]).format(**fields)
            return Question(drawn, text, answer)
        if kind:
            return None
