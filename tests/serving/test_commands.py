"""One setting puts a worker in the place of the core, for every command."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from assistant.session import Session
from assistant.settings import Settings
from tests.command import run
from training.world.render import draw
from training.world.scene import Actor, Scene

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def worker() -> Iterator[str]:
    """The address of `serve-core` with the pocket core, in a process of its own."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("VIDEO_ASSISTANT_")}
    words = [sys.executable, "-m", "assistant.cli", "serve-core", "--port", "0"]
    process = subprocess.Popen(words, env=environment, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    line = process.stderr.readline()
    match = re.search(r"The core instructblip answers at (http://127\.0\.0\.1:\d+)", line)
    assert match, line + process.stderr.read()
    yield match.group(1)
    process.terminate()
    assert process.wait(20) in (0, -15)


@pytest.fixture
def asked(worker: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on the worker is asked; this machine's own core must not be loaded."""
    monkeypatch.setenv("VIDEO_ASSISTANT_CORE_URL", worker)
    monkeypatch.setattr(
        "assistant.models.blip.instructblip.load", lambda *_: pytest.fail("the core of this machine was loaded")
    )


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("picture") / "bus.png"
    draw(Scene("street", "day", "clear", "HOTEL", (Actor("blue", "bus", 200, "near", "left"),), 4)).save(path)
    return path


QUESTIONS = ("When does a bus appear?", "Có chiếc xe đỏ nào không?", "What is the dog doing?")


@pytest.fixture(scope="module")
def alone(demo_library: Path, picture: Path) -> dict[str, object]:
    """What the commands print without a worker."""
    answers = {question: run(demo_library, "ask", question, "--json") for question in QUESTIONS}
    return answers | {"describe": run(demo_library, "describe", str(picture), "--json")}


def test_every_answer_is_the_one_of_this_machine(alone, asked, demo_library, picture) -> None:
    for question in QUESTIONS:
        answer = run(demo_library, "ask", question, "--json")
        expected = alone[question]
        assert answer["answer"] == expected["answer"]
        assert answer["confidence"] == pytest.approx(expected["confidence"], abs=1e-3)
        assert [row["frame_index"] for row in answer["evidence"]] == [
            row["frame_index"] for row in expected["evidence"]
        ]
        assert [row["tool"] for row in answer["steps"]] == [row["tool"] for row in expected["steps"]]
    (answer,), (expected,) = run(demo_library, "describe", str(picture), "--json"), alone["describe"]
    assert answer["text"] == expected["text"]


def test_features_for_the_library_come_from_the_worker(asked, picture) -> None:
    session = Session(Settings())
    with Image.open(picture) as image:
        pixels = np.array(image.convert("RGB"))
    (made,), shape = session.blip.features([pixels]), session.blip.features([]).shape
    assert made.shape == shape[1:]
    assert made.dtype == np.float16
    session.close()


def test_the_machine_and_the_models_are_told(asked, worker, tmp_path, monkeypatch) -> None:
    (row,) = (row for row in run(tmp_path, "doctor", "--json") if row["what"] == "core worker")
    assert row["ok"]
    assert worker in row["found"]
    core = next(row for row in run(tmp_path, "models", "--json") if row["role"] == "core")
    assert core["uses"].endswith(f"run by {worker}")
    monkeypatch.setenv("VIDEO_ASSISTANT_CORE", str(files("assistant.models") / "pocket" / "clip"))
    (row,) = (row for row in run(tmp_path, "doctor", "--json") if row["what"] == "core worker")
    assert not row["ok"]
    assert "holds 'instructblip', and the profile here wants 'clip'" in row["found"]


def test_a_worker_that_is_gone_is_one_line(demo_library, monkeypatch) -> None:
    monkeypatch.setenv("VIDEO_ASSISTANT_CORE_URL", "http://127.0.0.1:9")
    result = run(demo_library, "ask", QUESTIONS[0], code=1)
    assert "core worker http://127.0.0.1:9 cannot be reached" in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_worker_is_not_open_to_all(tmp_path, monkeypatch) -> None:
    result = run(tmp_path, "serve-core", "--address", "0.0.0.0", code=1)
    assert "VIDEO_ASSISTANT_CORE_TOKEN" in result.stderr
    monkeypatch.setenv("VIDEO_ASSISTANT_CORE_TOKEN", "")
    assert "VIDEO_ASSISTANT_CORE_TOKEN" in run(tmp_path, "serve-core", "--address", "0.0.0.0", code=1).stderr


def test_a_taken_port_is_told(tmp_path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert "give another --port" in run(tmp_path, "serve-core", "--port", port, code=1).stderr


def test_replicas_need_ray(tmp_path, monkeypatch) -> None:
    for name in ("RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_USAGE_STATS_ENABLED"):
        monkeypatch.setenv(name, "")  # set by the command, given back after the test
    monkeypatch.setitem(sys.modules, "ray", None)
    result = run(tmp_path, "serve-core", "--port", "0", "--replicas", "2", code=1)
    assert "video-assistant[serve]" in result.stderr
