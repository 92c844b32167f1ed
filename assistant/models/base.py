"""Heavy models are quiet until asked: built cheaply, loaded on first use under a lock, unloadable."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np

from tools.errors import ModelNotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable

    import torch
    from numpy.typing import NDArray

T = TypeVar("T")

LARGE = 256_000_000  # bytes of weights from which on hashing them is felt

OPEN_CLIP_CONFIG = "open_clip_config.json"
OPEN_CLIP_WEIGHTS = ("open_clip_model.safetensors", "open_clip_pytorch_model.bin")  # the first that is there


class LazyModel(ABC, Generic[T]):
    """Owns one loaded model. Subclasses write `_load`; callers use `self.loaded`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loaded: T | None = None

    @abstractmethod
    def _load(self) -> T: ...

    @property
    def loaded(self) -> T:
        """The model, loaded now if it was not; two threads that ask at once load it once."""
        with self._lock:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded

    @property
    def is_loaded(self) -> bool:
        return self._loaded is not None

    def unload(self) -> None:
        """Give the memory back; the next use loads again."""
        with self._lock:
            self._loaded = None


def default_device() -> torch.device:
    """The GPU where there is one, else the CPU."""
    import torch

    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def disable_progress_bars() -> None:
    """No progress bars of transformers: stderr has our own, and a page has none."""
    from transformers.utils import logging

    logging.disable_progress_bar()


def checkpoint_identity(checkpoint: str) -> str:
    """A name that changes when the weights do: what is no folder as it is, a folder by the hash of its weights.

    Raises:
        ModelNotFoundError: `checkpoint` looks like a folder and holds no weights.
    """
    import hashlib

    folder = Path(checkpoint)
    if not folder.is_dir():
        return checkpoint
    weights = weight_files(folder)
    if not weights:
        raise ModelNotFoundError(
            f"{folder} holds no *.safetensors; put a checkpoint's files there, or run with --profile pocket"
        )

    def compute() -> str:
        digest = hashlib.blake2b(digest_size=6)
        for path in weights:
            with path.open("rb") as file:
                while chunk := file.read(1 << 20):
                    digest.update(chunk)
        return digest.hexdigest()

    return f"{folder.name}-{_remembered(folder, 'weights', compute)}"


def weight_files(folder: Path) -> list[Path]:
    """A checkpoint's safetensors: those that its index names, which may be another checkpoint's; else those in it.

    Of open_clip's, the one file that is read, since timm's lie beside it on the hub.
    """
    import json

    with suppress(ModelNotFoundError):
        if model_type(folder) == "open_clip":
            return [path for name in OPEN_CLIP_WEIGHTS if (path := folder / name).is_file()][:1]
    try:
        index = json.loads((folder / "model.safetensors.index.json").read_text(encoding="utf-8"))
        return sorted({folder / name for name in index["weight_map"].values()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return sorted(folder.glob("*.safetensors"))


def _remembered(folder: Path, what: str, compute: Callable[[], str]) -> str:
    """Something that follows from a folder's weights; where those are large, kept beside them until they change."""
    import json

    states = [(path.name, path.stat()) for path in weight_files(folder)]
    if sum(state.st_size for _, state in states) < LARGE:
        return compute()
    stamp = [[name, state.st_size, state.st_mtime_ns] for name, state in states]
    path = folder / ".remembered.json"
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
        kept: dict[str, str] = known["values"] if known["stamp"] == stamp else {}
    except (OSError, ValueError, KeyError, TypeError):
        kept = {}
    if what not in kept:
        kept[what] = compute()
        with suppress(OSError):  # a folder that cannot be written: computed again next time
            path.write_text(json.dumps({"stamp": stamp, "values": kept}), encoding="utf-8")
    return kept[what]


def vision_identity(checkpoint: str) -> str | None:
    """A name for the weights of a checkpoint's ViT, the same for the same weights whatever they are stored in.

    None where there are none, or in a format that cannot be read in part. Two models of one name can share the states
    that are stored of pictures.
    """
    from safetensors import SafetensorError

    folder = Path(checkpoint)
    try:
        return _remembered(folder, "vision", lambda: _hash_vision(folder)) or None
    except (OSError, SafetensorError):
        return None


def _hash_vision(folder: Path) -> str:
    import hashlib

    import torch
    from safetensors import safe_open

    digest = hashlib.blake2b(digest_size=12)
    tensors: dict[str, Path] = {}
    for path in weight_files(folder):
        with safe_open(path, "pt") as file:
            tensors |= {key: path for key in file.keys() if key.startswith("vision_model.")}  # noqa: SIM118
    for key in sorted(tensors):
        with safe_open(tensors[key], "pt") as file:
            # Half precision: the same weights are kept as float32 by one checkpoint, as float16 by another.
            tensor = file.get_tensor(key).to(torch.float16).contiguous()
        digest.update(key.encode())
        digest.update(tensor.numpy().tobytes())
    return digest.hexdigest() if tensors else ""


def empty_features(vision_config: Any) -> NDArray[np.float16]:
    """Of no picture: `(0, tokens, width)`, the class token among them."""
    tokens = (vision_config.image_size // vision_config.patch_size) ** 2 + 1
    return np.zeros((0, tokens, vision_config.hidden_size), np.float16)


def checkpoint_folder(role: str, checkpoint: str) -> Path:
    """The folder of a checkpoint that is there.

    Raises:
        ModelNotFoundError: it is not; says how to get it and where it would go.
    """
    folder = Path(checkpoint)
    if any(folder.glob("*.safetensors")) or any(folder.glob("*.bin")):
        return folder
    raise ModelNotFoundError(
        f"{role}: no checkpoint in {folder}; get it with `video-assistant models pull {role}` (see `models` for its "
        "licence and size), put its files there, or run with --profile pocket"
    )


def model_type(folder: Path) -> str:
    """What a checkpoint's `config.json` says it is; `open_clip` where only that library's own configuration says it.

    Beside the latter the hub keeps a `config.json` of timm, which has no `model_type`.

    Raises:
        ModelNotFoundError: there is no such file, or it cannot be read.
    """
    import json

    by_open_clip = (folder / OPEN_CLIP_CONFIG).is_file()
    path = folder / "config.json"
    if by_open_clip and not path.is_file():
        return "open_clip"
    try:
        found = json.loads(path.read_text(encoding="utf-8")).get("model_type")
    except (OSError, ValueError, AttributeError) as error:
        line = str(error).splitlines()[0][:100]
        raise ModelNotFoundError(
            f"{folder} has no config.json (open_clip: {OPEN_CLIP_CONFIG}) that can be read ({line}); get it again"
        ) from None
    return "open_clip" if found is None and by_open_clip else str(found)


def load_error(role: str, checkpoint: str, error: Exception) -> ModelNotFoundError:
    """One line for a checkpoint that cannot be read: the file, where it would go, and the way out."""
    first = str(error).splitlines()[0][:160] if str(error) else type(error).__name__
    return ModelNotFoundError(
        f"{role}: cannot load {checkpoint!r} ({first}); get its files anew with `video-assistant models pull {role}`, "
        "or run with --profile pocket"
    )
