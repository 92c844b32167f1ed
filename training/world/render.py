"""Draws a scene. The same renderer makes training frames and the frames of clips."""

from __future__ import annotations

import io
import random
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from training.world.scene import COLOURS, HEIGHT, WIDTH, Actor, Scene

Colour = tuple[int, int, int]
Point = tuple[float, float]
HORIZON = 100.0
TYRE, GLASS, SKIN, METAL, TROUSERS = (20, 20, 22), (150, 200, 225), (225, 180, 145), (120, 120, 120), (60, 62, 80)


@lru_cache(16)
def _font(size: int) -> ImageFont.FreeTypeFont:
    path = files("training.world") / "fonts" / "DejaVuSans-Bold.ttf"
    return ImageFont.truetype(io.BytesIO(path.read_bytes()), size)


def shade(colour: Colour, factor: float, tint: tuple[float, float, float] = (1.0, 1.0, 1.0)) -> Colour:
    """`colour` brighter or darker, clipped to [0, 255]."""
    red, green, blue = (int(max(0, min(255, v * factor * t))) for v, t in zip(colour, tint, strict=True))
    return red, green, blue


class _Pen:
    """Draws in scene units on a picture of any size."""

    def __init__(self, image: Image.Image, ambient: float, tint: tuple[float, float, float]) -> None:
        self.image = image
        self.draw = ImageDraw.Draw(image)
        self.unit = image.width / WIDTH
        self._ambient, self._tint = ambient, tint

    def lit(self, colour: Colour) -> Colour:
        return shade(colour, self._ambient, self._tint)

    def box(
        self, x0: float, y0: float, x1: float, y1: float, fill: Colour, radius: float = 0, line: bool = False
    ) -> None:
        corners = [v * self.unit for v in (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))]
        outline = shade(fill, 0.55) if radius or line else None
        self.draw.rounded_rectangle(corners, radius * self.unit, fill=fill, outline=outline)

    def disc(
        self, x: float, y: float, rx: float, ry: float, fill: Colour | None, line: Colour | None = None, w: float = 1
    ) -> None:
        corners = [v * self.unit for v in (x - rx, y - ry, x + rx, y + ry)]
        self.draw.ellipse(corners, fill=fill, outline=line, width=max(1, round(w * self.unit)))

    def polygon(self, points: Sequence[Point], fill: Colour, line: Colour | None = None) -> None:
        self.draw.polygon([(x * self.unit, y * self.unit) for x, y in points], fill=fill, outline=line)

    def line(self, points: Sequence[Point], fill: Colour, width: float) -> None:
        self.draw.line(
            [(x * self.unit, y * self.unit) for x, y in points], fill=fill, width=max(1, round(width * self.unit))
        )


class _Sprite:
    """An actor's own frame: u runs from its back to its front in [0, 1], v from its top to its feet."""

    def __init__(self, pen: _Pen, actor: Actor, stride: float) -> None:
        self.pen, self.actor, self.stride = pen, actor, stride
        self.x0, self.y0, self.x1, self.y1 = actor.box
        self.height = self.y1 - self.y0
        self.paint = pen.lit(COLOURS[actor.colour])

    def at(self, u: float, v: float) -> Point:
        width = self.x1 - self.x0
        x = self.x0 + u * width if self.actor.facing == "right" else self.x1 - u * width
        return x, self.y0 + v * self.height

    def box(self, u0: float, v0: float, u1: float, v1: float, fill: Colour, radius: float = 0) -> None:
        (x0, y0), (x1, y1) = self.at(u0, v0), self.at(u1, v1)
        self.pen.box(x0, y0, x1, y1, fill, radius)

    def polygon(self, points: Sequence[Point], fill: Colour, line: bool = False) -> None:
        self.pen.polygon([self.at(u, v) for u, v in points], fill, shade(fill, 0.55) if line else None)

    def line(self, points: Sequence[Point], fill: Colour, width: float) -> None:
        self.pen.line([self.at(u, v) for u, v in points], fill, width)

    def wheel(self, u: float, v: float, radius: float) -> None:
        x, y = self.at(u, v)
        r = radius * self.height
        self.pen.disc(x, y, r, r, self.pen.lit(TYRE), self.pen.lit((90, 90, 90)), 2)

    def ring(self, u: float, v: float, radius: float, width: float) -> None:
        x, y = self.at(u, v)
        r = radius * self.height
        self.pen.disc(x, y, r, r, None, self.pen.lit(TYRE), width)


