"""The sound of a media file, decoded in blocks that fit into memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 16_000  # samples a second: what speech recognisers expect
BLOCK_SECONDS = 120  # 8 MB of float32 samples
CUT_SECONDS = 20  # the end of a block in which its quietest place is looked for, so that no word is cut
WINDOW_SECONDS = 0.2  # length of that place
MAX_DRIFT_SECONDS = 0.3  # between the stated times and the samples counted; more is a gap in the sound
MAX_ERRORS = 1000  # packets in a row that do not decode, after which the track counts as ended


def audio_stream_count(path: Path) -> int:
    """Returns how many audio tracks a file has."""
    import av

    with av.open(f"file:{path}", metadata_errors="replace") as container:
        return len(container.streams.audio)


def read_audio(path: Path, origin_seconds: float, stream: int = 0) -> Iterator[tuple[float, NDArray[np.float32]]]:
    """Yields an audio track in blocks: the start in seconds, and mono float32 samples in [-1, 1].

    A block ends at a quiet place where there is one. A gap in the sound ends it too, so times stay true. A file without
    such a track yields nothing.

    Args:
        path: the media file.
        origin_seconds: time of the first displayed frame in the container's own time; starts are relative to it.
        stream: index among the audio tracks.
    """
    import av

    with av.open(f"file:{path}", metadata_errors="replace") as container:
        if stream >= len(container.streams.audio):
            return
        resampler = _Resampler()
        start: float | None = None
        pieces: list[NDArray[np.float32]] = []
        sample_count = 0
        for decoded in _decoded(container, container.streams.audio[stream]):
            time = None if decoded.time is None else float(decoded.time) - origin_seconds
            if start is not None and time is not None:
                gap_seconds = time - (start + sample_count / SAMPLE_RATE)
                if abs(gap_seconds) > MAX_DRIFT_SECONDS:
                    if pieces:
                        yield start, np.concatenate(pieces)
                    start, pieces, sample_count = None, [], 0
            if start is None:
                start = time or 0.0
            for piece in resampler.convert(decoded):
                pieces.append(piece)
                sample_count += len(piece)
            if sample_count >= BLOCK_SECONDS * SAMPLE_RATE:
                samples = np.concatenate(pieces)
                cut = _quietest_place(samples)
                yield start, samples[:cut]
                start, pieces = start + cut / SAMPLE_RATE, [samples[cut:]]
                sample_count = len(pieces[0])
        pieces += resampler.convert(None)
        if start is not None and pieces:
            yield start, np.concatenate(pieces)


class _Resampler:
    """Turns audio frames into mono samples; a track may change its rate or its channels."""

    def __init__(self) -> None:
        self._resampler: Any = None

    def convert(self, frame: Any) -> list[NDArray[np.float32]]:
        """Returns the samples of a frame so far; None instead of a frame flushes the rest."""
        import av

        if self._resampler is None:
            if frame is None:
                return []
            self._resampler = av.AudioResampler(format="flt", layout="mono", rate=SAMPLE_RATE)
        try:
            converted = self._resampler.resample(frame)
        except ValueError:  # the frame has another format than those before
            self._resampler = None
            return self.convert(frame)
        return [np.asarray(block.to_ndarray(), np.float32).reshape(-1) for block in converted]


def _quietest_place(samples: NDArray[np.float32]) -> int:
    """The middle of the quietest window at the end of a block, in samples from its start."""
    window = int(WINDOW_SECONDS * SAMPLE_RATE)
    tail = samples[-CUT_SECONDS * SAMPLE_RATE :]
    windows = tail[: len(tail) // window * window].reshape(-1, window)
    quietest = int(np.square(windows).mean(axis=1).argmin())
    return len(samples) - len(tail) + quietest * window + window // 2


def _decoded(container: Any, stream: Any) -> Iterator[Any]:
    """Yields the audio frames; packets that do not decode are left out."""
    import av

    errors = 0
    try:
        for packet in container.demux(stream):
            try:
                yield from packet.decode()
                errors = 0
            except av.FFmpegError:
                errors += 1
                if errors > MAX_ERRORS:
                    return
    except av.FFmpegError:
        return
