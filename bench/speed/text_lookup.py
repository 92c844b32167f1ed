"""How often and how fast a line of text is found by damaged words."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.speed.synthetic_videos import begin_video
from bench.speed.text_corpus import damage, sample_lines
from bench.speed.timing import alternate, percentile

if TYPE_CHECKING:
    from assistant.library import Library
    from assistant.session import Session

LINES, LOOKUPS = 10_000, 200
DAMAGED = 0.2  # of a query's characters
MANY_LINES, ROUNDS = 100_000, 200
LINES_PER_VIDEO = 2_000


def lookup_figures(seed: int) -> dict[str, float]:
    """`text.lookup_top3`: the share of damaged queries whose line is among the first three hits."""
    lines = sample_lines(LINES, seed)
    rng = random.Random(seed)
    with filled_library(lines) as library:
        found_lines = 0
        for line in rng.sample(lines, LOOKUPS):
            hits = library.search_lines(damage(line, DAMAGED, rng), limit=3)
            found_lines += line in [hit.text for hit in hits]
    return {"text.lookup_top3": found_lines / LOOKUPS}


def measure(session: Session) -> dict[str, Any]:  # noqa: ARG001 - measures a library of its own
    """Figures of `bench text`: searches for the first two words of a line, for a damaged line, and with SQL's LIKE."""
    lines = sample_lines(MANY_LINES, 0)
    rng = random.Random(1)
    chosen = iter(rng.sample(lines, 4 * ROUNDS))
    with filled_library(lines) as library:
        connection = library.storage.catalog.connection

        def words() -> str:
            return " ".join(next(chosen).split()[:2])

        seconds = alternate(
            {
                "exact": lambda: library.search_lines(words(), limit=10),
                "fuzzy": lambda: library.search_lines(damage(next(chosen), DAMAGED, rng), limit=10),
                "like": lambda: connection.execute(
                    "SELECT * FROM line WHERE text LIKE ? LIMIT 10", (f"%{words()}%",)
                ).fetchall(),
            },
            rounds=ROUNDS,
        )
    return {
        "figures": {
            "text.exact_p95_ms": percentile(seconds["exact"], 0.95) * 1000,
            "text.fuzzy_p95_ms": percentile(seconds["fuzzy"], 0.95) * 1000,
            "text.like_p95_ms": percentile(seconds["like"], 0.95) * 1000,
        },
        "settings": {"lines": MANY_LINES, "rounds": ROUNDS, "damaged": DAMAGED},
    }


@contextmanager
def filled_library(lines: Sequence[str]) -> Iterator[Library]:
    """A library that holds `lines`, one a second, in videos of `LINES_PER_VIDEO` lines; removed with the block."""
    from assistant.library import KeyframeRow, Library, VideoRecord
    from tools.types import Line

    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder) / "library", embedder="none")
        with library.writer() as writer:
            for number in range(0, len(lines), LINES_PER_VIDEO):
                draft = begin_video(writer, Path(folder), number)
                draft.add_keyframes([KeyframeRow(0, 0.0, 0, 0, 0)], np.ones((1, 1), np.float32), None)
                part = lines[number : number + LINES_PER_VIDEO]
                draft.add_lines(
                    [Line(draft.video_id, float(i), i + 1.0, "subtitle", text) for i, text in enumerate(part)]
                )
                draft.commit(VideoRecord(float(len(part)), 64, 36, "1/25", 1))
        yield library
        library.close()
