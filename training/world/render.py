"""Draws a scene; the same renderer makes the frames of trainings and of clips."""

from __future__ import annotations

import io
import math
import random

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from training.world.backdrops import FOG, NIGHT_FOG, backdrop, light
from training.world.pen import Pen, Sprite, shade
from training.world.scene import HEIGHT, PAN, WIDTH, Scene
from training.world.sprites import SPRITES

HAZE = {"far": 0.42, "mid": 0.3, "near": 0.16}
"""Share of fog in an actor's colours, by its lane."""


def draw(scene: Scene, *, width: int = WIDTH, tick: int = 0) -> Image.Image:
    """Draws a scene as an RGB picture of `width` x `width * 9 / 16` pixels.

    Args:
        scene: the scene to draw; its seed fixes the backdrop.
        width: width of the picture in pixels.
        tick: frame number within a clip, from 1; it moves the rain. Legs move with their actor's position, unless it is
            0.
    """
    night, rain = scene.time == "night", scene.weather == "rain"
    wide = backdrop(scene.place, scene.time, scene.weather, scene.sign, scene.seed, width)
    unit = width / WIDTH
    left, top = round((PAN + scene.camera[0]) * unit), round(scene.camera[1] * unit)
    image = wide.crop((left, top, left + width, top + wide.height))
    if top:  # fill the edge that a shaking camera uncovers
        edge = 0 if top < 0 else wide.height - 1
        strip = wide.crop((left, edge, left + width, edge + 1)).resize((width, abs(top)))
        image.paste(strip, (0, 0 if top < 0 else wide.height - top))
    ambient, tint = light(scene)
    ground = shade((100, 100, 100), 0.7 * ambient, tint)
    for actor in sorted(scene.actors, key=lambda a: a.box[3]):
        haze = (NIGHT_FOG if night else FOG, HAZE[actor.lane] if scene.weather == "fog" else 0.0)
        # Lamps and headlights: at night actors are brighter than their surroundings.
        pen = Pen(image, ambient=(0.72 if night else 1.0) * (0.93 if rain else 1.0), tint=tint, haze=haze)
        x0, _, x1, foot = actor.box
        pen.disc((x0 + x1) / 2, foot, (x1 - x0) / 2, 3.5, pen.lit(ground) if haze[1] else ground)
        stride = 0.12 * math.sin((actor.x + foot) * 0.3) if tick else 0.0
        SPRITES[actor.kind](Sprite(pen, actor, stride))
    if rain:
        drops = random.Random(scene.seed * 31 + tick)
        pen = Pen(image)
        for _ in range(60):
            x, y = drops.randrange(WIDTH), drops.randrange(HEIGHT)
            pen.line([(x, y), (x - 3, y + 10)], (170, 180, 200), 1)
    return image


def model_frame(scene: Scene, size: int, rng: random.Random | None = None) -> NDArray[np.uint8]:
    """Draws a scene as the pocket models see it: `(size, size, 3)` uint8 RGB, the whole frame squashed to a square.

    With `rng`, size and compression noise vary as in real files, so that the models know frames decoded from H.264.
    """
    if rng is None:
        return np.array(draw(scene).resize((size, size), Image.Resampling.BILINEAR))
    image = add_compression_noise(draw(scene, width=rng.choice((WIDTH, WIDTH, 480, 640)), tick=rng.randrange(40)), rng)
    resampling = rng.choice((Image.Resampling.BILINEAR, Image.Resampling.BICUBIC))
    return np.array(Image.fromarray(image).resize((size, size), resampling))


def add_compression_noise(image: Image.Image, rng: random.Random) -> NDArray[np.uint8]:
    """Returns a picture as HWC uint8 RGB, two times in five with the noise of a JPEG."""
    if rng.random() < 0.4:
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=rng.randrange(35, 90))
        image = Image.open(buffer)
    return np.array(image.convert("RGB"))
