"""Vectors and features on disk beside Chroma: raw arrays of one generation of one video, memory-mapped when read."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.library.records import LibraryError, StoredVideo

VECTORS, FEATURES, FRAMES, THUMBNAILS = "vectors.f32", "features.f16", "frames.u32", "thumbnails"


def generation_folder(root: Path, video_id: str, generation: str) -> Path:
    """Returns the folder of a generation's files."""
    return root / "videos" / video_id / generation


def thumbnail_path(folder: Path, frame_index: int) -> Path:
    """Returns where the thumbnail (JPEG) of a keyframe lies in its generation's folder."""
    return folder / THUMBNAILS / f"{frame_index}.jpg"


class SidecarWriter:
    """Appends to the arrays of one generation on disk; memory stays flat."""

    def __init__(self, folder: Path) -> None:
        (folder / THUMBNAILS).mkdir(parents=True, exist_ok=True)
        self._files = {name: (folder / name).open("wb") for name in (VECTORS, FEATURES, FRAMES)}

    def append(
        self, frame_indexes: Sequence[int], vectors: NDArray[np.float32], features: NDArray[np.float16] | None
    ) -> None:
        """Appends n keyframes: `vectors` are `(n, d)` float32, `features` `(n, tokens, width)` float16 or None."""
        # Frame indexes are flushed at once: a later sweep learns from them which vectors may have reached Chroma.
        self._files[FRAMES].write(np.asarray(frame_indexes, np.uint32).tobytes())
        self._files[FRAMES].flush()
        self._files[VECTORS].write(np.ascontiguousarray(vectors, np.float32).tobytes())
        if features is not None:
            self._files[FEATURES].write(np.ascontiguousarray(features, np.float16).tobytes())

    def close(self) -> None:
        """Brings the arrays to disk (fsync), so that the catalog may point at them."""
        for file in self._files.values():
            if not file.closed:
                file.flush()
                os.fsync(file.fileno())
                file.close()


def read_frame_indexes(folder: Path) -> list[int]:
    """Returns the frame indexes that a generation announced; an entry that a kill cut short is left out."""
    path = folder / FRAMES
    if not path.exists():
        return []
    data = path.read_bytes()
    return [int(index) for index in np.frombuffer(data[: len(data) // 4 * 4], np.uint32)]


def map_vectors(root: Path, video: StoredVideo) -> NDArray[np.float32]:
    """Returns a video's vectors, `(keyframes, dimensions)` float32 in time order, memory-mapped.

    Raises:
        LibraryError: the file is missing or shorter than the catalog says.
    """
    path = generation_folder(root, video.video_id, video.generation) / VECTORS
    return np.asarray(_map(path, np.float32, (video.keyframes, video.dimensions)))


def map_features(root: Path, video: StoredVideo) -> NDArray[np.float16] | None:
    """Returns a video's image states, `(keyframes, tokens, width)` float16, memory-mapped; None if none were stored.

    Raises:
        LibraryError: the file is missing or shorter than the catalog says.
    """
    if not video.feature_tokens:
        return None
    path = generation_folder(root, video.video_id, video.generation) / FEATURES
    return np.asarray(_map(path, np.float16, (video.keyframes, video.feature_tokens, video.feature_width)))


def _map(path: Path, dtype: type, shape: tuple[int, ...]) -> NDArray[np.generic]:
    try:
        return np.memmap(path, dtype, "r", shape=shape)
    except (OSError, ValueError) as error:
        raise LibraryError(f"{path} is damaged ({error}); run `video-assistant check`") from None
