"""Locates checkpoint folders and checks whether they are complete. It loads no model and downloads nothing."""

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

TOKENIZER_FILES = ("tokenizer.json", "vocab.txt", "vocab.json", "tokenizer.model", "spiece.model", "source.spm")
INDEXES = ("model.safetensors.index.json", "pytorch_model.bin.index.json")


class DamagedError(VideoAssistantError):
    """A folder does not hold the checkpoint, or not all of it."""


class Store:
    """The folder of all checkpoints; that of the checkpoint `owner/name` is `<root>/<owner>/<name>`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def folder(self, hub_id: str) -> Path:
        """Returns the folder of the checkpoint `owner/name`, whether it exists or not."""
        return self.root / hub_id

    def partial_folder(self, hub_id: str) -> Path:
        """Returns the folder of the checkpoint `owner/name` while it is being downloaded or copied."""
        owner, _, name = hub_id.partition("/")
        return self.root / owner / f".{name}.part"

    def locate(self, checkpoint: str) -> str:
        """Returns the folder to load a checkpoint from.

        A folder is returned as it is. For a hub id it is the folder in this store; if that does not exist, the one in
        the cache of the hub's client.
        """
        if Path(checkpoint).exists() or checkpoint.count("/") != 1 or checkpoint.startswith((".", "/", "~")):
            return checkpoint
        folder = self.folder(checkpoint)
        return str(folder if folder.is_dir() else (_cached_folder(checkpoint) or folder))

    def is_complete(self, checkpoint: Checkpoint) -> bool:
        """Returns whether a complete copy lies in its folder, by the names and sizes of its files."""
        try:
            check_checkpoint(Path(self.locate(checkpoint.hub_id)), checkpoint)
        except VideoAssistantError:
            return False
        return True


def _cached_folder(hub_id: str) -> Path | None:
    """The folder of a checkpoint in the cache of the hub's client; None if it holds no weights."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        folder = Path(snapshot_download(hub_id, local_files_only=True))
    except (LocalEntryNotFoundError, ValueError, OSError):
        return None
    # Another program may have left a folder with nothing but a configuration.
    return folder if any(folder.glob("*.safetensors")) or any(folder.glob("*.bin")) else None


def check_checkpoint(folder: Path, checkpoint: Checkpoint) -> None:
    """Checks the names, sizes and headers of a checkpoint's files; reads no weights.

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
            # Any of the official GLIP checkpoints is accepted.
            weights = sorted(folder.glob("*.pth")) or [folder / name for name in checkpoint.file_names]
        case _:
            kind = model_type(folder)
            if kind != checkpoint.kind:
                raise DamagedError(
                    f"{checkpoint.name}: {folder} holds a {kind} model; {checkpoint.hub_id} is {checkpoint.kind}"
                )
            find_weights = _open_clip_weights if kind == "open_clip" else _transformers_weights
            weights = find_weights(folder, checkpoint)
    for path in weights:
        _check_file(path, checkpoint)
    library_has_tokenizer = checkpoint.kind in ("easyocr", "open_clip")
    if not library_has_tokenizer and not any((folder / name).is_file() for name in TOKENIZER_FILES):
        raise DamagedError(
            f"{checkpoint.name}: {folder} has no tokenizer; one of {', '.join(TOKENIZER_FILES)} belongs there"
        )


def _open_clip_weights(folder: Path, checkpoint: Checkpoint) -> list[Path]:
    """The weight file of an open_clip checkpoint; refuses a configuration without QuickGELU, with which OpenAI trained.

    The default of open_clip is GELU, and the weights do not say which they need: they load with either, and with GELU
    the model is worse (issue 771 of open_clip).
    """
    path = folder / OPEN_CLIP_CONFIG
    try:
        quick_gelu = json.loads(path.read_text(encoding="utf-8"))["model_cfg"].get("quick_gelu")
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        raise DamagedError(f"{checkpoint.name}: {path} cannot be read") from None
    if not quick_gelu:
        raise DamagedError(f'{checkpoint.name}: {path} lacks `"quick_gelu": true`, which OpenAI\'s weights need')
    return weight_files(folder) or [folder / OPEN_CLIP_WEIGHTS[0]]


def _transformers_weights(folder: Path, checkpoint: Checkpoint) -> list[Path]:
    """The weight files that a folder of transformers lists in its index, or those that it holds."""
    for name in INDEXES:
        index = folder / name
        if index.is_file():
            try:
                names = set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
            except (OSError, ValueError, KeyError, AttributeError):
                raise DamagedError(f"{checkpoint.name}: {index} cannot be read") from None
            if name == INDEXES[0] or not any(folder.glob("*.safetensors")):
                return [folder / name for name in sorted(names)]
    weights = sorted(folder.glob("*.safetensors")) or sorted(folder.glob("pytorch_model*.bin"))
    if not weights:
        raise DamagedError(f"{checkpoint.name}: {folder} holds no weights (*.safetensors or pytorch_model.bin)")
    return weights


def _check_file(path: Path, checkpoint: Checkpoint) -> None:
    if not path.is_file():
        raise DamagedError(f"{checkpoint.name}: {path.name} is not in {path.parent}")
    if path.suffix == ".safetensors":
        size = path.stat().st_size
        expected_size = _safetensors_size(path)
        if expected_size is None:
            raise DamagedError(f"{checkpoint.name}: {path} is no safetensors file")
        if expected_size != size:
            raise DamagedError(f"{checkpoint.name}: {path} has {size} of {expected_size} bytes; it was cut short")
    elif not zipfile.is_zipfile(path) and not _is_old_pickle(path):
        # Since release 1.6 torch writes zip archives, whose directory stands at the end of the file.
        raise DamagedError(f"{checkpoint.name}: {path} is no file of torch, or was cut short")


def _safetensors_size(path: Path) -> int | None:
    """The number of bytes that a safetensors file has by its header; None if it has no valid header."""
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
    """Whether a file begins as those that torch wrote before release 1.6; the files of EasyOCR and GLIP do."""
    with path.open("rb") as file:
        return file.read(2) == b"\x80\x02"
