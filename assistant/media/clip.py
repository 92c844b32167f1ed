"""A short piece of a video that every browser plays: H.264 and AAC in mp4."""

from __future__ import annotations

import contextlib
import itertools
import os
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.media.decode import MediaError, open_media

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.media.decode import Media

PLAYED = {
    "mp4": ({"h264"}, {"aac", "mp3", "mp3float", "flac", "opus", None}),
    "webm": ({"vp8", "vp9", "av1", "libdav1d"}, {"opus", "vorbis", None}),
}
"""What Chromium, Firefox and Safari have in common: container -> (video codecs, audio codecs)."""
PLAYED_FORMATS = frozenset({"yuv420p", "yuvj420p"})
MOST_LINES = 720
TIME_BASE = Fraction(1, 90_000)
AUDIO_RATE = 48_000


def browser_can_play(path: Path) -> bool:
    """True if browsers play the file as it is.

    Raises:
        MediaError: it is no media file with a video track.
    """
    with open_media(path) as media:
        info = media.info
        # The demuxer of mp4 also opens QuickTime, and that of webm any Matroska: the name tells them apart.
        names = set(info.container.split(",")) & {path.suffix.lower().removeprefix(".").replace("m4v", "mp4")}
        kind = next(iter(names & PLAYED.keys()), None)
        if kind is None or info.pixel_format not in PLAYED_FORMATS:
            return False
        video, audio = PLAYED[kind]
        return info.video_codec in video and info.audio_codec in audio


def cut(path: Path, start_seconds: float, end_seconds: float, out: Path) -> Path:
    """Writes `[start_seconds, end_seconds)` of `path` to `out`, as displayed, at most 720 lines high.

    The first picture is the first one displayed at or after `start_seconds`. Only a few frames are held at a time, and
    `out` appears only when it is whole.

    Raises:
        MediaError: no picture decodes there.
    """
    import av

    if not start_seconds < end_seconds:  # written so that it catches NaN too
        raise MediaError(f"nothing lies between {start_seconds:g} and {end_seconds:g} s; the end comes after the start")
    handle, name = tempfile.mkstemp(dir=out.parent, suffix=".mp4")
    os.close(handle)
    part = Path(name)
    try:
        with open_media(path) as media, av.open(str(part), "w", options={"movflags": "faststart"}) as target:
            if not _copy(media, path, start_seconds, end_seconds, target):
                raise MediaError(
                    f"{path.name}: no picture in it decodes between {start_seconds:g} and {end_seconds:g} s"
                )
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    return out


def _copy(media: Media, path: Path, start: float, end: float, target: Any) -> bool:
    """Pictures and sound, interleaved by time; False if there was no picture."""
    frames = media.between(start, end)
    first = next(frames, None)
    if first is None:
        return False
    width, height = first.size
    shrink = min(1.0, MOST_LINES / height)
    width, height = (max(2, round(side * shrink / 2) * 2) for side in (width, height))
    rate = media.info.frame_rate or Fraction(25)
    stream = target.add_stream("libx264", rate=rate, options={"preset": "veryfast", "crf": "23"})
    stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
    stream.time_base = stream.codec_context.time_base = TIME_BASE
    voice: Any = target.add_stream("aac", rate=AUDIO_RATE, layout="stereo") if media.info.audio_codec else None
    sound = _sound(path, media.start_seconds + first.seconds, media.start_seconds + end) if voice else iter(())
    waiting = next(sound, None)
    last = -1
    for frame in itertools.chain([first], frames):
        picture = frame.scaled(width, height)
        at = round((frame.seconds - first.seconds) / TIME_BASE)
        picture.pts, picture.time_base, picture.pict_type = max(at, last + 1), TIME_BASE, 0
        last = picture.pts
        target.mux(stream.encode(picture))
        while waiting is not None and waiting.pts / AUDIO_RATE <= frame.seconds - first.seconds:
            target.mux(voice.encode(waiting))
            waiting = next(sound, None)
    target.mux(stream.encode())
    while waiting is not None:
        target.mux(voice.encode(waiting))
        waiting = next(sound, None)
    if voice is not None:
        target.mux(voice.encode())
    return True


def _sound(path: Path, start: float, end: float) -> Iterator[Any]:
    """Resampled audio frames of `[start, end)` in the container's time; their pts count samples from `start`."""
    import av

    # Its own demuxer: the pictures' one must not read ahead for the sound, nor throw it away.
    with contextlib.suppress(av.FFmpegError), av.open(f"file:{path}", metadata_errors="replace") as container:
        track = container.streams.audio[0]
        with contextlib.suppress(av.FFmpegError):
            container.seek(int(start * av.time_base))
        resampler: Any = None
        shape: Any = None
        written = 0
        for packet in container.demux(track):
            try:
                decoded = packet.decode()
            except av.FFmpegError:
                continue
            for frame in decoded:
                if frame.pts is None or frame.time < start:
                    continue
                if frame.time >= end:
                    return
                # A broadcast may change from mono to stereo between two programmes; a resampler takes one shape only.
                if shape != (shape := (frame.format.name, frame.layout.name, frame.sample_rate)):
                    resampler = av.AudioResampler(format="fltp", layout="stereo", rate=AUDIO_RATE)
                for piece in resampler.resample(frame):
                    # A gap in the sound stays a gap; an overlap is closed.
                    piece.pts = max(written, round((frame.time - start) * AUDIO_RATE))
                    piece.time_base = Fraction(1, AUDIO_RATE)
                    written = piece.pts + piece.samples
                    yield piece
