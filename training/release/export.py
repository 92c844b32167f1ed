"""Writes a trained checkpoint as the package ships it: float16 safetensors, its processor, its figures.

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
"""An InstructBLIP's parts in files of their own: what a later training leaves as it was is no new file."""
INDEX = "model.safetensors.index.json"
OWN = "matching.safetensors"  # `model.safetensors` would be read instead of the index
BESIDE = "event_timer.safetensors"  # of another recipe, in the same folder; it outlives what it times by
TRAINING_ONLY = frozenset({"resume.pt", "log.jsonl", "figures.json"})


def export(source: Path, target: Path, vision_of: Path | None = None) -> None:
    """Copies a checkpoint folder, halving its weights.

    Args:
        source: the training's folder.
        target: what is written anew.
        vision_of: an exported checkpoint with the same vision tower; the copy's index then names that one's files
            instead of holding the tower a second time.

    Raises:
        ValueError: the vision tower of the other checkpoint is another.
    """
    import torch
    import transformers
    from safetensors.torch import load_file, save_file

    kind = json.loads((source / "config.json").read_text()).get("model_type")
    kept = (target / BESIDE).read_bytes() if (target / BESIDE).is_file() else None
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    if kept is not None:
        (target / BESIDE).write_bytes(kept)
    for path in source.iterdir():
        if path.is_dir():
            shutil.copytree(path, target / path.name)
        elif path.name not in TRAINING_ONLY and path.suffix != ".safetensors":
            shutil.copyfile(path, target / path.name)
    if kind is None:  # GLIP, which is no class of transformers
        tensors = load_file(source / "model.safetensors")
        save_file({name: tensor.half() for name, tensor in tensors.items()}, target / "model.safetensors")
        return
    model = getattr(transformers, CLASSES[kind]).from_pretrained(source, dtype=torch.float16)
    model.half()  # the Q-Formers' classes are read as float32 whatever is asked
    if vision_of is not None:
        _save_without_vision(model, target, vision_of)
        return
    model.save_pretrained(target)
    if kind == "instructblip":
        _split(target)


def _split(target: Path) -> None:
    """One file of weights as one for each part, and an index that leads to them."""
    from safetensors.torch import load_file, save_file

    whole = load_file(target / "model.safetensors")
    files = {key: PARTS.get(key.split(".", 1)[0], REST) for key in whole}
    for name in sorted(set(files.values())):
        save_file({key: tensor for key, tensor in whole.items() if files[key] == name}, target / name, {"format": "pt"})
    size = sum(tensor.numel() * tensor.element_size() for tensor in whole.values())
    (target / INDEX).write_text(json.dumps({"metadata": {"total_size": size}, "weight_map": files}, indent=1) + "\n")
    (target / "model.safetensors").unlink()


def _save_without_vision(model: Any, target: Path, vision_of: Path) -> None:
    """Weights and an index that leads to the other checkpoint for the vision tower."""
    import torch
    from safetensors import safe_open
    from safetensors.torch import save_file

    shards: dict[str, str] = json.loads((vision_of / INDEX).read_text())["weight_map"]
    files: dict[str, str] = {}
    own: dict[str, torch.Tensor] = {}
    for key, tensor in model.state_dict().items():
        if not key.startswith("vision_model."):
            own[key], files[key] = tensor.contiguous(), OWN
            continue
        with safe_open(vision_of / shards[key], "pt") as file:
            if not torch.equal(file.get_tensor(key), tensor):
                raise ValueError(
                    f"{key} of {vision_of} is another; export the checkpoint that the training started from"
                )
        files[key] = os.path.relpath(vision_of / shards[key], target)
    save_file(own, target / OWN, {"format": "pt"})
    model.config.save_pretrained(target)
    (target / INDEX).write_text(json.dumps({"metadata": {}, "weight_map": files}, indent=1) + "\n")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, help="folder of the training")
    parser.add_argument("target", type=Path, help="folder of the package")
    parser.add_argument("--vision-of", type=Path, help="exported checkpoint whose vision tower it shares")
    options = parser.parse_args()
    export(options.source, options.target, options.vision_of)


if __name__ == "__main__":
    main()
