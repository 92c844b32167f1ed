"""The questions of `training.world.questions` in Vietnamese."""

from __future__ import annotations

import random

from training.language.accents import strip_accents
from training.language.held_out import VI_WORDINGS as HELD_OUT
from training.language.names import VI_COLOURS, Thing
from training.language.translation_wordings import VI_WORDINGS
from training.world.questions import QUESTION_KINDS, plural
from training.world.scene import CARRIED, COLOURS, Scene
from training.world.scene import KINDS as WORLD_KINDS

CLASSES = {
    "exist": "exist",
    "count": "count",
    "colour": "colour",
    "kind": "kind_of",
    "left": "left",
    "right": "right",
    "side": "side",
    "front": "front",
    "direction": "direction",
    "carries": "holding",
    "time_which": "time",
    "place": "place",
    "rain": "weather",
    "fog": "fog",
    "weather": "weather_like",
    "sign": "sign_there",
}
"""Maps a way of asking to the key of `VI_WORDINGS` with its sentences."""
KINDS = tuple(kind for kind in QUESTION_KINDS if kind not in ("unanswerable", "count_all"))
UNACCENTED = 0.1  # share of questions that are typed without accents
_HELD_OUT_SHARE = 0.5


def in_vietnamese(kind: str, scene: Scene, rng: random.Random) -> tuple[str, str] | None:
    """Draws a question about a scene; half of the wordings are held out of training.

    Returns:
        The question and its answer in English; None if the scene allows no question of that kind, or if there are no
        Vietnamese wordings for it.
    """
    asked = QUESTION_KINDS[kind](scene, rng)
    if asked is None or asked[0] not in CLASSES:
        return None
    way, fields, answer = asked
    name = CLASSES[way]
    held_out = HELD_OUT.get(name, ())
    pattern = rng.choice(held_out if held_out and rng.random() < _HELD_OUT_SHARE else VI_WORDINGS[name])
    thing = _thing(fields.get("name") or fields.get("kind") or fields.get("many") or "")
    other = _thing(fields.get("other", ""))
    text = pattern.format(
        vi=thing.vi(rng) if thing else "",
        vi_bare=thing.vi(rng, classifier=False) if thing else "",
        vi_one=thing.vi_a(rng) if thing else "",
        vi_other=other.vi(rng) if other else "",
        vi_person=thing.vi(rng) if thing else "",
        vi_colour=VI_COLOURS[fields["colour"]][0] if "colour" in fields else "",
    )
    return (strip_accents(text) if rng.random() < UNACCENTED else text), answer


def _thing(words: str) -> Thing | None:
    """Parses `red car`, `people` or `person with an umbrella`; None if it names no kind of the world."""
    head, _, tail = words.partition(" with ")
    parts = head.split()
    if not parts:
        return None
    singular = {plural(kind): kind for kind in WORLD_KINDS} | {kind: kind for kind in WORLD_KINDS}
    if parts[-1] not in singular:
        return None
    carries = tail.split()[-1] if tail else None
    colour = parts[0] if parts[0] in COLOURS else None
    return Thing(singular[parts[-1]], colour, carries if carries in CARRIED else None)
