"""How long people wait for the page: from Enter to the first step and keyframe, and until a large library opens.

Measured in a headless Chromium over the real page. The large library is synthetic. Its catalog, keyframes and posters
are complete; its vectors are not in Chroma, because no page needs Chroma to open.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import numpy as np

from bench.browser import chromium, serving
from bench.libraries import demo_clips, index_folder, session_over
from bench.speed.synthetic_videos import FRAME_RATE, begin_video, keyframe_rows, video_record

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
DIMENSIONS = 8  # of vectors that are never compared
OPENINGS = 5
WIDE = {"width": 1280, "height": 900}
WAIT_MS = 180_000
# The page itself records when the first step and the first keyframe appear: on a fast machine the answer collapses the
# steps before a poll from outside could see them.
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
        with session_over(session, small) as demo_session:
            index_folder(demo_session, demo_clips())
        steps, keyframes = _step_and_keyframe_seconds(browser, small)
        _make_large_library(session, large)
        first, openings, posters = _opening_seconds(browser, large)
    figures = {
        "screen.first_step_seconds": statistics.median(steps),
        "screen.first_keyframe_seconds": statistics.median(keyframes),
        "screen.large_open_seconds": statistics.median(openings),
        "screen.large_open_first_seconds": first,
        "screen.large_posters_loaded": posters,
    }
    size = {"videos": VIDEOS, "keyframes": VIDEOS * KEYFRAMES_PER_VIDEO}
    return {"figures": figures, "settings": {"questions": len(QUESTIONS), "rounds": ROUNDS, **size}}


def _step_and_keyframe_seconds(browser: Any, root: Path) -> tuple[list[float], list[float]]:
    """Seconds from Enter to the first step and to the first keyframe; each question starts a new conversation."""
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
            if number:  # the first question also waits for the models to load
                steps.append(seen["step"])
                keyframes.append(seen["keyframe"])
            page.close()
    return steps, keyframes


def _make_large_library(session: Session, root: Path) -> None:
    """Writes a library of `VIDEOS` videos, each with a poster."""
    from PIL import Image

    from assistant.library import Library
    from assistant.library.vectors import VectorStore

    library = Library(root, embedder=session.clip.identity)
    vectors = np.eye(DIMENSIONS, dtype=np.float32)[np.arange(KEYFRAMES_PER_VIDEO) % DIMENSIONS]
    rows = keyframe_rows(KEYFRAMES_PER_VIDEO)
    sources = root.parent / "files"
    sources.mkdir()
    with mock.patch.object(VectorStore, "upsert"), library.writer() as writer:
        for number in range(VIDEOS):
            draft = begin_video(writer, sources, number)
            draft.add_keyframes(rows, vectors, None)
            shade = (number % 200, 90, 120)
            poster = draft.thumbnail_path(FRAME_RATE * round(KEYFRAMES_PER_VIDEO / 3))
            Image.new("RGB", (480, 270), shade).save(poster)
            draft.commit(video_record(KEYFRAMES_PER_VIDEO))
    library.close()


def _opening_seconds(browser: Any, root: Path) -> tuple[float, list[float], int]:
    """Seconds until the library's page shows its first poster, of the first visit and of each later one; and the number
    of posters on the page after scrolling.
    """
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
