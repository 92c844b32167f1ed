"""A worker over loopback, asked by the client that takes the core's place, and by those who should not."""

import http.server
import json
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import uvicorn

from assistant.models.blip.instructblip import InstructBlip
from assistant.serving import remote, wire
from assistant.serving.remote import RemoteCore, RemoteCoreError
from assistant.serving.worker import Access, build_application
from tests.loopback import serve

NAME = "untrained"
OPEN = Access()
PROMPT = "Question: what is the red thing? Short answer:"


@contextmanager
def serving(blip: InstructBlip, *, access: Access = OPEN, cache_bytes: int = 10**9) -> Iterator[str]:
    """The address of a worker in this process."""
    listening = socket.create_server(("127.0.0.1", 0))
    app = build_application(blip, NAME, access=access, cache_bytes=cache_bytes)
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="module")
def blip(untrained_core: Path) -> InstructBlip:
    return InstructBlip(str(untrained_core))


@pytest.fixture(scope="module")
def url(blip: InstructBlip) -> Iterator[str]:
    with serving(blip) as address:
        yield address


@pytest.fixture
def core(url: str) -> Iterator[RemoteCore]:
    core = RemoteCore(url, NAME)
    yield core
    core.close()


@pytest.fixture(scope="module")
def pictures() -> list[np.ndarray]:
    random = np.random.default_rng(0)
    return [random.integers(0, 255, (30 + i, 50, 3), np.uint8) for i in range(40)]


@pytest.fixture(scope="module")
def features(blip: InstructBlip, pictures: list[np.ndarray]) -> np.ndarray:
    return blip.features(pictures)


@pytest.mark.slow
def test_the_worker_sees_what_the_core_sees(core, blip, pictures, features) -> None:
    assert core.features(pictures).astype(np.float32) == pytest.approx(features.astype(np.float32), abs=0.02)
    assert core.features([]).shape == features[:0].shape
    assert core.in_domain(features) == blip.in_domain(features)


def test_the_worker_says_what_the_core_says(core, blip, features) -> None:
    for rows in (1, 5, 40):
        there, here = (model.queries(features[:rows], PROMPT) for model in (core, blip))
        yes, no = core.score(PROMPT, ("yes", "no, a bus"), there), blip.score(PROMPT, ("yes", "no, a bus"), here)
        assert yes == pytest.approx(no, abs=1e-3)
        remote_texts, local_texts = (
            core.write(PROMPT, there, max_new_tokens=5),
            blip.write(PROMPT, here, max_new_tokens=5),
        )
        assert [text.text for text in remote_texts] == [text.text for text in local_texts]
        assert core.probability_yes(PROMPT, there) == pytest.approx(blip.probability_yes(PROMPT, here), abs=1e-4)
    assert core.score("Tool:", ["look", "count"]) == pytest.approx(blip.score("Tool:", ["look", "count"]), abs=1e-3)
    assert core.write("Slot:")[0].text == blip.write("Slot:")[0].text
    assert core.clean("a <image></s> b") == blip.clean("a <image></s> b") == "a b"


def test_windows_of_frames_are_read_in_order_there_too(core, blip, features) -> None:
    windows = [[at, at + 2, at + 1, at + 3] for at in range(0, 36, 3)]  # more frames in all than one call may name
    here, there = (model.window_queries(features, "what happens?", windows) for model in (blip, core))
    wanted = blip.score(PROMPT, ("yes", "no"), here)
    assert core.score(PROMPT, ("yes", "no"), there) == pytest.approx(wanted, abs=1e-4)
    turned = core.window_queries(features, "what happens?", [window[::-1] for window in windows])
    assert np.abs(core.score(PROMPT, ("yes", "no"), turned) - wanted).max() > 1e-3
    with pytest.raises(RemoteCoreError, match="windows of different lengths"):
        core.score(PROMPT, ("yes", "no"), core.window_queries(features, "", [[0, 1], [0]]))
    with pytest.raises(ValueError, match="beyond the 1 of the call"):
        wire.VisualInput(frames=["0" * 32], instruction="", windows=[[1]])


def test_eight_people_at_once_get_their_own_answers(url, blip, features) -> None:
    def ask(number: int) -> list[str]:
        core = RemoteCore(url, NAME)
        queries = core.queries(features[number : number + 2], f"what is {number}?")
        return [text.text for text in core.write(f"Question: what is {number}? Short answer:", queries)]

    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(ask, range(8)))
    for number, texts in enumerate(together):
        queries = blip.queries(features[number : number + 2], f"what is {number}?")
        alone = blip.write(f"Question: what is {number}? Short answer:", queries)
        assert texts == [text.text for text in alone]


def test_a_picture_is_sent_and_looked_at_once(untrained_core, pictures, monkeypatch) -> None:
    blip = InstructBlip(str(untrained_core))
    usual, looked, sent = blip.features, [], []
    monkeypatch.setattr(blip, "features", lambda images: looked.append(len(images)) or usual(images))
    with serving(blip) as url:
        first, second = RemoteCore(url, NAME), RemoteCore(url, NAME)
        call = first._post
        monkeypatch.setattr(
            first, "_post", lambda path, kind, body: sent.append((path, kind)) or call(path, kind, body)
        )
        features = first.features(pictures[:3])
        assert (second.features(pictures[1:4])[:2] == features[1:]).all()
        first.score(PROMPT, ["yes"], first.queries(features, PROMPT))  # what it made is there
        first.score(PROMPT, ["yes"], first.queries(features + np.float16(1), PROMPT))
        first.write(PROMPT, first.queries(features + np.float16(1), "another question"))
    assert looked == [0, 3, 1]
    kinds = [("/features", wire.TENSORS), ("/score", wire.JSON)]
    assert sent == [*kinds, ("/score", wire.JSON), ("/score", wire.TENSORS), ("/write", wire.JSON)]


