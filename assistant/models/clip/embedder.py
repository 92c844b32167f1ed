"""What all retrieval models share: a checkpoint's identity, batches of pictures, rows of length 1."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, TypeVar

import numpy as np
from numpy.typing import NDArray

from assistant.models.base import LazyModel, checkpoint_identity

if TYPE_CHECKING:
    import torch

    from tools.ports import Calibration

LoadedT = TypeVar("LoadedT")


class ImageTextEmbedder(LazyModel[LoadedT]):
    """Embeds pictures and texts in one space. Subclasses load a model, and embed one batch with it.

    Args:
        checkpoint: its folder.
    """

    batch_size: ClassVar[int]
    """Number of pictures in one pass of the model."""

    def __init__(self, checkpoint: str) -> None:
        super().__init__()
        self.checkpoint = checkpoint

    @cached_property
    def identity(self) -> str:
        """The name of the vector space; vectors of different identities cannot be compared."""
        return checkpoint_identity(self.checkpoint)

    def embed_images(self, images: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """Embeds pictures.

        Args:
            images: HWC uint8 RGB, any sizes.

        Returns:
            (n, d) float32, L2-normalised.
        """
        import torch

        rows = [np.empty((0, self._dimensions()), np.float32)]
        for start in range(0, len(images), self.batch_size):
            with torch.inference_mode():
                rows.append(_normalise_rows(self._embed_image_batch(images[start : start + self.batch_size])))
        return np.concatenate(rows)

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embeds sentences; one that is longer than the model reads is cut at its end.

        Returns:
            (n, d) float32, L2-normalised.
        """
        import torch

        if not texts:
            return np.empty((0, self._dimensions()), np.float32)
        with torch.inference_mode():
            return _normalise_rows(self._embed_text_batch(list(texts)))

    @property
    def trained_curve(self) -> Calibration | None:
        """The curve from cosines to probabilities that the model was trained with; None if it has none. Loads it."""
        return None

    @abstractmethod
    def _dimensions(self) -> int:
        """The length of an embedding."""

    @abstractmethod
    def _embed_image_batch(self, images: Sequence[NDArray[np.uint8]]) -> torch.Tensor:
        """The embeddings `(n, d)` of at most `batch_size` pictures, of any length."""

    @abstractmethod
    def _embed_text_batch(self, texts: list[str]) -> torch.Tensor:
        """The embeddings `(n, d)` of texts, of any length."""


def _normalise_rows(vectors: torch.Tensor) -> NDArray[np.float32]:
    """Rows `(n, d)` of any precision and device as float32 rows of length 1."""
    import torch

    unit = torch.nn.functional.normalize(vectors.float(), dim=-1)
    return np.asarray(unit.cpu().numpy(), dtype=np.float32)
