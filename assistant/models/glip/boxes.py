"""From a prediction to boxes: anchors, decoding, scores, suppression.

All boxes are XYXY in pixels of the resized picture with exclusive ends, so the +1 and -1 of the originals vanish.
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

ANCHOR_STRIDES = 8  # side of an anchor, in strides of its level
MAX_LOG_GROWTH = math.log(1000 / 16)  # natural logarithm of a box's side over its anchor's
MIN_SCORE = 0.05  # of a phrase, before centerness
MAX_PER_LEVEL, MAX_PER_IMAGE = 1000, 100  # boxes before and after suppression
MAX_IOU = 0.6  # above it, the weaker of two boxes of a phrase is suppressed

Rules = Literal["original", "mmdet"]


class Anchors(NamedTuple):
    """A square at every location of every level; the finest level comes first."""

    centres: Tensor  # (n, 2), x and y
    sides: Tensor  # (n,)
    counts: list[int]  # number of anchors of each level


def build_anchors(sizes: Sequence[tuple[int, int]], device: torch.device | None = None) -> Anchors:
    """Returns the anchors of levels with these heights and widths."""
    centres, sides = [], []
    for (height, width), stride in zip(sizes, STRIDES, strict=True):
        y, x = torch.meshgrid(
            (torch.arange(height, device=device) + 0.5) * stride,
            (torch.arange(width, device=device) + 0.5) * stride,
            indexing="ij",
        )
        centres.append(torch.stack([x, y], -1).view(-1, 2))
        sides.append(torch.full((height * width,), float(ANCHOR_STRIDES * stride), device=device))
    return Anchors(torch.cat(centres), torch.cat(sides), [len(side) for side in sides])


def decode_boxes(deltas: Tensor, centres: Tensor, sides: Tensor) -> Tensor:
    """Converts deltas (n, 4) and their anchors to boxes (n, 4), XYXY.

    The unit of a shift is a tenth of the anchor's side, that of a growth is a fifth of its natural logarithm.
    """
    middle = centres + 0.1 * deltas[:, :2] * sides[:, None]
    half = sides[:, None] * (0.2 * deltas[:, 2:]).clamp(-MAX_LOG_GROWTH, MAX_LOG_GROWTH).exp() / 2
    return torch.cat([middle - half, middle + half], 1)


class PhraseBoxes(NamedTuple):
    """The boxes of a picture, best first."""

    boxes: Tensor  # (n, 4), XYXY
    scores: Tensor  # (n,), in [0, 1]
    labels: Tensor  # (n,), the index of the phrase


def phrase_weights(token_positions: Sequence[Sequence[int]], tokens: int, device: torch.device | None = None) -> Tensor:
    """Returns the matrix (tokens, phrases) by which token scores become the mean score of each phrase's tokens."""
    weights = torch.zeros(tokens, len(token_positions), device=device)
    for phrase, positions in enumerate(token_positions):
        if positions:
            weights[list(positions), phrase] = 1 / len(positions)
    return weights


def select_boxes(
    prediction: Prediction,
    row: int,
    token_positions: Sequence[Sequence[int]],
    size: tuple[int, int],
    scale: tuple[float, float] = (1.0, 1.0),
    *,
    rules: Rules = "original",
) -> PhraseBoxes:
    """Selects the boxes of a picture of a batch.

    Args:
        row: of the picture in the batch.
        token_positions: for each phrase the positions of its tokens; a phrase without tokens gets no box.
        size: width and height of the resized picture, without padding.
        scale: size of the resized picture over that of the original; the boxes are in pixels of the original.
        rules: of which code base; the two differ in the last pixel and in a few boxes. `original` ranks by the final
            score and suppresses in the resized picture. `mmdet` ranks by the phrase's score and suppresses after
            scaling, on corners that include their pixel.
    """
    device = prediction.logits[0].device
    all_anchors = build_anchors([(d.shape[2], d.shape[3]) for d in prediction.deltas], device)
    weights = phrase_weights(token_positions, prediction.logits[0].shape[-1], device)
    boxes, scores, labels, start = [], [], [], 0
    for logits, deltas, centerness in zip(*prediction, strict=True):
        phrase_scores = logits[row].sigmoid() @ weights  # (locations, phrases)
        location, label = (phrase_scores > MIN_SCORE).nonzero(as_tuple=True)
        score = (phrase_scores[location, label] * centerness[row].flatten()[location].sigmoid()).sqrt()
        rank = score if rules == "original" else phrase_scores[location, label]
        best = rank.argsort(descending=True, stable=True)[:MAX_PER_LEVEL]
        location = location[best]
        boxes.append(
            decode_boxes(
                deltas[row].flatten(1).T[location],
                all_anchors.centres[start + location],
                all_anchors.sides[start + location],
            )
        )
        scores.append(score[best])
        labels.append(label[best])
        start += len(phrase_scores)
    candidates = PhraseBoxes(_clip(torch.cat(boxes), size), torch.cat(scores), torch.cat(labels))
    factor = candidates.boxes.new_tensor([*scale, *scale])
    return _suppress(candidates, factor) if rules == "original" else _suppress_like_mmdet(candidates, factor)


def _clip(boxes: Tensor, size: tuple[int, int]) -> Tensor:
    """Boxes moved into the picture; each keeps at least one pixel of width and height."""
    limit = boxes.new_tensor(size)
    return torch.cat([boxes[:, :2].clamp(min=0).minimum(limit - 1), boxes[:, 2:].clamp(min=1).minimum(limit)], 1)


def _suppress(candidates: PhraseBoxes, scale: Tensor) -> PhraseBoxes:
    boxes, scores, labels = candidates
    selected = batched_nms(boxes, scores, labels, MAX_IOU)[:MAX_PER_IMAGE]
    return PhraseBoxes(boxes[selected] / scale, scores[selected], labels[selected])


def _suppress_like_mmdet(candidates: PhraseBoxes, scale: Tensor) -> PhraseBoxes:
    last_pixel = candidates.boxes.new_tensor([0, 0, 1, 1])
    boxes = (candidates.boxes - last_pixel) / scale
    has_area = (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
    boxes, scores, labels = boxes[has_area], candidates.scores[has_area], candidates.labels[has_area]
    selected = batched_nms(boxes, scores, labels, MAX_IOU)[:MAX_PER_IMAGE]
    return PhraseBoxes(boxes[selected] + last_pixel, scores[selected], labels[selected])
