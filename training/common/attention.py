"""Attention that is cheap to train through on a CPU."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.masking_utils import eager_mask

ATTENTION = "half"


def half_attention(
    _module: Any,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None = None,
    scaling: float = 1.0,
    position_bias: Tensor | None = None,
    **_: Any,
) -> tuple[Tensor, Tensor]:
    """Attention with its softmax in the inputs' precision, `(n, heads, length, width)` to `(n, length, heads, width)`.

    Autocast takes a softmax to float32; over 257 x 257 maps that is a quarter of a step spent on copies, and scaling
    the maps instead of the queries another tenth. Torch's own CPU attention spends half of a step in its way back.
    """
    with torch.autocast(query.device.type, enabled=False):
        weights = torch.matmul(query * scaling, key.transpose(-1, -2))
        for added in (position_bias, attention_mask):
            if added is not None:
                weights = weights + added.to(weights.dtype)
        weights = weights.softmax(-1)
        return torch.matmul(weights, value).transpose(1, 2).contiguous(), weights


AttentionInterface.register(ATTENTION, half_attention)
# Without it no mask is made at all, and a decoder reads the very words that it is to write.
AttentionMaskInterface.register(ATTENTION, eager_mask)
