"""Checkpoints from a hub on loopback and from a disk: whole or not at all, and one line for what goes wrong."""

import errno
import hashlib
import http.server
import json
import shutil
import time
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from safetensors.numpy import save

from assistant.models.hub import pull as pulling
from assistant.models.hub.catalogue import BY_NAME, Checkpoint
from assistant.models.hub.pull import copy_checkpoint, pull_checkpoint
from assistant.models.hub.store import DamagedError, Store
from tests.loopback import serve
from tools.errors import ModelNotFoundError, VideoAssistantError

LAYOUTS = Path(__file__).parent / "layouts"
CORE = BY_NAME["instructblip-flan-t5-xl"]
SHA = "a" * 40


class Hub(http.server.BaseHTTPRequestHandler):
    """The few answers of a hub that fetching needs."""

    files: ClassVar[dict[str, bytes]] = {}
    wrong: ClassVar[set[str]] = set()  # whose bytes are not what was announced
    stops_after: ClassVar[int | None] = None  # bytes of a file, once
    fetched: ClassVar[list[str]] = []
    delay = 0.0
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        time.sleep(self.delay)
        path = self.path.partition("?")[0]
        if path.startswith("/api/models/"):
            siblings = [{"rfilename": name, "size": len(data)} | _lfs(name, data) for name, data in self.files.items()]
            self._send(json.dumps({"id": CORE.hub_id, "sha": SHA, "siblings": siblings}).encode(), body=body)
            return
        name = path.partition(f"/resolve/{SHA}/")[2]
        if name not in self.files:
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        data = self.files[name]
        if name in self.wrong:
            data = bytes(len(data))
        start = int((self.headers.get("Range") or "bytes=0-").removeprefix("bytes=").partition("-")[0] or 0)
        if body:
            self.fetched.append(f"{name}@{start}")
        etag = hashlib.sha256(self.files[name]).hexdigest()
        more = {"ETag": f'"{etag}"', "X-Repo-Commit": SHA, "Accept-Ranges": "bytes"}
        self._send(data[start:], body=body, status=206 if start else 200, **more)

    def _send(self, data: bytes, *, body: bool, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Content-Type", "application/json")
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if not body:
            return
        if Hub.stops_after is not None and len(data) > Hub.stops_after:
            self.wfile.write(data[: Hub.stops_after])
            self.wfile.flush()
            self.close_connection = True
            self.connection.close()
            return
        self.wfile.write(data)


def _lfs(name: str, data: bytes) -> dict:
    if not name.endswith(".safetensors"):
        return {}
    return {"lfs": {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data), "pointerSize": 1}}


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch):
    from huggingface_hub import constants

    source = LAYOUTS / "instructblip-t5-4-46"
    Hub.files = {p.relative_to(source).as_posix(): p.read_bytes() for p in source.rglob("*") if p.is_file()}
    Hub.files["pytorch_model.bin"] = b"not wanted"
    Hub.wrong, Hub.stops_after, Hub.fetched, Hub.delay = set(), None, [], 0.0
    with serve(Hub) as address:
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setattr(constants, "ENDPOINT", address)
        template = address + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        yield Hub


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setattr(pulling, "SPARE_BYTES", 0)
    return Store(tmp_path / "models")


def test_a_checkpoint_comes_whole_and_only_once(hub, store) -> None:
    folder = pull_checkpoint(CORE, store)
    assert folder == store.folder(CORE.hub_id)
    assert (folder / "model.safetensors.index.json").is_file()
    assert (folder / "qformer_tokenizer" / "tokenizer.json").is_file()
    assert not (folder / "pytorch_model.bin").exists()
    assert store.is_complete(CORE)
    seen = list(Hub.fetched)
    pull_checkpoint(CORE, store)
    assert Hub.fetched == seen


def test_of_a_repository_that_open_clip_shares_with_timm_only_its_own_files_come(hub, store) -> None:
    tensors = save({"logit_scale": np.zeros(1, np.float32)})
    wanted = {"open_clip_config.json": b'{"model_cfg": {"quick_gelu": true}}', "open_clip_model.safetensors": tensors}
    timm = {"config.json": b'{"architecture": "resnet50_clip"}', "model.safetensors": tensors, "vocab.json": b"{}"}
    Hub.files = {**wanted, **timm, "open_clip_pytorch_model.bin": b"not wanted"}
    folder = pull_checkpoint(BY_NAME["clip-rn50"], store)
    assert {path.name for path in folder.iterdir()} == set(wanted)
    assert store.is_complete(BY_NAME["clip-rn50"])


def test_a_broken_download_goes_on_where_it_ended(hub, store) -> None:
    Hub.stops_after = 30_000
    with pytest.raises(ModelNotFoundError, match="what came so far is kept"):
        pull_checkpoint(CORE, store)
    assert not store.folder(CORE.hub_id).exists()
    Hub.stops_after = None
    Hub.fetched.clear()
    pull_checkpoint(CORE, store)
    assert store.is_complete(CORE)
    assert any(not request.endswith("@0") for request in Hub.fetched) or len(Hub.fetched) < len(Hub.files) - 1


def test_what_came_damaged_is_named_and_fetched_anew(hub, store) -> None:
    name = "model-00002-of-00003.safetensors"
    Hub.wrong.add(name)
    with pytest.raises(DamagedError, match=name):
        pull_checkpoint(CORE, store)
    assert not store.folder(CORE.hub_id).exists()
    Hub.wrong.clear()
    pull_checkpoint(CORE, store)
    assert store.is_complete(CORE)


