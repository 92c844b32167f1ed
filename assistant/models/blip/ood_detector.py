"""Detects pictures that are not of the kind that a model was trained on, where its answers mean nothing."""

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
    """A bound on the Mahalanobis distance of a picture's mean patch state from those of the training pictures.

    Lee et al. 2018 (arXiv:1807.03888, section 2.1) use it on the features of a classifier; here is a single class.
    """

    mean: NDArray[np.float32]  # (width,)
    precision: NDArray[np.float32]  # (width, width), the inverse of the covariance matrix
    limit: float  # the distance that held-out pictures of the training domain hardly ever exceed

    @classmethod
    def load(cls, folder: Path) -> OodDetector | None:
        """Reads the detector in a checkpoint's folder; None for a checkpoint without one, which takes any picture."""
        path = folder / FILE
        if not path.is_file():
            return None
        with np.load(path, allow_pickle=False) as file:
            return cls(file["mean"], file["precision"], float(file["limit"]))

    def distances(self, features: NDArray[np.float16]) -> NDArray[np.float32]:
        """Computes the distances `(n,)` of ViT states `(n, 1 + patches, width)`; the class token comes first."""
        from_mean = features[:, 1:].astype(np.float32).mean(1) - self.mean
        squared = np.einsum("ni,ij,nj->n", from_mean, self.precision, from_mean)
        distances: NDArray[np.float32] = np.sqrt(np.maximum(squared, 0.0), dtype=np.float32)
        return distances

    def in_domain(self, features: NDArray[np.float16]) -> list[bool]:
        """Returns for each picture whether its distance is within the limit."""
        return [bool(distance <= self.limit) for distance in self.distances(features)]
