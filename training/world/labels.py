"""What each patch of a frame shows: dense labels that a throw-away head is trained on beside the real task."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from training.world.scene import COLOURS, HEIGHT, KINDS, LANES, WIDTH, Scene

KIND, COLOUR, OFFSET, LANE, FACING = range(5)
CLASSES = (len(KINDS) + 1, len(COLOURS) + 1, 9, len(LANES) + 1, 2)
"""How many classes each label has; for kind and colour, 0 is the backdrop."""

_KIND = {kind: index + 1 for index, kind in enumerate(KINDS)}
_COLOUR = {colour: index + 1 for index, colour in enumerate(COLOURS)}


def patch_labels(scene: Scene, grid: int) -> NDArray[np.int64]:
    """`(grid, grid, 5)`: kind, colour, offset of the actor's centre (half columns, -4..4 as 0..8), lane, facing."""
    labels = np.zeros((grid, grid, len(CLASSES)), np.int64)
    cells = np.arange(grid)
    for actor in sorted(scene.actors, key=lambda a: a.box[3]):
        x0, y0, x1, y1 = actor.box
        x0, x1, y0, y1 = x0 / WIDTH * grid, x1 / WIDTH * grid, y0 / HEIGHT * grid, y1 / HEIGHT * grid
        covered_x = np.minimum(cells + 1, x1) - np.maximum(cells, x0)
        covered_y = np.minimum(cells + 1, y1) - np.maximum(cells, y0)
        xs = np.flatnonzero(covered_x >= min(0.5, (x1 - x0) * 0.45))
        ys = np.flatnonzero(covered_y >= min(0.5, (y1 - y0) * 0.45))
        if not len(xs) or not len(ys):
            continue
        offset = np.clip(np.round((actor.x - (xs + 0.5) * WIDTH / grid) / 24), -4, 4) + 4
        lane = len(LANES) if actor.front else LANES.index(actor.lane)
        area = labels[ys[0] : ys[-1] + 1, xs[0] : xs[-1] + 1]
        area[..., KIND], area[..., COLOUR] = _KIND[actor.kind], _COLOUR[actor.colour]
        area[..., OFFSET], area[..., LANE], area[..., FACING] = offset[None], lane, actor.facing == "right"
    return labels
