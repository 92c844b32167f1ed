"""Official checkpoints, from the hub or from a disk, into the folder of models.

A checkpoint is gathered beside its place and moved there once it is whole: what was there before stays until then, and
what a broken connection or a full disk left is gone on with the next time.
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
CHUNK = 1 << 22
SPARE = 1 << 30  # bytes that stay free on the disk

FULL = (errno.ENOSPC, errno.EDQUOT)

T = TypeVar("T")


class _File(NamedTuple):
    """One file of a repository."""

    name: str
    size: int
    sha256: str  # empty for small ones, which the hub keeps otherwise


def pull_checkpoint(checkpoint: Checkpoint, store: Store, *, deadline: float = DEADLINE_SECONDS) -> Path:
    """Fetches a checkpoint; goes on where an earlier try ended; does nothing where it is there.

    Raises:
        VideoAssistantError: the hub does not answer, the disk has no room, or what came is not what the hub announced.
    """
    folder = store.folder(checkpoint.hub_id)
    if store.is_complete(checkpoint):
        return Path(store.locate(checkpoint.hub_id))
    part = store.partial_folder(checkpoint.hub_id)
    with _writing(checkpoint, part):
        if checkpoint.kind == "easyocr":
            _fetch_easyocr(checkpoint, part, deadline)
        else:
            _fetch(checkpoint, checkpoint.hub_id, checkpoint.file_names or (*TENSORS, *SMALL), part, deadline)
            if checkpoint.tokenizer_from:
                _fetch(checkpoint, checkpoint.tokenizer_from, ("tokenizer*.json", "vocab.txt"), part, deadline)
        check_checkpoint(part, checkpoint)
        _move(part, folder)
    return folder


def copy_checkpoint(checkpoint: Checkpoint, source: Path, store: Store, *, progress: Any = None) -> Path:
    """Copies a checkpoint that was carried on a disk, once it was found whole.

    Args:
        source: its folder, or one that holds it as `owner/name` or `name`.
        progress: is told the bytes done and in all.

    Raises:
        VideoAssistantError: there is none, it is not whole or another model, or the disk has no room.
    """
    name = checkpoint.hub_id.partition("/")[2]
    found = next(
        (p for p in (source / checkpoint.hub_id, source / name, source / checkpoint.name) if p.is_dir()), source
    )
    check_checkpoint(found, checkpoint)
    patterns: tuple[str, ...] = (*SMALL, *TENSORS, "*.bin", "*.pth")
    if checkpoint.kind == "open_clip":
        patterns = (OPEN_CLIP_CONFIG, *(path.name for path in weight_files(found)))
    files = [p for p in sorted(found.rglob("*")) if p.is_file() and _wanted(p.relative_to(found), patterns)]
    total = sum(path.stat().st_size for path in files)
    part = store.partial_folder(checkpoint.hub_id)
    with _writing(checkpoint, part):
        _check_disk(checkpoint, part, total)
        done = 0
        for path in files:
            target = part / path.relative_to(found)
            target.parent.mkdir(parents=True, exist_ok=True)
            with path.open("rb") as reading, target.open("wb") as writing:
                while chunk := reading.read(CHUNK):
                    writing.write(chunk)
                    done += len(chunk)
                    if progress is not None:
                        progress(done, total)
        check_checkpoint(part, checkpoint)
        _move(part, store.folder(checkpoint.hub_id))
    return store.folder(checkpoint.hub_id)


def _wanted(path: Path, patterns: tuple[str, ...]) -> bool:
    """What loading can use; no other framework's weights, nothing hidden."""
    return not any(p.startswith(".") for p in path.parts) and any(
        fnmatch.fnmatch(path.as_posix(), one) or fnmatch.fnmatch(path.name, one) for one in patterns
    )


@contextmanager
def _writing(checkpoint: Checkpoint, part: Path) -> Iterator[None]:
    """Says in one line what went wrong with the disk."""
    try:
        part.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        if isinstance(error, VideoAssistantError) or error.errno is None:
            raise
        if error.errno in FULL:
            raise VideoAssistantError(
                f"{checkpoint.name}: the disk of {part.parent} is full; free {checkpoint.disk_bytes / 1e9:.1f} GB or "
                "name another place in VIDEO_ASSISTANT_MODELS; what came so far is kept"
            ) from None
        raise VideoAssistantError(f"{checkpoint.name}: {part.parent} cannot be written ({error.strerror})") from None


def _move(part: Path, folder: Path) -> None:
    shutil.rmtree(part / ".cache", ignore_errors=True)  # the hub client's notes of what it fetched
    if folder.exists():
        shutil.rmtree(folder)
    part.rename(folder)


def _check_disk(checkpoint: Checkpoint, part: Path, missing: int) -> None:
    free = shutil.disk_usage(part).free
    if missing + SPARE > free:
        raise VideoAssistantError(
            f"{checkpoint.name}: {missing / 1e9:.1f} GB more are needed and the disk of {part.parent} has "
            f"{free / 1e9:.1f} GB free, of which 1 stays free; free some, or name another place in "
            "VIDEO_ASSISTANT_MODELS"
        )


