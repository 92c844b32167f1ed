"""The training loss of a GLIP: ATSS assignment, focal loss of tokens, GIoU, centerness.

ATSS: Zhang et al. 2020, arXiv:1912.02424. Boxes are in pixels of the resized picture with exclusive ends; only the GIoU
is computed on corners that include their pixel, as in the training of the official weights.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor
from torchvision.ops import box_iou, generalized_box_iou_loss, sigmoid_focal_loss

from assistant.models.glip.boxes import Anchors, build_anchors, decode_boxes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.models.glip.head import Prediction

CANDIDATES = 9  # anchors of each level that are considered for a box
MIN_MARGIN = 0.01  # pixels from an anchor's centre to the sides of its box, half a pixel subtracted
BOX_WEIGHT = 2.0


class Target(NamedTuple):
    """The labelled boxes of a picture."""

    boxes: Tensor  # (n, 4), XYXY
    tokens: list[list[int]]  # for each box the positions of its phrase's tokens in the caption


class Losses(NamedTuple):
    """The three weighted parts of the loss."""

    tokens: Tensor
    boxes: Tensor
    centerness: Tensor

    @property
    def total(self) -> Tensor:
        return self.tokens + self.boxes + self.centerness


def grounding_loss(prediction: Prediction, mask: Tensor, targets: Sequence[Target]) -> Losses:
    """Computes the training loss of a batch.

    Args:
        mask: `(b, t)`, 1 for tokens and 0 for padding; for [CLS], [SEP] and `.` the target is 0 everywhere.
        targets: one for each picture; for a picture without boxes the target of all tokens is 0.
    """
    device = mask.device
    all_anchors = build_anchors([(d.shape[2], d.shape[3]) for d in prediction.deltas], device)
    logits = torch.cat(prediction.logits, 1)
    deltas = torch.cat([d.flatten(2).transpose(1, 2) for d in prediction.deltas], 1)
    centerness = torch.cat([c.flatten(1) for c in prediction.centerness], 1)
    # (b, anchors), the index of a box, or -1 for the background
    owners = torch.stack([assign_anchors(all_anchors, target.boxes) for target in targets])
    positive = owners >= 0
    count = max(1, int(positive.sum()))

    target_scores = torch.zeros_like(logits)
    for row, target in enumerate(targets):
        box_tokens = torch.zeros(len(target.boxes), logits.shape[-1], device=device)
        for box, positions in enumerate(target.tokens):
            box_tokens[box, positions] = 1.0
        target_scores[row, positive[row]] = box_tokens[owners[row, positive[row]]]
    is_token = mask.bool()[:, None].expand_as(logits)
    scores = logits[is_token]
    focal_loss = sigmoid_focal_loss(scores, target_scores[is_token], alpha=0.25, gamma=2.0, reduction="sum")

    true_boxes = torch.cat([target.boxes[owner[owner >= 0]] for target, owner in zip(targets, owners, strict=True)])
    centres = all_anchors.centres.expand(len(targets), -1, -1)[positive]
    sides = all_anchors.sides.expand(len(targets), -1)[positive]
    true_centerness = _centerness(centres, true_boxes)
    boxes = decode_boxes(deltas[positive], centres, sides)
    last_pixel = boxes.new_tensor([0, 0, 1, 1])
    giou_losses = generalized_box_iou_loss(boxes - last_pixel, true_boxes - last_pixel)
    box_loss = BOX_WEIGHT * (giou_losses * true_centerness).sum() / true_centerness.sum().clamp(min=1.0)
    centre_loss = F.binary_cross_entropy_with_logits(centerness[positive], true_centerness, reduction="sum") / count
    return Losses(focal_loss / count, box_loss, centre_loss)


def assign_anchors(anchors: Anchors, boxes: Tensor) -> Tensor:
    """Assigns to each anchor the index (anchors,) of the box that it learns, or -1 for the background.

    An anchor that fits several boxes learns the one with the largest IoU.
    """
    if not len(boxes):
        return torch.full_like(anchors.sides, -1, dtype=torch.long)
    half = anchors.sides[:, None] / 2
    iou = box_iou(torch.cat([anchors.centres - half, anchors.centres + half], 1), boxes)
    distance = torch.cdist(anchors.centres, (boxes[:, :2] + boxes[:, 2:]) / 2)
    nearest, start = [], 0
    for level in torch.split(distance, anchors.counts):
        nearest.append(level.topk(min(CANDIDATES, len(level)), dim=0, largest=False).indices + start)
        start += len(level)
    candidates = torch.cat(nearest)  # (candidates, boxes)
    box_indexes = torch.arange(len(boxes), device=boxes.device).expand_as(candidates)
    ious = iou[candidates, box_indexes]
    fits = ious >= ious.mean(0) + ious.std(0)
    fits &= _margins(anchors.centres[candidates], boxes).amin(-1) > MIN_MARGIN
    claimed_ious = torch.full_like(iou, -1.0)
    claimed_ious[candidates[fits], box_indexes[fits]] = ious[fits]
    best, owner = claimed_ious.max(1)
    return torch.where(best >= 0, owner, -1)


def _margins(points: Tensor, boxes: Tensor) -> Tensor:
    """Pixels (..., 4) from the middle of each point's pixel to the left, upper, right and lower side of its box."""
    return torch.cat([points - boxes[..., :2], boxes[..., 2:] - points], -1) - 0.5


def _centerness(points: Tensor, boxes: Tensor) -> Tensor:
    """Values from 1 in the middle of a box to 0 at its sides (FCOS, Tian et al. 2019)."""
    left, top, right, bottom = _margins(points, boxes).unbind(-1)
    horizontal = torch.minimum(left, right) / torch.maximum(left, right)
    vertical = torch.minimum(top, bottom) / torch.maximum(top, bottom)
    return (horizontal * vertical).sqrt()
