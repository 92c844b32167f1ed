"""Fits the curve that turns a retrieval model's cosines into probabilities (Platt 1999), for `assistant/settings.py`.

It compares captions with frames that they are true of, with frames that differ in one thing, and with random frames.
The true ones have half of the weight, so that the curve is 0.5 where a match is as likely as none.

    python -m training.release.calibration assistant/models/pocket/clip
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from training.common.models import IMAGE_SIZE, pixels
from training.world.captions import near_miss, sample_caption
from training.world.render import model_frame
from training.world.scene import sample_scene

SEED = 909
CAPTIONS = 1500
STEPS = 60
START = (0.3, 30.0)  # initial midpoint and slope


def fit(fits: Tensor, near: Tensor, other: Tensor) -> tuple[float, float]:
    """Fits a logistic curve to cosines of true pictures, near misses and others; returns its midpoint and slope."""
    midpoint, slope = (torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in START)
    optimiser = torch.optim.LBFGS([midpoint, slope], max_iter=STEPS, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimiser.zero_grad()
        right, *wrong = (slope * (part.double() - midpoint) for part in (fits, near, other))
        total = F.softplus(-right).mean() + sum(F.softplus(part).mean() for part in wrong) / 2
        total.backward()  # type: ignore[no-untyped-call]  # torch leaves backward untyped
        return total

    optimiser.step(loss)  # type: ignore[no-untyped-call]  # torch leaves the optimiser untyped
    return float(midpoint.detach()), float(slope.detach())


@torch.inference_mode()
def cosines(model: Any, tokenizer: Any, *, count: int, seed: int) -> tuple[Tensor, Tensor, Tensor]:
    """Returns the cosines of `count` captions and their true pictures, near misses, and pictures of other captions."""
    rng = random.Random(f"calibration {seed}")
    texts: list[str] = []
    right: list[NDArray[np.uint8]] = []
    near: list[NDArray[np.uint8]] = []
    while len(texts) < count:
        scene = sample_scene(rng)
        caption, miss = sample_caption(scene, rng), near_miss(scene, rng)
        if caption.ordered or caption.fits(miss):
            continue
        texts.append(caption.text)
        right.append(model_frame(scene, IMAGE_SIZE, rng))
        near.append(model_frame(miss, IMAGE_SIZE, rng))
    features = model.get_text_features(**tokenizer(texts, padding=True, return_tensors="pt")).pooler_output
    words = F.normalize(features.float(), dim=-1)
    true_images, near_misses = (_embed(model, images) for images in (right, near))
    return (words * true_images).sum(1), (words * near_misses).sum(1), (words * true_images.roll(1, 0)).sum(1)


def _embed(model: Any, images: list[NDArray[np.uint8]]) -> Tensor:
    rows = [
        model.get_image_features(pixel_values=pixels(np.stack(images[start : start + 50]))).pooler_output
        for start in range(0, len(images), 50)
    ]
    return F.normalize(torch.cat(rows).float(), dim=-1)


def main() -> None:
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    from transformers import AutoTokenizer, CLIPModel

    model = CLIPModel.from_pretrained(options.checkpoint, dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(options.checkpoint)
    midpoint, slope = fit(*cosines(model, tokenizer, count=CAPTIONS, seed=options.seed))
    sys.stdout.write(json.dumps({"midpoint": round(midpoint, 3), "slope": round(slope, 1)}) + "\n")


if __name__ == "__main__":
    main()
