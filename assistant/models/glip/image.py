"""Prepares pictures for the model: resized with Pillow, BGR, normalised, padded."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from torch import Tensor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

MEAN = (103.53, 116.28, 123.675)  # of blue, green and red in [0, 255]
STD = (57.375, 57.12, 58.395)
DIVISOR = 32  # of the sides of a padded batch


class ModelImage(NamedTuple):
    """A picture that is prepared for the model."""

    pixels: Tensor  # (3, h, w), BGR, normalised
    scale: tuple[float, float]  # its width and height over those of the original picture

    @property
    def size(self) -> tuple[int, int]:
        """Its width and height in pixels, without padding."""
        return self.pixels.shape[2], self.pixels.shape[1]


def resize_image(image: NDArray[np.uint8], short_side: int, long_side: int) -> NDArray[np.uint8]:
    """Resizes a picture (HWC uint8) to the largest size within the limits of both sides, at the same aspect ratio.

    Sizes are truncated instead of rounded, as in the originals.
    """
    from PIL import Image

    height, width = image.shape[:2]
    factor = min(long_side / max(height, width), short_side / min(height, width))
    size = (max(1, int(width * factor)), max(1, int(height * factor)))
    return np.asarray(Image.fromarray(image).resize(size, Image.Resampling.BILINEAR))


def prepare_image(image: NDArray[np.uint8], short_side: int, long_side: int) -> ModelImage:
    """Resizes and normalises a picture (HWC uint8 RGB)."""
    resized = resize_image(image, short_side, long_side)
    pixels = torch.from_numpy(resized[..., ::-1].copy()).permute(2, 0, 1).float()
    pixels = (pixels - torch.tensor(MEAN).view(3, 1, 1)) / torch.tensor(STD).view(3, 1, 1)
    (height, width), (old_height, old_width) = resized.shape[:2], image.shape[:2]
    return ModelImage(pixels, (width / old_width, height / old_height))


def batch_images(images: Sequence[ModelImage]) -> Tensor:
    """Joins pictures to a batch (b, 3, h, w), padded with zeros at the right and the bottom to a common size.

    The model has no padding mask, so its features of a picture among larger ones differ a little from those alone.
    """
    width, height = (max(image.size[side] for image in images) for side in (0, 1))
    padded = torch.zeros(len(images), 3, height + -height % DIVISOR, width + -width % DIVISOR)
    for row, image in zip(padded, images, strict=True):
        row[:, : image.size[1], : image.size[0]] = image.pixels
    return padded
