"""Patches left out while the vision tower learns: a step costs half.

This is PatchDropout (Liu et al. 2022) with one change: a patch that shows an actor, or what somebody carries, is kept
rather than one that does not, because an actor of a few patches would vanish in every second frame. The last part of a
run sees every patch, as the shipped model does.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from training.world.labels import CARRIES, KIND

KEPT = 96  # of the 256 patches of a frame
SPARSE_SHARE = 0.85  # of the steps, until the run's last part
DENSE_AFTER = 0.88  # of the run
CARRIED_REACH = (5, 3)  # patches, rows and columns around a carrier: an umbrella is above, a backpack behind
_ACTOR_FIRST = 0.8  # what showing an actor adds to a patch's draw in [0, 1]


def kept_patches(labels: Tensor, rng: torch.Generator | None = None) -> Tensor:
    """Which patches to keep: `(n, KEPT)` ascending places, from `(n, grid, grid, classes)` labels."""
    carriers = (labels[..., CARRIES] > 0).float()[:, None]
    beside = F.max_pool2d(carriers, CARRIED_REACH, stride=1, padding=[reach // 2 for reach in CARRIED_REACH])[:, 0] > 0
    shows = ((labels[..., KIND] > 0) | beside).flatten(1)
    draw = torch.rand(shows.shape, generator=rng) + _ACTOR_FIRST * shows
    return draw.topk(KEPT, dim=1).indices.sort(dim=1).values


def look(vision: Any, frames: Tensor, kept: Tensor | None = None) -> Tensor:
    """The tower's states `(n, 1 + patches, width)`, of the kept patches alone if given."""
    if kept is None:
        return vision(pixel_values=frames).last_hidden_state  # type: ignore[no-any-return]  # the class is untyped
    states = vision.embeddings(frames)
    places = torch.cat([torch.zeros_like(kept[:, :1]), kept + 1], 1).to(states.device)
    states = states.gather(1, places[..., None].expand(-1, -1, states.shape[-1]))
    return vision.post_layernorm(vision.encoder(inputs_embeds=states).last_hidden_state)  # type: ignore[no-any-return]
