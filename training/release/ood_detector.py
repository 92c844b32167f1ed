"""Fits a detector of out-of-distribution pictures: the Mahalanobis distance of a picture's mean patch state.

It writes `familiarity.npz` beside the weights of a vision tower: mean and precision of the mean patch state of pictures
of the world, and the distance that one in two hundred of them exceeds.

    python -m training.release.ood_detector assistant/models/pocket/instructblip
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from training.common.models import IMAGE_SIZE, pixels
from training.world.episodes import SHOT_SECONDS
from training.world.plots import sample_shot
from training.world.render import model_frame
from training.world.scene import sample_scene

SEED = 404
PICTURES = 3000
RIDGE = 0.01  # share of the mean variance that is added to every direction, so that none with little variance dominates
OUTLIERS = 0.005  # share of pictures of the world that count as out of distribution


def sample_picture(rng: random.Random) -> NDArray[np.uint8]:
    """Draws a still or a frame of a clip with the noise of a real file: `(size, size, 3)` uint8 RGB."""
    if rng.random() < 0.7:
        return model_frame(sample_scene(rng), IMAGE_SIZE, rng)
    shot = sample_shot(rng, SHOT_SECONDS)
    return model_frame(shot.scene(rng.uniform(0, shot.seconds)), IMAGE_SIZE, rng)


@torch.inference_mode()
def mean_states(vision: torch.nn.Module, count: int, seed: int) -> NDArray[np.float64]:
    """Returns the mean patch states `(count, width)` of random pictures of the world."""
    rng = random.Random(seed)
    rows = []
    for start in range(0, count, 50):
        images = np.stack([sample_picture(rng) for _ in range(min(50, count - start))])
        rows.append(vision(pixel_values=pixels(images)).last_hidden_state[:, 1:].mean(1).double().numpy())
    return np.concatenate(rows)


def fit(states: NDArray[np.float64]) -> dict[str, Any]:
    """Returns `mean` and `precision` of one half of the states and `limit`, a quantile of distances in the other."""
    half = len(states) // 2
    mean, covariance = states[:half].mean(0), np.cov(states[:half].T)
    precision = np.linalg.inv(covariance + RIDGE * np.trace(covariance) / len(covariance) * np.eye(len(covariance)))
    from_mean = states[half:] - mean
    distances = np.sqrt(np.einsum("ni,ij,nj->n", from_mean, precision, from_mean))
    limit = np.quantile(distances, 1 - OUTLIERS)
    return {"mean": np.float32(mean), "precision": np.float32(precision), "limit": np.float32(limit)}


def main() -> None:
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    from transformers import InstructBlipForConditionalGeneration

    model = InstructBlipForConditionalGeneration.from_pretrained(options.checkpoint, dtype=torch.float32).eval()
    states = mean_states(model.vision_model, PICTURES, options.seed)
    np.savez_compressed(options.checkpoint / "familiarity.npz", **fit(states))


if __name__ == "__main__":
    main()
