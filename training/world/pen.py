"""Drawing in scene units on a picture of any size, with the light of the time of day and the weather."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image, ImageDraw

from training.world.scene import COLOURS, WIDTH, Actor

Colour = tuple[int, int, int]
Point = tuple[float, float]


def shade(colour: Colour, factor: float, tint: tuple[float, float, float] = (1.0, 1.0, 1.0)) -> Colour:
    """Returns the colour times a factor and a tint for each channel, clipped to [0, 255]."""
    red, green, blue = (int(max(0, min(255, v * factor * t))) for v, t in zip(colour, tint, strict=True))
    return red, green, blue


def mix(colour: Colour, other: Colour, share: float) -> Colour:
    """Returns a colour with `share` in [0, 1] of the other colour in it."""
    red, green, blue = (int(a + share * (b - a)) for a, b in zip(colour, other, strict=True))
    return red, green, blue


class Pen:
    """Draws in scene units.

    Args:
        image: the picture to draw on, `view` units wide.
        ambient: brightness of the light; 1 leaves colours as they are.
        tint: colour of the light, as a factor for each channel.
        haze: colour of the fog, and its share in every colour.
        view: width of the picture in scene units.
        left: x of the picture's left edge, in scene units.
    """

    def __init__(
        self,
        image: Image.Image,
        *,
        ambient: float = 1.0,
        tint: tuple[float, float, float] = (1.0, 1.0, 1.0),
        haze: tuple[Colour, float] = ((0, 0, 0), 0.0),
        view: float = WIDTH,
        left: float = 0.0,
    ) -> None:
        self.image = image
        self.draw = ImageDraw.Draw(image)
        self.unit = image.width / view
        self._ambient, self._tint, self._haze, self._left = ambient, tint, haze, left

    def lit(self, colour: Colour) -> Colour:
        """Returns how a thing's colour looks in this light and fog."""
        return mix(shade(colour, self._ambient, self._tint), *self._haze)

    def point(self, x: float, y: float) -> Point:
        return (x - self._left) * self.unit, y * self.unit

    def box(
        self, x0: float, y0: float, x1: float, y1: float, fill: Colour, radius: float = 0, line: bool = False
    ) -> None:
        corners = [*self.point(min(x0, x1), min(y0, y1)), *self.point(max(x0, x1), max(y0, y1))]
        outline = shade(fill, 0.55) if radius or line else None
        self.draw.rounded_rectangle(corners, radius * self.unit, fill=fill, outline=outline)

    def disc(
        self, x: float, y: float, rx: float, ry: float, fill: Colour | None, line: Colour | None = None, w: float = 1
    ) -> None:
        corners = [*self.point(x - rx, y - ry), *self.point(x + rx, y + ry)]
        self.draw.ellipse(corners, fill=fill, outline=line, width=max(1, round(w * self.unit)))

    def polygon(self, points: Sequence[Point], fill: Colour, line: Colour | None = None) -> None:
        self.draw.polygon([self.point(x, y) for x, y in points], fill=fill, outline=line)

    def line(self, points: Sequence[Point], fill: Colour, width: float) -> None:
        self.draw.line([self.point(x, y) for x, y in points], fill=fill, width=max(1, round(width * self.unit)))


class Sprite:
    """Draws in an actor's box: u in [0, 1] runs from its back to its front, v in [0, 1] from its top to its feet."""

    def __init__(self, pen: Pen, actor: Actor, stride: float) -> None:
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
        """Draws a line; `width` is in hundredths of the actor's height, so that small actors have thin lines."""
        self.pen.line([self.at(u, v) for u, v in points], fill, width * self.height / 100)

    def disc(self, u: float, v: float, radius: float, fill: Colour, *, squash: float = 1.0) -> None:
        """Draws a disc; `radius` is in heights of the actor."""
        x, y = self.at(u, v)
        self.pen.disc(x, y, radius * self.height, radius * self.height * squash, fill)

    def wheel(self, u: float, v: float, radius: float) -> None:
        x, y = self.at(u, v)
        r = radius * self.height
        self.pen.disc(x, y, r, r, self.pen.lit((20, 20, 22)), self.pen.lit((90, 90, 90)), 2)

    def ring(self, u: float, v: float, radius: float, width: float) -> None:
        x, y = self.at(u, v)
        r = radius * self.height
        self.pen.disc(x, y, r, r, None, self.pen.lit((20, 20, 22)), width * self.height / 100)
