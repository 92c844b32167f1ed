"""Cuts a clip out of a video, in a form that every browser plays: H.264 and AAC in mp4."""

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

PLAYABLE_CODECS = {
    "mp4": ({"h264"}, {"aac", "mp3", "mp3float", "flac", "opus", None}),
    "webm": ({"vp8", "vp9", "av1", "libdav1d"}, {"opus", "vorbis", None}),
}
"""What Chromium, Firefox and Safari all play: container -> (video codecs, audio codecs); None is no sound."""
PLAYABLE_PIXEL_FORMATS = frozenset({"yuv420p", "yuvj420p"})
MAX_HEIGHT = 720  # pixels of a clip
TIME_BASE = Fraction(1, 90_000)  # seconds a tick, of the pictures
AUDIO_RATE = 48_000  # samples a second
DEFAULT_FRAME_RATE = Fraction(25)  # frames a second, if the file states none


def browser_can_play(path: Path) -> bool:
    """Returns whether browsers play the file as it is.

    Raises:
        MediaError: the file is no media file with a video track.
    """
    with open_media(path) as media:
        info = media.info
        # The demuxer of mp4 also opens QuickTime, and that of webm any Matroska: the file name tells them apart.
        names = set(info.container.split(",")) & {path.suffix.lower().removeprefix(".").replace("m4v", "mp4")}
        kind = next(iter(names & PLAYABLE_CODECS.keys()), None)
        if kind is None or info.pixel_format not in PLAYABLE_PIXEL_FORMATS:
            return False
        video, audio = PLAYABLE_CODECS[kind]
        return info.video_codec in video and info.audio_codec in audio


def cut_clip(path: Path, start_seconds: float, end_seconds: float, out: Path) -> Path:
    """Writes `[start_seconds, end_seconds)` of `path` to `out` as mp4, as displayed, at most `MAX_HEIGHT` pixels high.

    The clip starts with the first frame displayed at or after `start_seconds`. Only a few frames are in memory at a
    time, and `out` appears only when it is complete.

    Returns:
        `out`.

    Raises:
        MediaError: the range is empty, or no frame decodes in it.
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
    """Encodes pictures and sound, interleaved by time; returns False if no picture decodes in the range."""
    frames = media.frames_between(start, end)
    first = next(frames, None)
    if first is None:
        return False
    width, height = first.size
    shrink = min(1.0, MAX_HEIGHT / height)
    width, height = (max(2, round(side * shrink / 2) * 2) for side in (width, height))
    rate = media.info.frame_rate or DEFAULT_FRAME_RATE
    stream = target.add_stream("libx264", rate=rate, options={"preset": "veryfast", "crf": "23"})
    stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
    stream.time_base = stream.codec_context.time_base = TIME_BASE
    voice: Any = target.add_stream("aac", rate=AUDIO_RATE, layout="stereo") if media.info.audio_codec else None
    sound = _sound(path, media.start_seconds + first.seconds, media.start_seconds + end) if voice else iter(())
    pending = next(sound, None)  # the audio frame that comes next
    last_pts = -1
    for frame in itertools.chain([first], frames):
        picture = frame.scaled(width, height)
        pts = round((frame.seconds - first.seconds) / TIME_BASE)
        picture.pts, picture.time_base, picture.pict_type = max(pts, last_pts + 1), TIME_BASE, 0
        last_pts = picture.pts
        target.mux(stream.encode(picture))
        while pending is not None and pending.pts / AUDIO_RATE <= frame.seconds - first.seconds:
            target.mux(voice.encode(pending))
            pending = next(sound, None)
    target.mux(stream.encode())
    while pending is not None:
        target.mux(voice.encode(pending))
        pending = next(sound, None)
    if voice is not None:
        target.mux(voice.encode())
    return True


def _sound(path: Path, start: float, end: float) -> Iterator[Any]:
    """Yields resampled audio frames of `[start, end)` in the container's time; their pts count samples from `start`."""
    import av

    # Sound has its own demuxer: that of the pictures must neither read ahead for the sound nor throw it away.
    with contextlib.suppress(av.FFmpegError), av.open(f"file:{path}", metadata_errors="replace") as container:
        track = container.streams.audio[0]
        with contextlib.suppress(av.FFmpegError):
            container.seek(int(start * av.time_base))
        resampler: Any = None
        audio_format: Any = None
        written_samples = 0
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
                # A broadcast may change from mono to stereo between two programmes; a resampler takes one format only.
                if audio_format != (audio_format := (frame.format.name, frame.layout.name, frame.sample_rate)):
                    resampler = av.AudioResampler(format="fltp", layout="stereo", rate=AUDIO_RATE)
                for piece in resampler.resample(frame):
                    # A gap in the sound stays a gap; an overlap is closed.
                    piece.pts = max(written_samples, round((frame.time - start) * AUDIO_RATE))
                    piece.time_base = Fraction(1, AUDIO_RATE)
                    written_samples = piece.pts + piece.samples
                    yield piece
