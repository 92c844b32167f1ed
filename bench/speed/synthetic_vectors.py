"""A library of any size whose vectors have the statistics of real keyframes, with sequences of events planted in it.

The vectors of each video are a random walk in a subspace, plus noise outside it. The constants are measured on the
pocket CLIP: on 400 unseen frames of its world, the cosines of matching pairs lie 3.53 standard deviations above the
others and vary by 0.2 of one; on the demo clips neighbouring keyframes have a mean cosine of 0.94, and 48 dimensions
hold more than 0.99 of the energy.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from bench.speed.synthetic_videos import keyframe_rows, video_record

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from assistant.library import Library

DIMENSIONS = 512
SUBSPACE = 48
KEYFRAMES_PER_VIDEO = 400
NEIGHBOUR_COSINE = 0.94
NOISE = 0.1  # length of the noise outside the subspace; the walk has length 1
MARGIN = 3.53  # of a planted event, in standard deviations of the cosines of all other keyframes
MARGIN_SPREAD = 0.2
EVENT_KEYFRAMES = 2  # consecutive keyframes that show a planted event
EVENTS = 3  # in a sequence
SEQUENCES = 100
SYNC = 10_000  # vectors between two writes of Chroma's index; with its default of 1,000 a million take hours
RECORD = "walks.json"  # in the folder of a built library: its size, its seed and how long it took


@dataclass(frozen=True, slots=True)
class SyntheticVectors:
    """The vectors of a library; those of a video depend on the seed and its number only, not on the library's size."""

    keyframes: int  # in the whole library, about
    seed: int

    @property
    def videos(self) -> int:
        return max(1, self.keyframes // KEYFRAMES_PER_VIDEO)

    def queries(self) -> NDArray[np.float32]:
        """The embedded texts of the planted events, `(sequences, events, dimensions)` float32, L2-normalised."""
        rng = np.random.default_rng([self.seed, 0])
        directions = _unit(rng.normal(size=(SEQUENCES, EVENTS, SUBSPACE)))
        return self._embedded(directions.reshape(-1, SUBSPACE), rng).reshape(SEQUENCES, EVENTS, DIMENSIONS)

    def positions(self) -> NDArray[np.int64]:
        """`(sequences, 1 + events)`: the video number of each sequence, then the first keyframe of each event."""
        rng = np.random.default_rng([self.seed, 1])
        videos = rng.permutation(max(self.videos, SEQUENCES))[:SEQUENCES] % self.videos
        room = KEYFRAMES_PER_VIDEO - EVENTS * EVENT_KEYFRAMES
        starts = np.sort(rng.integers(room, size=(SEQUENCES, EVENTS)), axis=1) + EVENT_KEYFRAMES * np.arange(EVENTS)
        return np.column_stack([videos, starts])

    def video(self, number: int) -> NDArray[np.float32]:
        """The vectors of one video, `(keyframes, dimensions)` float32, L2-normalised, with its planted events."""
        rng = np.random.default_rng([self.seed, 2, number])
        steps = _unit(rng.normal(size=(KEYFRAMES_PER_VIDEO, SUBSPACE)))
        walk = steps.copy()
        for previous, current in pairwise(range(KEYFRAMES_PER_VIDEO)):
            walk[current] = NEIGHBOUR_COSINE * walk[previous] + (1 - NEIGHBOUR_COSINE**2) ** 0.5 * steps[current]
        walk = _unit(walk)
        queries = self.queries() @ _basis(self.seed).T
        for sequence, (video, *starts) in enumerate(self.positions()):
            for event, start in enumerate(starts if video == number else ()):
                cosine = (MARGIN + MARGIN_SPREAD * rng.normal()) / SUBSPACE**0.5
                query, event_rows = _unit(queries[sequence, event]), slice(start, start + EVENT_KEYFRAMES)
                orthogonal = _unit(walk[event_rows] - (walk[event_rows] @ query)[:, None] * query)
                walk[event_rows] = cosine * query + (1 - cosine**2) ** 0.5 * orthogonal
        return self._embedded(walk, rng)

    def _embedded(self, rows: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float32]:
        """`(n, subspace)` to `(n, dimensions)`, with noise outside the subspace."""
        noise = NOISE * _unit(rng.normal(size=(len(rows), DIMENSIONS)))
        return _unit(rows @ _basis(self.seed) + noise).astype(np.float32)


@lru_cache
def _basis(seed: int) -> NDArray[np.float64]:
    """`(subspace, dimensions)`, orthonormal rows."""
    rng = np.random.default_rng([seed, 3])
    basis: NDArray[np.float64] = np.linalg.qr(rng.normal(size=(DIMENSIONS, SUBSPACE)))[0].T
    return basis


def _unit(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    unit: NDArray[np.float64] = rows / np.linalg.norm(rows, axis=-1, keepdims=True)
    return unit


def _prepare_chroma(library: Library) -> None:
    """Creates the collection as the library does, except that a growing index is written less often (`SYNC`)."""
    import chromadb
    from chromadb.config import Settings

    from assistant.library.vectors import HNSW, collection_name

    client = chromadb.PersistentClient(str(library.root / "chroma"), settings=Settings(anonymized_telemetry=False))
    client.get_or_create_collection(
        collection_name("bench"), embedding_function=None, configuration={"hnsw": HNSW | {"sync_threshold": SYNC}}
    )
    client.close()


def build(vectors: SyntheticVectors, folder: Path) -> tuple[Library, float]:
    """The library of these vectors in `folder`, and how many seconds its building took.

    A library that is there already is opened; a half-built one is completed. File names in the folder are the same in
    every version, so that libraries which `bench events --index` has kept can be used again.
    """
    from assistant.library import Library

    folder.mkdir(parents=True, exist_ok=True)
    library = Library(folder / "library", embedder="bench")
    record = folder / RECORD
    wanted = {"keyframes": vectors.keyframes, "seed": vectors.seed}
    if record.exists() and (built := json.loads(record.read_text())).items() >= wanted.items():
        return library, built["seconds"]
    start = time.perf_counter()
    _prepare_chroma(library)
    rows = keyframe_rows(KEYFRAMES_PER_VIDEO)
    with library.writer() as writer:
        for number in range(vectors.videos):
            source = folder / f"{source_stem(number)}.mp4"
            source.write_bytes(f"{vectors.seed} {number}".encode())
            if (draft := writer.begin(source)) is None:
                continue
            draft.add_keyframes(rows, vectors.video(number), None)
            draft.commit(video_record(KEYFRAMES_PER_VIDEO))
    seconds = time.perf_counter() - start
    record.write_text(json.dumps(wanted | {"seconds": seconds}))
    return library, seconds


def source_stem(number: int) -> str:
    """The name of a video's file, without its suffix."""
    return f"walk {number}"
