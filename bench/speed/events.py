"""`events` against one Chroma call with as many embeddings, over growing libraries of synthetic vectors."""

from __future__ import annotations

import itertools
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.speed.find import plain_chroma
from bench.speed.synthetic_vectors import EVENTS, KEYFRAMES_PER_VIDEO, MARGIN, SEQUENCES, SUBSPACE, Walks, build
from bench.speed.timing import alternate, median_ratio, percentile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from assistant.retrieval.search import LibrarySearch
    from assistant.session import Session
    from tools.types import EventSequence

LADDER = (10_000, 100_000)  # sizes below the one asked for: the curve of growth
RESULTS = 100  # of the Chroma call
ROUNDS = 60


class _Planted:
    """Encodes `7/2`, the third event of the eighth sequence, in no time: text encoding is left out on both sides."""

    def __init__(self, queries: NDArray[np.float32]) -> None:
        self._queries = queries

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        places = [tuple(int(part) for part in text.split("/")) for text in texts]
        return np.stack([self._queries[place] for place in places])

    def embed_images(self, images: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        raise NotImplementedError(f"nothing is shown to this encoder, {len(images)} pictures came")


def measure(session: Session, *, index: Path | None, seed: int, size: int) -> dict[str, Any]:
    """Figures `events.*`.

    Args:
        session: names the calibration of the profile.
        index: folder in which the measured libraries are kept; None: made anew in a temporary one.
        seed: of the walks.
        size: keyframes of the largest library.
    """
    from assistant.retrieval.search import LibrarySearch

    figures: dict[str, float] = {}
    seconds: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as temporary:
        for keyframes in (*(n for n in LADDER if n < size), size):
            walks = Walks(keyframes, seed)
            folder = (index or Path(temporary)) / f"walks-{seed}-{keyframes}"
            library, seconds[f"build_seconds.{keyframes}"] = build(walks, folder)
            start = time.perf_counter()
            library.similarity_upper_bounds(walks.queries()[0])
            seconds[f"first_query_seconds.{keyframes}"] = time.perf_counter() - start
            search = LibrarySearch(library, _Planted(walks.queries()), session.profile.calibration)
            figures |= _figures(search, walks)
            library.close()
    same = [value for name, value in figures.items() if name.startswith("events.same_as_full_scan.")]
    figures["events.same_as_full_scan"] = min(same)
    shape = {"videos_of": KEYFRAMES_PER_VIDEO, "subspace": SUBSPACE, "margin": MARGIN, "events": EVENTS, "seed": seed}
    return {"figures": figures, "settings": {**shape, "rounds": ROUNDS, "sequences": SEQUENCES, **seconds}}


def _figures(search: LibrarySearch, walks: Walks) -> dict[str, float]:
    from tools.events.query import event_query
    from tools.events.search import FindEventsOptions, find_sequences

    asked = [event_query([f"{n}/{event}" for event in range(EVENTS)]) for n in range(SEQUENCES)]
    every = [find_sequences(search, one, options=FindEventsOptions(full_scan=True)) for one in asked]
    found = [find_sequences(search, one) for one in asked]
    numbers = {video.video_id: Path(video.paths[0]).stem for video in search.videos()}
    planted = [f"walk {video}" for video, *_ in walks.places()]
    turns, embeddings = itertools.cycle(asked), itertools.cycle(walks.queries())
    plain = plain_chroma(search.library.root)
    seconds = alternate(
        {
            "events": lambda: find_sequences(search, next(turns)),
            "chroma": lambda: plain.query(query_embeddings=next(embeddings), n_results=RESULTS, include=["distances"]),
        },
        rounds=ROUNDS,
    )
    size = walks.keyframes
    return {
        f"events.ms.{size}": statistics.median(seconds["events"]) * 1000,
        f"events.p95_ms.{size}": percentile(seconds["events"], 0.95) * 1000,
        f"events.chroma_ms.{size}": statistics.median(seconds["chroma"]) * 1000,
        f"events.ratio_to_index.{size}": median_ratio(seconds["events"], seconds["chroma"]),
        f"events.same_as_full_scan.{size}": _share(_top(a) == _top(b) for a, b in zip(found, every, strict=True)),
        f"events.certified.{size}": _share(one[0].certified for one in found),
        f"events.planted_first.{size}": _share(
            numbers[one[0].video_id] == name for one, name in zip(found, planted, strict=True)
        ),
    }


def _top(found: Sequence[EventSequence]) -> tuple[str, tuple[int | None, ...]]:
    return found[0].video_id, tuple(moment.frame_index for moment in found[0].moments)


def _share(hits: Any) -> float:
    return statistics.mean(float(hit) for hit in hits)
