"""CLIP with a ResNet as its image encoder (RN50 to RN50x64), which transformers lacks, by the library open_clip.

Radford et al. 2021 (arXiv:2103.00020), section 2.4. A folder holds the files of the hub: `open_clip_config.json` and
`open_clip_model.safetensors`. OpenAI's tokenizer is part of the library.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from assistant.models.base import (
    OPEN_CLIP_CONFIG,
    OPEN_CLIP_WEIGHTS,
    checkpoint_folder,
    default_device,
    load_error,
    weight_files,
)
from assistant.models.clip.embedder import ImageTextEmbedder
from tools.errors import ModelNotFoundError, VideoAssistantError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import torch
    from PIL import Image


class _Loaded(NamedTuple):
    model: Any
    transform: Callable[[Image.Image], torch.Tensor]  # to (3, side, side), normalised as the configuration says
    tokenizer: Any  # cuts texts that are longer than the model reads
    dimensions: int
    device: torch.device
    dtype: torch.dtype  # of the pixels


class OpenClip(ImageTextEmbedder[_Loaded]):
    """A checkpoint of CLIP in the format of open_clip."""

    batch_size: ClassVar[int] = 8  # a feature map of RN50x64 (112 x 112 x 512 float32) takes 26 MB a picture

    def _load(self) -> _Loaded:
        import torch

        folder = checkpoint_folder("retrieval", self.checkpoint)
        dimensions = _read_dimensions(folder)
        try:
            import open_clip
        except ImportError:
            raise VideoAssistantError(
                f"retrieval: {folder} needs the package open_clip_torch; install it with "
                "`pip install 'video-assistant[openclip]'`, or run with --profile pocket"
            ) from None
        device = default_device()
        on_gpu = device.type == "cuda"
        try:
            # fp16 as OpenAI ran it: convolutions and projections in half precision, the norms between them in single.
            model, transform = open_clip.create_model_from_pretrained(
                f"local-dir:{folder}", precision="fp16" if on_gpu else "fp32", device=device
            )
            tokenizer = open_clip.get_tokenizer(f"local-dir:{folder}")
        except Exception as error:  # the kind depends on which part of a file is damaged
            raise load_error("retrieval", self.checkpoint, ValueError(" ".join(str(error).split()))) from error
        dtype = torch.float16 if on_gpu else torch.float32
        return _Loaded(model.eval(), transform, tokenizer, dimensions, device, dtype)

    def _dimensions(self) -> int:
        return self.loaded.dimensions

    def _embed_image_batch(self, images: Sequence[NDArray[np.uint8]]) -> torch.Tensor:
        import torch
        from PIL import Image

        loaded = self.loaded
        pixels = torch.stack([loaded.transform(Image.fromarray(image)) for image in images])
        embeddings: torch.Tensor = loaded.model.encode_image(pixels.to(loaded.device, loaded.dtype))
        return embeddings

    def _embed_text_batch(self, texts: list[str]) -> torch.Tensor:
        loaded = self.loaded
        embeddings: torch.Tensor = loaded.model.encode_text(loaded.tokenizer(texts).to(loaded.device))
        return embeddings


def _read_dimensions(folder: Path) -> int:
    """The length of an embedding by the configuration, after checking what open_clip would fail to read or download.

    Raises:
        ModelNotFoundError: there are no weights, or no configuration that can be read.
        VideoAssistantError: open_clip would download the text encoder.
    """
    if not weight_files(folder):
        raise ModelNotFoundError(f"retrieval: {folder} holds neither {' nor '.join(OPEN_CLIP_WEIGHTS)}; get it again")
    try:
        config = json.loads((folder / OPEN_CLIP_CONFIG).read_text(encoding="utf-8"))["model_cfg"]
        dimensions, hub_encoder = int(config["embed_dim"]), config["text_cfg"].get("hf_model_name")
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise load_error("retrieval", str(folder / OPEN_CLIP_CONFIG), error) from None
    if hub_encoder:
        raise VideoAssistantError(
            f"retrieval: the text encoder of {folder} is {hub_encoder}, which open_clip would fetch; give a checkpoint "
            f"whose {OPEN_CLIP_CONFIG} names no `hf_model_name`"
        )
    return dimensions
