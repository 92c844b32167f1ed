"""Nothing leaves the machine, and nothing is written beside the library."""

import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


def test_indexing_leaves_no_trace_of_telemetry_in_the_home_folder(tmp_path: Path) -> None:
    # onnxruntime writes a device's id and a store of events into the home folder before it reports them.
    home = tmp_path / "home"
    home.mkdir()
    silenced = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    clip = files("assistant") / "demo" / "rain-taxi.mp4"
    words = [sys.executable, "-m", "assistant.cli", "--library", str(tmp_path / "library"), "index", str(clip)]
    environment = {**silenced, "HOME": str(home), "XDG_CACHE_HOME": str(home / ".cache")}
    subprocess.run(words, env=environment, stdout=subprocess.DEVNULL, check=True)
    ours = home / ".cache" / "video-assistant"
    written = [path for path in home.rglob("*") if path.is_file() and not path.is_relative_to(ours)]
    assert [str(path.relative_to(home)) for path in written] == []
