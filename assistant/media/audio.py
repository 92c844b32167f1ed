"""The sound of a media file, decoded in chunks that fit into memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 16_000  # samples a second: what speech recognisers expect
CHUNK_SECONDS = 600  # 38 MB of float32 samples


def read_audio(path: Path, origin_seconds: float) -> Iterator[tuple[float, NDArray[np.float32]]]:
    """Yields the first audio track in chunks: the start in seconds, and mono float32 samples in [-1, 1].

    A file without an audio track yields nothing.

    Args:
        path: the media file.
        origin_seconds: time of the first displayed frame in the container's own time; starts are relative to it.
    """
    import av

    with av.open(f"file:{path}", metadata_errors="replace") as container:
        if not container.streams.audio:
            return
        resampler = av.AudioResampler(format="flt", layout="mono", rate=SAMPLE_RATE)
        start: float | None = None
        blocks: list[NDArray[np.float32]] = []
        sample_count = 0
        for decoded in _decoded(container):
            if start is None:
                start = float(decoded.time or 0.0) - origin_seconds
            for frame in resampler.resample(decoded):
                blocks.append(np.asarray(frame.to_ndarray(), np.float32).reshape(-1))
                sample_count += len(blocks[-1])
            if sample_count >= CHUNK_SECONDS * SAMPLE_RATE:
                yield start, np.concatenate(blocks)
                start, blocks, sample_count = start + sample_count / SAMPLE_RATE, [], 0
        if start is not None and blocks:
            yield start, np.concatenate(blocks)


def _decoded(container: Any) -> Iterator[Any]:
    """Yields the audio frames; a damaged track ends where it stops decoding."""
    import av

    frames = container.decode(audio=0)
    while True:
        try:
            yield next(frames)
        except (StopIteration, av.FFmpegError):
            return
