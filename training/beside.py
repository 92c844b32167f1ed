"""Lets the pocket models go on learning beside one another on one GPU: minutes instead of hours.

One Python process cannot keep a GPU busy with models of this size, so the recipes run at once: InstructBLIP from its
last result, matching first on the tower that was and then on the one that came of it, CLIP and GLIP from theirs. It
takes sixteen cores, most of which render; each frame is learnt from six times.

    python -m training.beside --start assistant/models/pocket --out runs --seconds 390
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

TOWER_SHARE = 0.63  # of the seconds; matching has the rest for the tower that came of it
HEAD_START = 15.0  # seconds that matching on the old tower ends earlier
USES = ("--uses", "6")

Command = list[str]


def lanes(start: Path, out: Path, seconds: float) -> list[list[Command]]:
    """What runs at once; within a lane, one after the other.

    Args:
        start: folder of `instructblip`, `clip` and `glip` as they were.
        out: folder of what comes.
        seconds: of the longest training; start-up and held-out figures come on top.
    """
    tower = round(seconds * TOWER_SHARE)
    core, clip, glip = start / "instructblip", start / "clip", start / "glip"

    def recipe(name: str, folder: str, budget: float, workers: int, batch: int, *more: object) -> Command:
        options = ["--out", out / folder, "--seconds", budget, "--workers", workers, "--batch", batch, *more]
        return [sys.executable, "-m", f"training.{name}", *map(str, options)]

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


def take_t5(core: Path, target: Path) -> None:
    """Writes the T5 inside an InstructBLIP on its own."""
    import torch
    from transformers import InstructBlipForConditionalGeneration

    model = InstructBlipForConditionalGeneration.from_pretrained(core, dtype=torch.float32)
    model.language_model.save_pretrained(target)


def run(lane: Sequence[Command], log: Path) -> int:
    """A lane's commands until one fails; its exit status."""
    one_thread = {**os.environ, "OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}
    with log.open("w") as file:
        for command in lane:
            status = subprocess.run(command, stdout=file, stderr=subprocess.STDOUT, env=one_thread, check=False)  # noqa: S603 - our own recipes
            if status.returncode:
                return status.returncode
    return 0


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--start", type=Path, required=True, help="folder of instructblip, clip and glip to go on from")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=390)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    take_t5(options.start / "instructblip", options.out / "t5")
    planned = lanes(options.start, options.out, options.seconds)
    logs = [options.out / f"{Path(lane[0][lane[0].index('--out') + 1]).name}.log" for lane in planned]
    with ThreadPoolExecutor(len(planned)) as pool:
        statuses = list(pool.map(run, planned, logs))
    failed = [str(log) for log, status in zip(logs, statuses, strict=True) if status]
    if failed:
        sys.exit(f"not every training ended well; see {', '.join(failed)}")


if __name__ == "__main__":
    main()