def _car(s: _Sprite) -> None:
    glass = s.pen.lit(GLASS)
    s.polygon([(0.02, 0.5), (0.12, 0.02), (0.5, 0.02), (0.66, 0.5)], s.paint, line=True)  # a long bonnet in front
    s.box(0, 0.42, 1, 0.86, s.paint, 4)
    s.polygon([(0.09, 0.44), (0.17, 0.12), (0.29, 0.12), (0.29, 0.44)], glass)
    s.polygon([(0.34, 0.44), (0.34, 0.12), (0.46, 0.12), (0.57, 0.44)], glass)
    s.box(0.95, 0.5, 1, 0.62, s.pen.lit((255, 250, 190)))
    s.box(0, 0.5, 0.04, 0.62, s.pen.lit((200, 30, 30)))
    for u in (0.2, 0.8):
        s.wheel(u, 0.84, 0.17)


def _bus(s: _Sprite) -> None:
    s.box(0, 0, 1, 0.9, s.paint, 4)
    for i in range(4):
        s.box(0.04 + i * 0.185, 0.14, 0.18 + i * 0.185, 0.44, s.pen.lit(GLASS))
    s.box(0.8, 0.12, 1, 0.52, s.pen.lit(GLASS))
    s.box(0, 0.56, 1, 0.62, shade(s.paint, 0.6))
    for u in (0.2, 0.8):
        s.wheel(u, 0.88, 0.12)


def _truck(s: _Sprite) -> None:
    s.box(0, 0, 0.66, 0.82, s.paint, 2)
    s.box(0.69, 0.24, 1, 0.86, shade(s.paint, 0.8), 3)
    s.box(0.8, 0.32, 0.98, 0.54, s.pen.lit(GLASS))
    s.box(0, 0.8, 0.95, 0.87, s.pen.lit(METAL))
    for u in (0.14, 0.34, 0.84):
        s.wheel(u, 0.88, 0.12)


def _bicycle(s: _Sprite) -> None:
    dark = s.pen.lit(TYRE)
    for u in (0.22, 0.78):
        s.ring(u, 0.71, 0.29, 2)
    s.line([(0.22, 0.71), (0.42, 0.3), (0.7, 0.3), (0.5, 0.71), (0.22, 0.71)], s.paint, 3)
    s.line([(0.78, 0.71), (0.68, 0.12), (0.84, 0.12)], s.paint, 3)
    s.line([(0.5, 0.71), (0.4, 0.2)], s.paint, 3)
    s.line([(0.31, 0.2), (0.47, 0.2)], dark, 4)
    s.box(0.8, 0.12, 1.02, 0.36, s.pen.lit((150, 110, 70)))  # the basket


def _motorbike(s: _Sprite) -> None:
    for u in (0.22, 0.78):
        s.ring(u, 0.71, 0.29, 5)
    body = [(0.12, 0.42), (0.5, 0.46), (0.68, 0.24), (0.84, 0.4), (0.62, 0.78), (0.36, 0.78)]
    s.polygon(body, s.paint, line=True)
    s.line([(0.08, 0.38), (0.45, 0.42)], s.pen.lit(TYRE), 5)
    s.line([(0.78, 0.71), (0.7, 0.15), (0.58, 0.13)], s.pen.lit(METAL), 4)


def _person(s: _Sprite) -> None:
    trousers, skin = s.pen.lit(TROUSERS), s.pen.lit(SKIN)
    for u, phase in ((0.33, s.stride), (0.67, -s.stride)):
        s.polygon([(u - 0.13, 0.58), (u + 0.13, 0.58), (u + 0.13 + phase, 1), (u - 0.13 + phase, 1)], trousers)
    s.box(0.08, 0.2, 0.92, 0.62, s.paint, 3)
    s.box(0.78, 0.34, 1.4, 0.46, s.paint, 2)  # the leading arm tells which way
    x, y = s.at(0.56, 0.1)
    s.pen.disc(x, y, s.height * 0.1, s.height * 0.1, skin)
    s.box(0.72, 0.08, 0.86, 0.13, skin)  # and so does the nose
    s.polygon([(0.3, 0.1), (0.34, 0.0), (0.6, -0.01), (0.5, 0.06)], s.pen.lit((50, 35, 25)))


