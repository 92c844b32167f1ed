"""Downloads official checkpoints from the hub, or copies them from a disk, into the folder of models.

A checkpoint is collected in a partial folder and moved to its own once it is complete. Until then an older copy stays
in place. After a broken connection or a full disk, the next call continues with the partial folder.
"""

from __future__ import annotations

import errno
import fnmatch
import hashlib
import shutil
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from assistant.models.base import OPEN_CLIP_CONFIG, weight_files
from assistant.models.hub.catalogue import SMALL, TENSORS
from assistant.models.hub.store import DamagedError, Store, check_checkpoint
from assistant.models.ocr.easyocr import FILES as EASYOCR_FILES
from tools.errors import ModelNotFoundError, VideoAssistantError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assistant.models.hub.catalogue import Checkpoint

DEADLINE_SECONDS = 10.0  # for the hub's first answer
CHUNK_BYTES = 1 << 22
SPARE_BYTES = 1 << 30  # that stay free on the disk

DISK_FULL = (errno.ENOSPC, errno.EDQUOT)

T = TypeVar("T")


class _File(NamedTuple):
    """A file of a repository on the hub."""

    name: str
    size: int
    sha256: str  # "" for small files, of which the hub gives none


def pull_checkpoint(checkpoint: Checkpoint, store: Store, *, deadline: float = DEADLINE_SECONDS) -> Path:
    """Downloads a checkpoint and returns its folder. It continues an earlier download, and skips a complete one.

    Args:
        deadline: seconds for the first answer of the hub.

    Raises:
        VideoAssistantError: the hub does not answer, the disk has no room, or a file differs from the hub's.
    """
    folder = store.folder(checkpoint.hub_id)
    if store.is_complete(checkpoint):
        return Path(store.locate(checkpoint.hub_id))
    part = store.partial_folder(checkpoint.hub_id)
    with _explain_disk_errors(checkpoint, part):
        if checkpoint.kind == "easyocr":
            _download_easyocr(checkpoint, part, deadline)
        else:
            _download(checkpoint, checkpoint.hub_id, checkpoint.file_names or (*TENSORS, *SMALL), part, deadline)
            if checkpoint.tokenizer_from:
                _download(checkpoint, checkpoint.tokenizer_from, ("tokenizer*.json", "vocab.txt"), part, deadline)
        check_checkpoint(part, checkpoint)
        _move_into_place(part, folder)
    return folder


def copy_checkpoint(checkpoint: Checkpoint, source: Path, store: Store, *, progress: Any = None) -> Path:
    """Copies a checkpoint from a disk after checking that it is complete, and returns its new folder.

    Args:
        source: its folder, or one that holds it as `owner/name` or `name`.
        progress: called with the number of bytes copied and of all bytes.

    Raises:
        VideoAssistantError: there is none, it is incomplete or another model, or the disk has no room.
    """
    name = checkpoint.hub_id.partition("/")[2]
    candidates = (source / checkpoint.hub_id, source / name, source / checkpoint.name)
    folder = next((path for path in candidates if path.is_dir()), source)
    check_checkpoint(folder, checkpoint)
    patterns: tuple[str, ...] = (*SMALL, *TENSORS, "*.bin", "*.pth")
    if checkpoint.kind == "open_clip":
        patterns = (OPEN_CLIP_CONFIG, *(path.name for path in weight_files(folder)))
    files = [
        path for path in sorted(folder.rglob("*")) if path.is_file() and _matches(path.relative_to(folder), patterns)
    ]
    total = sum(path.stat().st_size for path in files)
    part = store.partial_folder(checkpoint.hub_id)
    with _explain_disk_errors(checkpoint, part):
        _check_disk(checkpoint, part, total)
        copied = 0
        for path in files:
            target = part / path.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            with path.open("rb") as reader, target.open("wb") as writer:
                while chunk := reader.read(CHUNK_BYTES):
                    writer.write(chunk)
                    copied += len(chunk)
                    if progress is not None:
                        progress(copied, total)
        check_checkpoint(part, checkpoint)
        _move_into_place(part, store.folder(checkpoint.hub_id))
    return store.folder(checkpoint.hub_id)


def _matches(path: Path, patterns: tuple[str, ...]) -> bool:
    """Whether a relative path matches one of the patterns and is not hidden."""
    return not any(part.startswith(".") for part in path.parts) and any(
        fnmatch.fnmatch(path.as_posix(), pattern) or fnmatch.fnmatch(path.name, pattern) for pattern in patterns
    )


@contextmanager
def _explain_disk_errors(checkpoint: Checkpoint, part: Path) -> Iterator[None]:
    """Turns errors of the disk into one line that says what to do."""
    try:
        part.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        if isinstance(error, VideoAssistantError) or error.errno is None:
            raise
        if error.errno in DISK_FULL:
            raise VideoAssistantError(
                f"{checkpoint.name}: the disk of {part.parent} is full; free {checkpoint.disk_bytes / 1e9:.1f} GB or "
                "name another place in VIDEO_ASSISTANT_MODELS; what came so far is kept"
            ) from None
        raise VideoAssistantError(f"{checkpoint.name}: {part.parent} cannot be written ({error.strerror})") from None


def _move_into_place(part: Path, folder: Path) -> None:
    shutil.rmtree(part / ".cache", ignore_errors=True)  # where the hub's client notes what it downloaded
    if folder.exists():
        shutil.rmtree(folder)
    part.rename(folder)


