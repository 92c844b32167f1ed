"""`find` against the same Chroma query alone, and filtered against unfiltered, at many keyframes of random vectors."""

from __future__ import annotations

import itertools
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bench.speed.timing import alternate, median_ratio, percentile

if TYPE_CHECKING:
    from assistant.session import Session

VIDEOS = 50
KEYFRAMES_PER_VIDEO = 400  # 20,000 keyframes: about five hours of video
DIMENSIONS = 128
CLUSTERS = 500  # real embeddings are clumped; uniform ones make every index look bad
ROUNDS = 60


def measure(session: Session) -> dict[str, Any]:  # noqa: ARG001 - the measured library is made here
    """Figures `find.*`; text encoding is left out on both sides."""
    from assistant.library import Library

    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder) / "library", embedder="bench")
        rng = np.random.default_rng(0)
        centres = _unit(rng.normal(size=(CLUSTERS, DIMENSIONS)))
        ids = _fill(library, Path(folder), centres, rng)
        queries = itertools.cycle(
            _unit(centres[rng.integers(CLUSTERS, size=64)] + rng.normal(0, 0.05, (64, DIMENSIONS)))
        )
        plain = plain_chroma(library.root)

        def query() -> NDArray[np.float32]:
            row: NDArray[np.float32] = next(queries)
            return row[None]

        seconds = alternate(
            {
                "find": lambda: library.search_vectors(query(), limit=10),
                "chroma": lambda: plain.query(query_embeddings=query(), n_results=10, include=["distances"]),
                "video": lambda: library.search_vectors(query(), video_id=ids[7], limit=10),
                "range": lambda: library.search_vectors(
                    query(), video_id=ids[7], start_seconds=50.0, end_seconds=150.0, limit=10
                ),
            },
            rounds=ROUNDS,
        )
        library.close()
    return {
        "figures": {
            "find.ratio_to_chroma": median_ratio(seconds["find"], seconds["chroma"]),
            "find.filtered_ratio": max(
                median_ratio(seconds["video"], seconds["find"]), median_ratio(seconds["range"], seconds["find"])
            ),
            "find.p95_ms": percentile(seconds["find"], 0.95) * 1000,
        },
        "settings": {"keyframes": VIDEOS * KEYFRAMES_PER_VIDEO, "dimensions": DIMENSIONS, "rounds": ROUNDS},
    }


def _unit(rows: NDArray[Any]) -> NDArray[np.float32]:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def _fill(library: Any, folder: Path, centres: NDArray[np.float32], rng: np.random.Generator) -> list[str]:
    from assistant.library import KeyframeRow, VideoRecord

    ids = []
    with library.writer() as writer:
        for number in range(VIDEOS):
            source = folder / f"video {number}.mp4"
            source.write_bytes(str(number).encode())
            draft = writer.begin(source)
            rows = [KeyframeRow(i * 25, float(i), i * 25, i // 10, i) for i in range(KEYFRAMES_PER_VIDEO)]
            picks = centres[rng.integers(CLUSTERS, size=len(rows))]
            draft.add_keyframes(rows, _unit(picks + rng.normal(0, 0.05, picks.shape)), None)
            draft.commit(VideoRecord(float(KEYFRAMES_PER_VIDEO), 640, 360, "1/25", KEYFRAMES_PER_VIDEO * 25, ()))
            ids.append(draft.video_id)
    return ids


def plain_chroma(root: Path) -> Any:
    """The library's own collection, asked with nothing in between."""
    import chromadb
    from chromadb.config import Settings

    client = chromadb.PersistentClient(str(root / "chroma"), settings=Settings(anonymized_telemetry=False))
    (collection,) = client.list_collections()
    return client.get_collection(collection.name, embedding_function=None)
