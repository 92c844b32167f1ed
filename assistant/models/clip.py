"""CLIP: pictures and words as vectors of one space (Radford et al. 2021, arXiv:2103.00020)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from assistant.models.base import LazyModel, checkpoint_identity, default_device, hub_error, without_bars

if TYPE_CHECKING:
    import torch

BATCH = 32  # frames at once: larger gains nothing on a CPU and keeps a GPU busy enough


class _Loaded(NamedTuple):
    model: Any
    processor: Any
    device: torch.device


class Clip(LazyModel[_Loaded]):
    """A CLIP checkpoint, from a local folder or the hub.

    Args:
        checkpoint: folder or hub id.
    """

    def __init__(self, checkpoint: str) -> None:
        super().__init__()
        self.checkpoint = checkpoint

    @cached_property
    def identity(self) -> str:
        """Names the vector space; vectors of another identity cannot be compared."""
        return checkpoint_identity(self.checkpoint)

    def _load(self) -> _Loaded:
        import torch
        from transformers import CLIPModel, CLIPProcessor

        without_bars()
        device = default_device()
        try:
            # float32 on the CPU: bf16 gains nothing there at this size and costs recall.
            dtype = torch.float16 if device.type == "cuda" else torch.float32
            model = CLIPModel.from_pretrained(self.checkpoint, dtype=dtype).to(device).eval()
            processor = CLIPProcessor.from_pretrained(self.checkpoint)
        except OSError as error:
            raise hub_error("retrieval", self.checkpoint, error) from error
        return _Loaded(model, processor, device)

    def embed_images(self, images: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """Embeds pictures.

        Args:
            images: HWC uint8 RGB, any sizes.

        Returns:
            (n, d) float32, L2-normalised.
        """
        import torch

        model, processor, device = self.loaded
        rows = []
        for start in range(0, len(images), BATCH):
            batch = list(images[start : start + BATCH])
            # Named, since the axes of a picture of one pixel cannot be guessed.
            pixels = processor.image_processor(batch, return_tensors="pt", input_data_format="channels_last")[
                "pixel_values"
            ]
            with torch.inference_mode():
                rows.append(_normalise(model.get_image_features(pixel_values=pixels.to(device, model.dtype))))
        return np.concatenate(rows) if rows else np.empty((0, model.config.projection_dim), np.float32)

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embeds sentences; what is longer than the model reads is cut at its end.

        Returns:
            (n, d) float32, L2-normalised.
        """
        import torch

        model, processor, device = self.loaded
        if not texts:
            return np.empty((0, model.config.projection_dim), np.float32)
        limit = model.config.text_config.max_position_embeddings
        tokens = processor.tokenizer(list(texts), padding=True, truncation=True, max_length=limit, return_tensors="pt")
        with torch.inference_mode():
            features = model.get_text_features(
                input_ids=tokens["input_ids"].to(device), attention_mask=tokens["attention_mask"].to(device)
            )
        return _normalise(features)


def _normalise(features: Any) -> NDArray[np.float32]:
    import torch

    # transformers 5 returns an output object, 4 a tensor.
    tensor = features if isinstance(features, torch.Tensor) else features.pooler_output
    unit = torch.nn.functional.normalize(tensor.float(), dim=-1)
    return np.asarray(unit.cpu().numpy(), dtype=np.float32)
