"""Draws each kind of actor from the side; front and back differ, so that a still frame shows which way it faces."""

from __future__ import annotations

from collections.abc import Callable

from training.world.pen import Sprite, shade

TYRE, GLASS, SKIN, METAL, TROUSERS = (20, 20, 22), (150, 200, 225), (225, 180, 145), (120, 120, 120), (60, 62, 80)
LAMP, TAIL_LAMP, WOOD, DARK = (255, 250, 190), (200, 30, 30), (150, 110, 70), (50, 35, 25)


def _car(s: Sprite) -> None:
    glass = s.pen.lit(GLASS)
    s.polygon([(0.02, 0.5), (0.12, 0.02), (0.5, 0.02), (0.66, 0.5)], s.paint, line=True)  # a long bonnet in front
    s.box(0, 0.42, 1, 0.86, s.paint, 4)
    s.polygon([(0.09, 0.44), (0.17, 0.12), (0.29, 0.12), (0.29, 0.44)], glass)
    s.polygon([(0.34, 0.44), (0.34, 0.12), (0.46, 0.12), (0.57, 0.44)], glass)
    s.box(0.95, 0.5, 1, 0.62, s.pen.lit(LAMP))
    s.box(0, 0.5, 0.04, 0.62, s.pen.lit(TAIL_LAMP))
    for u in (0.2, 0.8):
        s.wheel(u, 0.84, 0.17)


def _bus(s: Sprite) -> None:
    s.box(0, 0, 1, 0.9, s.paint, 4)
    for i in range(4):
        s.box(0.04 + i * 0.185, 0.14, 0.18 + i * 0.185, 0.44, s.pen.lit(GLASS))
    s.box(0.8, 0.12, 1, 0.52, s.pen.lit(GLASS))
    s.box(0, 0.56, 1, 0.62, shade(s.paint, 0.6))
    for u in (0.2, 0.8):
        s.wheel(u, 0.88, 0.12)


def _truck(s: Sprite) -> None:
    s.box(0, 0, 0.66, 0.82, s.paint, 2)
    s.box(0.69, 0.24, 1, 0.86, shade(s.paint, 0.8), 3)
    s.box(0.8, 0.32, 0.98, 0.54, s.pen.lit(GLASS))
    s.box(0, 0.8, 0.95, 0.87, s.pen.lit(METAL))
    for u in (0.14, 0.34, 0.84):
        s.wheel(u, 0.88, 0.12)


def _van(s: Sprite) -> None:
    s.polygon([(0, 0.03), (0.76, 0.03), (0.93, 0.46), (1, 0.52), (1, 0.86), (0, 0.86)], s.paint, line=True)
    s.polygon([(0.66, 0.12), (0.74, 0.12), (0.87, 0.44), (0.66, 0.44)], s.pen.lit(GLASS))
    s.box(0.3, 0.03, 0.32, 0.86, shade(s.paint, 0.6))  # the edge of its blind sliding door
    s.box(0.6, 0.03, 0.62, 0.86, shade(s.paint, 0.6))
    s.box(0.95, 0.58, 1, 0.68, s.pen.lit(LAMP))
    for u in (0.2, 0.8):
        s.wheel(u, 0.86, 0.13)


def _bicycle(s: Sprite) -> None:
    dark = s.pen.lit(TYRE)
    for u in (0.22, 0.78):
        s.ring(u, 0.71, 0.29, 3)
    s.line([(0.22, 0.71), (0.42, 0.3), (0.7, 0.3), (0.5, 0.71), (0.22, 0.71)], s.paint, 6)
    s.line([(0.78, 0.71), (0.68, 0.12), (0.84, 0.12)], s.paint, 6)
    s.line([(0.5, 0.71), (0.4, 0.2)], s.paint, 6)
    s.line([(0.31, 0.2), (0.47, 0.2)], dark, 6)
    s.box(0.8, 0.12, 1.02, 0.36, s.pen.lit(WOOD))  # the basket


def _motorbike(s: Sprite) -> None:
    for u in (0.22, 0.78):
        s.ring(u, 0.71, 0.29, 9)
    body = [(0.12, 0.42), (0.5, 0.46), (0.68, 0.24), (0.84, 0.4), (0.62, 0.78), (0.36, 0.78)]
    s.polygon(body, s.paint, line=True)
    s.line([(0.08, 0.38), (0.45, 0.42)], s.pen.lit(TYRE), 8)
    s.line([(0.78, 0.71), (0.7, 0.15), (0.58, 0.13)], s.pen.lit(METAL), 6)


