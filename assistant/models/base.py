"""What all models share: loading on first use, and reading what a checkpoint folder holds."""

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

MIN_CACHED_BYTES = 256_000_000  # of weights; hashing fewer is not noticed, so their hashes are not cached
HASH_CACHE = ".remembered.json"  # beside the weights whose hashes it holds

OPEN_CLIP_CONFIG = "open_clip_config.json"
OPEN_CLIP_WEIGHTS = ("open_clip_model.safetensors", "open_clip_pytorch_model.bin")  # the first that exists is read


class LazyModel(ABC, Generic[T]):
    """Owns a model that is loaded on first use. Subclasses write `_load`; callers use `loaded`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loaded: T | None = None

    @abstractmethod
    def _load(self) -> T: ...

    @property
    def loaded(self) -> T:
        """The model. It is loaded at the first access; concurrent threads load it only once."""
        with self._lock:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded

    @property
    def is_loaded(self) -> bool:
        return self._loaded is not None

    def unload(self) -> None:
        """Frees the memory of the model; the next access loads it again."""
        with self._lock:
            self._loaded = None


def default_device() -> torch.device:
    """Returns the GPU if this machine has one, else the CPU."""
    import torch

    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def disable_progress_bars() -> None:
    """Switches off the progress bars of transformers: the command line draws its own, and the page has none."""
    from transformers.utils import logging

    logging.disable_progress_bar()


def checkpoint_identity(checkpoint: str) -> str:
    """Returns a name that changes when the weights change: the folder's name and a hash of its weights.

    A checkpoint that is not a folder (a hub id) is returned as it is.

    Raises:
        ModelNotFoundError: the folder holds no weights.
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

    def hash_weights() -> str:
        digest = hashlib.blake2b(digest_size=6)
        for path in weights:
            with path.open("rb") as file:
                while chunk := file.read(1 << 20):
                    digest.update(chunk)
        return digest.hexdigest()

    return f"{folder.name}-{_cached_hash(folder, 'weights', hash_weights)}"


def weight_files(folder: Path) -> list[Path]:
    """Returns the weight files of a checkpoint folder.

    These are the safetensors files that its index names, which may lie in another checkpoint's folder; without an index
    all that lie in the folder. Of an open_clip checkpoint it is the single file that is read, since the hub stores
    weights of timm beside it.
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


def _cached_hash(folder: Path, key: str, compute: Callable[[], str]) -> str:
    """Returns a hash of a folder's weights; hashes of large weights are cached in a file until the weights change."""
    import json

    states = [(path.name, path.stat()) for path in weight_files(folder)]
    if sum(state.st_size for _, state in states) < MIN_CACHED_BYTES:
        return compute()
    stamp = [[name, state.st_size, state.st_mtime_ns] for name, state in states]
    path = folder / HASH_CACHE
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        hashes: dict[str, str] = content["values"] if content["stamp"] == stamp else {}
    except (OSError, ValueError, KeyError, TypeError):
        hashes = {}
    if key not in hashes:
        hashes[key] = compute()
        with suppress(OSError):  # in a read-only folder the hash is computed again next time
            path.write_text(json.dumps({"stamp": stamp, "values": hashes}), encoding="utf-8")
    return hashes[key]


def vision_identity(checkpoint: str) -> str | None:
    """Returns a hash of the weights of a checkpoint's ViT, equal for equal weights in any file layout.

    Two checkpoints with the same hash can share the stored features of pictures. None if the checkpoint has no ViT, or
    a file format of which single tensors cannot be read.
    """
    from safetensors import SafetensorError

    folder = Path(checkpoint)
    try:
        return _cached_hash(folder, "vision", lambda: _hash_vision(folder)) or None
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
            # In half precision, since checkpoints may store the same weights as float32 or as float16.
            tensor = file.get_tensor(key).to(torch.float16).contiguous()
        digest.update(key.encode())
        digest.update(tensor.numpy().tobytes())
    return digest.hexdigest() if tensors else ""


def empty_features(vision_config: Any) -> NDArray[np.float16]:
    """Returns the features of no picture, `(0, tokens, width)`; the tokens include the class token."""
    tokens = (vision_config.image_size // vision_config.patch_size) ** 2 + 1
    return np.zeros((0, tokens, vision_config.hidden_size), np.float16)


def checkpoint_folder(role: str, checkpoint: str) -> Path:
    """Returns the folder of a checkpoint after checking that it holds weights.

    Raises:
        ModelNotFoundError: it holds none; says how to get them and where they belong.
    """
    folder = Path(checkpoint)
    if any(folder.glob("*.safetensors")) or any(folder.glob("*.bin")):
        return folder
    raise ModelNotFoundError(
        f"{role}: no checkpoint in {folder}; get it with `video-assistant models pull {role}` (see `models` for its "
        "licence and size), put its files there, or run with --profile pocket"
    )


def model_type(folder: Path) -> str:
    """Returns the `model_type` of a checkpoint's `config.json`, or `open_clip` for a checkpoint of that library.

    The latter has a configuration file of its own. The hub may store a `config.json` of timm beside it, which has no
    `model_type`.

    Raises:
        ModelNotFoundError: there is no such file, or it cannot be read.
    """
    import json

    is_open_clip = (folder / OPEN_CLIP_CONFIG).is_file()
    path = folder / "config.json"
    if is_open_clip and not path.is_file():
        return "open_clip"
    try:
        named_type = json.loads(path.read_text(encoding="utf-8")).get("model_type")
    except (OSError, ValueError, AttributeError) as error:
        line = str(error).splitlines()[0][:100]
        raise ModelNotFoundError(
            f"{folder} has no config.json (open_clip: {OPEN_CLIP_CONFIG}) that can be read ({line}); get it again"
        ) from None
    return "open_clip" if named_type is None and is_open_clip else str(named_type)


def load_error(role: str, checkpoint: str, error: Exception) -> ModelNotFoundError:
    """Returns the error for a checkpoint that cannot be read: its name, the reason and what to do, in one line."""
    reason = str(error).splitlines()[0][:160] if str(error) else type(error).__name__
    return ModelNotFoundError(
        f"{role}: cannot load {checkpoint!r} ({reason}); get its files anew with `video-assistant models pull {role}`, "
        "or run with --profile pocket"
    )