def _dog(s: _Sprite) -> None:
    s.box(0.1, 0.35, 0.75, 0.7, s.paint, 5)
    s.box(0.62, 0.05, 0.95, 0.42, s.paint, 3)
    s.box(0.9, 0.2, 1.02, 0.38, shade(s.paint, 0.7))
    s.line([(0.12, 0.4), (-0.02, 0.1)], s.paint, 4)
    s.box(0.66, -0.04, 0.74, 0.12, shade(s.paint, 0.6))
    for i, u in enumerate((0.16, 0.3, 0.56, 0.68)):
        shift = s.stride * (0.5 if i % 2 else -0.5)
        s.polygon(
            [(u - 0.03, 0.65), (u + 0.05, 0.65), (u + 0.05 + shift, 1), (u - 0.03 + shift, 1)], shade(s.paint, 0.85)
        )


_SPRITES = {
    "car": _car,
    "bus": _bus,
    "truck": _truck,
    "motorbike": _motorbike,
    "bicycle": _bicycle,
    "person": _person,
    "dog": _dog,
}


def _street(pen: _Pen, rng: random.Random, night: bool) -> None:
    x = -float(rng.randrange(20))
    while x < WIDTH:
        width, height, grey = rng.randrange(34, 70), rng.randrange(40, 84), rng.randrange(95, 170)
        wall = pen.lit((grey, int(grey * 0.9), int(grey * 0.82)))
        pen.box(x, HORIZON - height, x + width - 3, HORIZON, wall)
        for y in range(int(HORIZON) - height + 6, int(HORIZON) - 8, 14):
            for window in range(5, width - 10, 12):
                bright = night and rng.random() < 0.4
                fill = (235, 215, 130) if bright else pen.lit((95, 110, 125))
                pen.box(x + window, y, x + window + 5, y + 7, fill)
        x += width
    grey = rng.randrange(92, 112)
    pen.box(0, HORIZON, WIDTH, HEIGHT, pen.lit((grey, grey, grey + 4)))
    pen.box(0, HORIZON, WIDTH, HORIZON + 12, pen.lit((170, 165, 160)))
    for x0 in range(rng.randrange(40), WIDTH, 56):
        pen.box(x0, 163, x0 + 26, 166, pen.lit((235, 235, 235)))


def _road(pen: _Pen, rng: random.Random, _night: bool) -> None:
    for _ in range(3):
        x = rng.randrange(WIDTH)
        pen.disc(x, HORIZON + 3 - rng.randrange(6), 110, 37 + rng.randrange(6), pen.lit((112, 150, 96)))
    pen.box(0, HORIZON, WIDTH, HEIGHT, pen.lit((120, 158, 88)))
    grey = rng.randrange(78, 98)
    pen.box(0, 112, WIDTH, HEIGHT - 6, pen.lit((grey, grey, grey)))
    for x0 in range(rng.randrange(40), WIDTH, 60):
        pen.box(x0, 145, x0 + 30, 148, pen.lit((240, 220, 90)))


def _park(pen: _Pen, rng: random.Random, _night: bool) -> None:
    pen.box(0, HORIZON - 6, WIDTH, HEIGHT, pen.lit((96 + rng.randrange(12), 172, 86)))
    for _ in range(5):
        x, r = rng.randrange(WIDTH), rng.randrange(14, 24)
        pen.box(x - 3, HORIZON - 30, x + 3, HORIZON + 2, pen.lit((110, 78, 50)))
        pen.disc(x, HORIZON - 34, r, r, pen.lit((50, 124 + rng.randrange(-14, 14), 58)))
    pen.polygon([(0, 178), (WIDTH, 150), (WIDTH, 168), (0, 202)], pen.lit((205, 186, 142)))


