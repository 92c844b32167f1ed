"""The head: fusion blocks, then scores of all tokens, a box and a centerness at every location."""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING, Literal, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from assistant.models.glip.config import STRIDES
from assistant.models.glip.dyhead import DynamicConv
from assistant.models.glip.fusion import Fusion, TextLayer, clamp

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assistant.models.glip.config import GlipConfig

Step = Literal["fusion", "text", "dyconv"]

PRIOR = 0.01  # score of every token at every location before training


class Words(NamedTuple):
    """A batch of captions as BERT encodes them."""

    hidden: Tensor  # (b, t, width)
    mask: Tensor  # (b, t), 1 for tokens and 0 for padding

    @property
    def masked_hidden(self) -> Tensor:
        """`hidden` with zeros for padding; a model without fusion compares locations with it."""
        return self.hidden * self.mask[..., None].to(self.hidden.dtype)

    def with_offsets(self, table: Tensor) -> Words:
        """Returns the words with an offset `(positions, width)` added to each token: GLIP's prompt tuning."""
        return Words(self.hidden + table[: self.hidden.shape[1]], self.mask)


class Prediction(NamedTuple):
    """The output of the head for each level, finest first; locations are in row-major order."""

    logits: list[Tensor]  # (b, h * w, t), the score of each token
    deltas: list[Tensor]  # (b, 4, h, w), see `boxes.decode_boxes`
    centerness: list[Tensor]  # (b, 1, h, w), logits


class Head(nn.Module):
    """Computes a prediction from the levels of the pyramid and the words."""

    def __init__(self, config: GlipConfig) -> None:
        super().__init__()
        fused = config.blocks if config.fusion else 0
        self.fusion = nn.ModuleList(Fusion(config) for _ in range(fused))
        self.text = nn.ModuleList(TextLayer(config) for _ in range(fused))
        self.dyconv = nn.ModuleList(DynamicConv(config.channels) for _ in range(config.blocks))
        self.box = nn.Conv2d(config.channels, 4, 1)
        self.centerness = nn.Conv2d(config.channels, 1, 1)
        self.scales = nn.ParameterList(nn.Parameter(torch.ones(())) for _ in STRIDES)
        self.token = nn.Linear(config.text_width, config.channels)
        self.token_bias = nn.Parameter(torch.zeros(config.text_width))
        self.prior_bias = nn.Parameter(torch.full((1,), -math.log((1 - PRIOR) / PRIOR)))
        self.log_scale = nn.Parameter(torch.zeros(1))
        for module in (self.box, self.centerness):
            nn.init.normal_(module.weight, std=0.01)
            nn.init.zeros_(module.bias)  # type: ignore[arg-type]  # it has a bias

    def forward(self, levels: Sequence[Tensor], words: Words) -> Prediction:
        ((_, levels, text),) = deque(self.steps(levels, words), maxlen=1)  # only the last step is held in memory
        return self.predict(levels, text)

    def steps(self, levels: Sequence[Tensor], words: Words) -> Iterator[tuple[Step, Sequence[Tensor], Tensor]]:
        """Yields picture and words after each part of each block."""
        text = words.hidden if self.fusion else words.masked_hidden
        for i, dyconv in enumerate(self.dyconv):
            if self.fusion:
                levels, text = self.fusion[i](levels, text, words.mask)
                yield "fusion", levels, text
                text = self.text[i](text, words.mask)
                yield "text", levels, text
            levels = dyconv(levels)
            yield "dyconv", levels, text

    def predict(self, levels: Sequence[Tensor], text: Tensor) -> Prediction:
        """Computes scores, boxes and centerness from the features of the last block."""
        unit = F.normalize(text, dim=-1)
        tokens = self.token(unit / 2).transpose(-1, -2) / self.log_scale.exp()
        bias = (unit @ self.token_bias + self.prior_bias)[:, None]
        return Prediction(
            [clamp(level.flatten(2).transpose(1, 2) @ tokens + bias) for level in levels],
            [scale * self.box(level) for scale, level in zip(self.scales, levels, strict=True)],
            [self.centerness(level) for level in levels],
        )
