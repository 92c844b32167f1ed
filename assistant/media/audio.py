"""What a file sounds like, in pieces that fit into memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

RATE = 16_000  # samples a second: what speech recognisers hear
PIECE_SECONDS = 600


def sound(path: Path, origin_seconds: float) -> Iterator[tuple[float, NDArray[np.float32]]]:
    """Mono pieces of the first audio track, `(start in seconds, samples in [-1, 1])`; none where there is no track.

    Args:
        origin_seconds: the first displayed frame in the container's own time; starts are relative to it.
    """
    import av

    with av.open(f"file:{path}", metadata_errors="replace") as container:
        if not container.streams.audio:
            return
        resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
        start: float | None = None
        kept: list[NDArray[np.float32]] = []
        many = 0
        for decoded in _decoded(container):
            if start is None:
                start = float(decoded.time or 0.0) - origin_seconds
            for frame in resampler.resample(decoded):
                kept.append(np.asarray(frame.to_ndarray(), np.float32).reshape(-1))
                many += len(kept[-1])
            if many >= PIECE_SECONDS * RATE:
                yield start, np.concatenate(kept)
                start, kept, many = start + many / RATE, [], 0
        if start is not None and kept:
            yield start, np.concatenate(kept)


def _decoded(container: Any) -> Iterator[Any]:
    """Audio frames; a track that breaks off ends there."""
    import av

    frames = container.decode(audio=0)
    while True:
        try:
            yield next(frames)
        except (StopIteration, av.FFmpegError):
            return
