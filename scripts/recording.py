"""Records the moving picture of the README from the real page: `python -m scripts.recording` (needs Chromium).

It shows a question, its answer, the moment being played, and a follow-up in Vietnamese, as an animated WebP in real
time, except that waiting is cut short.
"""

from __future__ import annotations

import io
import tempfile
import time
from importlib.resources import files
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops

from assistant.session import open_session
from bench.browser import chromium, serving

OUT = Path(__file__).parents[1] / "docs" / "chat.webp"
VIEWPORT_SIZE = (1120, 840)  # width, height in pixels
PICTURE_SIZE = (840, 630)  # width, height in pixels, as the README shows it
INTERVAL_MS = 160  # between two screenshots
LONGEST_MS = 1800  # that a picture stays when nothing changes for longer
QUALITY = 55  # of the WebP, 0 to 100
TIMEOUT_MS = 120_000  # covers the loading of the models


class Recorder:
    """Screenshots of a page, each with the milliseconds it stays."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.frames: list[Image.Image] = []
        self.milliseconds: list[int] = []

    def shoot(self) -> None:
        """Takes a screenshot; if nothing changed, the last one stays longer instead."""
        image = (
            Image.open(io.BytesIO(self.page.screenshot())).convert("RGB").resize(PICTURE_SIZE, Image.Resampling.LANCZOS)
        )
        if self.frames and ImageChops.difference(image, self.frames[-1]).getbbox() is None:
            self.milliseconds[-1] = min(LONGEST_MS, self.milliseconds[-1] + INTERVAL_MS)
        else:
            self.frames.append(image)
            self.milliseconds.append(INTERVAL_MS)

    def watch(self, seconds: float) -> None:
        """Takes screenshots for so many seconds."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.shoot()
            self.page.wait_for_timeout(INTERVAL_MS)

    def type(self, text: str) -> None:
        """Types a question three letters at a time, and sends it."""
        box = self.page.locator("textarea").first
        box.wait_for(timeout=TIMEOUT_MS)
        for start in range(0, len(text), 3):
            box.press_sequentially(text[start : start + 3])
            self.shoot()
        box.press("Enter")

    def save(self, path: Path) -> None:
        """Writes an animated WebP that loops."""
        self.milliseconds[-1] = LONGEST_MS
        first, *others = self.frames
        first.save(
            path,
            save_all=True,
            append_images=others,
            duration=self.milliseconds,
            loop=0,
            quality=QUALITY,
            method=6,
            minimize_size=True,
        )


def record(page: Any) -> Recorder:
    """Asks, plays the first moment, and asks a follow-up."""
    recorder = Recorder(page)
    recorder.type("When does a bus appear?")
    play = page.locator("[class*='-card-0-play'] button:visible")
    while not play.count():
        recorder.watch(0.2)
    recorder.watch(1.0)
    play.first.click()
    page.locator("video").wait_for(timeout=TIMEOUT_MS)
    recorder.watch(3.0)
    recorder.type("Nó màu gì?")
    while page.locator("[class*='-card-0-play'] button:visible").count() < 2:
        recorder.watch(0.2)
    recorder.watch(1.5)
    return recorder


def main() -> None:
    """Indexes the bundled clips into a temporary library and records a conversation about them."""
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "library"
        session = open_session(library)
        for _ in session.index([Path(str(files("assistant") / "demo"))]):
            pass
        session.close()
        with serving(library) as address, chromium() as browser:
            page = browser.new_page(viewport={"width": VIEWPORT_SIZE[0], "height": VIEWPORT_SIZE[1]})
            page.goto(address)
            # The models load with the first question, which is therefore not recorded.
            page.locator("textarea").first.wait_for(timeout=TIMEOUT_MS)
            page.locator("textarea").first.fill("Is it raining?")
            page.locator("textarea").first.press("Enter")
            page.locator("[class*='-card-0-play'] button:visible").first.wait_for(timeout=TIMEOUT_MS)
            page.goto(address)
            record(page).save(OUT)


if __name__ == "__main__":
    main()
