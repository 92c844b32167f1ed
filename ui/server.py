"""Starts the page: Streamlit in a process of its own, on loopback unless asked otherwise, with nothing sent home."""

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
MOST_UPLOAD_MB = 2000


def find_free_port() -> int:
    """The first free port on loopback from Streamlit's own on."""
    for port in range(FIRST_PORT, FIRST_PORT + 100):
        with socket.socket() as probe:
            # Without it a port that a closed page left a minute ago looks taken.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise VideoAssistantError(f"ports {FIRST_PORT}-{FIRST_PORT + 99} are all taken; give one with --port")


def streamlit_command(port: int, address: str = LOOPBACK) -> list[str]:
    """The command line of the page's process."""
    options: dict[str, object] = {
        "server.address": address,
        "server.port": port,
        # Else Streamlit asks on the terminal for an e-mail address before it serves anything.
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "server.maxUploadSize": MOST_UPLOAD_MB,
        "browser.gatherUsageStats": "false",
        "client.toolbarMode": "minimal",
        "client.showErrorDetails": "none",
        # rich would print the traceback of an exception to stdout, which nobody reads; the logger writes to stderr.
        "logger.enableRich": "false",
        # A foreign page whose name is made to point here is turned away.
        "server.allowedHosts": [LOOPBACK, "localhost"] if address == LOOPBACK else [],
        **THEME,
    }
    given = [(name, one) for name, value in options.items() for one in (value if isinstance(value, list) else [value])]
    flags = [word for name, value in given for word in (f"--{name}", str(value))]
    return [sys.executable, "-m", "streamlit", "run", str(files("ui") / "app.py"), *flags]


def _answers(address: str, port: int, process: subprocess.Popen[bytes]) -> bool:
    """Waits until the page answers; False if its process ended first."""
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
        address: of the network to listen on; beyond this machine, a password has to be set.

    Raises:
        VideoAssistantError: no port is free, the page would be open to all, or it ended with an error.
    """
    if address not in (LOOPBACK, "localhost") and not os.environ.get(PASSWORD):
        raise VideoAssistantError(
            f"{address} can be reached from other machines; set a password in {PASSWORD}, or leave --address away"
        )
    chosen = port or find_free_port()
    environment = {**os.environ, "VIDEO_ASSISTANT_LIBRARY": str(library), "VIDEO_ASSISTANT_PROFILE": profile}
    click.echo(f"The chat is at http://{address}:{chosen} (stop it with Ctrl+C)", err=True)
    process = subprocess.Popen(streamlit_command(chosen, address), env=environment, stdout=subprocess.DEVNULL)  # noqa: S603 - our own page
    try:
        if open_browser and _answers(address, chosen, process):
            webbrowser.open(f"http://{address}:{chosen}")
        code = process.wait()
    except KeyboardInterrupt:
        process.terminate()
        process.wait()
        return
    if code:
        raise VideoAssistantError(f"the page ended with code {code}; is port {chosen} taken? give another with --port")
