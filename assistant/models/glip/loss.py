"""What a GLIP is trained with: ATSS assignment, focal loss on tokens, GIoU, centerness.

ATSS: Zhang et al. 2020, arXiv:1912.02424. Everything is in pixels of the resized picture, exclusive end, but for the
GIoU, which the official weights were trained with on corners that include their pixel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor
from torchvision.ops import box_iou, generalized_box_iou_loss, sigmoid_focal_loss

from assistant.models.glip.boxes import Anchors, anchors, decode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.models.glip.head import Prediction

CANDIDATES = 9  # anchors of each level that are considered for a box
INSIDE = 0.01  # pixels by which an anchor's centre must lie within its box, half a pixel apart
BOX_WEIGHT = 2.0


class Target(NamedTuple):
    """What one picture shows."""

    boxes: Tensor  # (n, 4), XYXY
    tokens: list[list[int]]  # for each box the places of its phrase's tokens in the caption


class Losses(NamedTuple):
    """The three parts, weighted."""

    tokens: Tensor
    boxes: Tensor
    centerness: Tensor

    @property
    def total(self) -> Tensor:
        return self.tokens + self.boxes + self.centerness


def grounding_loss(prediction: Prediction, mask: Tensor, targets: Sequence[Target]) -> Losses:
    """The training loss of a batch.

    Args:
        mask: `(b, t)`, 1 where the caption has a token; [CLS], [SEP] and `.` are taught to be nowhere.
        targets: one for each picture; one without boxes teaches only what is not there.
    """
    device = mask.device
    placed = anchors([(d.shape[2], d.shape[3]) for d in prediction.deltas], device)
    logits = torch.cat(prediction.logits, 1)
    deltas = torch.cat([d.flatten(2).transpose(1, 2) for d in prediction.deltas], 1)
    centerness = torch.cat([c.flatten(1) for c in prediction.centerness], 1)
    owners = torch.stack([assign(placed, target.boxes) for target in targets])  # (b, anchors), -1 for background
    positive = owners >= 0
    count = max(1, int(positive.sum()))

    wanted = torch.zeros_like(logits)
    for row, target in enumerate(targets):
        own = torch.zeros(len(target.boxes), logits.shape[-1], device=device)
        for box, places in enumerate(target.tokens):
            own[box, places] = 1.0
        wanted[row, positive[row]] = own[owners[row, positive[row]]]
    real = mask.bool()[:, None].expand_as(logits)
    token_loss = sigmoid_focal_loss(logits[real], wanted[real], alpha=0.25, gamma=2.0, reduction="sum") / count

    truth = torch.cat([t.boxes[owner[owner >= 0]] for t, owner in zip(targets, owners, strict=True)])
    centres = placed.centres.expand(len(targets), -1, -1)[positive]
    sides = placed.sides.expand(len(targets), -1)[positive]
    middle = _centerness(centres, truth)
    boxes = decode(deltas[positive], centres, sides)
    last_pixel = boxes.new_tensor([0, 0, 1, 1])
    overlap = generalized_box_iou_loss(boxes - last_pixel, truth - last_pixel)
    box_loss = BOX_WEIGHT * (overlap * middle).sum() / middle.sum().clamp(min=1.0)
    centre_loss = F.binary_cross_entropy_with_logits(centerness[positive], middle, reduction="sum") / count
    return Losses(token_loss, box_loss, centre_loss)


def assign(placed: Anchors, boxes: Tensor) -> Tensor:
    """Which box each anchor learns, -1 for none; one claimed by several learns the one it overlaps most."""
    if not len(boxes):
        return torch.full_like(placed.sides, -1, dtype=torch.long)
    half = placed.sides[:, None] / 2
    overlap = box_iou(torch.cat([placed.centres - half, placed.centres + half], 1), boxes)
    distance = torch.cdist(placed.centres, (boxes[:, :2] + boxes[:, 2:]) / 2)
    nearest, start = [], 0
    for level in torch.split(distance, placed.counts):
        nearest.append(level.topk(min(CANDIDATES, len(level)), dim=0, largest=False).indices + start)
        start += len(level)
    candidates = torch.cat(nearest)  # (candidates, boxes)
    own = torch.arange(len(boxes), device=boxes.device).expand_as(candidates)
    overlaps = overlap[candidates, own]
    fits = overlaps >= overlaps.mean(0) + overlaps.std(0)
    fits &= _margins(placed.centres[candidates], boxes).amin(-1) > INSIDE
    claims = torch.full_like(overlap, -1.0)
    claims[candidates[fits], own[fits]] = overlaps[fits]
    best, owner = claims.max(1)
    return torch.where(best >= 0, owner, -1)


def _margins(points: Tensor, boxes: Tensor) -> Tensor:
    """(..., 4) pixels from the middle of each point's pixel to the left, upper, right and lower side."""
    return torch.cat([points - boxes[..., :2], boxes[..., 2:] - points], -1) - 0.5


def _centerness(points: Tensor, boxes: Tensor) -> Tensor:
    """1 in the middle of a box, 0 at its sides (FCOS, Tian et al. 2019)."""
    left, top, right, bottom = _margins(points, boxes).unbind(-1)
    across = torch.minimum(left, right) / torch.maximum(left, right)
    along = torch.minimum(top, bottom) / torch.maximum(top, bottom)
    return (across * along).sqrt()
