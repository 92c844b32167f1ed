"""Dense labels of what each patch of a frame shows, for a head that is trained beside the task and then dropped."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from training.world.scene import CARRIED, COLOURS, COLUMN_WIDTH, HEIGHT, KINDS, LANES, WIDTH, Scene

KIND, COLOUR, OFFSET, LANE, FACING, CARRIES = range(6)
CLASSES = (len(KINDS) + 1, len(COLOURS) + 1, 9, len(LANES) + 1, 3, len(CARRIED) + 1)
"""Number of classes of each label; 0 stands for nothing (of an offset, for the leftmost)."""

_KIND = {kind: index + 1 for index, kind in enumerate(KINDS)}
_COLOUR = {colour: index + 1 for index, colour in enumerate(COLOURS)}
_FACING = {"none": 0, "left": 1, "right": 2}
_CARRIES = {None: 0} | {thing: index + 1 for index, thing in enumerate(CARRIED)}


def patch_labels(scene: Scene, grid: int) -> NDArray[np.int64]:
    """Returns labels `(grid, grid, 6)` of a scene, in the order of the constants `KIND` to `CARRIES`.

    The offset is that of the actor's centre from the patch, in half columns; -4 to 4 are stored as 0 to 8.
    """
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
        offset = np.clip(np.round((actor.x - (xs + 0.5) * WIDTH / grid) / (COLUMN_WIDTH / 2)), -4, 4) + 4
        area = labels[ys[0] : ys[-1] + 1, xs[0] : xs[-1] + 1]
        area[..., KIND], area[..., COLOUR] = _KIND[actor.kind], _COLOUR[actor.colour]
        area[..., OFFSET] = offset[None]
        area[..., LANE] = len(LANES) if actor.front else LANES.index(actor.lane)
        area[..., FACING], area[..., CARRIES] = _FACING[actor.faces], _CARRIES[actor.carries]
    return labels
