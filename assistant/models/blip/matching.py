"""Whether a picture shows a text: BLIP-2's image-text matching (Li et al. 2023, arXiv:2301.12597, section 3.1).

The Q-Former reads the text together with the picture's states, so it sees what a cosine of two vectors cannot: who does
what.
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

MAX_TEXT_TOKENS = 32  # what it was trained on; and never more than it has positions


class _Loaded(NamedTuple):
    model: Any
    processor: Any


class Matcher(LazyModel[_Loaded]):
    """A `Blip2ForImageTextRetrieval`.

    Args:
        checkpoint: its folder.
    """

    def __init__(self, checkpoint: str) -> None:
        super().__init__()
        self.checkpoint = checkpoint

    def shares_features_with(self, core: str) -> bool:
        """Whether its ViT is that of a core, so that the features stored for the one serve the other."""
        own = vision_identity(self.checkpoint)
        return own is not None and own == vision_identity(core)

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
            lacks = ValueError(f"its files lack {len(info['missing_keys'])} tensors: it is no matching model")
            raise load_error("matching", self.checkpoint, lacks)
        return _Loaded(model.to(device).eval(), processor)

    def features(self, images: Sequence[NDArray[np.uint8]]) -> NDArray[np.float16]:
        """ViT states `(n, tokens, width)` of HWC RGB pictures."""
        import torch

        model, processor = self.loaded
        if len(images) == 0:
            return empty_features(model.config.vision_config)
        read = processor.image_processor(list(images), return_tensors="pt", input_data_format="channels_last")
        with torch.inference_mode():
            states = model.vision_model(read["pixel_values"].to(model.device, model.dtype)).last_hidden_state
        found: NDArray[np.float16] = states.to(torch.float16).cpu().numpy()
        return found

    def match(self, text: str, features: NDArray[np.float16]) -> NDArray[np.float32]:
        """P(the picture shows the text), `(n,)`, for ViT states `(n, tokens, width)`; one pass."""
        import torch

        model, processor = self.loaded
        n = len(features)
        if n == 0:
            return np.zeros(0, np.float32)
        longest = min(MAX_TEXT_TOKENS, model.config.qformer_config.max_position_embeddings)
        # The tokenizer alone: the processor would put `<image>` before the text, which the model takes off again.
        read = processor.tokenizer(text, return_tensors="pt", truncation=True, max_length=longest).to(model.device)
        with torch.inference_mode():
            states = torch.from_numpy(np.array(features)).to(model.device, model.dtype)
            queries = model.query_tokens.to(model.dtype).expand(n, -1, -1)
            ones = torch.ones(queries.shape[:2], dtype=torch.long, device=model.device)
            out = model.qformer(
                query_embeds=model.embeddings(input_ids=read["input_ids"].expand(n, -1), query_embeds=queries),
                query_length=queries.shape[1],
                attention_mask=torch.cat([ones, read["attention_mask"].expand(n, -1)], 1),
                encoder_hidden_states=states,
                encoder_attention_mask=torch.ones(states.shape[:2], dtype=torch.long, device=model.device),
            ).last_hidden_state[:, : queries.shape[1]]
            logits = model.itm_head(out.to(model.itm_head.weight.dtype)).mean(1).float()
        found: NDArray[np.float32] = logits.softmax(-1)[:, 1].cpu().numpy()
        return found
