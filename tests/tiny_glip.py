"""A GLIP small enough to be made anew in every test, with random weights."""

from pathlib import Path

import torch

from assistant.models.glip.checkpoint import save
from assistant.models.glip.config import GlipConfig
from assistant.models.glip.model import Glip

WORDS = "[PAD] [UNK] [CLS] [SEP] [MASK] . , ' red blue car cars bus dog person a the in on is of street there are some"

TINY = GlipConfig(
    width=8,
    depths=(2, 2, 2, 2),
    heads=(1, 1, 2, 2),
    window=7,
    channels=32,
    blocks=2,
    fusion=True,
    fusion_width=32,
    fusion_heads=2,
    vocabulary=len(WORDS.split()),
    text_width=16,
    text_layers=1,
    text_heads=2,
    text_hidden=32,
    text_positions=48,
    short_side=64,
    long_side=128,
)


def tiny_model() -> Glip:
    """Random, but sure enough of some places that boxes are found there."""
    torch.manual_seed(0)
    model = Glip(TINY).eval()
    with torch.no_grad():
        model.head.prior_bias.fill_(0.0)
        model.head.token.weight.normal_(std=1.0)
        for dyconv in model.head.dyconv:
            dyconv.offset.weight.normal_(std=0.05)
    return model


def save_tiny(folder: Path) -> Path:
    """A checkpoint folder as `GlipGrounder` reads it."""
    from transformers import BertTokenizerFast

    save(tiny_model(), folder)
    vocabulary = folder / "vocab.txt"
    vocabulary.write_text("\n".join(WORDS.split()) + "\n", encoding="utf-8")
    BertTokenizerFast.from_pretrained(folder, do_lower_case=True).save_pretrained(folder)
    return folder
