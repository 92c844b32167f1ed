"""A street scene as symbols: who stands where, in which colour, facing which way, in what weather.

The frame is 384 x 216 scene units and is cut into ten columns. At most one actor's centre lies in each column, so that
ten queries, one for each column, can describe the whole scene (see round 2 of the pocket experiments).
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Literal

WIDTH, HEIGHT = 384, 216
COLUMNS = 10
COLUMN_WIDTH = WIDTH / COLUMNS
CROWD = 6  # most actors of a scene
PAN = 60  # units that the camera may turn to either side of its first view

Facing = Literal["left", "right"]
Pairs = Literal["all", "seen", "unseen"]

COLOURS: dict[str, tuple[int, int, int]] = {
    "red": (214, 40, 40),
    "blue": (40, 80, 220),
    "green": (40, 160, 60),
    "yellow": (240, 210, 40),
    "white": (240, 240, 240),
    "black": (28, 28, 30),
    "orange": (245, 130, 30),
    "purple": (140, 50, 170),
    "pink": (250, 150, 195),
    "brown": (122, 74, 38),
}
SIZES: dict[str, tuple[int, int]] = {
    "car": (116, 54),
    "bus": (150, 90),
    "truck": (146, 80),
    "van": (118, 72),
    "motorbike": (84, 62),
    "bicycle": (84, 62),
    "person": (40, 92),
    "dog": (66, 46),
    "cat": (52, 38),
    "horse": (104, 84),
    "cow": (104, 64),
    "bird": (40, 36),
    "ball": (30, 30),
    "box": (38, 34),
    "bag": (34, 38),
    "bench": (74, 38),
}
"""Width and height in scene units at scale 1. In their lanes they are 8 % to 45 % of the frame's height."""
KINDS = tuple(SIZES)
VEHICLES = ("car", "bus", "truck", "van", "motorbike", "bicycle")
ANIMALS = ("dog", "cat", "horse", "cow", "bird")
OBJECTS = ("ball", "box", "bag", "bench")
LIVING = frozenset({"person", *ANIMALS})
CARRIED = ("umbrella", "backpack", "flag")
PLURALS = {"person": "people", "bus": "buses", "box": "boxes", "bench": "benches"}
PAIRS = tuple((colour, kind) for colour in COLOURS for kind in KINDS)
HELD_OUT = frozenset(
    {
        *(("red", "truck"), ("yellow", "person"), ("blue", "dog"), ("black", "bus"), ("orange", "bicycle")),
        *(("white", "motorbike"), ("green", "car"), ("purple", "van"), ("pink", "cat"), ("brown", "ball")),
        *(("white", "cow"), ("black", "horse"), ("red", "bird"), ("blue", "box"), ("green", "bag"), ("pink", "bench")),
    }
)
"""Pairs of colour and kind, one for each kind, that a training with `pairs="seen"` never draws: they measure
generalisation.
"""
PLACES = ("street", "road", "park", "beach", "square")
TIMES = ("day", "night")
WEATHERS = ("clear", "rain", "fog")
LANES = ("far", "mid", "near")
LANE_GROUND = {"far": 130.0, "mid": 162.0, "near": 201.0}  # y of an actor's feet
LANE_SCALE = {"far": 0.62, "mid": 0.8, "near": 1.02}
ENGLISH_SIGNS = ("STOP", "CAFE", "TAXI", "SHOP", "BANK", "HOTEL", "MARKET", "SCHOOL", "POLICE", "EXIT 12", "BUS STOP")
VIETNAMESE_SIGNS = (
    *("PHỞ", "CÀ PHÊ", "CHỢ", "NHÀ SÁCH", "BẾN XE", "BÁNH MÌ", "TRƯỜNG HỌC", "HIỆU THUỐC", "BƯU ĐIỆN", "KHÁCH SẠN"),
    *("NGÂN HÀNG", "SỮA CHUA"),
)
SIGNS = ENGLISH_SIGNS + VIETNAMESE_SIGNS
NOTHING = "none"


@dataclass(frozen=True, slots=True)
class Actor:
    """A vehicle, a person, an animal or an object of a scene."""

    colour: str
    kind: str
    x: float  # centre, in [0, WIDTH)
    lane: str
    facing: Facing
    scale: float = 1.0
    lift: float = 0.0  # units by which its feet are above the lane's ground line
    front: bool = False  # it stands before the next actor to its right and hides part of that actor
    carries: str | None = None  # what a person holds; one of `CARRIED`

    @property
    def column(self) -> int:
        return min(COLUMNS - 1, max(0, int(self.x / COLUMN_WIDTH)))

    @property
    def box(self) -> tuple[float, float, float, float]:
        """The bounding box as XYXY in scene units."""
        scale = LANE_SCALE[self.lane] * self.scale
        width, height = (side * scale for side in SIZES[self.kind])
        foot = LANE_GROUND[self.lane] - self.lift
        return self.x - width / 2, foot - height, self.x + width / 2, foot

    @property
    def name(self) -> str:
        return f"{self.colour} {self.kind}"

    @property
    def faces(self) -> str:
        """The direction that it faces, `left` or `right`; `NOTHING` for an object."""
        return NOTHING if self.kind in OBJECTS else self.facing


@dataclass(frozen=True, slots=True)
class Scene:
    """The truth of one frame; its actors are sorted from left to right."""

    place: str
    time: str
    weather: str
    sign: str | None
    actors: tuple[Actor, ...]
    seed: int  # fixes the details of the backdrop
    camera: tuple[float, float] = (0.0, 0.0)  # units right of and below its first view

    def with_actors(self, actors: tuple[Actor, ...]) -> Scene:
        return replace(self, actors=tuple(sorted(actors, key=lambda actor: actor.x)))


