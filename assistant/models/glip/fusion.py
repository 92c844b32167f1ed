"""Deep fusion: in every block, the picture looks at the words and the words at the picture (GLIP, section 3.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor, nn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.models.glip.config import GlipConfig

LIMIT = 50_000.0  # scores and features are clamped here, as in the originals: half precision reaches 65,504


def clamp(x: Tensor) -> Tensor:
    """Within +-`LIMIT`."""
    return x.clamp(-LIMIT, LIMIT)


class BiAttention(nn.Module):
    """Cross-attention both ways over one table of scores."""

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
        """What each side learns: `(b, n, vision)`, `(b, t, text)`; `mask` `(b, t)` is 1 where there is a token."""
        query, key = self._split(self.vision_query(vision) * self.scale), self._split(self.text_key(text))
        scores = clamp(query @ key.transpose(-1, -2))
        turned = scores.transpose(-1, -2)
        turned = clamp(turned - turned.amax(-1, keepdim=True))
        to_vision = scores.masked_fill(mask[:, None, None] == 0, float("-inf")).softmax(-1)
        to_text = turned.softmax(-1)  # over every location, the padding of the picture included
        vision_new = self._merge(self.dropout(to_vision) @ self._split(self.text_value(text)))
        text_new = self._merge(self.dropout(to_text) @ self._split(self.vision_value(vision)))
        return self.vision_out(vision_new), self.text_out(text_new)

    def _split(self, x: Tensor) -> Tensor:
        return x.view(*x.shape[:2], self.heads, -1).transpose(1, 2)

    def _merge(self, x: Tensor) -> Tensor:
        return x.transpose(1, 2).flatten(2)


class Fusion(nn.Module):
    """Bi-directional attention between all locations of all levels and all tokens."""

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
        vision_new, text_new = self.attention(vision, text, mask)
        # The residual is the normalised input, not the raw one: so the official weights were trained.
        vision = (vision + self.gamma_vision * vision_new).transpose(1, 2)
        parts = vision.split([level[0, 0].numel() for level in levels], -1)
        maps = [part.unflatten(-1, level.shape[-2:]) for part, level in zip(parts, levels, strict=True)]
        return maps, text + self.gamma_text * text_new


class TextLayer(nn.Module):
    """One layer of BERT (post-norm) over the fused words."""

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
        """(b, t, width); `mask` (b, t) is 1 where there is a token."""
        query, key, value = (
            part(x).unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in (self.query, self.key, self.value)
        )
        scores = clamp(query @ key.transpose(-1, -2) * query.shape[-1] ** -0.5)
        scores = scores.masked_fill(mask[:, None, None] == 0, float("-inf"))
        seen = (self.dropout(scores.softmax(-1)) @ value).transpose(1, 2).flatten(2)
        x = self.attention_norm(self.dropout(self.attention_out(seen)) + x)
        hidden = clamp(F.gelu(clamp(self.expand(x))))
        return clamp(self.norm(self.dropout(clamp(self.contract(hidden))) + x))
