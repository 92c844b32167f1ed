"""Trains the model of time on curves that the product's own models made of rendered clips.

python -m bench.sequences.curves --out runs/curves.npz --clips 300 --seed 5   # curves and truth
python -m training.moments --curves runs/curves.npz --out runs/moments --seconds 300
"""

from __future__ import annotations

import argparse
import logging
import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from assistant.models.event_gru import FILE, EventGru
from training.loop import Loop, Schedule

BATCH = 64  # events
HELD_OUT = 0.15  # of the clips, for the figures in the log
SHARPEN = 3.0  # what a keyframe inside an event weighs: most of a clip lies outside


@dataclass(frozen=True, slots=True)
class Row:
    """An event in a clip."""

    clip: int
    curves: NDArray[np.float32]  # (keyframes, features)
    inside: NDArray[np.float32]  # (keyframes,), 1 where the event goes on; all 0 where it never happens


def read_rows(path: Path) -> list[Row]:
    """What `bench.sequences.curves` wrote."""
    with np.load(path, allow_pickle=False) as file:
        ends = np.cumsum(file["lengths"])
        starts = ends - file["lengths"]
        return [
            Row(int(clip), file["curves"][start:end], file["inside"][start:end])
            for clip, start, end in zip(file["clips"], starts, ends, strict=True)
        ]


def as_batch(rows: list[Row]) -> tuple[Tensor, Tensor, Tensor]:
    """Curves `(b, t, features)`, truth and mask `(b, t)`."""
    curves = nn.utils.rnn.pad_sequence([torch.from_numpy(row.curves) for row in rows], batch_first=True)
    inside = nn.utils.rnn.pad_sequence([torch.from_numpy(row.inside) for row in rows], batch_first=True)
    mask = nn.utils.rnn.pad_sequence([torch.ones(len(row.inside)) for row in rows], batch_first=True)
    return curves, inside, mask


@torch.no_grad()
def figures(model: EventGru, rows: list[Row]) -> dict[str, float]:
    """On held-out clips: how often the likeliest keyframe of an event that happens lies inside it, and the mean of what
    is likeliest where it does not happen.
    """
    model.eval()
    hits, false = [], []
    for row in rows:
        likely = model(torch.from_numpy(row.curves)[None])[0].sigmoid().numpy()
        if row.inside.any():
            hits.append(bool(row.inside[int(likely.argmax())]))
        else:
            false.append(float(likely.max()))
    model.train()
    return {"moments.in_window": float(np.mean(hits)), "moments.false": float(np.mean(false)) if false else 0.0}


def train(rows: list[Row], out: Path, *, seconds: float, seed: int) -> None:
    """One run; the model lies in `out` at its end."""
    from safetensors.torch import save_file

    torch.manual_seed(seed)
    clips = sorted({row.clip for row in rows})
    kept = set(clips[: max(1, round(HELD_OUT * len(clips)))])
    own, held_out = [row for row in rows if row.clip not in kept], [row for row in rows if row.clip in kept]
    rng = random.Random(seed)
    model = EventGru()

    def loss(_progress: float) -> tuple[Tensor, dict[str, float]]:
        curves, inside, mask = as_batch(rng.sample(own, min(BATCH, len(own))))
        each = F.binary_cross_entropy_with_logits(model(curves), inside, reduction="none")
        weight = mask * (1 + (SHARPEN - 1) * inside)
        return (each * weight).sum() / weight.sum(), {}

    def save() -> None:
        save_file({name: tensor.half() for name, tensor in model.state_dict().items()}, out / FILE)

    schedule = Schedule(seconds, matrix_rate=0.002, other_rate=2e-3, hold=0.3, report_every=max(5.0, seconds / 10))
    Loop(out, {"model": model}, loss, schedule=schedule, save=save, evaluate=lambda: figures(model, held_out)).run()


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--curves", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--seed", type=int, default=61)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(1)
    train(read_rows(options.curves), options.out, seconds=options.seconds, seed=options.seed)


if __name__ == "__main__":
    main()
