"""Frames between the keyframes, decoded when they are asked for: what the tools' `DenseFrames` port asks for."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tools.ports import Similarities

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from assistant.ingest.media import Frame
    from assistant.search import LibrarySearch

BATCH = 32  # pictures in memory at once
SAME_SECONDS = 1e-3  # a stored time and a decoded one are the same frame's

log = logging.getLogger(__name__)


class LibraryFrames:
    """Implements `tools.ports.DenseFrames` on the files of a library."""

    def __init__(self, search: LibrarySearch) -> None:
        self._search = search

    def between(
        self, queries: Sequence[str], *, video_id: str, start_seconds: float, end_seconds: float, most: int
    ) -> Similarities | None:
        from assistant.ingest.media import MediaError, open_media

        path = Path(self._search.library.video(video_id).paths[0])
        try:
            with open_media(path) as media:
                frames = self._embedded(media.between(start_seconds, end_seconds), (end_seconds - start_seconds) / most)
        except MediaError as error:
            log.warning("%s: moments stay where keyframes put them (%s)", video_id, error)
            return None
        indexes, seconds, vectors = frames
        if not indexes or abs(seconds[0] - start_seconds) > SAME_SECONDS:
            log.warning("%s: no frame at %.3f s, moments stay where keyframes put them", video_id, start_seconds)
            return None
        track = self._search.library.track(video_id)
        anchor = int(track.frame_indexes[np.abs(track.seconds - start_seconds).argmin()])
        return Similarities(
            np.array(indexes, np.int64) + anchor,
            np.array(seconds, np.float64),
            self._search.embed(queries) @ np.concatenate(vectors).T,
        )

    def _embedded(
        self, frames: Iterable[Frame], apart_seconds: float
    ) -> tuple[list[int], list[float], list[NDArray[np.float32]]]:
        """Index, time and vectors of frames at least so far apart; few pictures are held at once."""
        indexes: list[int] = []
        seconds: list[float] = []
        vectors: list[NDArray[np.float32]] = []
        batch: list[NDArray[np.uint8]] = []
        for frame in frames:
            if seconds and frame.seconds - seconds[-1] < apart_seconds - SAME_SECONDS:
                continue
            indexes.append(frame.index)
            seconds.append(frame.seconds)
            batch.append(frame.image())
            if len(batch) == BATCH:
                vectors.append(self._search.embed_images(batch))
                batch = []
        return indexes, seconds, [*vectors, self._search.embed_images(batch)] if batch else vectors