def test_a_worker_that_keeps_nothing_still_answers(blip, features) -> None:
    with serving(blip, cache_bytes=1) as url:
        core = RemoteCore(url, NAME)
        for rows in (features[:1], features[:3], features[1:4]):  # what is held of these is pushed out by the rest
            scores = core.score(PROMPT, ["yes"], core.queries(rows, PROMPT))
            assert scores == pytest.approx(blip.score(PROMPT, ["yes"], blip.queries(rows, PROMPT)), abs=1e-3)


def _call(features: np.ndarray) -> bytes:
    return wire.pack_call(wire.InDomainCall(frames=[wire.digest(features)]), [features])


@pytest.mark.parametrize(
    ("path", "content", "headers", "status", "said"),
    [
        ("/score", b"{", {}, 400, "JSON"),
        ("/score", b'{"prompt": "a", "candidates": []}', {}, 400, "candidates"),
        ("/score", b'{"prompt": "a", "candidates": ["b"], "pickle": 1}', {}, 400, "pickle"),
        ("/write", b'{"prompt": "a", "max_new_tokens": 100000}', {}, 400, "max_new_tokens"),
        ("/knows", b'{"frames": ["../../etc/passwd"]}', {}, 400, "frames"),
        ("/write", b'{"prompt": "%s", "max_new_tokens": 1}' % (b"a" * (1 << 20)), {}, 413, "MB"),
        ("/score", b"{}", {"content-type": "text/plain"}, 415, "application/json"),
        ("/score", b"{}", {"host": "evil.example"}, 403, "not this machine"),
        ("/score", b"{}", {wire.IDENTITY: "another-123"}, 412, "another core"),
        ("/score", b"\x80\x04pickle", {"content-type": wire.TENSORS}, 400, "safetensors"),
        ("/score", wire.pack_tensors({"0": np.zeros((2, 2), np.float16)}), {"content-type": wire.TENSORS}, 400, "JSON"),
        ("/knows", _call(np.zeros((2, 2), np.float16)), {"content-type": wire.TENSORS}, 400, "float16"),
        ("/knows", _call(np.full((65, 192), np.nan, np.float16)), {"content-type": wire.TENSORS}, 400, "finite"),
        ("/features", wire.pack_tensors({"0": np.zeros((9, 9), np.uint8)}), {"content-type": wire.TENSORS}, 400, "RGB"),
        ("/nothing", b"{}", {}, 404, "Not Found"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_one_line(url, path, content, headers, status, said) -> None:
    reply = httpx.post(url + path, content=content, headers={"content-type": wire.JSON, **headers}, trust_env=False)
    assert reply.status_code == status
    assert said in reply.json()["error"]
    assert "\n" not in reply.json()["error"]


@pytest.mark.logs_errors
def test_a_failing_core_tells_the_client_one_line(untrained_core, monkeypatch) -> None:
    blip = InstructBlip(str(untrained_core))
    monkeypatch.setattr(blip, "score_batch", lambda asked: 1 / 0)
    with serving(blip) as url, pytest.raises(RemoteCoreError, match=r"the worker failed \(ZeroDivisionError") as caught:
        RemoteCore(url, NAME).score("a", ["b"])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("given", [None, "wrong", "tökén"])
def test_a_token_is_asked_for(blip, given) -> None:
    with serving(blip, access=Access("đúng", local_only=False)) as url:
        with pytest.raises(RemoteCoreError, match="VIDEO_ASSISTANT_CORE_TOKEN"):
            RemoteCore(url, NAME, token=given).clean("a")
        assert RemoteCore(url, NAME, token="đúng").clean("a") == "a"


def test_another_core_is_not_used(url, blip) -> None:
    with pytest.raises(RemoteCoreError, match="holds 'untrained', and the profile here wants 'another'"):
        RemoteCore(url, "another").clean("a")
    with pytest.raises(RemoteCoreError, match="stored features do not fit"):
        RemoteCore(url, NAME, identity=lambda: "untrained-000000").clean("a")
    assert RemoteCore(url, NAME, identity=lambda: blip.identity).clean("a") == "a"


def test_a_worker_that_is_not_there_is_told_in_one_line(monkeypatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        monkeypatch.setattr(remote, "HELLO_SECONDS", 0.2)
        with pytest.raises(RemoteCoreError, match="cannot be reached"):  # it takes the call and never answers
            RemoteCore(address, NAME).clean("a")
    with pytest.raises(RemoteCoreError, match=r"cannot be reached .*; start `video-assistant serve-core` there"):
        RemoteCore(address, NAME).clean("a")
    for wrong in ("gpu:8470", "", "ftp://gpu"):
        with pytest.raises(RemoteCoreError, match="http://host:port"):
            RemoteCore(wrong, NAME).clean("a")


@pytest.mark.parametrize("said", [{"hello": 1}, [], None])
def test_another_program_is_not_taken_for_a_worker(said: Any) -> None:
    class Other(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(404 if said is None else 200)
            self.end_headers()
            self.wfile.write(b"<html>" if said is None else json.dumps(said).encode())

        def log_message(self, *arguments: Any) -> None:
            pass

    with serve(Other) as address, pytest.raises(RemoteCoreError, match="no core worker"):
        RemoteCore(address, NAME).clean("a")