def _person(s: Sprite) -> None:
    trousers, skin = s.pen.lit(TROUSERS), s.pen.lit(SKIN)
    for u, phase in ((0.33, s.stride), (0.67, -s.stride)):
        s.polygon([(u - 0.13, 0.58), (u + 0.13, 0.58), (u + 0.13 + phase, 1), (u - 0.13 + phase, 1)], trousers)
    s.box(0.08, 0.2, 0.92, 0.62, s.paint, 2)
    s.box(0.78, 0.34, 1.4, 0.46, s.paint, 1)  # the leading arm tells which way
    s.disc(0.56, 0.1, 0.1, skin)
    s.box(0.72, 0.08, 0.86, 0.13, skin)  # and so does the nose
    s.polygon([(0.3, 0.1), (0.34, 0.0), (0.6, -0.01), (0.5, 0.06)], s.pen.lit(DARK))
    if s.actor.carries == "umbrella":
        s.line([(1.3, 0.42), (1.1, -0.1)], s.pen.lit(METAL), 2)
        s.polygon([(-0.3, 0.02), (0.1, -0.16), (0.8, -0.22), (1.5, -0.16), (1.9, 0.02)], s.pen.lit((200, 60, 110)))
    elif s.actor.carries == "backpack":
        s.box(-0.5, 0.2, 0.08, 0.52, s.pen.lit((70, 95, 60)), 2)
        s.box(-0.4, 0.34, -0.05, 0.48, s.pen.lit((110, 140, 95)), 1)
    elif s.actor.carries == "flag":
        s.line([(1.35, 0.62), (1.35, -0.22)], s.pen.lit(WOOD), 3)
        s.polygon([(1.35, -0.22), (2.5, -0.1), (1.35, 0.04)], s.pen.lit((225, 200, 60)))


def _legs(s: Sprite, places: tuple[float, ...], top: float, width: float) -> None:
    for i, u in enumerate(places):
        shift = s.stride * (0.5 if i % 2 else -0.5)
        s.polygon([(u, top), (u + width, top), (u + width + shift, 1), (u + shift, 1)], shade(s.paint, 0.85))


def _dog(s: Sprite) -> None:
    s.box(0.1, 0.35, 0.75, 0.7, s.paint, 3)
    s.box(0.62, 0.05, 0.95, 0.42, s.paint, 2)
    s.box(0.9, 0.2, 1.02, 0.38, shade(s.paint, 0.7))
    s.line([(0.12, 0.4), (-0.02, 0.1)], s.paint, 7)
    s.box(0.66, -0.04, 0.74, 0.22, shade(s.paint, 0.6))  # a hanging ear
    _legs(s, (0.13, 0.27, 0.53, 0.65), 0.65, 0.08)


def _cat(s: Sprite) -> None:
    s.pen.disc(*s.at(0.42, 0.62), 0.3 * (s.x1 - s.x0), 0.22 * s.height, s.paint)
    s.disc(0.76, 0.34, 0.24, s.paint)
    for u in (0.64, 0.88):  # pointed ears
        s.polygon([(u - 0.1, 0.22), (u, -0.08), (u + 0.1, 0.22)], s.paint)
    s.line([(0.16, 0.6), (0.02, 0.3), (0.1, -0.1)], s.paint, 9)  # the tail stands up
    s.box(0.8, 0.3, 0.86, 0.38, s.pen.lit((250, 250, 160)))
    _legs(s, (0.2, 0.32, 0.52, 0.64), 0.7, 0.08)


def _horse(s: Sprite) -> None:
    dark = shade(s.paint, 0.45)
    s.box(0.1, 0.34, 0.74, 0.64, s.paint, 4)
    s.polygon([(0.58, 0.42), (0.76, 0.02), (0.88, 0.06), (0.78, 0.5)], s.paint)  # a long neck
    s.polygon([(0.74, 0.0), (0.84, -0.02), (1.0, 0.2), (0.94, 0.28), (0.78, 0.14)], s.paint)
    s.line([(0.57, 0.38), (0.73, 0.0)], dark, 6)  # the mane
    s.line([(0.12, 0.38), (0.0, 0.72)], dark, 7)
    _legs(s, (0.12, 0.22, 0.58, 0.68), 0.6, 0.06)


