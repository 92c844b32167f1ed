"""Attention that is cheap to train on a CPU."""

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
    """Computes attention with its softmax in the inputs' precision.

    Autocast computes a softmax in float32: for maps of 257 x 257 a quarter of a training step then goes into copies,
    and another tenth into scaling the maps instead of the queries. Torch's own attention spends half of a step on a CPU
    in its backward pass.

    Args:
        query, key, value: `(n, heads, length, width)`.
        attention_mask: is added to the scores.
        scaling: factor on the queries.
        position_bias: is added to the scores, as T5 does.

    Returns:
        The output `(n, length, heads, width)` and the weights `(n, heads, length, length)`.
    """
    with torch.autocast(query.device.type, enabled=False):
        weights = torch.matmul(query * scaling, key.transpose(-1, -2))
        for bias in (position_bias, attention_mask):
            if bias is not None:
                weights = weights + bias.to(weights.dtype)
        weights = weights.softmax(-1)
        return torch.matmul(weights, value).transpose(1, 2).contiguous(), weights


AttentionInterface.register(ATTENTION, half_attention)
# Without it transformers makes no mask, and a decoder reads the words that it should predict.
AttentionMaskInterface.register(ATTENTION, eager_mask)
