"""Takes the moving picture of the README from the real page: `python docs/recording.py` (needs Chromium).

A question, its answer, the moment played, and a follow-up in Vietnamese; an animated WebP in the page's own time, with
waiting cut short.
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

OUT = Path(__file__).parent / "chat.webp"
SIZE = (1120, 840)
SHOWN = (840, 630)  # what the README holds
APART_MS = 160  # between two pictures
LONGEST_MS = 1800  # that one picture stands, were nothing to change for longer
QUALITY = 55
WAIT_MS = 120_000


class Recorder:
    """Pictures of a page, each with how long it stands."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.frames: list[Image.Image] = []
        self.milliseconds: list[int] = []

    def shoot(self) -> None:
        """One more picture; one like the last only lengthens it."""
        image = Image.open(io.BytesIO(self.page.screenshot())).convert("RGB").resize(SHOWN, Image.Resampling.LANCZOS)
        if self.frames and ImageChops.difference(image, self.frames[-1]).getbbox() is None:
            self.milliseconds[-1] = min(LONGEST_MS, self.milliseconds[-1] + APART_MS)
        else:
            self.frames.append(image)
            self.milliseconds.append(APART_MS)

    def watch(self, seconds: float) -> None:
        """What happens on the page meanwhile."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.shoot()
            self.page.wait_for_timeout(APART_MS)

    def type(self, text: str) -> None:
        """Writes a question letter by letter and sends it."""
        box = self.page.locator("textarea").first
        box.wait_for(timeout=WAIT_MS)
        for start in range(0, len(text), 3):
            box.press_sequentially(text[start : start + 3])
            self.shoot()
        box.press("Enter")

    def save(self, path: Path) -> None:
        """An animation that loops."""
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
    """The whole story."""
    recorder = Recorder(page)
    recorder.type("When does a bus appear?")
    play = page.locator("[class*='-card-0-play'] button:visible")
    while not play.count():
        recorder.watch(0.2)
    recorder.watch(1.0)
    play.first.click()
    page.locator("video").wait_for(timeout=WAIT_MS)
    recorder.watch(3.0)
    recorder.type("Nó màu gì?")
    while page.locator("[class*='-card-0-play'] button:visible").count() < 2:
        recorder.watch(0.2)
    recorder.watch(1.5)
    return recorder


def main() -> None:
    """Indexes the bundled clips into a library of its own, and records over it."""
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "library"
        session = open_session(library)
        for _ in session.index([Path(str(files("assistant") / "demo"))]):
            pass
        session.close()
        with serving(library) as address, chromium() as browser:
            page = browser.new_page(viewport={"width": SIZE[0], "height": SIZE[1]})
            page.goto(address)
            # The models load with the first question; nobody wants to watch that.
            page.locator("textarea").first.wait_for(timeout=WAIT_MS)
            page.locator("textarea").first.fill("Is it raining?")
            page.locator("textarea").first.press("Enter")
            page.locator("[class*='-card-0-play'] button:visible").first.wait_for(timeout=WAIT_MS)
            page.goto(address)
            record(page).save(OUT)


if __name__ == "__main__":
    main()
