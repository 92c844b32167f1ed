"""Writes a trained checkpoint as the package ships it: float16 safetensors, its processor, its figures.

python -m training.export runs/clip assistant/models/pocket/clip
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

CLASSES = {"clip": "CLIPModel", "instructblip": "InstructBlipForConditionalGeneration"}
SHARD = "10MB"  # no file of the package is larger than 15 MB
TRAINING_ONLY = frozenset({"resume.pt", "log.jsonl"})


def export(source: Path, target: Path) -> None:
    """Copies a checkpoint folder, halving its weights."""
    import torch
    import transformers

    kind = json.loads((source / "config.json").read_text())["model_type"]
    model = getattr(transformers, CLASSES[kind]).from_pretrained(source, dtype=torch.float16)
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for path in source.iterdir():
        if path.is_dir():
            shutil.copytree(path, target / path.name)
        elif path.name not in TRAINING_ONLY and path.suffix != ".safetensors":
            shutil.copyfile(path, target / path.name)
    model.save_pretrained(target, max_shard_size=SHARD)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python -m training.export SOURCE TARGET")
    export(Path(sys.argv[1]), Path(sys.argv[2]))
