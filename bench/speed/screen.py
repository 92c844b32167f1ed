"""How long people wait for the page: from Enter to the first step and keyframe, and until a large library opens.

Measured in a headless Chromium over the real page. The made library has its catalog, keyframes and posters whole; its
vectors are not put into Chroma, which opening a page never asks.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import numpy as np

from bench.browser import chromium, serving

if TYPE_CHECKING:
    from assistant.session import Session

QUESTIONS = (
    "When does a bus appear?",
    "Is there a red car?",
    "When does a dog appear?",
    "Có chiếc xe đỏ nào không?",
    "Where is the yellow truck?",
)
ROUNDS = 2
VIDEOS, KEYFRAMES_PER_VIDEO = 2_000, 100
DIMENSIONS = 8  # of vectors that nobody compares
OPENINGS = 5
WIDE = {"width": 1280, "height": 900}
WAIT_MS = 180_000
# The page itself notes when the first step is said and the first keyframe shown: on a quick machine the answer folds
# the steps away before anybody could ask for them.
WATCH = """() => {
    window.seen = {};
    let started;
    addEventListener("keydown", event => { if (event.key === "Enter") started = performance.now(); }, true);
    new MutationObserver(() => {
        const answer = document.querySelectorAll('[data-testid="stChatMessage"]')[1];
        if (!answer || started === undefined) return;
        const since = (performance.now() - started) / 1000;
        if (/Understanding|Đang hiểu/.test(answer.textContent)) window.seen.step ??= since;
        if (answer.querySelector("img")) window.seen.keyframe ??= since;
    }).observe(document.body, {childList: true, subtree: true, characterData: true, attributes: true});
}"""


def measure(session: Session) -> dict[str, Any]:
    """Figures `screen.*`, medians in seconds."""
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        small, large = Path(folder) / "small", Path(folder) / "large"
        _index_demo(session, small)
        steps, keyframes = _ask(browser, small)
        _make(session, large)
        first, openings, posters = _open(browser, large)
    figures = {
        "screen.first_step_seconds": statistics.median(steps),
        "screen.first_keyframe_seconds": statistics.median(keyframes),
        "screen.large_open_seconds": statistics.median(openings),
        "screen.large_open_first_seconds": first,
        "screen.large_posters_loaded": posters,
    }
    size = {"videos": VIDEOS, "keyframes": VIDEOS * KEYFRAMES_PER_VIDEO}
    return {"figures": figures, "settings": {"questions": len(QUESTIONS), "rounds": ROUNDS, **size}}


def _index_demo(session: Session, root: Path) -> None:
    from assistant.session import Session as Opened

    own = Opened(session.settings.model_copy(update={"library": root}))
    for _ in own.index([Path(str(files("assistant") / "demo"))]):
        pass
    own.close()


def _ask(browser: Any, root: Path) -> tuple[list[float], list[float]]:
    """Seconds from Enter to the first step and to the first keyframe, each question in a conversation of its own."""
    steps, keyframes = [], []
    with serving(root) as address:
        for number, question in enumerate((QUESTIONS[0], *QUESTIONS * ROUNDS)):
            page = browser.new_page(viewport=WIDE)
            page.goto(address)
            box = page.locator("textarea").first
            box.wait_for(timeout=WAIT_MS)
            page.wait_for_timeout(500)
            box.fill(question)
            page.evaluate(WATCH)
            box.press("Enter")
            page.wait_for_function("window.seen.step && window.seen.keyframe", timeout=WAIT_MS)
            seen = page.evaluate("window.seen")
            if number:  # the models load before the first one
                steps.append(seen["step"])
                keyframes.append(seen["keyframe"])
            page.close()
    return steps, keyframes


def _make(session: Session, root: Path) -> None:
    """A library of many videos, with a poster for each."""
    from PIL import Image

    from assistant.library import KeyframeRow, Library, VideoRecord
    from assistant.library.vectors import VectorStore

    library = Library(root, embedder=session.clip.identity)
    vectors = np.eye(DIMENSIONS, dtype=np.float32)[np.arange(KEYFRAMES_PER_VIDEO) % DIMENSIONS]
    rows = [KeyframeRow(i * 25, float(i), i * 25, i // 10, i) for i in range(KEYFRAMES_PER_VIDEO)]
    record = VideoRecord(float(KEYFRAMES_PER_VIDEO), 640, 360, "1/25", KEYFRAMES_PER_VIDEO * 25, ())
    sources = root.parent / "files"
    sources.mkdir()
    with mock.patch.object(VectorStore, "upsert"), library.writer() as writer:
        for number in range(VIDEOS):
            source = sources / f"video {number}.mp4"
            source.write_bytes(str(number).encode())
            draft = writer.begin(source)
            if draft is None:
                raise ValueError(f"{source} is already there")
            draft.add_keyframes(rows, vectors, None)
            shade = (number % 200, 90, 120)
            Image.new("RGB", (480, 270), shade).save(draft.thumbnail_path(round(KEYFRAMES_PER_VIDEO / 3) * 25))
            draft.commit(record)
    library.close()


def _open(browser: Any, root: Path) -> tuple[float, list[float], int]:
    """Seconds until the library's page shows its first poster: of the first visit and of later ones; posters loaded."""
    seconds, posters = [], 0
    with serving(root) as address:
        for _ in range(1 + OPENINGS):
            page = browser.new_page(viewport=WIDE)
            start = time.perf_counter()
            page.goto(f"{address}/library")
            page.locator("[class*='st-key-poster-'] img").first.wait_for(timeout=WAIT_MS)
            seconds.append(time.perf_counter() - start)
            page.mouse.wheel(0, 20_000)
            page.wait_for_timeout(1_000)
            posters = page.locator("[class*='st-key-poster-'] img").count()
            page.close()
    return seconds[0], seconds[1:], posters
