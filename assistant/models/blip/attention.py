"""Where the core looked, word by word, while it described a picture.

Each word that the T5 writes attends to the Q-Former's queries, and each query to the picture's patches; the product of
the two, averaged over layers and heads, is where that word looked. (Cross-attention as in Li et al. 2023, "BLIP-2",
section 3.1; shown word by word as in Xu et al. 2015, "Show, Attend and Tell", figure 3.)
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

CELL, LABEL, COLUMNS = 240, 28, 5  # pixels of one word's picture and of its label; pictures in a row
DARKEST = 0.25  # of the brightness, where a word did not look


@dataclass(frozen=True, slots=True)
class WordAttention:
    """One word and where it looked."""

    word: str
    weights: NDArray[np.float32]  # (rows, columns) of patches, sums to 1


def attention_by_word(blip: InstructBlip, image: NDArray[np.uint8], prompt: str) -> list[WordAttention]:
    """The words that the core writes about a picture (HWC uint8 RGB) after `prompt`, each with where it looked."""
    model, tokenizer = blip.loaded.model, blip.loaded.processor.tokenizer
    with _recording(model.qformer, "crossattention.attention") as seen:
        visual = blip.queries(blip.features([image]), prompt.lower())
    (told,) = blip.write(prompt, visual)
    with _recording(model.language_model.decoder, "EncDecAttention") as heard:
        blip.score(prompt, [told.text], visual)
    queries = visual.shape[1]
    patches = _mean(seen)[:queries, 1:]  # the first patch is the class token, which lies nowhere
    weights = _mean(heard)[:, :queries] @ patches  # (tokens, patches)
    side = round(weights.shape[1] ** 0.5)
    rows: dict[tuple[int, int], list[NDArray[np.float32]]] = {}  # of each word, by where it stands in the text
    read = tokenizer(told.text)
    for place, row in enumerate(weights):
        if (word := read.token_to_word(place)) is not None:
            span = read.word_to_chars(word)
            rows.setdefault((span.start, span.end), []).append(row)
    means = [(told.text[start:end].strip(), np.mean(own, axis=0)) for (start, end), own in rows.items()]
    return [WordAttention(word, np.asarray(m.reshape(side, side) / m.sum(), np.float32)) for word, m in means if word]


@contextmanager
def _recording(model: Any, name: str) -> Iterator[list[NDArray[np.float32]]]:
    """Collects the attention weights `(rows, heads, from, to)` of every module whose name ends in `name`."""
    found: list[NDArray[np.float32]] = []

    def keep(_module: Any, _inputs: Any, output: Any) -> None:
        found.append(output[-1].float().cpu().numpy())

    usual = model.config._attn_implementation
    # The faster implementations never have the weights in their hands.
    model.set_attn_implementation("eager")
    hooks = [m.register_forward_hook(keep) for n, m in model.named_modules() if n.endswith(name)]
    try:
        yield found
    finally:
        for hook in hooks:
            hook.remove()
        model.set_attn_implementation(usual)


def _mean(layers: list[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Over layers and heads of the one row, `(from, to)`."""
    return np.asarray(np.mean([layer[0].mean(axis=0) for layer in layers], axis=0), np.float32)


def draw_word_attention(image: NDArray[np.uint8], looked: list[WordAttention]) -> Picture:
    """One picture a word, bright where the word looked, its label below."""
    from PIL import Image, ImageDraw

    height = round(CELL * image.shape[0] / image.shape[1])
    rows = -(-len(looked) // COLUMNS)
    drawn = Image.new("RGB", (CELL * min(COLUMNS, max(1, len(looked))), (height + LABEL) * max(1, rows)), "white")
    pen = ImageDraw.Draw(drawn)
    small = np.asarray(Image.fromarray(image).resize((CELL, height)), np.float32)
    for number, one in enumerate(looked):
        left, top = number % COLUMNS * CELL, number // COLUMNS * (height + LABEL)
        spread = one.weights - one.weights.min()
        light = Image.fromarray(spread / max(float(spread.max()), 1e-9)).resize(
            (CELL, height), Image.Resampling.BICUBIC
        )
        bright = DARKEST + (1 - DARKEST) * np.clip(np.asarray(light), 0, 1)[..., None]
        drawn.paste(Image.fromarray((small * bright).astype(np.uint8)), (left, top))
        pen.text((left + CELL // 2, top + height + LABEL // 2), one.word, fill="black", anchor="mm", font_size=16)
    return drawn
