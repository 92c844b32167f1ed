"""Reads frames between the keyframes by decoding on demand: implements the `DenseFrames` port of the tools."""

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

BATCH = 32  # pictures in memory at a time
SAME_FRAME_SECONDS = 1e-3  # a stored and a decoded time so close belong to the same frame

T = TypeVar("T", bound=np.generic)

log = logging.getLogger(__name__)


class LibraryFrames:
    """Implements `tools.ports.DenseFrames` on the files of a library.

    Args:
        search: the library, and the model that embeds its pictures.
        core: the model whose event timer reads the frames; None: events are not located.
    """

    def __init__(self, search: LibrarySearch, core: CoreModel | None = None) -> None:
        self._search, self._core = search, core

    def similarities_between(
        self, queries: Sequence[str], *, video_id: str, start_seconds: float, end_seconds: float, max_frames: int
    ) -> Similarities | None:
        frames = self._read(video_id, start_seconds, end_seconds, max_frames, self._search.embed_images)
        if frames is None:
            return None
        indexes, seconds, vectors = frames
        return Similarities(indexes, seconds, self._search.embed(queries) @ vectors.T)

    def locate_event(
        self, event: str, *, video_id: str, start_seconds: float, end_seconds: float, max_frames: int
    ) -> tuple[NDArray[np.int64], Timing] | None:
        if self._core is None or not self._core.has_event_timer:
            return None
        frames = self._read(video_id, start_seconds, end_seconds, max_frames, self._core.features)
        if frames is None:
            return None
        indexes, seconds, features = frames
        timings = self._core.locate_events([event], features, seconds)
        return None if timings is None else (indexes, timings[0])

    def _read(
        self, video_id: str, start: float, end: float, max_frames: int, read: Callable[[Pictures], NDArray[T]]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[T]] | None:
        """Indexes, seconds and `read` of the pictures of up to `max_frames` frames from the keyframe at `start` on."""
        from assistant.media.decode import MediaError, open_media

        path = Path(self._search.library.video(video_id).paths[0])
        try:
            with open_media(path) as media:
                indexes, seconds, rows = _read_thinned(
                    media.frames_between(start, end), (end - start) / max_frames, read
                )
        except MediaError as error:
            log.warning("%s: moments keep the times of keyframes (%s)", video_id, error)
            return None
        if not indexes or abs(seconds[0] - start) > SAME_FRAME_SECONDS:
            log.warning("%s: no frame at %.3f s, moments keep the times of keyframes", video_id, start)
            return None
        arrays = self._search.library.keyframe_arrays(video_id)
        anchor = int(arrays.frame_indexes[np.abs(arrays.seconds - start).argmin()])
        return np.array(indexes, np.int64) + anchor, np.array(seconds, np.float64), np.concatenate(rows)


def _read_thinned(
    frames: Iterable[Frame], apart_seconds: float, read: Callable[[Pictures], NDArray[T]]
) -> tuple[list[int], list[float], list[NDArray[T]]]:
    """Index, seconds and `read` of frames at least `apart_seconds` apart; at most BATCH pictures are held at a time."""
    indexes: list[int] = []
    seconds: list[float] = []
    rows: list[NDArray[T]] = []
    batch: list[NDArray[np.uint8]] = []
    for frame in frames:
        if seconds and frame.seconds - seconds[-1] < apart_seconds - SAME_FRAME_SECONDS:
            continue
        indexes.append(frame.index)
        seconds.append(frame.seconds)
        batch.append(frame.image())
        if len(batch) == BATCH:
            rows.append(read(batch))
            batch = []
    return indexes, seconds, [*rows, read(batch)] if batch else rows
