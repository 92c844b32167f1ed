"""Areas and overlaps of boxes, XYXY with exclusive ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tools.types import Box


def area(box: Box) -> float:
    """The area of a box in square pixels; 0 if it has no width or no height."""
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


def intersection(first: Box, second: Box) -> float:
    """The area that two boxes share, in square pixels."""
    left, top = max(first[0], second[0]), max(first[1], second[1])
    return area((left, top, min(first[2], second[2]), min(first[3], second[3])))


def iou(first: Box, second: Box) -> float:
    """Intersection over union, in [0, 1]; 0 for boxes that do not touch."""
    shared = intersection(first, second)
    return shared / (area(first) + area(second) - shared) if shared else 0.0