def sample_backdrop(rng: random.Random) -> Scene:
    """Draws a place, a time, a weather and a sign, without actors."""
    return Scene(
        place=rng.choice(PLACES),
        time=rng.choices(TIMES, [0.6, 0.4])[0],
        weather=rng.choices(WEATHERS, [0.5, 0.28, 0.22])[0],
        sign=rng.choice(SIGNS) if rng.random() < 0.35 else None,
        actors=(),
        seed=rng.randrange(1 << 30),
        camera=(rng.uniform(-PAN, PAN), rng.uniform(-3, 3)),
    )


def sample_scene(rng: random.Random, pairs: Pairs = "all", *, zoom: float = 1.0) -> Scene:
    """Draws a random scene of up to `CROWD` actors.

    Args:
        rng: source of randomness.
        pairs: allowed pairs of colour and kind: `all`; `seen`, without the held-out ones; `unseen`, with at least one
            that is held out.
        zoom: factor on the size of every actor.
    """
    backdrop = sample_backdrop(rng)
    while True:
        count = rng.choices(range(CROWD + 1), [0.04, 0.16, 0.2, 0.2, 0.17, 0.13, 0.1])[0]
        count = max(int(pairs == "unseen"), count)
        crowd = _sample_pairs(rng, count, pairs)
        overlap = count >= 2 and rng.random() < 0.6
        # Some crowds (six buses) never fit: after 16 tries another crowd is drawn.
        for _ in range(16):
            actors = _place(rng, crowd, overlap=overlap, zoom=zoom)
            if _visible(actors):
                return backdrop.with_actors(actors)


def _sample_pairs(rng: random.Random, count: int, pairs: Pairs) -> list[tuple[str, str]]:
    """Draws colour and kind of each actor; actors often share a colour or a kind, which makes questions hard."""
    crowd: list[tuple[str, str]] = []
    while len(crowd) < count:
        if pairs == "unseen" and not crowd:
            crowd.append(rng.choice(sorted(HELD_OUT)))
            continue
        colour, kind = rng.choice(PAIRS)
        if rng.random() < 0.1:
            kind = "person"  # people are what is asked about most
        if crowd:
            like = rng.choice(crowd)
            draw = rng.random()
            if draw < 0.28:
                kind = like[1]
            elif draw < 0.42:
                colour = like[0]
        if pairs != "seen" or (colour, kind) not in HELD_OUT:
            crowd.append((colour, kind))
    rng.shuffle(crowd)
    return crowd


def _place(rng: random.Random, crowd: list[tuple[str, str]], *, overlap: bool, zoom: float) -> tuple[Actor, ...]:
    columns = sorted(rng.sample(range(COLUMNS), len(crowd)))
    before = rng.randrange(len(crowd) - 1) if overlap else None
    actors = []
    for position, ((colour, kind), column) in enumerate(zip(crowd, columns, strict=True)):
        lane = rng.choice(LANES)
        if before is not None and position in (before, before + 1):
            lane = "near" if position == before else rng.choice(("far", "mid"))
        actors.append(
            Actor(
                colour,
                kind,
                x=(column + rng.uniform(0.03, 0.97)) * COLUMN_WIDTH,
                lane=lane,
                facing=rng.choice(("left", "right")),
                scale=rng.uniform(0.94, 1.08) * zoom,
                lift=rng.uniform(-5, 5),
                front=position == before,
                carries=rng.choice(CARRIED) if kind == "person" and rng.random() < 0.45 else None,
            )
        )
    return tuple(actors)


def _visible(actors: tuple[Actor, ...]) -> bool:
    """Returns True if no actor hides another too much and none lies too far outside the frame."""
    boxes = [actor.box for actor in actors]

    def overlap(first: int, second: int) -> float:
        """Returns the intersection of two boxes as a share of the smaller box."""
        box, other = boxes[first], boxes[second]
        width = min(box[2], other[2]) - max(box[0], other[0])
        height = min(box[3], other[3]) - max(box[1], other[1])
        if width <= 0 or height <= 0:
            return 0.0
        smaller = min((x1 - x0) * (y1 - y0) for x0, y0, x1, y1 in (box, other))
        return width * height / smaller

    for left, actor in enumerate(actors):
        for right in range(left + 1, len(actors)):
            if actor.front and right == left + 1:
                box, behind = boxes[left], boxes[right]
                shared = min(box[2], behind[2]) - max(box[0], behind[0])
                if not 0.2 * min(box[2] - box[0], behind[2] - behind[0]) <= shared <= 0.6 * (behind[2] - behind[0]):
                    return False
                if overlap(left, right) > 0.6:
                    return False
            elif overlap(left, right) > 0.25:
                return False
    return all(box[0] >= -0.25 * (box[2] - box[0]) and box[2] <= WIDTH + 0.25 * (box[2] - box[0]) for box in boxes)


def scene_words(scene: Scene) -> list[list[str]]:
    """Returns eleven slots of words: the backdrop, then what stands in each column, from left to right.

    Each query of the Q-Former is aligned to the sum of its slot's word vectors. If a clip brings two actors into one
    column, the slot describes the nearer actor.
    """
    slots = [[scene.place, scene.time, scene.weather, "sign" if scene.sign else NOTHING]]
    by_column = {actor.column: actor for actor in sorted(scene.actors, key=lambda actor: actor.box[3])}
    for column in range(COLUMNS):
        actor = by_column.get(column)
        if actor is None:
            words = [NOTHING] * 5
        else:
            where = "front" if actor.front else actor.lane
            words = [actor.colour, actor.kind, where, actor.faces, actor.carries or NOTHING]
        slots.append([*words, f"<{column + 1}>"])
    return slots
