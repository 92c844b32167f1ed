"""GLIP as a module: from pixels and tokens to a prediction at every location."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import Tensor, nn
from transformers import BertConfig, BertModel

from assistant.models.glip.fpn import FeaturePyramid
from assistant.models.glip.head import Head, Prediction, Words
from assistant.models.glip.swin import Swin

if TYPE_CHECKING:
    from assistant.models.glip.config import GlipConfig


class Glip(nn.Module):
    """The model; a new one has the initial weights for training."""

    def __init__(self, config: GlipConfig) -> None:
        super().__init__()
        self.config = config
        self.backbone = Swin(config)
        self.fpn = FeaturePyramid(self.backbone.widths, config.channels)
        self.language = BertModel(
            BertConfig(
                vocab_size=config.vocabulary,
                hidden_size=config.text_width,
                num_hidden_layers=config.text_layers,
                num_attention_heads=config.text_heads,
                intermediate_size=config.text_hidden,
                max_position_embeddings=config.text_positions,
                hidden_dropout_prob=config.dropout,
                attention_probs_dropout_prob=config.dropout,
            ),
            add_pooling_layer=False,
        )
        self.head = Head(config)

    def encode_images(self, pixels: Tensor) -> list[Tensor]:
        """Computes the five levels of pictures `(b, 3, h, w)`; they serve any number of captions."""
        levels: list[Tensor] = self.fpn(self.backbone(pixels))
        return levels

    def encode_text(self, tokens: Tensor, mask: Tensor) -> Words:
        """Encodes captions with BERT; `tokens` and `mask` are (b, t)."""
        return Words(self.language(input_ids=tokens, attention_mask=mask).last_hidden_state, mask)

    def forward(self, pixels: Tensor, tokens: Tensor, mask: Tensor) -> Prediction:
        prediction: Prediction = self.head(self.encode_images(pixels), self.encode_text(tokens, mask))
        return prediction
