"""Deep fusion: in every block, picture and words attend to each other (GLIP, section 3.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor, nn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.models.glip.config import GlipConfig

LIMIT = 50_000.0  # to which scores and features are clamped, as in the originals; half precision ends at 65,504


def clamp(x: Tensor) -> Tensor:
    """Clamps values to [-`LIMIT`, `LIMIT`]."""
    return x.clamp(-LIMIT, LIMIT)


class BiAttention(nn.Module):
    """Cross-attention in both directions with the same scores.

    There are some hundred locations for each token, and the heads have many times as many channels as a location. So
    every product is computed in the order that keeps locations at their own width: keys and values are projected to the
    channels of the picture instead. The result is the same, and with 20 tokens GLIP-T needs a tenth of the
    multiplications.
    """

    def __init__(self, vision: int, text: int, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.scale = (width // heads) ** -0.5
        self.vision_query, self.text_key = nn.Linear(vision, width), nn.Linear(text, width)
        self.vision_value, self.text_value = nn.Linear(vision, width), nn.Linear(text, width)
        self.vision_out, self.text_out = nn.Linear(width, vision), nn.Linear(width, text)
        self.dropout = nn.Dropout(dropout)
        for module in self.children():
            if isinstance(module, nn.Linear):
                nn.init.xavier_uniform_(module.weight)
                nn.init.zeros_(module.bias)

    def forward(self, vision: Tensor, text: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Computes the updates `(b, n, vision)` and `(b, t, text)`; `mask` `(b, t)` is 1 for tokens, 0 for padding."""
        scores = clamp(self._scores(vision, self._split_heads(self.text_key(text)) * self.scale))  # (b, n, heads, t)
        shifted = clamp(scores - scores.amax(1, keepdim=True))
        to_vision = self.dropout(scores.masked_fill(mask[:, None, None] == 0, float("-inf")).softmax(-1))
        to_text = self.dropout(shifted.softmax(1))  # over all locations, including the padding of the picture
        vision_update = self._update_vision(to_vision, self._split_heads(self.text_value(text)))
        return vision_update, self._update_text(to_text, vision)

    def _scores(self, vision: Tensor, key: Tensor) -> Tensor:
        """The scores `(W v + b) k`, computed as `v (W^T k) + b k`."""
        weight, bias = self._split_weight(self.vision_query.weight), self.vision_query.bias.view(self.heads, -1)
        projected = torch.einsum("bhtd,hdc->bhtc", key, weight)
        constant = torch.einsum("bhtd,hd->bht", key, bias)
        scores = torch.baddbmm(constant.flatten(1)[:, None], vision, projected.flatten(1, 2).transpose(1, 2))
        return scores.view(*vision.shape[:2], self.heads, -1)

    def _update_vision(self, attention: Tensor, value: Tensor) -> Tensor:
        """The product `W (p v)`, computed as `p (W v)`."""
        weight = self.vision_out.weight.view(-1, *value.shape[1::2])
        projected = torch.einsum("bhtd,chd->bhtc", value, weight)
        return torch.matmul(attention.flatten(2), projected.flatten(1, 2)) + self.vision_out.bias

    def _update_text(self, attention: Tensor, vision: Tensor) -> Tensor:
        """The product `p (W v + b)`, computed as `W (p v) + (sum of p) b`."""
        weight, bias = self._split_weight(self.vision_value.weight), self.vision_value.bias.view(self.heads, 1, -1)
        gathered = (attention.flatten(2).transpose(1, 2) @ vision).view(len(vision), self.heads, -1, vision.shape[-1])
        attended = torch.einsum("bhtc,hdc->bhtd", gathered, weight) + attention.sum(1)[..., None] * bias
        update: Tensor = self.text_out(attended.transpose(1, 2).flatten(2))
        return update

    def _split_heads(self, x: Tensor) -> Tensor:
        """Reshapes (b, t, width) to (b, heads, t, width of a head)."""
        return x.view(*x.shape[:2], self.heads, -1).transpose(1, 2)

    def _split_weight(self, weight: Tensor) -> Tensor:
        """Reshapes (width, channels) to (heads, width of a head, channels)."""
        return weight.view(self.heads, -1, weight.shape[-1])


class Fusion(nn.Module):
    """Attention in both directions between all locations of all levels and all tokens."""

    def __init__(self, config: GlipConfig) -> None:
        super().__init__()
        vision, text = config.channels, config.text_width
        self.norm_vision, self.norm_text = nn.LayerNorm(vision), nn.LayerNorm(text)
        self.attention = BiAttention(vision, text, config.fusion_width, config.fusion_heads, config.dropout)
        self.gamma_vision = nn.Parameter(torch.full((vision,), 1 / config.blocks))
        self.gamma_text = nn.Parameter(torch.full((text,), 1 / config.blocks))

    def forward(self, levels: Sequence[Tensor], text: Tensor, mask: Tensor) -> tuple[list[Tensor], Tensor]:
        vision = self.norm_vision(torch.cat([level.flatten(2) for level in levels], -1).transpose(1, 2))
        text = self.norm_text(text)
        vision_update, text_update = self.attention(vision, text, mask)
        # The residual is the normalised input instead of the raw one, since the official weights were trained so.
        vision = (vision + self.gamma_vision * vision_update).transpose(1, 2)
        parts = vision.split([level[0, 0].numel() for level in levels], -1)
        maps = [part.unflatten(-1, level.shape[-2:]) for part, level in zip(parts, levels, strict=True)]
        return maps, text + self.gamma_text * text_update


class TextLayer(nn.Module):
    """A layer of BERT (post-norm) over the fused words."""

    def __init__(self, config: GlipConfig) -> None:
        super().__init__()
        width, eps = config.text_width, 1e-12
        self.heads = config.text_heads
        self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))
        self.attention_out, self.attention_norm = nn.Linear(width, width), nn.LayerNorm(width, eps)
        self.expand, self.contract = nn.Linear(width, config.text_hidden), nn.Linear(config.text_hidden, width)
        self.norm = nn.LayerNorm(width, eps)
        self.dropout = nn.Dropout(config.dropout)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.normal_(module.weight, std=0.02)
                nn.init.zeros_(module.bias)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Updates the words (b, t, width); `mask` (b, t) is 1 for tokens and 0 for padding."""
        query, key, value = (
            part(x).unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in (self.query, self.key, self.value)
        )
        scores = clamp(query @ key.transpose(-1, -2) * query.shape[-1] ** -0.5)
        scores = scores.masked_fill(mask[:, None, None] == 0, float("-inf"))
        attended = (self.dropout(scores.softmax(-1)) @ value).transpose(1, 2).flatten(2)
        x = self.attention_norm(self.dropout(self.attention_out(attended)) + x)
        hidden = clamp(F.gelu(clamp(self.expand(x))))
        return clamp(self.norm(self.dropout(clamp(self.contract(hidden))) + x))
