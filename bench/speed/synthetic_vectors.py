"""A library of any size whose vectors behave like those of real keyframes, with sequences of events hidden in it.

Each video is a random walk in a subspace, plus noise off it. The numbers are those of the pocket CLIP: on 400 unseen
frames of its world, true cosines lie 3.53 standard deviations above the others and vary by 0.2 of one; on the demo
clips neighbouring keyframes have a mean cosine of 0.94 and 48 dimensions hold more than 0.99 of the energy.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from assistant.library import Library

DIMENSIONS = 512
SUBSPACE = 48
KEYFRAMES_PER_VIDEO = 400
NEIGHBOUR_COSINE = 0.94
NOISE = 0.1  # length of what lies off the subspace, beside a walk of length 1
MARGIN = 3.53  # of a planted event, in standard deviations of the cosines of everything else
MARGIN_SPREAD = 0.2
EVENT_KEYFRAMES = 2  # that show a planted event
EVENTS = 3
SEQUENCES = 100
SYNC = 10_000  # vectors between two writings of Chroma's index; its own 1,000 makes a million take hours


@dataclass(frozen=True, slots=True)
class Walks:
    """A world of walks: the same numbers from the same seed, whatever its size."""

    keyframes: int
    seed: int

    @property
    def videos(self) -> int:
        return max(1, self.keyframes // KEYFRAMES_PER_VIDEO)

    def queries(self) -> NDArray[np.float32]:
        """`(sequences, events, dimensions)` float32, L2-normalised: what the planted events are asked with."""
        rng = np.random.default_rng([self.seed, 0])
        walk = _unit(rng.normal(size=(SEQUENCES, EVENTS, SUBSPACE)))
        return self._in_space(walk.reshape(-1, SUBSPACE), rng).reshape(SEQUENCES, EVENTS, DIMENSIONS)

    def places(self) -> NDArray[np.int64]:
        """`(sequences, 1 + events)`: the video of each sequence, then the keyframes at which its events begin."""
        rng = np.random.default_rng([self.seed, 1])
        videos = rng.permutation(max(self.videos, SEQUENCES))[:SEQUENCES] % self.videos
        room = KEYFRAMES_PER_VIDEO - EVENTS * EVENT_KEYFRAMES
        starts = np.sort(rng.integers(room, size=(SEQUENCES, EVENTS)), axis=1) + EVENT_KEYFRAMES * np.arange(EVENTS)
        return np.column_stack([videos, starts])

    def video(self, number: int) -> NDArray[np.float32]:
        """`(keyframes, dimensions)` float32, L2-normalised."""
        rng = np.random.default_rng([self.seed, 2, number])
        steps = _unit(rng.normal(size=(KEYFRAMES_PER_VIDEO, SUBSPACE)))
        walk = steps.copy()
        for before, now in pairwise(range(KEYFRAMES_PER_VIDEO)):
            walk[now] = NEIGHBOUR_COSINE * walk[before] + (1 - NEIGHBOUR_COSINE**2) ** 0.5 * steps[now]
        walk = _unit(walk)
        queries = self.queries() @ _basis(self.seed).T
        for sequence, (video, *starts) in enumerate(self.places()):
            for event, start in enumerate(starts if video == number else ()):
                cosine = (MARGIN + MARGIN_SPREAD * rng.normal()) / SUBSPACE**0.5
                query, shown = _unit(queries[sequence, event]), slice(start, start + EVENT_KEYFRAMES)
                aside = _unit(walk[shown] - (walk[shown] @ query)[:, None] * query)
                walk[shown] = cosine * query + (1 - cosine**2) ** 0.5 * aside
        return self._in_space(walk, rng)

    def _in_space(self, walk: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float32]:
        noise = NOISE * _unit(rng.normal(size=(len(walk), DIMENSIONS)))
        return _unit(walk @ _basis(self.seed) + noise).astype(np.float32)


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
    """The library's collection as it would make it, but for how often a growing index is written."""
    import chromadb
    from chromadb.config import Settings

    from assistant.library.vectors import HNSW, collection_name

    client = chromadb.PersistentClient(str(library.root / "chroma"), settings=Settings(anonymized_telemetry=False))
    client.get_or_create_collection(
        collection_name("bench"), embedding_function=None, configuration={"hnsw": HNSW | {"sync_threshold": SYNC}}
    )
    client.close()


def build(walks: Walks, folder: Path) -> tuple[Library, float]:
    """The library of `walks` in `folder` and the seconds it took: made once, continued where it was stopped."""
    from assistant.library import KeyframeRow, Library, VideoRecord

    folder.mkdir(parents=True, exist_ok=True)
    library = Library(folder / "library", embedder="bench")
    done = folder / "walks.json"
    wanted = {"keyframes": walks.keyframes, "seed": walks.seed}
    if done.exists() and (known := json.loads(done.read_text())).items() >= wanted.items():
        return library, known["seconds"]
    begun = time.perf_counter()
    _prepare_chroma(library)
    times = [KeyframeRow(25 * i, float(i), 25 * i, i // 10, i) for i in range(KEYFRAMES_PER_VIDEO)]
    with library.writer() as writer:
        for number in range(walks.videos):
            source = folder / f"walk {number}.mp4"
            source.write_bytes(f"{walks.seed} {number}".encode())
            if (draft := writer.begin(source)) is None:
                continue
            draft.add_keyframes(times, walks.video(number), None)
            draft.commit(VideoRecord(float(len(times)), 640, 360, "1/25", 25 * len(times)))
    seconds = time.perf_counter() - begun
    done.write_text(json.dumps(wanted | {"seconds": seconds}))
    return library, seconds
