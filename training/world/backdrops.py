"""The background of a scene: five kinds of places, each seed with its own details."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from functools import lru_cache
from importlib.resources import files

from PIL import Image, ImageFont

from training.world.pen import Pen, shade
from training.world.scene import HEIGHT, PAN, WIDTH, Scene

HORIZON = 100.0
LEFT, RIGHT = -PAN, WIDTH + PAN
FOG, NIGHT_FOG = (205, 210, 215), (70, 76, 92)


@lru_cache(16)
def _font(size: int) -> ImageFont.FreeTypeFont:
    path = files("training.world") / "fonts" / "DejaVuSans-Bold.ttf"
    return ImageFont.truetype(io.BytesIO(path.read_bytes()), size)


def _tree(pen: Pen, rng: random.Random, x: float, foot: float, size: float) -> None:
    pen.box(x - 3, foot - size * 1.2, x + 3, foot, pen.lit((110, 78, 50)))
    green = (50 + rng.randrange(-15, 30), 124 + rng.randrange(-20, 20), 58)
    if rng.random() < 0.4:
        pen.polygon(
            [(x - size, foot - size * 0.8), (x, foot - size * 2.6), (x + size, foot - size * 0.8)], pen.lit(green)
        )
    else:
        pen.disc(x, foot - size * 1.5, size, size, pen.lit(green))


def _lamp(pen: Pen, x: float, night: bool) -> None:
    pen.box(x - 1, HORIZON - 52, x + 1, HORIZON + 8, pen.lit((70, 72, 78)))
    pen.disc(x, HORIZON - 53, 5, 5, (250, 235, 170) if night else pen.lit((200, 200, 195)))


def _house(pen: Pen, rng: random.Random, x: float, night: bool) -> float:
    """Draws a house from `x` on and returns the x of the next house."""
    width, height = rng.randrange(32, 76), rng.randrange(34, 88)
    grey = rng.randrange(95, 180)
    warm, cool = rng.uniform(0.75, 1.05), rng.uniform(0.7, 1.05)
    top = HORIZON - height
    pen.box(x, top, x + width - 3, HORIZON, pen.lit((grey, int(grey * warm), int(grey * cool))))
    if rng.random() < 0.35:
        roof = pen.lit((rng.randrange(110, 170), 70, 55))
        pen.polygon([(x - 3, top), (x + width / 2, top - rng.randrange(8, 20)), (x + width, top)], roof)
    step_x, step_y = rng.choice((9, 12, 15)), rng.choice((11, 14, 18))
    for y in range(int(top) + 6, int(HORIZON) - 8, step_y):
        for window in range(5, width - 10, step_x):
            bright = night and rng.random() < 0.4
            fill = (235, 215, 130) if bright else pen.lit((95, 110, 125))
            pen.box(x + window, y, x + window + 5, y + 7, fill)
    return x + width


def _street(pen: Pen, rng: random.Random, night: bool) -> None:
    x = LEFT - float(rng.randrange(20))
    while x < RIGHT:
        x = _house(pen, rng, x, night)
    grey = rng.randrange(88, 116)
    pen.box(LEFT, HORIZON, RIGHT, HEIGHT, pen.lit((grey, grey, grey + 4)))
    pen.box(LEFT, HORIZON, RIGHT, HORIZON + rng.randrange(9, 16), pen.lit((170, 165, 160)))
    gap, dash = rng.choice((48, 56, 70)), rng.choice((20, 26, 34))
    for x0 in range(LEFT + rng.randrange(40), RIGHT, gap):
        pen.box(x0, 163, x0 + dash, 166, pen.lit((235, 235, 235)))
    for _ in range(rng.randrange(4)):
        _lamp(pen, rng.uniform(LEFT, RIGHT), night)


def _road(pen: Pen, rng: random.Random, _night: bool) -> None:
    for _ in range(rng.randrange(2, 6)):
        x, hill = rng.uniform(LEFT, RIGHT), rng.randrange(20, 50)
        pen.disc(x, HORIZON + 3, rng.randrange(80, 150), hill, pen.lit((112 + rng.randrange(-20, 20), 150, 96)))
    pen.box(LEFT, HORIZON, RIGHT, HEIGHT, pen.lit((120 + rng.randrange(-15, 30), 158, 88)))
    for _ in range(rng.randrange(4)):
        _tree(pen, rng, rng.uniform(LEFT, RIGHT), HORIZON + 8, rng.randrange(8, 16))
    grey = rng.randrange(74, 102)
    pen.box(LEFT, 112, RIGHT, HEIGHT - 6, pen.lit((grey, grey, grey)))
    for x0 in range(LEFT + rng.randrange(40), RIGHT, rng.choice((50, 60, 80))):
        pen.box(x0, 145, x0 + 30, 148, pen.lit((240, 220, 90)))


def _park(pen: Pen, rng: random.Random, night: bool) -> None:
    pen.box(LEFT, HORIZON - 6, RIGHT, HEIGHT, pen.lit((96 + rng.randrange(-14, 26), 172 + rng.randrange(-16, 10), 86)))
    for _ in range(rng.randrange(4, 10)):
        _tree(pen, rng, rng.uniform(LEFT, RIGHT), HORIZON + rng.randrange(8), rng.randrange(12, 26))
    if rng.random() < 0.5:
        blue = pen.lit((90, 140, 190))
        pen.disc(rng.uniform(LEFT, RIGHT), 116, rng.randrange(40, 90), 9, blue)  # a pond
    left, right = rng.randrange(160, 190), rng.randrange(140, 175)
    path = pen.lit((205, 186, 142))
    pen.polygon([(LEFT, left), (RIGHT, right), (RIGHT, right + 20), (LEFT, left + 24)], path)
    if rng.random() < 0.4:
        _lamp(pen, rng.uniform(LEFT, RIGHT), night)


def _beach(pen: Pen, rng: random.Random, _night: bool) -> None:
    shore = HORIZON + rng.randrange(10, 26)
    pen.box(LEFT, HORIZON - 12, RIGHT, shore, pen.lit((50, 120 + rng.randrange(-20, 30), 180)))
    for _ in range(14):
        x, y = rng.uniform(LEFT, RIGHT), rng.uniform(HORIZON - 8, shore - 3)
        pen.line([(x, y), (x + rng.randrange(10, 30), y)], pen.lit((190, 215, 230)), 1)
    sand = 228 + rng.randrange(-18, 10)
    pen.box(LEFT, shore, RIGHT, HEIGHT, pen.lit((sand, sand - 26, sand - 76)))
    for _ in range(rng.randrange(1, 5)):
        x, foot = rng.uniform(LEFT, RIGHT), shore + 6
        top = foot - rng.randrange(46, 72)
        lean = rng.randrange(-12, 12)
        pen.line([(x, foot), (x + lean, top)], pen.lit((120, 90, 60)), 4)
        for dx, dy in ((-20, 4), (-14, -8), (14, -8), (20, 4), (2, -14)):
            pen.line([(x + lean, top), (x + lean + dx, top + dy)], pen.lit((60, 130, 60)), 4)


def _square(pen: Pen, rng: random.Random, night: bool) -> None:
    x = LEFT - float(rng.randrange(60))
    while x < RIGHT:
        x = _house(pen, rng, x, night) + rng.choice((0, 0, 20, 40))
    tile = 176 + rng.randrange(-24, 20)
    pen.box(LEFT, HORIZON, RIGHT, HEIGHT, pen.lit((tile, tile - 8, tile - 18)))
    joint = pen.lit((tile - 28, tile - 34, tile - 42))
    for y in (108, 120, 136, 156, 182, 212):
        pen.line([(LEFT, y), (RIGHT, y)], joint, 1)
    middle = rng.uniform(120, 264)
    for x0 in range(-400, 800, rng.choice((40, 56))):
        pen.line([(middle + (x0 - middle) * 0.45, HORIZON), (x0, HEIGHT)], joint, 1)
    if rng.random() < 0.7:  # a fountain
        x = rng.uniform(LEFT + 40, RIGHT - 40)
        pen.disc(x, HORIZON + 6, 34, 8, pen.lit((130, 132, 138)))
        pen.disc(x, HORIZON + 4, 28, 5, pen.lit((90, 150, 200)))
        pen.box(x - 3, HORIZON - 26, x + 3, HORIZON + 2, pen.lit((140, 142, 148)))
        pen.disc(x, HORIZON - 28, 9, 5, pen.lit((170, 200, 220)))


_PLACES: dict[str, Callable[[Pen, random.Random, bool], None]] = {
    "street": _street,
    "road": _road,
    "park": _park,
    "beach": _beach,
    "square": _square,
}


def _sky(pen: Pen, rng: random.Random, night: bool, weather: str) -> None:
    day = {"clear": (135 + rng.randrange(-15, 15), 196, 238), "rain": (150, 158, 170), "fog": FOG}[weather]
    pen.box(LEFT, 0, RIGHT, HEIGHT, (18, 22, 52) if night else day)
    if weather != "clear":
        return
    if night:
        for _ in range(20):
            x, y = rng.uniform(LEFT, RIGHT), rng.randrange(60)
            pen.box(x, y, x + 1, y + 1, (230, 230, 200))
    else:
        for _ in range(rng.randrange(4)):  # clouds
            x, y = rng.uniform(LEFT, RIGHT), rng.randrange(12, 44)
            for dx in (-14, 0, 14):
                pen.disc(x + dx, y + abs(dx) / 5, 14, 7, (235, 240, 245))
    x = rng.uniform(LEFT + 20, RIGHT - 20)
    pen.disc(x, 17, 9, 9, (235, 235, 210) if night else (255, 225, 90))


def _sign(pen: Pen, rng: random.Random, text: str) -> None:
    font = _font(round(15 * pen.unit))
    half = font.getlength(text) / pen.unit / 2 + 6
    x = rng.uniform(half + PAN / 2, WIDTH - half - PAN / 2)
    board, ink = rng.choice(
        (((250, 250, 250), (20, 20, 90)), ((30, 60, 140), (250, 250, 250)), ((190, 30, 30), (255, 245, 200)))
    )
    pen.box(x - 1, 68, x + 1, 108, pen.lit((90, 90, 90)))
    pen.box(x - half, 42, x + half, 69, shade(board, 0.8 + 0.2 * (pen.lit((255, 255, 255))[0] > 200)), 2)
    pen.draw.text(pen.point(x, 55), text, fill=ink, font=font, anchor="mm")


def light(scene: Scene) -> tuple[float, tuple[float, float, float]]:
    """Returns ambient brightness and tint for a scene's time of day and weather."""
    night = scene.time == "night"
    ambient = (0.5 if night else 1.0) * (0.88 if scene.weather == "rain" else 1.0)
    return ambient, ((0.92, 0.95, 1.15) if night else (1.0, 1.0, 1.0))


@lru_cache(4)
def backdrop(place: str, time: str, weather: str, sign: str | None, seed: int, width: int) -> Image.Image:
    """Draws a place; the picture is wider than the frame by `PAN` units on either side.

    It is cached because a clip needs it for every frame. `width` is that of the frame, in pixels.
    """
    scene = Scene(place, time, weather, sign, (), seed)
    rng = random.Random(seed)
    night = time == "night"
    view = WIDTH + 2 * PAN
    image = Image.new("RGB", (round(width * view / WIDTH), width * 9 // 16))
    ambient, tint = light(scene)
    fog = (NIGHT_FOG if night else FOG, 0.5 if weather == "fog" else 0.0)
    pen = Pen(image, ambient=ambient * rng.uniform(0.93, 1.07), tint=tint, haze=fog, view=view, left=LEFT)
    _sky(pen, rng, night, weather)
    _PLACES[place](pen, rng, night)
    if sign:
        _sign(pen, rng, sign)
    return image
