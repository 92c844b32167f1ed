"""CLIP with a ResNet for its eyes (RN50 to RN50x64), which transformers lacks, through the library open_clip.

Radford et al. 2021 (arXiv:2103.00020), section 2.4. A folder holds what the hub keeps: `open_clip_config.json` and
`open_clip_model.safetensors`. The words of OpenAI's tokenizer come with the library.
"""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from assistant.models.base import (
    OPEN_CLIP_CONFIG,
    OPEN_CLIP_WEIGHTS,
    LazyModel,
    checkpoint_folder,
    checkpoint_identity,
    default_device,
    load_error,
    weight_files,
)
from assistant.models.clip.transformers_clip import normalise_rows
from tools.errors import ModelNotFoundError, VideoAssistantError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import torch
    from numpy.typing import NDArray
    from PIL import Image

BATCH = 8  # frames at once: one feature map of RN50x64 (112 x 112 x 512 float32) takes 26 MB a frame


class _Loaded(NamedTuple):
    model: Any
    transform: Callable[[Image.Image], torch.Tensor]  # to (3, side, side), normalised, as the configuration says
    tokenizer: Any  # cuts what is longer than the model reads
    dimensions: int
    device: torch.device
    dtype: torch.dtype  # of the pixels


class OpenClip(LazyModel[_Loaded]):
    """A checkpoint that open_clip wrote.

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

        folder = checkpoint_folder("retrieval", self.checkpoint)
        dimensions = _dimensions(folder)
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
            # fp16 as OpenAI ran it: convolutions and projections in half, the norms between them in single precision.
            model, transform = open_clip.create_model_from_pretrained(
                f"local-dir:{folder}", precision="fp16" if on_gpu else "fp32", device=device
            )
            tokenizer = open_clip.get_tokenizer(f"local-dir:{folder}")
        except Exception as error:  # of a dozen kinds, by what of a file is spoilt
            raise load_error("retrieval", self.checkpoint, ValueError(" ".join(str(error).split()))) from error
        dtype = torch.float16 if on_gpu else torch.float32
        return _Loaded(model.eval(), transform, tokenizer, dimensions, device, dtype)

    def embed_images(self, images: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """Embeds pictures.

        Args:
            images: HWC uint8 RGB, any sizes.

        Returns:
            (n, d) float32, L2-normalised.
        """
        import torch
        from PIL import Image

        loaded = self.loaded
        rows = [np.empty((0, loaded.dimensions), np.float32)]
        for start in range(0, len(images), BATCH):
            batch = [loaded.transform(Image.fromarray(image)) for image in images[start : start + BATCH]]
            pixels = torch.stack(batch).to(loaded.device, loaded.dtype)
            with torch.inference_mode():
                rows.append(normalise_rows(loaded.model.encode_image(pixels)))
        return np.concatenate(rows)

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embeds sentences; what is longer than the model reads is cut at its end.

        Returns:
            (n, d) float32, L2-normalised.
        """
        import torch

        loaded = self.loaded
        if not texts:
            return np.empty((0, loaded.dimensions), np.float32)
        with torch.inference_mode():
            return normalise_rows(loaded.model.encode_text(loaded.tokenizer(list(texts)).to(loaded.device)))


def _dimensions(folder: Path) -> int:
    """Of the vectors, by the configuration; says in one line what open_clip could not read, or would fetch."""
    if not weight_files(folder):
        raise ModelNotFoundError(f"retrieval: {folder} holds neither {' nor '.join(OPEN_CLIP_WEIGHTS)}; get it again")
    try:
        config = json.loads((folder / OPEN_CLIP_CONFIG).read_text(encoding="utf-8"))["model_cfg"]
        dimensions, fetched = int(config["embed_dim"]), config["text_cfg"].get("hf_model_name")
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise load_error("retrieval", str(folder / OPEN_CLIP_CONFIG), error) from None
    if fetched:
        raise VideoAssistantError(
            f"retrieval: the text encoder of {folder} is {fetched}, which open_clip would fetch; give a checkpoint "
            f"whose {OPEN_CLIP_CONFIG} names no `hf_model_name`"
        )
    return dimensions
