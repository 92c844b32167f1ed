"""Pictures that are not of the rendered world; the pocket models learn to answer that they do not know.

No photograph is needed: noise with the spectrum of natural images, shapes, pages of text, and distorted frames of the
world are enough. How well real video is rejected is measured (`evaluate limits`).
"""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from training.world.render import draw
from training.world.scene import NOTHING, Scene, sample_scene

OUT_OF_DISTRIBUTION = Scene(NOTHING, NOTHING, NOTHING, None, (), 0)
"""The truth of such a picture: no place, no time, no weather and no actors of this world."""


def _colour(rng: random.Random) -> tuple[int, int, int]:
    return rng.randrange(256), rng.randrange(256), rng.randrange(256)


def _clouds(rng: random.Random, size: int) -> Image.Image:
    """Draws noise whose power falls with the square of the frequency, as in photographs (Field 1987)."""
    noise = np.random.default_rng(rng.randrange(1 << 30))
    total = np.zeros((size, size, 3), np.float32)
    fall, grey = rng.uniform(0.5, 1.2), rng.random()
    for octave in range(1, 7):
        cells = 2**octave
        layer = noise.normal(size=(cells, cells, 3)).astype(np.float32)
        layer = grey * layer.mean(2, keepdims=True) + (1 - grey) * layer
        channels = [Image.fromarray(layer[..., c]).resize((size, size), Image.Resampling.BICUBIC) for c in range(3)]
        total += np.stack([np.asarray(channel) for channel in channels], -1) * cells**-fall
    total = total / total.std() * rng.uniform(25, 70) + np.array(_colour(rng)) * 0.5 + 64
    return Image.fromarray(total.clip(0, 255).astype(np.uint8))


def _shapes(rng: random.Random, size: int) -> Image.Image:
    image = _clouds(rng, size) if rng.random() < 0.6 else Image.new("RGB", (size, size), _colour(rng))
    pen = ImageDraw.Draw(image)
    for _ in range(rng.randrange(3, 20)):
        x, y, w, h = (rng.randrange(size) for _ in range(4))
        draw_shape = rng.choice((pen.ellipse, pen.rectangle))
        draw_shape((x - w // 3, y - h // 3, x + w // 3, y + h // 3), fill=_colour(rng))
        points = [(rng.randrange(size), rng.randrange(size)) for _ in range(rng.randrange(3, 6))]
        if rng.random() < 0.4:
            pen.polygon(points, fill=_colour(rng))
    return image.filter(ImageFilter.GaussianBlur(rng.choice((0, 0, 1, 3))))


def _page(rng: random.Random, size: int) -> Image.Image:
    """Draws rows of letters, as slides, papers and screens show them."""
    dark = rng.random() < 0.3
    image = Image.new("RGB", (size, size), (24, 26, 30) if dark else (rng.randrange(225, 256),) * 3)
    pen, y = ImageDraw.Draw(image), rng.randrange(12)
    while y < size:
        height = rng.choice((7, 9, 12, 18))
        font = ImageFont.load_default(height)
        text = "".join(rng.choice("abcdefghijklmnopqrstuvwxyz     ") for _ in range(rng.randrange(4, 40)))
        pen.text((rng.randrange(20), y), text, fill=(220, 220, 220) if dark else _colour(rng), font=font)
        y += height + rng.randrange(3, 14)
    return image


def _broken(rng: random.Random, size: int) -> Image.Image:
    """Draws a frame of the world that is rotated, inverted, blurred or cut into shuffled tiles."""
    image = draw(sample_scene(rng)).resize((size, size), Image.Resampling.BILINEAR)
    way = rng.randrange(4)
    if way == 0:
        return image.transpose(rng.choice((Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180)))
    if way == 1:
        return Image.fromarray(255 - np.asarray(image))
    if way == 2:
        return image.resize((rng.randrange(2, 8),) * 2).resize((size, size), Image.Resampling.BICUBIC)
    tile = size // rng.choice((4, 5, 8))
    corners = [(x, y) for x in range(0, size - tile + 1, tile) for y in range(0, size - tile + 1, tile)]
    tiles = [image.crop((x, y, x + tile, y + tile)) for x, y in corners]
    rng.shuffle(tiles)
    for part, corner in zip(tiles, corners, strict=True):
        image.paste(part, corner)
    return image


def _plain(rng: random.Random, size: int) -> Image.Image:
    """Draws a plain colour or a gradient of two, as in fades and title cards."""
    start, end = np.array(_colour(rng)), np.array(_colour(rng))
    if rng.random() < 0.5:
        start = end = np.array((rng.choice((0, 0, 255, rng.randrange(256))),) * 3)
    share = np.linspace(0, 1, size)[:, None, None]
    rows = np.broadcast_to(start + (end - start) * share, (size, size, 3)).clip(0, 255).astype(np.uint8)
    return Image.fromarray(np.ascontiguousarray(rows)).rotate(rng.choice((0, 90)))


_WAYS: tuple[Callable[[random.Random, int], Image.Image], ...] = (_clouds, _clouds, _shapes, _page, _broken, _plain)


def out_of_distribution_frame(rng: random.Random, size: int) -> NDArray[np.uint8]:
    """Draws a picture that is not of the world: `(size, size, 3)` uint8 RGB."""
    return np.array(rng.choice(_WAYS)(rng, size))
