"""The parts of a picture that the core attended to, for each word of its description.

Each token that the T5 writes attends to the Q-Former's queries, and each query to the picture's patches. The product of
the two, averaged over layers and heads, is the attention of that token to the patches. (Cross-attention as in Li et al.
2023, "BLIP-2", section 3.1; drawn word by word as in Xu et al. 2015, "Show, Attend and Tell", figure 3.)
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

    from assistant.models.blip.instructblip import InstructBlip
    from assistant.models.blip.sight_prompts import SightPrompt

CELL_WIDTH, LABEL_HEIGHT = 240, 28  # pixels of the picture of a word, and of the label below it
COLUMNS = 5  # pictures in a row
MIN_BRIGHTNESS = 0.25  # share of the picture's brightness where the attention is lowest


@dataclass(frozen=True, slots=True)
class WordAttention:
    """A word of a description and its attention to the picture."""

    word: str
    weights: NDArray[np.float32]  # (rows, columns) of patches; sums to 1


def attention_by_word(blip: InstructBlip, image: NDArray[np.uint8], prompt: SightPrompt) -> list[WordAttention]:
    """Describes a picture (HWC uint8 RGB) after `prompt`, and returns the words with their attention to the picture."""
    model, tokenizer = blip.loaded.model, blip.loaded.processor.tokenizer
    with _record_attention(model.qformer, "crossattention.attention") as patch_layers:
        visual = blip.queries(blip.features([image]), prompt.instruction)
    (description,) = blip.write(prompt.text, visual)
    with _record_attention(model.language_model.decoder, "EncDecAttention") as query_layers:
        blip.score(prompt.text, [description.text], visual)
    query_count = visual.shape[1]
    query_to_patches = _mean_attention(patch_layers)[:query_count, 1:]  # the class token, patch 0, has no position
    token_to_patches = _mean_attention(query_layers)[:, :query_count] @ query_to_patches  # (tokens, patches)
    side = round(token_to_patches.shape[1] ** 0.5)
    token_rows: dict[tuple[int, int], list[NDArray[np.float32]]] = {}  # by the characters of their word in the text
    encoding = tokenizer(description.text)
    for position, row in enumerate(token_to_patches):
        if (word_index := encoding.token_to_word(position)) is not None:
            span = encoding.word_to_chars(word_index)
            token_rows.setdefault((span.start, span.end), []).append(row)
    attentions = []
    for (start, end), rows in token_rows.items():
        if word := description.text[start:end].strip():
            mean = np.mean(rows, axis=0)
            attentions.append(WordAttention(word, np.asarray(mean.reshape(side, side) / mean.sum(), np.float32)))
    return attentions


@contextmanager
def _record_attention(model: Any, name: str) -> Iterator[list[NDArray[np.float32]]]:
    """Collects the attention weights `(rows, heads, from, to)` of every module whose name ends in `name`."""
    layers: list[NDArray[np.float32]] = []

    def collect(_module: Any, _inputs: Any, output: Any) -> None:
        layers.append(output[-1].float().cpu().numpy())

    usual_implementation = model.config._attn_implementation
    # The faster implementations never compute the weights themselves.
    model.set_attn_implementation("eager")
    hooks = [module.register_forward_hook(collect) for n, module in model.named_modules() if n.endswith(name)]
    try:
        yield layers
    finally:
        for hook in hooks:
            hook.remove()
        model.set_attn_implementation(usual_implementation)


def _mean_attention(layers: list[NDArray[np.float32]]) -> NDArray[np.float32]:
    """The attention `(from, to)` of the only row, averaged over layers and heads."""
    return np.asarray(np.mean([layer[0].mean(axis=0) for layer in layers], axis=0), np.float32)


def draw_word_attention(image: NDArray[np.uint8], attentions: list[WordAttention]) -> Picture:
    """Draws the picture once for each word, bright where the word attended to, with the word as its label."""
    from PIL import Image, ImageDraw

    height = round(CELL_WIDTH * image.shape[0] / image.shape[1])
    column_count = min(COLUMNS, max(1, len(attentions)))
    row_count = max(1, -(-len(attentions) // COLUMNS))
    sheet = Image.new("RGB", (CELL_WIDTH * column_count, (height + LABEL_HEIGHT) * row_count), "white")
    pen = ImageDraw.Draw(sheet)
    small = np.asarray(Image.fromarray(image).resize((CELL_WIDTH, height)), np.float32)
    for number, attention in enumerate(attentions):
        left, top = number % COLUMNS * CELL_WIDTH, number // COLUMNS * (height + LABEL_HEIGHT)
        above_lowest = attention.weights - attention.weights.min()
        light = Image.fromarray(above_lowest / max(float(above_lowest.max()), 1e-9)).resize(
            (CELL_WIDTH, height), Image.Resampling.BICUBIC
        )
        brightness = MIN_BRIGHTNESS + (1 - MIN_BRIGHTNESS) * np.clip(np.asarray(light), 0, 1)[..., None]
        sheet.paste(Image.fromarray((small * brightness).astype(np.uint8)), (left, top))
        label_at = (left + CELL_WIDTH // 2, top + height + LABEL_HEIGHT // 2)
        pen.text(label_at, attention.word, fill="black", anchor="mm", font_size=16)
    return sheet
