"""PatchDropout (Liu et al. 2022): the vision tower learns from some patches of a frame, at half the cost of a step.

Patches that show an actor or what a person carries are preferred, because an actor of a few patches would otherwise
vanish from every second frame. In the last part of a run the tower sees all patches, as the shipped model does.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from training.world.labels import CARRIES, KIND

PATCHES_KEPT = 96  # of the 256 patches of a frame
SPARSE_SHARE = 0.85  # share of the steps with fewer patches, until `DENSE_AFTER`
DENSE_AFTER = 0.88  # share of the run after which every step has all patches
CARRIED_REACH = (5, 3)  # rows and columns of patches around a carrier: an umbrella is above, a backpack behind
_ACTOR_BONUS = 0.8  # is added to the random score in [0, 1] of a patch that shows an actor


def sample_patches(labels: Tensor, rng: torch.Generator | None = None) -> Tensor:
    """Draws indices `(n, PATCHES_KEPT)`, ascending, of the patches to keep, from labels `(n, grid, grid, classes)`."""
    carriers = (labels[..., CARRIES] > 0).float()[:, None]
    nearby = F.max_pool2d(carriers, CARRIED_REACH, stride=1, padding=[reach // 2 for reach in CARRIED_REACH])[:, 0] > 0
    shows = ((labels[..., KIND] > 0) | nearby).flatten(1)
    scores = torch.rand(shows.shape, generator=rng) + _ACTOR_BONUS * shows
    return scores.topk(PATCHES_KEPT, dim=1).indices.sort(dim=1).values


def encode_frames(vision: Any, frames: Tensor, patch_indices: Tensor | None = None) -> Tensor:
    """Returns the tower's states `(n, 1 + patches, width)`, only of the patches at `patch_indices` if given."""
    if patch_indices is None:
        return vision(pixel_values=frames).last_hidden_state  # type: ignore[no-any-return]  # the class is untyped
    states = vision.embeddings(frames)
    places = torch.cat([torch.zeros_like(patch_indices[:, :1]), patch_indices + 1], 1).to(states.device)
    states = states.gather(1, places[..., None].expand(-1, -1, states.shape[-1]))
    return vision.post_layernorm(vision.encoder(inputs_embeds=states).last_hidden_state)  # type: ignore[no-any-return]
