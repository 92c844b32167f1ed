"""`find` against the same Chroma query alone, and filtered against unfiltered, at many keyframes of random vectors."""

from __future__ import annotations

import itertools
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bench.speed.synthetic_videos import begin_video, keyframe_rows, video_record
from bench.speed.timing import alternate, median_ratio, percentile

if TYPE_CHECKING:
    from assistant.library import Library
    from assistant.session import Session

VIDEOS = 50
KEYFRAMES_PER_VIDEO = 400  # 20,000 keyframes: about five hours of video
DIMENSIONS = 128
CLUSTERS = 500  # real embeddings are clustered; every index is slow on uniform ones
ROUNDS = 60


def measure(session: Session) -> dict[str, Any]:  # noqa: ARG001 - measures a library of its own
    """Figures `find.*`; neither side encodes any text."""
    from assistant.library import Library

    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder) / "library", embedder="bench")
        rng = np.random.default_rng(0)
        centres = _unit(rng.normal(size=(CLUSTERS, DIMENSIONS)))
        video_ids = _fill(library, Path(folder), centres, rng)
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
                "video": lambda: library.search_vectors(query(), video_id=video_ids[7], limit=10),
                "range": lambda: library.search_vectors(
                    query(), video_id=video_ids[7], start_seconds=50.0, end_seconds=150.0, limit=10
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


def _fill(library: Library, folder: Path, centres: NDArray[np.float32], rng: np.random.Generator) -> list[str]:
    """Adds videos whose keyframes lie near `centres`, `(clusters, dimensions)`; returns their ids."""
    video_ids = []
    rows = keyframe_rows(KEYFRAMES_PER_VIDEO)
    with library.writer() as writer:
        for number in range(VIDEOS):
            draft = begin_video(writer, folder, number)
            picks = centres[rng.integers(CLUSTERS, size=len(rows))]
            draft.add_keyframes(rows, _unit(picks + rng.normal(0, 0.05, picks.shape)), None)
            draft.commit(video_record(KEYFRAMES_PER_VIDEO))
            video_ids.append(draft.video_id)
    return video_ids


def plain_chroma(root: Path) -> Any:
    """The Chroma collection of the library at `root`, without the library around it."""
    import chromadb
    from chromadb.config import Settings

    client = chromadb.PersistentClient(str(root / "chroma"), settings=Settings(anonymized_telemetry=False))
    (collection,) = client.list_collections()
    return client.get_collection(collection.name, embedding_function=None)
