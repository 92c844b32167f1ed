"""Vectors and features on disk beside Chroma: raw arrays of one generation of one video, memory-mapped when read."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.library.records import LibraryError, StoredVideo

VECTORS, FEATURES, FRAMES, THUMBNAILS = "vectors.f32", "features.f16", "frames.u32", "thumbnails"


def folder_of(root: Path, video_id: str, generation: str) -> Path:
    """Where a generation's files lie."""
    return root / "videos" / video_id / generation


def thumbnail(folder: Path, frame_index: int) -> Path:
    """A keyframe's thumbnail."""
    return folder / THUMBNAILS / f"{frame_index}.jpg"


class SidecarWriter:
    """Appends to a generation's arrays; memory stays flat."""

    def __init__(self, folder: Path) -> None:
        (folder / THUMBNAILS).mkdir(parents=True, exist_ok=True)
        self._files = {name: (folder / name).open("wb") for name in (VECTORS, FEATURES, FRAMES)}

    def append(self, frames: Sequence[int], vectors: NDArray[np.float32], features: NDArray[np.float16] | None) -> None:
        """Frame indexes are flushed at once: they tell a later sweep which rows may have reached Chroma."""
        self._files[FRAMES].write(np.asarray(frames, np.uint32).tobytes())
        self._files[FRAMES].flush()
        self._files[VECTORS].write(np.ascontiguousarray(vectors, np.float32).tobytes())
        if features is not None:
            self._files[FEATURES].write(np.ascontiguousarray(features, np.float16).tobytes())

    def close(self) -> None:
        """On disk, so that the catalog may point at them."""
        for file in self._files.values():
            if not file.closed:
                file.flush()
                os.fsync(file.fileno())
                file.close()


def read_frames(folder: Path) -> list[int]:
    """Frame indexes that a generation announced, whole entries only."""
    path = folder / FRAMES
    if not path.exists():
        return []
    data = path.read_bytes()
    return [int(v) for v in np.frombuffer(data[: len(data) // 4 * 4], np.uint32)]


def map_vectors(root: Path, video: StoredVideo) -> NDArray[np.float32]:
    """`(keyframes, dimensions)` float32, memory-mapped, in time order."""
    path = folder_of(root, video.video_id, video.generation) / VECTORS
    return np.asarray(_map(path, np.float32, (video.keyframes, video.dimensions)))


def map_features(root: Path, video: StoredVideo) -> NDArray[np.float16] | None:
    """`(keyframes, tokens, width)` float16, memory-mapped; None where none were stored."""
    if not video.feature_tokens:
        return None
    path = folder_of(root, video.video_id, video.generation) / FEATURES
    return np.asarray(_map(path, np.float16, (video.keyframes, video.feature_tokens, video.feature_width)))


def _map(path: Path, kind: type, shape: tuple[int, ...]) -> NDArray[np.generic]:
    try:
        return np.memmap(path, kind, "r", shape=shape)
    except (OSError, ValueError) as error:
        raise LibraryError(f"{path} is damaged ({error}); run `video-assistant check`") from None
