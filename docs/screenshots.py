"""Takes the pictures of the README from the real page: `python docs/screenshots.py` (needs Chromium)."""

from __future__ import annotations

import tempfile
from importlib.resources import files
from pathlib import Path
from typing import Any

from assistant.session import open_session
from bench.browser import chromium, serving

FOLDER = Path(__file__).parent
SIZES = {"chat": (1280, 1160), "chat-phone": (390, 1160)}
WAIT_MS = 120_000


def take(browser: Any, address: str) -> None:
    """Asks on a screen and on a phone, and plays what was found."""
    for name, (width, height) in SIZES.items():
        page = browser.new_page(viewport={"width": width, "height": height})
        page.goto(address)
        box = page.locator("textarea").first
        box.wait_for(timeout=WAIT_MS)
        box.fill("When does a bus appear?")
        box.press("Enter")
        page.locator("[class*='-card-0-play'] button:visible").click(timeout=WAIT_MS)
        video = page.locator("video")
        video.wait_for(timeout=WAIT_MS)
        page.wait_for_timeout(1500)
        video.evaluate("video => video.pause()")
        page.mouse.move(width * 0.7, height * 0.4)
        page.mouse.wheel(0, -10_000)
        page.wait_for_timeout(500)
        page.screenshot(path=str(FOLDER / f"{name}.png"))
        page.close()


def main() -> None:
    """Indexes the bundled clips into a library of its own, and takes the pictures over it."""
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "library"
        session = open_session(library)
        for _ in session.index([Path(str(files("assistant") / "demo"))]):
            pass
        session.close()
        with serving(library) as address, chromium() as browser:
            take(browser, address)


if __name__ == "__main__":
    main()
