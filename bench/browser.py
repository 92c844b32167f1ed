"""The real page in a real browser: shared by the benchmarks, the browser tests and the recording for the README."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

from tools.errors import VideoAssistantError
from ui.server import LOOPBACK, streamlit_command

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

ARGUMENTS = (
    "--no-sandbox",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-background-networking",
)
START_SECONDS = 120.0


@contextlib.contextmanager
def serving(library: Path, environment: Mapping[str, str] | None = None) -> Iterator[str]:
    """Serves the page over `library` on a free port until the block ends; yields its address. No online voice."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port = probe.getsockname()[1]
    settings = {"VIDEO_ASSISTANT_LIBRARY": str(library), "VIDEO_ASSISTANT_ONLINE_VOICE": "false", **(environment or {})}
    variables = {**os.environ, **settings}
    server = subprocess.Popen(streamlit_command(port), env=variables, stdout=subprocess.DEVNULL)  # noqa: S603 - our own command
    try:
        _wait(f"http://{LOOPBACK}:{port}", server)
        yield f"http://{LOOPBACK}:{port}"
    finally:
        server.terminate()
        server.wait()


def _wait(address: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        with contextlib.suppress(urllib.error.URLError), urllib.request.urlopen(f"{address}/_stcore/health"):  # noqa: S310
            return
        time.sleep(0.2)
    raise VideoAssistantError("the page did not start; run `video-assistant ui` to see why")


@contextlib.contextmanager
def chromium() -> Iterator[Any]:
    """Starts this machine's Chromium without a window; it closes with the block.

    Raises:
        VideoAssistantError: no Chromium is installed.
    """
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        raise VideoAssistantError(
            "there is no program chromium on the PATH; install Chromium, which opens the page as people do"
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        yield browser
        browser.close()
