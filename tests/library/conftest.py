from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from assistant.library import KeyframeRow, Library, VideoRecord
from tools.types import Line

DIMENSIONS = 8


def unit(rng: np.random.Generator, n: int) -> np.ndarray:
    rows = rng.normal(size=(n, DIMENSIONS)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def library(tmp_path: Path):
    opened = Library(tmp_path / "library", embedder="test")
    yield opened
    opened.close()


@pytest.fixture
def add(tmp_path: Path) -> Callable[..., str]:
    """Adds a small video to a library and gives its id."""

    def add(library: Library, name: str, *, n=5, seed=0, texts: tuple[str, ...] = (), features=False, same_group=False):
        path = tmp_path / f"{name}.mp4"
        path.write_bytes(f"{name}{seed}".encode())
        with library.writer() as writer:
            draft = writer.begin(path)
            rows = [KeyframeRow(i * 10, float(i), i * 400, i // 3, 0 if same_group else i) for i in range(n)]
            extra = np.full((n, 3, 4), seed, np.float16) if features else None
            draft.add_keyframes(rows, unit(np.random.default_rng(seed), n), extra)
            draft.add_lines([Line(draft.video_id, float(i), i + 1.0, "subtitle", text) for i, text in enumerate(texts)])
            draft.commit(VideoRecord(float(n), 64, 36, "1/400", n * 10))
        return draft.video_id

    return add