def test_a_silent_hub_is_one_line_in_time(hub, store) -> None:
    Hub.delay = 5.0
    start = time.monotonic()
    with pytest.raises(ModelNotFoundError, match=r"cannot be fetched.*--from FOLDER"):
        pull_checkpoint(CORE, store, deadline=0.5)
    assert time.monotonic() - start < 4


def test_no_hub_at_all_is_one_line(hub, store, monkeypatch) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ModelNotFoundError, match="cannot be fetched") as caught:
        pull_checkpoint(CORE, store)
    assert "\n" not in str(caught.value)


def test_a_full_disk_keeps_what_was_there(hub, store, monkeypatch) -> None:
    pull_checkpoint(CORE, store)
    before = sorted(p.name for p in store.folder(CORE.hub_id).iterdir())
    (store.folder(CORE.hub_id) / "config.json").unlink()

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("huggingface_hub.snapshot_download", full)
    with pytest.raises(VideoAssistantError, match="is full"):
        pull_checkpoint(CORE, store)
    assert sorted(p.name for p in store.folder(CORE.hub_id).iterdir()) == [n for n in before if n != "config.json"]


def test_a_disk_without_room_is_told_before_anything_comes(hub, store, monkeypatch) -> None:
    monkeypatch.setattr(pulling, "SPARE_BYTES", 10**18)
    with pytest.raises(VideoAssistantError, match="GB more are needed"):
        pull_checkpoint(CORE, store)
    assert Hub.fetched == []


@pytest.mark.parametrize("inside", ["", "instructblip-flan-t5-xl", "Salesforce/instructblip-flan-t5-xl"])
def test_files_carried_on_a_disk_are_taken(inside: str, store, tmp_path) -> None:
    shutil.copytree(LAYOUTS / "instructblip-t5-4-33", tmp_path / "disk" / inside, dirs_exist_ok=True)
    (tmp_path / "disk" / inside / "tf_model.h5").write_bytes(b"not wanted")
    reports = []
    folder = copy_checkpoint(
        CORE, tmp_path / "disk", store, progress=lambda copied, total: reports.append((copied, total))
    )
    assert store.is_complete(CORE)
    assert not (folder / "tf_model.h5").exists()
    assert reports[-1][0] == reports[-1][1] > 0


def _spoil_half(folder: Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-1000])


def _spoil_family(folder: Path) -> None:
    (folder / "config.json").write_text('{"model_type": "llava"}')


def _spoil_file(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"<html>404</html>" * 10)


def _spoil_words(folder: Path) -> None:
    for name in ("tokenizer.json", "spiece.model"):
        (folder / name).unlink()


def _spoil_weights(folder: Path) -> None:
    (folder / "model.safetensors").unlink()


def _spoil_config(folder: Path) -> None:
    (folder / "config.json").write_text("{half")


BAD = {
    "cut short": _spoil_half,
    "holds a llava model": _spoil_family,
    "no safetensors file": _spoil_file,
    "no tokenizer": _spoil_words,
    "no weights": _spoil_weights,
    "config.json": _spoil_config,
}


@pytest.mark.parametrize("said", list(BAD))
def test_what_is_not_the_checkpoint_is_refused_and_what_was_there_stays(said: str, store, tmp_path) -> None:
    good, bad = tmp_path / "good", tmp_path / "bad"
    for folder in (good, bad):
        shutil.copytree(LAYOUTS / "instructblip-t5-4-33", folder)
    copy_checkpoint(CORE, good, store)
    BAD[said](bad)
    with pytest.raises(VideoAssistantError, match=said) as caught:
        copy_checkpoint(CORE, bad, store)
    assert "\n" not in str(caught.value)
    assert store.is_complete(CORE)


def test_a_missing_shard_is_named(store, tmp_path) -> None:
    shutil.copytree(LAYOUTS / "instructblip-t5-4-46", tmp_path / "disk")
    (tmp_path / "disk" / "model-00002-of-00003.safetensors").unlink()
    with pytest.raises(DamagedError, match="model-00002-of-00003"):
        copy_checkpoint(CORE, tmp_path / "disk", store)


def test_half_a_file_of_torch_is_refused(store, tmp_path) -> None:
    opt = BY_NAME["blip2-opt-2.7b"]
    shutil.copytree(LAYOUTS / "blip2-opt-4-33", tmp_path / "disk")
    copy_checkpoint(opt, tmp_path / "disk", store)
    weights = tmp_path / "disk" / "pytorch_model.bin"
    weights.write_bytes(weights.read_bytes()[:-1000])
    with pytest.raises(DamagedError, match="cut short"):
        copy_checkpoint(opt, tmp_path / "disk", store)
    assert store.is_complete(opt)


def test_a_hub_id_is_a_folder_of_the_store_and_a_folder_itself(store, tmp_path) -> None:
    assert store.locate(CORE.hub_id) == str(store.folder(CORE.hub_id))
    assert store.locate(str(tmp_path)) == str(tmp_path)


def test_every_checkpoint_says_what_its_licence_asks() -> None:
    for checkpoint in BY_NAME.values():
        assert isinstance(checkpoint, Checkpoint)
        assert checkpoint.licence
        assert checkpoint.limits
        assert checkpoint.disk_bytes > 0
