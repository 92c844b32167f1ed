"""Trains the pocket models in parallel on one GPU: minutes instead of hours.

One Python process cannot keep a GPU busy with models of this size, so the recipes run at the same time: InstructBLIP,
CLIP and GLIP from their last results; matching first on the old vision tower and then on the new one. It needs sixteen
cores, most of which render; each frame is used six times.

    python -m training.recipes.train_parallel --start assistant/models/pocket --out runs --seconds 390

With `--scratch` only the T5 is kept, which sees no picture: a new tower comes first, then its tuning and CLIP together.

    python -m training.recipes.train_parallel --scratch --pairs seen --start assistant/models/pocket --out runs/seen
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

SCRATCH_SHARE = 0.67  # share of the seconds for a new tower; its tuning and CLIP have the rest
TOWER_SHARE = 0.63  # share of the seconds for InstructBLIP; matching on its new tower has the rest
HEAD_START = 15.0  # seconds by which matching on the old tower ends before InstructBLIP
USES = ("--uses", "6")

Command = list[str]
Lane = list[Command]


def _recipe(name: str, out: Path, budget: float, batch: int, *more: object, workers: int = 0) -> Command:
    options = ["--out", out, "--seconds", budget, "--batch", batch, *more]
    options += ["--workers", workers] if workers else []
    return [sys.executable, "-m", f"training.recipes.{name}", *map(str, options)]


def lanes(start: Path, out: Path, seconds: float) -> list[Lane]:
    """Plans the training from earlier results: lanes run in parallel, the commands of a lane one after the other.

    Args:
        start: folder with `instructblip`, `clip` and `glip` from which the training starts.
        out: folder of the results.
        seconds: seconds of the longest training, without start-up and evaluation.
    """
    tower = round(seconds * TOWER_SHARE)
    core, clip, glip = start / "instructblip", start / "clip", start / "glip"

    def recipe(name: str, folder: str, budget: float, workers: int, batch: int, *more: object) -> Command:
        return _recipe(name, out / folder, budget, batch, *more, workers=workers)

    language = ("--t5", out / "t5", "--start", core, "--lm-share", 0.6, "--hold", 0.3, "--rate", 0.006)
    return [
        [
            recipe("instructblip", "instructblip", tower, 6, 384, *language, *USES, "--seed", 221),
            recipe(
                *("matching", "matching", seconds - tower - HEAD_START, 6, 256),
                *("--vision", out / "instructblip", "--start", out / "matching-before", "--rate", 0.008),
                *(*USES, "--seed", 232),
            ),
        ],
        [
            recipe(
                *("matching", "matching-before", tower - HEAD_START, 2, 256),
                *("--vision", core, *USES, "--seed", 231),
            )
        ],
        [recipe("clip", "clip", seconds, 2, 512, "--start", clip, "--rate", 0.005, *USES, "--seed", 211)],
        [recipe("glip", "glip", seconds, 3, 48, "--start", glip, "--rate", 0.005, "--seed", 241)],
    ]


def from_scratch(out: Path, seconds: float, pairs: str) -> list[list[Lane]]:
    """Plans the training from scratch as stages of lanes: first a vision tower, then its tuning beside CLIP.

    Args:
        out: folder of the results, which already has `t5`.
        seconds: seconds in total, without start-up and evaluation.
        pairs: "all" pairs of colour and kind, or "seen" to leave out the held-out ones.
    """
    first = round(seconds * SCRATCH_SHARE)
    tower, shared = out / "tower", ("--pairs", pairs)
    language = ("--t5", out / "t5", "--lm-share", 0.25, "--hold", 0.45, "--rate", 0.012)
    rest = seconds - first
    return [
        [[_recipe("instructblip", tower, first, 384, *language, *shared, "--uses", 8, "--seed", 501, workers=8)]],
        [
            [
                _recipe(
                    *("tuning", out / "instructblip", rest, 96, "--start", tower, "--share", 0.7),
                    *(*shared, "--uses", 12, "--seed", 503),
                )
            ],
            [_recipe("clip", out / "clip", rest, 512, "--vision", tower, *shared, *USES, "--seed", 503, workers=10)],
        ],
    ]


def take_t5(core: Path, target: Path) -> None:
    """Extracts the T5 of an InstructBLIP and writes it to `target`."""
    import torch
    from transformers import InstructBlipForConditionalGeneration

    model = InstructBlipForConditionalGeneration.from_pretrained(core, dtype=torch.float32)
    model.language_model.save_pretrained(target)


def run(lane: Sequence[Command], log: Path) -> int:
    """Runs the commands of a lane until one fails, and returns the last exit status."""
    one_thread = {**os.environ, "OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}
    with log.open("w") as file:
        for command in lane:
            status = subprocess.run(command, stdout=file, stderr=subprocess.STDOUT, env=one_thread, check=False)  # noqa: S603 - recipes of this package
            if status.returncode:
                return status.returncode
    return 0


def main() -> None:
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--start", type=Path, required=True, help="folder of instructblip, clip and glip to go on from")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=390)
    parser.add_argument("--scratch", action="store_true", help="begin InstructBLIP and CLIP anew, with the T5 there is")
    parser.add_argument("--pairs", choices=("all", "seen"), default="all", help="from scratch: as for every recipe")
    options = parser.parse_args()
    if options.pairs != "all" and not options.scratch:
        parser.error("what goes on from earlier weights saw every pair: --pairs seen needs --scratch")
    options.out.mkdir(parents=True, exist_ok=True)
    take_t5(options.start / "instructblip", options.out / "t5")
    stages = [lanes(options.start, options.out, options.seconds)]
    if options.scratch:
        stages = from_scratch(options.out, options.seconds, options.pairs)
    for planned in stages:
        logs = [options.out / f"{Path(lane[0][lane[0].index('--out') + 1]).name}.log" for lane in planned]
        with ThreadPoolExecutor(len(planned)) as pool:
            statuses = list(pool.map(run, planned, logs))
        failed = [str(log) for log, status in zip(logs, statuses, strict=True) if status]
        if failed:
            sys.exit(f"not every training ended well; see {', '.join(failed)}")


if __name__ == "__main__":
    main()
