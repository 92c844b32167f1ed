"""The sizes of a GLIP model, and those of the official models."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from tools.errors import VideoAssistantError

STRIDES = (8, 16, 32, 64, 128)
"""Pixels between neighbouring locations of each of the five levels P3 to P7."""


@dataclass(frozen=True, slots=True)
class GlipConfig:
    """The sizes that determine a model's tensors, and the picture size that it was trained for."""

    # Swin Transformer (Liu et al. 2021)
    width: int  # channels of the first stage; each later stage doubles them
    depths: tuple[int, ...]
    heads: tuple[int, ...]
    window: int  # side of an attention window, in locations
    # FPN and dynamic head
    channels: int
    blocks: int
    # Deep fusion; without it (GLIP-T (A)) words and picture meet only in the last dot product.
    fusion: bool
    fusion_width: int
    fusion_heads: int
    # BERT
    vocabulary: int
    text_width: int
    text_layers: int
    text_heads: int
    text_hidden: int
    text_positions: int
    # pictures, in pixels
    short_side: int = 800
    long_side: int = 1333
    # training only
    drop_path: float = 0.0
    dropout: float = 0.1

    @property
    def max_tokens(self) -> int:
        """The largest number of tokens of a caption, including [CLS] and [SEP]."""
        return min(256, self.text_positions)

    def save(self, path: Path) -> None:
        """Writes the configuration as JSON."""
        path.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> GlipConfig:
        """Reads a configuration from JSON.

        Raises:
            VideoAssistantError: the file is no JSON, or its fields are not those of a configuration.
        """
        try:
            row = json.loads(path.read_text(encoding="utf-8"))
            values: dict[str, Any] = {
                name: tuple(value) if isinstance(value, list) else value for name, value in row.items()
            }
            return cls(**values)
        except (OSError, ValueError, TypeError, AttributeError) as error:
            allowed = ", ".join(field.name for field in fields(cls))
            raise VideoAssistantError(f"{path}: no GLIP configuration ({error}); its fields are {allowed}") from None


_BERT_BASE: dict[str, Any] = {
    "vocabulary": 30522,
    "text_width": 768,
    "text_layers": 12,
    "text_heads": 12,
    "text_hidden": 3072,
    "text_positions": 512,
}
_HEAD: dict[str, Any] = {"channels": 256, "fusion_width": 2048, "fusion_heads": 8}
_SWIN_T: dict[str, Any] = {"width": 96, "depths": (2, 2, 6, 2), "heads": (3, 6, 12, 24), "window": 7, "drop_path": 0.2}
_SWIN_L: dict[str, Any] = _SWIN_T | {
    "width": 192,
    "depths": (2, 2, 18, 2),
    "heads": (6, 12, 24, 48),
    "window": 12,
    "drop_path": 0.4,
}

CONFIGS: dict[str, GlipConfig] = {
    "glip-t-a": GlipConfig(**_SWIN_T, **_HEAD, **_BERT_BASE, blocks=6, fusion=False),
    "glip-t": GlipConfig(**_SWIN_T, **_HEAD, **_BERT_BASE, blocks=6, fusion=True),  # GLIP-T (B), (C) and GLIP-T
    "glip-l": GlipConfig(**_SWIN_L, **_HEAD, **_BERT_BASE, blocks=8, fusion=True),
    "pocket": GlipConfig(
        width=24,
        depths=(2, 2, 2, 2),
        heads=(1, 2, 4, 8),
        window=7,
        channels=64,
        blocks=2,
        fusion=True,
        fusion_width=128,
        fusion_heads=4,
        vocabulary=1024,
        text_width=128,
        text_layers=2,
        text_heads=4,
        text_hidden=256,
        text_positions=128,
        short_side=224,
        long_side=400,
    ),
}
