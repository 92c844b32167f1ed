"""Frames between the keyframes, decoded when they are asked for: what the tools' `DenseFrames` port asks for."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from tools.ports import Similarities

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from assistant.media.decode import Frame
    from assistant.models.blip.core_model import CoreModel
    from assistant.retrieval.search import LibrarySearch
    from tools.events.timing import Timing

    Pictures = Sequence[NDArray[np.uint8]]

BATCH = 32  # pictures in memory at once
SAME_SECONDS = 1e-3  # a stored time and a decoded one are the same frame's

T = TypeVar("T", bound=np.generic)

log = logging.getLogger(__name__)


class LibraryFrames:
    """Implements `tools.ports.DenseFrames` on the files of a library.

    Args:
        search: the library, and what embeds pictures for retrieval.
        core: whose model of time reads frames; None: none does.
    """

    def __init__(self, search: LibrarySearch, core: CoreModel | None = None) -> None:
        self._search, self._core = search, core

    def between(
        self, queries: Sequence[str], *, video_id: str, start_seconds: float, end_seconds: float, most: int
    ) -> Similarities | None:
        found = self._read(video_id, start_seconds, end_seconds, most, self._search.embed_images)
        if found is None:
            return None
        indexes, seconds, vectors = found
        return Similarities(indexes, seconds, self._search.embed(queries) @ vectors.T)

    def locate_event(
        self, event: str, *, video_id: str, start_seconds: float, end_seconds: float, most: int
    ) -> tuple[NDArray[np.int64], Timing] | None:
        if self._core is None or not self._core.has_event_timer:
            return None
        found = self._read(video_id, start_seconds, end_seconds, most, self._core.features)
        if found is None:
            return None
        indexes, seconds, features = found
        told = self._core.locate_events([event], features, seconds)
        return None if told is None else (indexes, told[0])

    def _read(
        self, video_id: str, start: float, end: float, most: int, read: Callable[[Pictures], NDArray[T]]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[T]] | None:
        """Indexes and seconds of frames from a keyframe's time on, and what `read` makes of their pictures."""
        from assistant.media.decode import MediaError, open_media

        path = Path(self._search.library.video(video_id).paths[0])
        try:
            with open_media(path) as media:
                indexes, seconds, rows = _thinned(media.frames_between(start, end), (end - start) / most, read)
        except MediaError as error:
            log.warning("%s: moments stay where keyframes put them (%s)", video_id, error)
            return None
        if not indexes or abs(seconds[0] - start) > SAME_SECONDS:
            log.warning("%s: no frame at %.3f s, moments stay where keyframes put them", video_id, start)
            return None
        arrays = self._search.library.keyframe_arrays(video_id)
        anchor = int(arrays.frame_indexes[np.abs(arrays.seconds - start).argmin()])
        return np.array(indexes, np.int64) + anchor, np.array(seconds, np.float64), np.concatenate(rows)


def _thinned(
    frames: Iterable[Frame], apart_seconds: float, read: Callable[[Pictures], NDArray[T]]
) -> tuple[list[int], list[float], list[NDArray[T]]]:
    """Index, time and what is read of frames at least so far apart; few pictures are held at once."""
    indexes: list[int] = []
    seconds: list[float] = []
    rows: list[NDArray[T]] = []
    batch: list[NDArray[np.uint8]] = []
    for frame in frames:
        if seconds and frame.seconds - seconds[-1] < apart_seconds - SAME_SECONDS:
            continue
        indexes.append(frame.index)
        seconds.append(frame.seconds)
        batch.append(frame.image())
        if len(batch) == BATCH:
            rows.append(read(batch))
            batch = []
    return indexes, seconds, [*rows, read(batch)] if batch else rows