def _cow(s: Sprite) -> None:
    spot = (245, 245, 245) if s.actor.colour != "white" else (30, 30, 30)
    s.box(0.06, 0.18, 0.78, 0.68, s.paint, 4)
    s.disc(0.26, 0.36, 0.13, s.pen.lit(spot))
    s.disc(0.52, 0.48, 0.12, s.pen.lit(spot))
    s.box(0.74, 0.1, 0.98, 0.44, s.paint, 3)
    s.box(0.92, 0.3, 1.03, 0.46, s.pen.lit((235, 190, 180)))  # the muzzle
    s.line([(0.8, 0.12), (0.76, -0.08), (0.84, -0.1)], s.pen.lit((235, 230, 200)), 5)  # a horn
    s.line([(0.07, 0.22), (0.0, 0.62)], shade(s.paint, 0.7), 4)
    s.disc(0.3, 0.7, 0.08, s.pen.lit((235, 190, 180)))
    _legs(s, (0.1, 0.22, 0.56, 0.68), 0.64, 0.08)


def _bird(s: Sprite) -> None:
    s.pen.disc(*s.at(0.45, 0.5), 0.32 * (s.x1 - s.x0), 0.26 * s.height, s.paint)
    s.polygon([(0.22, 0.46), (-0.08, 0.18), (0.1, 0.6)], shade(s.paint, 0.75))  # the tail
    s.polygon([(0.28, 0.4), (0.6, 0.44), (0.3, 0.7)], shade(s.paint, 0.6))  # a wing
    s.disc(0.74, 0.24, 0.17, s.paint)
    s.polygon([(0.86, 0.18), (1.12, 0.27), (0.86, 0.34)], s.pen.lit((250, 190, 40)))
    for u in (0.4, 0.54):
        s.line([(u, 0.72), (u + 0.02, 1)], s.pen.lit((220, 140, 40)), 6)


def _ball(s: Sprite) -> None:
    s.disc(0.5, 0.5, 0.5, s.paint)
    s.line([(0.12, 0.3), (0.5, 0.45), (0.88, 0.3)], shade(s.paint, 0.6), 7)
    s.line([(0.5, 0.45), (0.5, 0.95)], shade(s.paint, 0.6), 7)
    s.disc(0.32, 0.26, 0.09, s.pen.lit((255, 255, 255)))


def _box(s: Sprite) -> None:
    s.polygon([(0, 0.2), (0.16, 0), (1, 0), (0.84, 0.2)], shade(s.paint, 1.15), line=True)
    s.polygon([(0.84, 0.2), (1, 0), (1, 0.8), (0.84, 1)], shade(s.paint, 0.6), line=True)
    s.box(0, 0.2, 0.84, 1, s.paint)
    s.box(0.34, 0.2, 0.5, 1, s.pen.lit((225, 205, 160)))  # a strip of tape


def _bag(s: Sprite) -> None:
    x, y = s.at(0.5, 0.3)
    s.pen.disc(x, y, 0.26 * (s.x1 - s.x0), 0.28 * s.height, None, shade(s.paint, 0.6), 0.08 * s.height)
    s.polygon([(0.12, 0.3), (0.88, 0.3), (1, 1), (0, 1)], s.paint, line=True)
    s.box(0.38, 0.42, 0.62, 0.56, s.pen.lit((235, 225, 150)))


def _bench(s: Sprite) -> None:
    for v in (0.02, 0.24):
        s.box(0.02, v, 0.98, v + 0.15, s.paint)
    s.box(0, 0.5, 1, 0.64, s.paint)
    for u in (0.08, 0.84):
        s.box(u, 0.02, u + 0.07, 1, s.pen.lit((60, 60, 64)))


SPRITES: dict[str, Callable[[Sprite], None]] = {
    "car": _car,
    "bus": _bus,
    "truck": _truck,
    "van": _van,
    "motorbike": _motorbike,
    "bicycle": _bicycle,
    "person": _person,
    "dog": _dog,
    "cat": _cat,
    "horse": _horse,
    "cow": _cow,
    "bird": _bird,
    "ball": _ball,
    "box": _box,
    "bag": _bag,
    "bench": _bench,
}
