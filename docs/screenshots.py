"""Takes the pictures of the README from the real page: `python docs/screenshots.py` (needs Chromium)."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from importlib.resources import files
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from assistant.session import open_session
from ui.server import command, free_port

FOLDER = Path(__file__).parent
SIZES = {"chat": (1280, 1160), "chat-phone": (390, 1160)}


def _ask(page: Page, question: str, *, turn: int) -> Any:
    page.locator("textarea").first.fill(question)
    page.keyboard.press("Enter")
    main = page.get_by_test_id("stMainBlockContainer")
    main.locator(f"[class*='-{turn}-card-'] button").first.wait_for(timeout=120_000)
    return main


def main() -> None:
    """Indexes the bundled clips into a library of its own, then asks on a screen and on a phone."""
    with tempfile.TemporaryDirectory() as folder:
        session = open_session(Path(folder) / "library")
        for _ in session.index([Path(str(files("assistant") / "demo"))]):
            pass
        session.close()
        port = free_port()
        own = {"VIDEO_ASSISTANT_LIBRARY": str(Path(folder) / "library"), "VIDEO_ASSISTANT_ONLINE_VOICE": "false"}
        server = subprocess.Popen(command(port), env={**os.environ, **own}, stdout=subprocess.DEVNULL)  # noqa: S603 - ours
        try:
            while True:
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health")
                    break
                except urllib.error.URLError:
                    time.sleep(0.5)
            with sync_playwright() as playwright:
                quiet = [
                    "--no-sandbox",
                    "--autoplay-policy=no-user-gesture-required",
                    "--disable-background-networking",
                ]
                browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=quiet)
                for name, (width, height) in SIZES.items():
                    page = browser.new_page(viewport={"width": width, "height": height})
                    page.goto(f"http://127.0.0.1:{port}")
                    page.locator("textarea").first.wait_for(timeout=90_000)
                    shown = _ask(page, "When does a bus appear?", turn=0)
                    shown.locator("[class*='-0-card-'] button").first.click()
                    page.locator("video").wait_for(timeout=60_000)
                    page.wait_for_timeout(1500)
                    page.locator("video").evaluate("video => video.pause()")
                    page.mouse.move(width * 0.7, height * 0.4)
                    page.mouse.wheel(0, -10_000)
                    page.wait_for_timeout(500)
                    page.screenshot(path=str(FOLDER / f"{name}.png"))
                    page.close()
                browser.close()
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
