"""CLIP and SigLIP as transformers implements them.

Radford et al. 2021 (arXiv:2103.00020); SigLIP 2, Tschannen et al. 2025 (arXiv:2502.14786), reads many languages.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from assistant.models.base import (
    checkpoint_folder,
    default_device,
    disable_progress_bars,
    load_error,
    model_type,
)
from assistant.models.clip.embedder import ImageTextEmbedder
from tools.errors import VideoAssistantError
from tools.ports import Calibration

if TYPE_CHECKING:
    import torch

FAMILIES = ("clip", "siglip")


class _Loaded(NamedTuple):
    model: Any
    processor: Any
    device: torch.device


class TransformersClip(ImageTextEmbedder[_Loaded]):
    """A checkpoint of CLIP or SigLIP in the format of transformers."""

    batch_size: ClassVar[int] = 32  # a larger one gains nothing on a CPU, and this one keeps a GPU busy enough

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
            # float32 on the CPU: bfloat16 is no faster there at this size, and costs recall.
            dtype = torch.float16 if device.type == "cuda" else torch.float32
            model = AutoModel.from_pretrained(folder, dtype=dtype).to(device).eval()
            processor = AutoProcessor.from_pretrained(folder)
        except (OSError, ValueError, RuntimeError) as error:
            raise load_error("retrieval", self.checkpoint, error) from error
        return _Loaded(model, processor, device)

    @property
    def trained_curve(self) -> Calibration | None:
        """SigLIP's sigmoid (Zhai et al. 2023, arXiv:2303.15343, section 3); None of CLIP, whose softmax gives none."""
        model = self.loaded.model
        if model.config.model_type != "siglip":
            return None
        slope = float(model.logit_scale.detach().float().exp())
        return Calibration(-float(model.logit_bias.detach()) / slope, slope, trained=True)

    def _dimensions(self) -> int:
        config = self.loaded.model.config
        return int(config.vision_config.hidden_size if config.model_type == "siglip" else config.projection_dim)

    def _embed_image_batch(self, images: Sequence[NDArray[np.uint8]]) -> torch.Tensor:
        model, processor, device = self.loaded
        # The format is named, since the axes of a picture of one pixel cannot be guessed.
        inputs = processor.image_processor(list(images), return_tensors="pt", input_data_format="channels_last")
        return _tensor_of(model.get_image_features(pixel_values=inputs["pixel_values"].to(device, model.dtype)))

    def _embed_text_batch(self, texts: list[str]) -> torch.Tensor:
        model, processor, device = self.loaded
        max_tokens = model.config.text_config.max_position_embeddings
        is_siglip = model.config.model_type == "siglip"
        # SigLIP was trained on lower-cased texts that are padded to its longest, and it reads the padding.
        inputs = processor.tokenizer(
            [text.lower() for text in texts] if is_siglip else texts,
            padding="max_length" if is_siglip else True,
            truncation=True,
            max_length=max_tokens,
            return_tensors="pt",
        )
        names = ["input_ids"] if is_siglip else ["input_ids", "attention_mask"]
        return _tensor_of(model.get_text_features(**{name: inputs[name].to(device) for name in names}))


def _tensor_of(features: Any) -> torch.Tensor:
    """The embeddings in what transformers returns: an output object since release 5, a tensor before."""
    import torch

    embeddings: torch.Tensor = features if isinstance(features, torch.Tensor) else features.pooler_output
    return embeddings
