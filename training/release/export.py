"""Writes a trained checkpoint as the package ships it: float16 safetensors with its processor.

python -m training.release.export runs/core assistant/models/pocket/instructblip
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
from pathlib import Path
from typing import Any

CLASSES = {
    "clip": "CLIPModel",
    "instructblip": "InstructBlipForConditionalGeneration",
    "blip-2": "Blip2ForImageTextRetrieval",
}
PARTS = {"vision_model": "vision.safetensors", "language_model": "language.safetensors"}
REST = "qformer.safetensors"
"""An InstructBLIP has one file for each part, so that a part which a later training leaves unchanged is no new file."""
INDEX = "model.safetensors.index.json"
MATCHING = "matching.safetensors"  # a file called `model.safetensors` would be loaded instead of the index
EVENT_TIMER = "event_timer.safetensors"  # of another recipe in the same folder; an export of InstructBLIP keeps it
TRAINING_ONLY = frozenset({"resume.pt", "log.jsonl", "figures.json"})


def export(source: Path, target: Path, vision_of: Path | None = None) -> None:
    """Copies a checkpoint's folder with its weights in half precision.

    Args:
        source: folder of the training.
        target: folder to write; its former contents are removed, except for the event timer.
        vision_of: an exported checkpoint with the same vision tower; the index of the copy then refers to its files, so
            that the tower is stored once.

    Raises:
        ValueError: the vision tower of `vision_of` differs.
    """
    import torch
    import transformers
    from safetensors.torch import load_file, save_file

    kind = json.loads((source / "config.json").read_text()).get("model_type")
    event_timer = (target / EVENT_TIMER).read_bytes() if (target / EVENT_TIMER).is_file() else None
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    if event_timer is not None:
        (target / EVENT_TIMER).write_bytes(event_timer)
    for path in source.iterdir():
        if path.is_dir():
            shutil.copytree(path, target / path.name)
        elif path.name not in TRAINING_ONLY and path.suffix != ".safetensors":
            shutil.copyfile(path, target / path.name)
    if kind is None:  # GLIP, which is not a class of transformers
        tensors = load_file(source / "model.safetensors")
        save_file({name: tensor.half() for name, tensor in tensors.items()}, target / "model.safetensors")
        return
    model = getattr(transformers, CLASSES[kind]).from_pretrained(source, dtype=torch.float16)
    model.half()  # transformers loads Q-Formers as float32 whatever dtype is given
    if vision_of is not None:
        _save_without_vision(model, target, vision_of)
        return
    model.save_pretrained(target)
    if kind == "instructblip":
        _split(target)


def _split(target: Path) -> None:
    """Splits the file of weights into one for each part and writes their index."""
    from safetensors.torch import load_file, save_file

    whole = load_file(target / "model.safetensors")
    files = {key: PARTS.get(key.split(".", 1)[0], REST) for key in whole}
    for name in sorted(set(files.values())):
        save_file({key: tensor for key, tensor in whole.items() if files[key] == name}, target / name, {"format": "pt"})
    size = sum(tensor.numel() * tensor.element_size() for tensor in whole.values())
    (target / INDEX).write_text(json.dumps({"metadata": {"total_size": size}, "weight_map": files}, indent=1) + "\n")
    (target / "model.safetensors").unlink()


def _save_without_vision(model: Any, target: Path, vision_of: Path) -> None:
    """Writes the other weights, and an index that refers to `vision_of` for the vision tower."""
    import torch
    from safetensors import safe_open
    from safetensors.torch import save_file

    shards: dict[str, str] = json.loads((vision_of / INDEX).read_text())["weight_map"]
    files: dict[str, str] = {}
    tensors: dict[str, torch.Tensor] = {}
    for key, tensor in model.state_dict().items():
        if not key.startswith("vision_model."):
            tensors[key], files[key] = tensor.contiguous(), MATCHING
            continue
        with safe_open(vision_of / shards[key], "pt") as file:
            if not torch.equal(file.get_tensor(key), tensor):
                raise ValueError(
                    f"{key} of {vision_of} differs from that of the training; "
                    "give the exported checkpoint that the training started from"
                )
        files[key] = os.path.relpath(vision_of / shards[key], target)
    save_file(tensors, target / MATCHING, {"format": "pt"})
    model.config.save_pretrained(target)
    (target / INDEX).write_text(json.dumps({"metadata": {}, "weight_map": files}, indent=1) + "\n")


def main() -> None:
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, help="folder of the training")
    parser.add_argument("target", type=Path, help="folder of the package")
    parser.add_argument("--vision-of", type=Path, help="exported checkpoint whose vision tower it shares")
    options = parser.parse_args()
    export(options.source, options.target, options.vision_of)


if __name__ == "__main__":
    main()
