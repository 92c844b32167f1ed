"""Captions in Vietnamese: the second language of the pocket CLIP."""

from __future__ import annotations

import random

from training.language.names import VERBS, Thing
from training.world.captions import DRIVEN, Wanted
from training.world.questions import listed
from training.world.scene import Scene

WHERE = {
    "street": "trên phố",
    "road": "trên đường",
    "park": "trong công viên",
    "beach": "trên bãi biển",
    "square": "trên quảng trường",
}
WHEN = {"day": "ban ngày", "night": "ban đêm"}
IN_WEATHER = {"clear": "", "rain": " trời mưa", "fog": " trong sương mù"}
_BARE = {
    "rain": ("mưa", "trời mưa", "trời đang mưa"),
    "fog": ("sương mù", "trong sương mù", "trời có sương mù"),
    "day": ("ban ngày", "trời sáng"),
    "night": ("ban đêm", "đêm", "trời tối"),
    "street": ("đường phố", "trên phố"),
    "road": ("con đường", "trên đường"),
    "park": ("công viên", "trong công viên"),
    "beach": ("bãi biển", "trên bãi biển"),
    "square": ("quảng trường", "trên quảng trường"),
}


def full_caption(scene: Scene) -> str:
    """Returns the full caption of a scene in Vietnamese: all actors from left to right, then the backdrop."""
    names = [Thing(actor.kind, actor.colour, actor.carries).vi_a() for actor in scene.actors]
    return f"{listed(names, nothing='không có gì', joint='và')} {backdrop(scene)}"


def backdrop(scene: Scene) -> str:
    """Returns the surroundings of a scene, such as `trong công viên ban đêm trời mưa`."""
    return f"{WHERE[scene.place]} {WHEN[scene.time]}{IN_WEATHER[scene.weather]}"


class Vietnamese:
    """Implements `training.world.captions.Phrasing` for Vietnamese."""

    def full(self, scene: Scene) -> str:
        return full_caption(scene)

    def thing(self, wanted: Wanted, rng: random.Random) -> str:
        thing = Thing(wanted.kind, wanted.colour, wanted.carries)
        return thing.vi_a(rng) if rng.random() < 0.6 else thing.vi(rng)

    def doing(self, thing: str, kind: str, rng: random.Random) -> str:
        verbs = [verb for verb in VERBS if not (verb.living if kind in DRIVEN else verb.driven)]
        return f"{thing} {rng.choice(rng.choice(verbs).vi)}"

    def ordered(self, left: str, right: str, rng: random.Random) -> str:
        return f"{left} bên trái {right}" if rng.random() < 0.5 else f"{right} ở bên phải {left}"

    def together(self, things: list[str], rng: random.Random) -> str:
        return rng.choice(("", "", "hình ", "có ")) + " và ".join(things)

    def backdrop(self, scene: Scene) -> str:
        return backdrop(scene)

    def where(self, place: str) -> str:
        return WHERE[place]

    def when(self, time: str) -> str:
        return WHEN[time]

    def weather(self, weather: str) -> str:
        return IN_WEATHER[weather].strip()

    def bare(self, word: str, rng: random.Random) -> str:
        return rng.choice(_BARE[word])
