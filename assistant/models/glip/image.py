"""Pictures as the model sees them: resized with Pillow, blue first, normalised, padded."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from torch import Tensor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

MEAN = (103.53, 116.28, 123.675)  # of 0..255, blue, green, red
STD = (57.375, 57.12, 58.395)
DIVISOR = 32  # of a padded side


class ModelImage(NamedTuple):
    """One picture as the model sees it."""

    pixels: Tensor  # (3, h, w), normalised, blue first
    scale: tuple[float, float]  # its width and height over those of the picture given

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels, without padding."""
        return self.pixels.shape[2], self.pixels.shape[1]


def resize(image: NDArray[np.uint8], short_side: int, long_side: int) -> NDArray[np.uint8]:
    """HWC uint8 to the largest size of the same shape that neither side exceeds; sizes are truncated, not rounded."""
    from PIL import Image

    height, width = image.shape[:2]
    factor = min(long_side / max(height, width), short_side / min(height, width))
    size = (max(1, int(width * factor)), max(1, int(height * factor)))
    return np.asarray(Image.fromarray(image).resize(size, Image.Resampling.BILINEAR))


def prepare(image: NDArray[np.uint8], short_side: int, long_side: int) -> ModelImage:
    """HWC uint8 RGB as the model sees it."""
    resized = resize(image, short_side, long_side)
    pixels = torch.from_numpy(resized[..., ::-1].copy()).permute(2, 0, 1).float()
    pixels = (pixels - torch.tensor(MEAN).view(3, 1, 1)) / torch.tensor(STD).view(3, 1, 1)
    (height, width), (old_height, old_width) = resized.shape[:2], image.shape[:2]
    return ModelImage(pixels, (width / old_width, height / old_height))


def batch(seen: Sequence[ModelImage]) -> Tensor:
    """(b, 3, h, w), padded with zeros at the right and bottom to a common size.

    The model knows no padding mask, so a picture among larger ones is seen a little differently than alone.
    """
    width, height = (max(one.size[side] for one in seen) for side in (0, 1))
    padded = torch.zeros(len(seen), 3, height + -height % DIVISOR, width + -width % DIVISOR)
    for row, one in zip(padded, seen, strict=True):
        row[:, : one.size[1], : one.size[0]] = one.pixels
    return padded
