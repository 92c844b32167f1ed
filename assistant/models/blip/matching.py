"""The probability that a picture shows a text: BLIP-2's image-text matching (Li et al. 2023, arXiv:2301.12597, 3.1).

The Q-Former reads the text together with the picture's states, so it can tell who does what, which the cosine of two
embeddings cannot.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from assistant.models.base import (
    LazyModel,
    checkpoint_folder,
    default_device,
    disable_progress_bars,
    empty_features,
    load_error,
    model_type,
    vision_identity,
)
from tools.errors import VideoAssistantError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

MAX_TEXT_TOKENS = 32  # the length it was trained on; the number of its positions is a second limit


class _Loaded(NamedTuple):
    model: Any
    processor: Any


class Matcher(LazyModel[_Loaded]):
    """Image-text matching by a `Blip2ForImageTextRetrieval` of transformers.

    Args:
        checkpoint: its folder.
    """

    def __init__(self, checkpoint: str) -> None:
        super().__init__()
        self.checkpoint = checkpoint

    def shares_features_with(self, core: str) -> bool:
        """Returns whether its ViT equals that of a core, so that features stored for the core serve both."""
        identity = vision_identity(self.checkpoint)
        return identity is not None and identity == vision_identity(core)

    def _load(self) -> _Loaded:
        import torch
        from transformers import Blip2ForImageTextRetrieval, Blip2Processor

        folder = checkpoint_folder("matching", self.checkpoint)
        if (kind := model_type(folder)) != "blip-2":
            raise VideoAssistantError(
                f"matching: {folder} holds a {kind} model; give one of Salesforce/blip2-itm-vit-g"
            )
        disable_progress_bars()
        device = default_device()
        dtype = torch.bfloat16 if device.type == "cuda" else torch.float32
        try:
            model, info = Blip2ForImageTextRetrieval.from_pretrained(folder, dtype=dtype, output_loading_info=True)
            processor = Blip2Processor.from_pretrained(folder)
        except (OSError, ValueError, RuntimeError) as error:
            raise load_error("matching", self.checkpoint, error) from error
        if info["missing_keys"]:
            reason = ValueError(f"its files lack {len(info['missing_keys'])} tensors: it is no matching model")
            raise load_error("matching", self.checkpoint, reason)
        return _Loaded(model.to(device).eval(), processor)

    def features(self, images: Sequence[NDArray[np.uint8]]) -> NDArray[np.float16]:
        """Computes the ViT states `(n, tokens, width)` of pictures (HWC uint8 RGB)."""
        import torch

        model, processor = self.loaded
        if len(images) == 0:
            return empty_features(model.config.vision_config)
        inputs = processor.image_processor(list(images), return_tensors="pt", input_data_format="channels_last")
        with torch.inference_mode():
            states = model.vision_model(inputs["pixel_values"].to(model.device, model.dtype)).last_hidden_state
        features: NDArray[np.float16] = states.to(torch.float16).cpu().numpy()
        return features

    def match(self, text: str, features: NDArray[np.float16]) -> NDArray[np.float32]:
        """Computes the probabilities `(n,)` that pictures, given as ViT states `(n, tokens, width)`, show a text."""
        import torch

        model, processor = self.loaded
        n = len(features)
        if n == 0:
            return np.zeros(0, np.float32)
        max_tokens = min(MAX_TEXT_TOKENS, model.config.qformer_config.max_position_embeddings)
        # Only the tokenizer, since the processor would put `<image>` before the text, which the model removes again.
        tokens = processor.tokenizer(text, return_tensors="pt", truncation=True, max_length=max_tokens).to(model.device)
        with torch.inference_mode():
            states = torch.from_numpy(np.array(features)).to(model.device, model.dtype)
            queries = model.query_tokens.to(model.dtype).expand(n, -1, -1)
            ones = torch.ones(queries.shape[:2], dtype=torch.long, device=model.device)
            outputs = model.qformer(
                query_embeds=model.embeddings(input_ids=tokens["input_ids"].expand(n, -1), query_embeds=queries),
                query_length=queries.shape[1],
                attention_mask=torch.cat([ones, tokens["attention_mask"].expand(n, -1)], 1),
                encoder_hidden_states=states,
                encoder_attention_mask=torch.ones(states.shape[:2], dtype=torch.long, device=model.device),
            ).last_hidden_state[:, : queries.shape[1]]
            logits = model.itm_head(outputs.to(model.itm_head.weight.dtype)).mean(1).float()
        probabilities: NDArray[np.float32] = logits.softmax(-1)[:, 1].cpu().numpy()
        return probabilities
