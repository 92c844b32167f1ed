"""CLIP and its kin, as transformers has them: pictures and words as vectors of one space.

Radford et al. 2021 (arXiv:2103.00020); SigLIP 2, Tschannen et al. 2025 (arXiv:2502.14786), reads many languages.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from assistant.models.base import (
    LazyModel,
    checkpoint_folder,
    checkpoint_identity,
    default_device,
    disable_progress_bars,
    load_error,
    model_type,
)
from tools.errors import VideoAssistantError

if TYPE_CHECKING:
    import torch

FAMILIES = ("clip", "siglip")
BATCH = 32  # frames at once: larger gains nothing on a CPU and keeps a GPU busy enough


class _Loaded(NamedTuple):
    model: Any
    processor: Any
    device: torch.device


class Clip(LazyModel[_Loaded]):
    """A checkpoint of CLIP or SigLIP.

    Args:
        checkpoint: its folder.
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
        from transformers import AutoModel, AutoProcessor

        folder = checkpoint_folder("retrieval", self.checkpoint)
        if (kind := model_type(folder)) not in FAMILIES:
            raise VideoAssistantError(
                f"retrieval: {folder} holds a {kind} model; give {', '.join(FAMILIES)} or one of open_clip's, or "
                "--profile pocket"
            )
        disable_progress_bars()
        device = default_device()
        try:
            # float32 on the CPU: bf16 gains nothing there at this size and costs recall.
            dtype = torch.float16 if device.type == "cuda" else torch.float32
            model = AutoModel.from_pretrained(folder, dtype=dtype).to(device).eval()
            processor = AutoProcessor.from_pretrained(folder)
        except (OSError, ValueError, RuntimeError) as error:
            raise load_error("retrieval", self.checkpoint, error) from error
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
        return np.concatenate(rows) if rows else np.empty((0, _dimensions(model)), np.float32)

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embeds sentences; what is longer than the model reads is cut at its end.

        Returns:
            (n, d) float32, L2-normalised.
        """
        import torch

        model, processor, device = self.loaded
        if not texts:
            return np.empty((0, _dimensions(model)), np.float32)
        limit = model.config.text_config.max_position_embeddings
        pads = model.config.model_type == "siglip"
        # SigLIP was trained on lower-cased texts filled up to their longest, and reads the padding.
        read = [text.lower() for text in texts] if pads else list(texts)
        padding = "max_length" if pads else True
        tokens = processor.tokenizer(read, padding=padding, truncation=True, max_length=limit, return_tensors="pt")
        names = ["input_ids"] if pads else ["input_ids", "attention_mask"]
        with torch.inference_mode():
            features = model.get_text_features(**{name: tokens[name].to(device) for name in names})
        return _normalise(features)


def _dimensions(model: Any) -> int:
    if model.config.model_type == "siglip":
        return int(model.config.vision_config.hidden_size)
    return int(model.config.projection_dim)


def _normalise(features: Any) -> NDArray[np.float32]:
    import torch

    # transformers 5 returns an output object, 4 a tensor.
    return normalise_rows(features if isinstance(features, torch.Tensor) else features.pooler_output)


def normalise_rows(vectors: torch.Tensor) -> NDArray[np.float32]:
    """`(n, d)` of any precision and device as float32 rows of length 1."""
    import torch

    unit = torch.nn.functional.normalize(vectors.float(), dim=-1)
    return np.asarray(unit.cpu().numpy(), dtype=np.float32)
