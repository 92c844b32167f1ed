"""Boxes out of a prediction: anchors, decoding, scores, suppression.

Everything is in pixels of the resized picture, exclusive end, so that the originals' +1 and -1 vanish.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, NamedTuple

import torch
from torch import Tensor
from torchvision.ops import batched_nms

from assistant.models.glip.config import STRIDES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.models.glip.head import Prediction

ANCHOR = 8  # strides on a side
MOST_GROWTH = math.log(1000 / 16)  # of a side, as a logarithm
MIN_SCORE = 0.05  # of a phrase, before centerness
PER_LEVEL, PER_IMAGE = 1000, 100
IOU = 0.6  # above it, the lesser of two boxes of a phrase is dropped

Rules = Literal["original", "mmdet"]


class Anchors(NamedTuple):
    """One square at every location of every level, finest level first."""

    centres: Tensor  # (n, 2), x and y
    sides: Tensor  # (n,)
    counts: list[int]  # by level


def anchors(sizes: Sequence[tuple[int, int]], device: torch.device | None = None) -> Anchors:
    """For levels of these heights and widths."""
    centres, sides = [], []
    for (height, width), stride in zip(sizes, STRIDES, strict=True):
        y, x = torch.meshgrid(
            (torch.arange(height, device=device) + 0.5) * stride,
            (torch.arange(width, device=device) + 0.5) * stride,
            indexing="ij",
        )
        centres.append(torch.stack([x, y], -1).view(-1, 2))
        sides.append(torch.full((height * width,), float(ANCHOR * stride), device=device))
    return Anchors(torch.cat(centres), torch.cat(sides), [len(side) for side in sides])


def decode(deltas: Tensor, centres: Tensor, sides: Tensor) -> Tensor:
    """(n, 4) deltas to XYXY boxes: shifts in tenths of the anchor's side, growth in fifths of a natural logarithm."""
    middle = centres + 0.1 * deltas[:, :2] * sides[:, None]
    half = sides[:, None] * (0.2 * deltas[:, 2:]).clamp(-MOST_GROWTH, MOST_GROWTH).exp() / 2
    return torch.cat([middle - half, middle + half], 1)


class PhraseBoxes(NamedTuple):
    """Boxes of one picture, best first."""

    boxes: Tensor  # (n, 4), XYXY
    scores: Tensor  # (n,), in [0, 1]
    labels: Tensor  # (n,), which phrase


def phrase_weights(token_sets: Sequence[Sequence[int]], tokens: int, device: torch.device | None = None) -> Tensor:
    """(tokens, phrases): the mean over each phrase's tokens, as a matrix."""
    weights = torch.zeros(tokens, len(token_sets), device=device)
    for phrase, places in enumerate(token_sets):
        if places:
            weights[list(places), phrase] = 1 / len(places)
    return weights


def find(
    prediction: Prediction,
    row: int,
    token_sets: Sequence[Sequence[int]],
    size: tuple[int, int],
    scale: tuple[float, float] = (1.0, 1.0),
    *,
    rules: Rules = "original",
) -> PhraseBoxes:
    """The boxes of one picture of a batch.

    Args:
        token_sets: for each phrase the places of its tokens; a phrase without any is never found.
        size: width and height of the resized picture, without padding.
        scale: resized over given size; the boxes are in pixels of the picture given.
        rules: the two code bases differ in the last pixel and in a few survivors. `original` ranks by the final score
            and suppresses in the resized picture; `mmdet` ranks by the phrase's score and suppresses after scaling, on
            corners that include their pixel.
    """
    device = prediction.logits[0].device
    placed = anchors([(d.shape[2], d.shape[3]) for d in prediction.deltas], device)
    weights = phrase_weights(token_sets, prediction.logits[0].shape[-1], device)
    boxes, scores, labels, start = [], [], [], 0
    for logits, deltas, centerness in zip(*prediction, strict=True):
        named = logits[row].sigmoid() @ weights
        place, label = (named > MIN_SCORE).nonzero(as_tuple=True)
        score = (named[place, label] * centerness[row].flatten()[place].sigmoid()).sqrt()
        rank = score if rules == "original" else named[place, label]
        best = rank.argsort(descending=True, stable=True)[:PER_LEVEL]
        place = place[best]
        boxes.append(
            decode(deltas[row].flatten(1).T[place], placed.centres[start + place], placed.sides[start + place])
        )
        scores.append(score[best])
        labels.append(label[best])
        start += len(named)
    found = PhraseBoxes(_clip(torch.cat(boxes), size), torch.cat(scores), torch.cat(labels))
    factor = found.boxes.new_tensor([*scale, *scale])
    return _suppress(found, factor) if rules == "original" else _suppress_like_mmdet(found, factor)


def _clip(boxes: Tensor, size: tuple[int, int]) -> Tensor:
    """Into the picture, at least a pixel from the far side."""
    limit = boxes.new_tensor(size)
    return torch.cat([boxes[:, :2].clamp(min=0).minimum(limit - 1), boxes[:, 2:].clamp(min=1).minimum(limit)], 1)


def _suppress(found: PhraseBoxes, scale: Tensor) -> PhraseBoxes:
    kept = batched_nms(found.boxes, found.scores, found.labels, IOU)[:PER_IMAGE]
    return PhraseBoxes(found.boxes[kept] / scale, found.scores[kept], found.labels[kept])


def _suppress_like_mmdet(found: PhraseBoxes, scale: Tensor) -> PhraseBoxes:
    last_pixel = found.boxes.new_tensor([0, 0, 1, 1])
    boxes = (found.boxes - last_pixel) / scale
    real = (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
    boxes, scores, labels = boxes[real], found.scores[real], found.labels[real]
    kept = batched_nms(boxes, scores, labels, IOU)[:PER_IMAGE]
    return PhraseBoxes(boxes[kept] + last_pixel, scores[kept], labels[kept])
