"""Where official checkpoints lie, and whether what lies there is whole. Nothing is loaded, and nothing is fetched."""

from __future__ import annotations

import json
import struct
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.models.base import OPEN_CLIP_CONFIG, OPEN_CLIP_WEIGHTS, model_type, weight_files
from assistant.models.ocr.easyocr import FILES as EASYOCR_FILES
from tools.errors import ModelNotFoundError, VideoAssistantError

if TYPE_CHECKING:
    from assistant.models.hub.catalogue import Checkpoint

WORDS = ("tokenizer.json", "vocab.txt", "vocab.json", "tokenizer.model", "spiece.model", "source.spm")
INDEXES = ("model.safetensors.index.json", "pytorch_model.bin.index.json")


class DamagedError(VideoAssistantError):
    """What lies there is not the checkpoint, or not all of it."""


class Store:
    """The folder of models: `<root>/<owner>/<name>` for each checkpoint of the hub."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def folder(self, hub: str) -> Path:
        """Where the checkpoint `owner/name` belongs."""
        return self.root / hub

    def partial_folder(self, hub: str) -> Path:
        """Where it lies while it is on its way."""
        owner, _, name = hub.partition("/")
        return self.root / owner / f".{name}.part"

    def locate(self, checkpoint: str) -> str:
        """The folder to load from: a folder as it is; a hub id's own, or the hub's cache if that has it."""
        if Path(checkpoint).exists() or checkpoint.count("/") != 1 or checkpoint.startswith((".", "/", "~")):
            return checkpoint
        own = self.folder(checkpoint)
        return str(own if own.is_dir() else (_cached(checkpoint) or own))

    def is_complete(self, checkpoint: Checkpoint) -> bool:
        """Whether a whole copy lies in its folder, by a glance at names and sizes."""
        try:
            check_checkpoint(Path(self.locate(checkpoint.hub_id)), checkpoint)
        except VideoAssistantError:
            return False
        return True


def _cached(hub: str) -> Path | None:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        folder = Path(snapshot_download(hub, local_files_only=True))
    except (LocalEntryNotFoundError, ValueError, OSError):
        return None
    # Listing other models may have left a folder of nothing but a configuration.
    return folder if any(folder.glob("*.safetensors")) or any(folder.glob("*.bin")) else None


def check_checkpoint(folder: Path, checkpoint: Checkpoint) -> None:
    """Looks at names, sizes and the headers of files; reads no weights.

    Raises:
        ModelNotFoundError: there is no such folder.
        DamagedError: a file is missing, cut short, or of another model; names it.
    """
    if not folder.is_dir():
        raise ModelNotFoundError(f"{checkpoint.name}: there is no folder {folder}")
    match checkpoint.kind:
        case "easyocr":
            weights = [folder / name for name in EASYOCR_FILES]
        case "pth":
            # Another of GLIP's checkpoints will do as well.
            weights = sorted(folder.glob("*.pth")) or [folder / name for name in checkpoint.file_names]
        case _:
            found = model_type(folder)
            if found != checkpoint.kind:
                raise DamagedError(
                    f"{checkpoint.name}: {folder} holds a {found} model; {checkpoint.hub_id} is {checkpoint.kind}"
                )
            weights = _of_open_clip(folder, checkpoint) if found == "open_clip" else _weights(folder, checkpoint)
    for path in weights:
        _check_file(path, checkpoint)
    brings_words = checkpoint.kind in ("easyocr", "open_clip")  # the library does
    if not brings_words and not any((folder / name).is_file() for name in WORDS):
        raise DamagedError(f"{checkpoint.name}: {folder} has no tokenizer; one of {', '.join(WORDS)} belongs there")


def _of_open_clip(folder: Path, checkpoint: Checkpoint) -> list[Path]:
    """The file of weights; refuses a configuration without QuickGELU, with which OpenAI trained.

    open_clip's default is GELU, and nothing in the weights tells: they load, and see less (its issue 771).
    """
    path = folder / OPEN_CLIP_CONFIG
    try:
        quick = json.loads(path.read_text(encoding="utf-8"))["model_cfg"].get("quick_gelu")
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        raise DamagedError(f"{checkpoint.name}: {path} cannot be read") from None
    if not quick:
        raise DamagedError(f'{checkpoint.name}: {path} lacks `"quick_gelu": true`, which OpenAI\'s weights need')
    return weight_files(folder) or [folder / OPEN_CLIP_WEIGHTS[0]]


def _weights(folder: Path, checkpoint: Checkpoint) -> list[Path]:
    """The files that a folder of transformers announces."""
    for name in INDEXES:
        index = folder / name
        if index.is_file():
            try:
                names = set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
            except (OSError, ValueError, KeyError, AttributeError):
                raise DamagedError(f"{checkpoint.name}: {index} cannot be read") from None
            if name == INDEXES[0] or not any(folder.glob("*.safetensors")):
                return [folder / one for one in sorted(names)]
    found = sorted(folder.glob("*.safetensors")) or sorted(folder.glob("pytorch_model*.bin"))
    if not found:
        raise DamagedError(f"{checkpoint.name}: {folder} holds no weights (*.safetensors or pytorch_model.bin)")
    return found


def _check_file(path: Path, checkpoint: Checkpoint) -> None:
    if not path.is_file():
        raise DamagedError(f"{checkpoint.name}: {path.name} is not in {path.parent}")
    if path.suffix == ".safetensors":
        size = path.stat().st_size
        announced = _announced_size(path)
        if announced is None:
            raise DamagedError(f"{checkpoint.name}: {path} is no safetensors file")
        if announced != size:
            raise DamagedError(f"{checkpoint.name}: {path} has {size} of {announced} bytes; it was cut short")
    elif not zipfile.is_zipfile(path) and not _is_old_pickle(path):
        # What torch has written since 1.6 is a zip archive, whose directory stands at its end.
        raise DamagedError(f"{checkpoint.name}: {path} is no file of torch, or was cut short")


def _announced_size(path: Path) -> int | None:
    """Bytes that a safetensors file should have by its own header; None if it has none."""
    try:
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            if length > 100_000_000:  # the format's own limit
                return None
            header = json.loads(file.read(length))
        ends = [entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__"]
        return int(8 + length + max(ends, default=0))
    except (OSError, ValueError, struct.error, KeyError, TypeError, AttributeError):
        return None


def _is_old_pickle(path: Path) -> bool:
    """Whether it begins as files of torch did before 1.6; EasyOCR's and GLIP's do."""
    with path.open("rb") as file:
        return file.read(2) == b"\x80\x02"
