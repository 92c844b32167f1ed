"""`events` against a Chroma query with as many embeddings, over growing libraries of synthetic vectors."""

from __future__ import annotations

import itertools
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.speed.find import plain_chroma
from bench.speed.synthetic_vectors import (
    EVENTS,
    KEYFRAMES_PER_VIDEO,
    MARGIN,
    SEQUENCES,
    SUBSPACE,
    SyntheticVectors,
    build,
    source_stem,
)
from bench.speed.timing import alternate, median_ratio, percentile

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from assistant.retrieval.search import LibrarySearch
    from assistant.session import Session
    from tools.types import EventSequence

SMALLER_SIZES = (10_000, 100_000)  # also measured where they are below the size asked for, to show the growth
RESULTS = 100  # of the Chroma query
ROUNDS = 60


class _LookUpEncoder:
    """Looks up the query of `7/2`, the third event of the eighth sequence, so that neither side encodes any text."""

    def __init__(self, queries: NDArray[np.float32]) -> None:
        self._queries = queries

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        indexes = [tuple(int(part) for part in text.split("/")) for text in texts]
        return np.stack([self._queries[index] for index in indexes])

    def embed_images(self, images: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        raise NotImplementedError(f"this encoder only looks up texts, but got {len(images)} pictures")


def measure(session: Session, *, index: Path | None, seed: int, size: int) -> dict[str, Any]:
    """Figures `events.*`.

    Args:
        session: whose profile has the calibration of cosines.
        index: folder in which the measured libraries are kept; None: built in a temporary folder.
        seed: of the vectors.
        size: keyframes of the largest library.
    """
    from assistant.retrieval.search import LibrarySearch

    figures: dict[str, float] = {}
    seconds: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as temporary:
        for keyframes in (*(n for n in SMALLER_SIZES if n < size), size):
            vectors = SyntheticVectors(keyframes, seed)
            folder = (index or Path(temporary)) / f"walks-{seed}-{keyframes}"
            library, seconds[f"build_seconds.{keyframes}"] = build(vectors, folder)
            start = time.perf_counter()
            library.similarity_upper_bounds(vectors.queries()[0])
            seconds[f"first_query_seconds.{keyframes}"] = time.perf_counter() - start
            search = LibrarySearch(library, _LookUpEncoder(vectors.queries()), session.profile.calibration)
            figures |= _figures(search, vectors)
            library.close()
    shares = [value for name, value in figures.items() if name.startswith("events.same_as_full_scan.")]
    figures["events.same_as_full_scan"] = min(shares)
    shape = {"videos_of": KEYFRAMES_PER_VIDEO, "subspace": SUBSPACE, "margin": MARGIN, "events": EVENTS, "seed": seed}
    return {"figures": figures, "settings": {**shape, "rounds": ROUNDS, "sequences": SEQUENCES, **seconds}}


def _figures(search: LibrarySearch, vectors: SyntheticVectors) -> dict[str, float]:
    from tools.events.query import event_query
    from tools.events.search import FindEventsOptions, find_sequences

    queries = [event_query([f"{n}/{event}" for event in range(EVENTS)]) for n in range(SEQUENCES)]
    exact = [find_sequences(search, query, options=FindEventsOptions(full_scan=True)) for query in queries]
    ranked = [find_sequences(search, query) for query in queries]
    stems = {video.video_id: Path(video.paths[0]).stem for video in search.videos()}
    planted = [source_stem(number) for number, *_ in vectors.positions()]
    next_queries, next_embeddings = itertools.cycle(queries), itertools.cycle(vectors.queries())
    plain = plain_chroma(search.library.root)
    seconds = alternate(
        {
            "events": lambda: find_sequences(search, next(next_queries)),
            "chroma": lambda: plain.query(
                query_embeddings=next(next_embeddings), n_results=RESULTS, include=["distances"]
            ),
        },
        rounds=ROUNDS,
    )
    size = vectors.keyframes
    return {
        f"events.ms.{size}": statistics.median(seconds["events"]) * 1000,
        f"events.p95_ms.{size}": percentile(seconds["events"], 0.95) * 1000,
        f"events.chroma_ms.{size}": statistics.median(seconds["chroma"]) * 1000,
        f"events.ratio_to_index.{size}": median_ratio(seconds["events"], seconds["chroma"]),
        f"events.same_as_full_scan.{size}": _share(_top(a) == _top(b) for a, b in zip(ranked, exact, strict=True)),
        f"events.certified.{size}": _share(sequences[0].certified for sequences in ranked),
        f"events.planted_first.{size}": _share(
            stems[sequences[0].video_id] == stem for sequences, stem in zip(ranked, planted, strict=True)
        ),
    }


def _top(sequences: Sequence[EventSequence]) -> tuple[str, tuple[int | None, ...]]:
    """The video of the first sequence, and the frame of each of its events."""
    return sequences[0].video_id, tuple(moment.frame_index for moment in sequences[0].moments)


def _share(results: Iterable[bool]) -> float:
    return statistics.mean(float(result) for result in results)