def _fetch(checkpoint: Checkpoint, hub: str, patterns: tuple[str, ...], part: Path, deadline: float) -> None:
    from httpx import HTTPError
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

    api = HfApi()
    try:
        info = _within(deadline, lambda: api.model_info(hub, files_metadata=True, timeout=deadline))
    except TimeoutError:
        raise _unanswered(checkpoint, hub, f"no answer in {deadline:g} s") from None
    except OfflineModeIsEnabled:
        raise _unanswered(checkpoint, hub, "HF_HUB_OFFLINE is set") from None
    except HfHubHTTPError as error:
        raise _unanswered(checkpoint, hub, f"it answered {error.response.status_code}") from None
    except (HTTPError, OSError, ValueError) as error:
        raise _unanswered(checkpoint, hub, _first_line(error)) from None
    files = _chosen(info.siblings or [], patterns)
    if not files:
        raise VideoAssistantError(f"{checkpoint.name}: {hub} has none of the files wanted ({', '.join(patterns)})")
    missing = sum(f.size for f in files if not _same_size(part / f.name, f))
    _check_disk(checkpoint, part, missing)
    try:
        snapshot_download(hub, revision=info.sha, allow_patterns=[f.name for f in files], local_dir=part)
    except (HTTPError, OSError, ValueError, RuntimeError) as error:
        if isinstance(error, OSError) and error.errno in FULL:
            raise
        raise _unanswered(checkpoint, hub, f"the download broke off: {_first_line(error)}") from None
    for file in files:
        _verify(part / file.name, file, checkpoint)


def _within(seconds: float, call: Callable[[], T]) -> T:
    """The call's result, or `TimeoutError`: a name that never resolves obeys no timeout of a library."""
    found: list[T] = []
    failed: list[BaseException] = []

    def work() -> None:
        try:
            found.append(call())
        except BaseException as error:  # noqa: BLE001 - raised again below
            failed.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds)
    if failed:
        raise failed[0]
    if not found:
        raise TimeoutError
    return found[0]


def _unanswered(checkpoint: Checkpoint, hub: str, why: str) -> ModelNotFoundError:
    return ModelNotFoundError(
        f"{checkpoint.name}: {hub} cannot be fetched ({why}); try again later (what came so far is kept), bring its "
        f"files on a disk (`models pull {checkpoint.name} --from FOLDER`), or run with --profile pocket"
    )


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:100]


def _chosen(siblings: list[Any], patterns: tuple[str, ...]) -> list[_File]:
    """The files wanted; torch's own format only where there is no other."""
    names = [s.rfilename for s in siblings]
    safe = any(fnmatch.fnmatch(name, TENSORS[0]) for name in names)
    wanted = patterns if safe or TENSORS[0] not in patterns else (*patterns, "pytorch_model*.bin")
    return [
        _File(s.rfilename, s.size or 0, s.lfs.sha256 if s.lfs else "")
        for s in siblings
        if any(fnmatch.fnmatch(s.rfilename, one) for one in wanted) and not s.rfilename.startswith("onnx/")
    ]


def _same_size(path: Path, file: _File) -> bool:
    return path.is_file() and path.stat().st_size == file.size


def _verify(path: Path, file: _File, checkpoint: Checkpoint) -> None:
    """By size, and by the hub's own checksum; what differs is removed, so that the next try fetches it anew."""
    digest = hashlib.sha256()
    if _same_size(path, file) and file.sha256:
        with path.open("rb") as reading:
            while chunk := reading.read(CHUNK):
                digest.update(chunk)
    if not _same_size(path, file) or (file.sha256 and digest.hexdigest() != file.sha256):
        path.unlink(missing_ok=True)
        raise DamagedError(f"{checkpoint.name}: {file.name} came damaged; pull it again")


def _fetch_easyocr(checkpoint: Checkpoint, part: Path, deadline: float) -> None:
    """By EasyOCR's own downloader, which compares checksums."""
    from urllib.request import Request, urlopen

    from easyocr import Reader
    from easyocr.config import detection_models

    address = detection_models["craft"]["url"]
    try:
        _within(deadline, lambda: urlopen(Request(address, method="HEAD"), timeout=deadline).close())  # noqa: S310
    except (OSError, TimeoutError) as error:
        raise _unanswered(checkpoint, checkpoint.hub_id, str(error) or f"no answer in {deadline:g} s") from None
    _check_disk(checkpoint, part, checkpoint.disk_bytes)
    Reader(["vi", "en"], gpu=False, model_storage_directory=str(part), user_network_directory=str(part), verbose=False)
    if missing := [name for name in EASYOCR_FILES if not (part / name).is_file()]:
        raise DamagedError(f"{checkpoint.name}: {', '.join(missing)} did not come; pull it again")
