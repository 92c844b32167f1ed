"""Whether a picture is of the kind that a model was trained on; what it says of others is worth nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

FILE = "familiarity.npz"


@dataclass(frozen=True, slots=True)
class OodDetector:
    """The Mahalanobis distance of a picture's mean patch state from those of training pictures.

    As Lee et al. 2018 (arXiv:1807.03888, section 2.1) do it for features of a classifier, with a single class.
    """

    mean: NDArray[np.float32]  # (width,)
    precision: NDArray[np.float32]  # (width, width), the inverse of the covariance
    limit: float  # the distance that pictures of the training's kind hardly ever pass

    @classmethod
    def load(cls, folder: Path) -> OodDetector | None:
        """What stands in a checkpoint's folder; None for a checkpoint that was trained on all the world."""
        path = folder / FILE
        if not path.is_file():
            return None
        with np.load(path, allow_pickle=False) as file:
            return cls(file["mean"], file["precision"], float(file["limit"]))

    def distances(self, features: NDArray[np.float16]) -> NDArray[np.float32]:
        """`(n,)` distances of ViT states `(n, 1 + patches, width)`, the class token first."""
        from_mean = features[:, 1:].astype(np.float32).mean(1) - self.mean
        squared = np.einsum("ni,ij,nj->n", from_mean, self.precision, from_mean)
        distances: NDArray[np.float32] = np.sqrt(np.maximum(squared, 0.0), dtype=np.float32)
        return distances

    def in_domain(self, features: NDArray[np.float16]) -> list[bool]:
        """For each picture, whether it lies within the limit."""
        return [bool(distance <= self.limit) for distance in self.distances(features)]
