"""Starts the page: Streamlit in its own process, on loopback unless asked otherwise, without usage statistics."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import webbrowser
from importlib.resources import files
from pathlib import Path

import click

from tools.errors import VideoAssistantError
from ui.login import PASSWORD
from ui.theme import THEME

LOOPBACK = "127.0.0.1"
FIRST_PORT = 8501
MAX_UPLOAD_MB = 2000


def find_free_port() -> int:
    """Returns the first free loopback port from Streamlit's usual one upwards.

    Raises:
        VideoAssistantError: all of the hundred ports that are tried are taken.
    """
    for port in range(FIRST_PORT, FIRST_PORT + 100):
        with socket.socket() as probe:
            # Without this option, the port of a page that was closed a minute ago looks taken.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise VideoAssistantError(f"ports {FIRST_PORT}-{FIRST_PORT + 99} are all taken; choose another with --port")


def streamlit_command(port: int, address: str = LOOPBACK) -> list[str]:
    """Returns the command line that serves the page at `address` and `port`."""
    options: dict[str, object] = {
        "server.address": address,
        "server.port": port,
        # Otherwise Streamlit asks for an e-mail address on the terminal before it serves anything.
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "server.maxUploadSize": MAX_UPLOAD_MB,
        "browser.gatherUsageStats": "false",
        "client.toolbarMode": "minimal",
        "client.showErrorDetails": "none",
        # rich would print the traceback of an exception to stdout, which nobody reads; the logger writes to stderr.
        "logger.enableRich": "false",
        # Refuses a foreign site whose host name was made to point at this machine.
        "server.allowedHosts": [LOOPBACK, "localhost"] if address == LOOPBACK else [],
        **THEME,
    }
    flags = []
    for name, value in options.items():
        for item in value if isinstance(value, list) else [value]:
            flags += [f"--{name}", str(item)]
    return [sys.executable, "-m", "streamlit", "run", str(files("ui") / "app.py"), *flags]


def _wait_until_reachable(address: str, port: int, process: subprocess.Popen[bytes]) -> bool:
    """Waits until the page accepts connections; returns False if its process ended first."""
    while process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex((address, port)) == 0:
                return True
        time.sleep(0.2)
    return False


def run(
    library: Path, profile: str, *, port: int | None = None, open_browser: bool = True, address: str = LOOPBACK
) -> None:
    """Serves the page until it is interrupted.

    Args:
        library: the library's folder.
        profile: the name of the set of models.
        port: default: the first free one.
        open_browser: opens the page in the browser once it can be reached.
        address: the network address to listen on; if other machines can reach it, a password must be set.

    Raises:
        VideoAssistantError: no port is free, the page would be open without a password, or it ended with an error.
    """
    if address not in (LOOPBACK, "localhost") and not os.environ.get(PASSWORD):
        raise VideoAssistantError(
            f"{address} can be reached from other machines; set a password in {PASSWORD}, or leave out --address"
        )
    chosen_port = port or find_free_port()
    environment = {**os.environ, "VIDEO_ASSISTANT_LIBRARY": str(library), "VIDEO_ASSISTANT_PROFILE": profile}
    click.echo(f"The chat is at http://{address}:{chosen_port} (stop it with Ctrl+C)", err=True)
    process = subprocess.Popen(streamlit_command(chosen_port, address), env=environment, stdout=subprocess.DEVNULL)  # noqa: S603 - our own page
    try:
        if open_browser and _wait_until_reachable(address, chosen_port, process):
            webbrowser.open(f"http://{address}:{chosen_port}")
        code = process.wait()
    except KeyboardInterrupt:
        process.terminate()
        process.wait()
        return
    if code:
        raise VideoAssistantError(
            f"the page ended with code {code}; is port {chosen_port} taken? choose another with --port"
        )