def _check_disk(checkpoint: Checkpoint, part: Path, missing_bytes: int) -> None:
    free = shutil.disk_usage(part).free
    if missing_bytes + SPARE_BYTES > free:
        raise VideoAssistantError(
            f"{checkpoint.name}: {missing_bytes / 1e9:.1f} GB more are needed and the disk of {part.parent} has "
            f"{free / 1e9:.1f} GB free, of which 1 stays free; free some, or name another place in "
            "VIDEO_ASSISTANT_MODELS"
        )


def _download(checkpoint: Checkpoint, hub_id: str, patterns: tuple[str, ...], part: Path, deadline: float) -> None:
    from httpx import HTTPError
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

    api = HfApi()
    try:
        info = _call_within(deadline, lambda: api.model_info(hub_id, files_metadata=True, timeout=deadline))
    except TimeoutError:
        raise _download_error(checkpoint, hub_id, f"no answer in {deadline:g} s") from None
    except OfflineModeIsEnabled:
        raise _download_error(checkpoint, hub_id, "HF_HUB_OFFLINE is set") from None
    except HfHubHTTPError as error:
        raise _download_error(checkpoint, hub_id, f"it answered {error.response.status_code}") from None
    except (HTTPError, OSError, ValueError) as error:
        raise _download_error(checkpoint, hub_id, _first_line(error)) from None
    files = _choose_files(info.siblings or [], patterns)
    if not files:
        raise VideoAssistantError(f"{checkpoint.name}: {hub_id} has none of the files wanted ({', '.join(patterns)})")
    _check_disk(checkpoint, part, sum(file.size for file in files if not _has_size(part / file.name, file)))
    try:
        snapshot_download(hub_id, revision=info.sha, allow_patterns=[file.name for file in files], local_dir=part)
    except (HTTPError, OSError, ValueError, RuntimeError) as error:
        if isinstance(error, OSError) and error.errno in DISK_FULL:
            raise
        raise _download_error(checkpoint, hub_id, f"the download broke off: {_first_line(error)}") from None
    for file in files:
        _verify_file(part / file.name, file, checkpoint)


def _call_within(seconds: float, call: Callable[[], T]) -> T:
    """Calls in a thread, since the timeouts of libraries do not cover the resolution of a host's name.

    Raises:
        TimeoutError: the call does not return in time.
    """
    results: list[T] = []
    errors: list[BaseException] = []

    def work() -> None:
        try:
            results.append(call())
        except BaseException as error:  # noqa: BLE001 - raised again below
            errors.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds)
    if errors:
        raise errors[0]
    if not results:
        raise TimeoutError
    return results[0]


def _download_error(checkpoint: Checkpoint, hub_id: str, reason: str) -> ModelNotFoundError:
    return ModelNotFoundError(
        f"{checkpoint.name}: {hub_id} cannot be fetched ({reason}); try again later (what came so far is kept), bring "
        f"its files on a disk (`models pull {checkpoint.name} --from FOLDER`), or run with --profile pocket"
    )


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:100]


def _choose_files(siblings: list[Any], patterns: tuple[str, ...]) -> list[_File]:
    """The files of a repository to download; weights in torch's format only if it has no safetensors."""
    has_safetensors = any(fnmatch.fnmatch(sibling.rfilename, TENSORS[0]) for sibling in siblings)
    if not has_safetensors and TENSORS[0] in patterns:
        patterns = (*patterns, "pytorch_model*.bin")
    return [
        _File(sibling.rfilename, sibling.size or 0, sibling.lfs.sha256 if sibling.lfs else "")
        for sibling in siblings
        if any(fnmatch.fnmatch(sibling.rfilename, pattern) for pattern in patterns)
        and not sibling.rfilename.startswith("onnx/")
    ]


def _has_size(path: Path, file: _File) -> bool:
    return path.is_file() and path.stat().st_size == file.size


def _verify_file(path: Path, file: _File, checkpoint: Checkpoint) -> None:
    """Checks a file by its size and the hub's checksum; removes a damaged one, so that it is downloaded again."""
    digest = hashlib.sha256()
    if _has_size(path, file) and file.sha256:
        with path.open("rb") as reader:
            while chunk := reader.read(CHUNK_BYTES):
                digest.update(chunk)
    if not _has_size(path, file) or (file.sha256 and digest.hexdigest() != file.sha256):
        path.unlink(missing_ok=True)
        raise DamagedError(f"{checkpoint.name}: {file.name} came damaged; pull it again")


def _download_easyocr(checkpoint: Checkpoint, part: Path, deadline: float) -> None:
    """Downloads with EasyOCR's own downloader, which compares checksums."""
    from urllib.request import Request, urlopen

    from easyocr import Reader
    from easyocr.config import detection_models

    address = detection_models["craft"]["url"]
    try:
        _call_within(deadline, lambda: urlopen(Request(address, method="HEAD"), timeout=deadline).close())  # noqa: S310
    except (OSError, TimeoutError) as error:
        raise _download_error(checkpoint, checkpoint.hub_id, str(error) or f"no answer in {deadline:g} s") from None
    _check_disk(checkpoint, part, checkpoint.disk_bytes)
    Reader(["vi", "en"], gpu=False, model_storage_directory=str(part), user_network_directory=str(part), verbose=False)
    if missing := [name for name in EASYOCR_FILES if not (part / name).is_file()]:
        raise DamagedError(f"{checkpoint.name}: {', '.join(missing)} did not come; pull it again")