_PLACES = {"street": _street, "road": _road, "park": _park}


def _sky(pen: _Pen, rng: random.Random, night: bool, rain: bool) -> None:
    colour = (18, 22, 52) if night else ((150, 158, 170) if rain else (135 + rng.randrange(-15, 15), 196, 238))
    pen.box(0, 0, WIDTH, HEIGHT, colour)
    if rain:
        return
    if night:
        for _ in range(14):
            x, y = rng.randrange(WIDTH), rng.randrange(60)
            pen.box(x, y, x + 1, y + 1, (230, 230, 200))
    x = rng.randrange(20, WIDTH - 20)
    pen.disc(x, 17, 9, 9, (235, 235, 210) if night else (255, 225, 90))


def _sign(pen: _Pen, rng: random.Random, text: str) -> None:
    font = _font(round(15 * pen.unit))
    half = font.getlength(text) / pen.unit / 2 + 6
    x = rng.uniform(half + 2, WIDTH - half - 2)
    pen.box(x - 1, 68, x + 1, 108, pen.lit((90, 90, 90)))
    pen.box(x - half, 42, x + half, 69, shade((250, 250, 250), 0.8 + 0.2 * (pen.lit((255, 255, 255))[0] > 200)), 2)
    pen.draw.text((x * pen.unit, 55 * pen.unit), text, fill=(20, 20, 90), font=font, anchor="mm")


def draw(scene: Scene, *, width: int = WIDTH, tick: int = 0) -> Image.Image:
    """The scene as a picture of `width` x `width * 9 / 16` pixels, RGB.

    Args:
        scene: what to draw; its seed fixes the backdrop.
        width: in pixels.
        tick: frame number within a clip, from 1; it moves the rain. Legs move with their actor's place.
    """
    rng = random.Random(scene.seed)
    night, rain = scene.time == "night", scene.weather == "rain"
    image = Image.new("RGB", (width, width * 9 // 16))
    tint = (0.92, 0.95, 1.15) if night else (1.0, 1.0, 1.0)
    pen = _Pen(image, (0.5 if night else 1.0) * (0.88 if rain else 1.0) * rng.uniform(0.93, 1.07), tint)
    _sky(pen, rng, night, rain)
    _PLACES[scene.place](pen, rng, night)
    if scene.sign:
        _sign(pen, rng, scene.sign)
    ground = shade(pen.lit((100, 100, 100)), 0.7)
    # Street lamps and head lights: actors stay more visible at night than their surroundings.
    actors_pen = _Pen(image, (0.72 if night else 1.0) * (0.93 if rain else 1.0), tint)
    for actor in sorted(scene.actors, key=lambda a: a.box[3]):
        x0, _, x1, foot = actor.box
        actors_pen.disc((x0 + x1) / 2, foot, (x1 - x0) / 2, 4, ground)
        stride = 0.12 * np.sin((actor.x + foot) * 0.3) if tick else 0.0
        _SPRITES[actor.kind](_Sprite(actors_pen, actor, float(stride)))
    if rain:
        drops = random.Random(scene.seed * 31 + tick)
        for _ in range(60):
            x, y = drops.randrange(WIDTH), drops.randrange(HEIGHT)
            pen.line([(x, y), (x - 3, y + 10)], (170, 180, 200), 1)
    return image


def model_frame(scene: Scene, size: int, rng: random.Random | None = None) -> NDArray[np.uint8]:
    """The scene as the pocket models see it: `(size, size, 3)` uint8 RGB, the whole frame squashed.

    With `rng`, the marks of a real file: another size, JPEG-like noise, so that frames out of H.264 look familiar.
    """
    if rng is None:
        return np.array(draw(scene).resize((size, size), Image.Resampling.BILINEAR))
    image = draw(scene, width=rng.choice((WIDTH, WIDTH, 480, 640)), tick=rng.randrange(40))
    if rng.random() < 0.4:
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=rng.randrange(35, 90))
        image = Image.open(buffer)
    resampling = rng.choice((Image.Resampling.BILINEAR, Image.Resampling.BICUBIC))
    return np.array(image.convert("RGB").resize((size, size), resampling))
