"""Decodes video files: exact times, pictures as displayed, one pass.

Times are presentation times relative to the first displayed frame, never a frame number divided by the frame rate.
Pictures are as a player shows them: rotated by the display matrix and stretched by the pixel aspect.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.media.readings import Cue
from assistant.media.subtitle_streams import PICTURE_TRACKS, TEXT_TRACKS, PictureCue, SubtitleTracks
from tools.errors import VideoAssistantError

SMALL_WIDTH, SMALL_HEIGHT = 64, 36  # pixels of the small copy on which shots and duplicates are judged
MIN_RECORDING_YEAR = 1980  # a clock that was never set gives an earlier year
FIRST_STEP_BACK_SECONDS = 2.0  # a usual distance between key pictures; doubled until a key picture is reached
DEFAULT_FRAME_SECONDS = 0.04  # of a frame, if the file states neither its duration nor a frame rate
TIME_TOLERANCE_SECONDS = 1e-6  # for rounding of time stamps
MAX_REASON_LETTERS = 120  # of FFmpeg's message in one of ours


class MediaError(VideoAssistantError):
    """No picture can be decoded from a file."""


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """What a file states about itself; its real duration is known only after decoding."""

    duration_seconds: float | None
    width: int  # pixels of the displayed frame
    height: int
    time_base: Fraction
    frame_rate: Fraction | None  # frames a second on average; they may be unevenly spaced
    container: str
    video_codec: str
    pixel_format: str
    audio_codec: str | None
    recorded_at: datetime | None = None  # with its UTC offset


class Frame:
    """A decoded frame; it is converted to a picture only on demand, since that costs as much as decoding."""

    __slots__ = ("_aspect", "_frame", "_small", "duration_seconds", "index", "pts", "seconds")

    def __init__(self, frame: Any, index: int, pts: int, seconds: float, duration: float, aspect: Fraction) -> None:
        self._frame, self._aspect = frame, aspect
        self._small: NDArray[np.uint8] | None = None
        self.index = index  # presentation order of decodable frames, from 0
        self.pts = pts
        self.seconds = seconds
        self.duration_seconds = duration

    @property
    def small(self) -> NDArray[np.uint8]:
        """A small copy, `(36, 64, 3)` uint8 RGB, or `(64, 36, 3)` if the frame is rotated by a quarter turn."""
        if self._small is None:
            small = self._frame.reformat(SMALL_WIDTH, SMALL_HEIGHT, "rgb24", interpolation="AREA")
            self._small = np.rot90(np.asarray(small.to_ndarray()), self._quarter_turns)
        return self._small

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels as displayed."""
        width, height = max(1, round(self._frame.width * self._aspect)), self._frame.height
        return (height, width) if self._quarter_turns % 2 else (width, height)

    def scaled(self, width: int, height: int) -> Any:
        """Returns the frame as displayed, as an `av.VideoFrame` of that size in yuv420p."""
        import av

        frame = av.VideoFrame.from_ndarray(self.image(), format="rgb24") if self._quarter_turns else self._frame
        return frame.reformat(width, height, "yuv420p")

    @property
    def _quarter_turns(self) -> int:
        """By how many quarter turns, counter-clockwise, the frame is rotated for display."""
        return round(getattr(self._frame, "rotation", 0) / 90) % 4

    def image(self) -> NDArray[np.uint8]:
        """Returns the frame as displayed, `(height, width, 3)` uint8 RGB."""
        width, height = self._frame.width, self._frame.height
        if self._aspect != 1:
            width = max(1, round(width * self._aspect))
        picture = self._frame.reformat(width, height, "rgb24").to_ndarray()
        return (
            np.ascontiguousarray(np.rot90(picture, self._quarter_turns)) if self._quarter_turns else np.asarray(picture)
        )


@dataclass
class Media:
    """An open media file. Use it as a context manager; `frames` may be run once."""

    path: Path
    container: Any
    stream: Any
    info: MediaInfo
    warnings: list[str] = field(default_factory=list)
    cues: list[Cue] = field(default_factory=list)  # of subtitle tracks; filled by `frames` on the way
    picture_cues: list[PictureCue] = field(default_factory=list)  # likewise; the reader removes those that it has read

    def __enter__(self) -> Media:
        return self

    def __exit__(self, *_: object) -> None:
        self.container.close()

    def frames(self, *, with_cues: bool = True) -> Iterator[Frame]:
        """Yields every decodable frame in presentation order; fills `cues`, `picture_cues` and `warnings` on the way.

        Args:
            with_cues: whether to read the subtitle tracks too.

        Raises:
            MediaError: not a single picture decodes.
        """
        first_pts: int | None = None
        index, last_seconds = 0, -1.0
        aspect = _aspect(self.stream)
        base = self.stream.time_base
        step = 1 / float(self.info.frame_rate) if self.info.frame_rate else DEFAULT_FRAME_SECONDS
        for frame in self._decoded(with_cues):
            pts = frame.pts if frame.pts is not None else frame.dts
            if pts is None:
                pts = round((last_seconds + step) / base) + (first_pts or 0) if index else 0
            if first_pts is None:
                first_pts = pts
            seconds = float((pts - first_pts) * base)
            duration = float((frame.duration or 0) * base) or step
            yield Frame(frame, index, pts, seconds, duration, aspect)
            index, last_seconds = index + 1, seconds
        if not index:
            raise MediaError(f"{self.path.name}: no picture in it decodes")

    def _decoded(self, with_cues: bool) -> Iterator[Any]:
        import av

        streams = self.container.streams.subtitles
        readable = [stream for stream in streams if stream.codec_context.name in TEXT_TRACKS | PICTURE_TRACKS]
        unreadable_codecs = sorted({stream.codec_context.name for stream in streams if stream not in readable})
        if with_cues and unreadable_codecs:
            self.warnings.append(f"subtitle track(s) of a kind that is not read: {', '.join(unreadable_codecs)}")
        broken_packets = 0
        packets = self.container.demux([self.stream, *(readable if with_cues else [])])
        tracks = SubtitleTracks()
        origin: float | None = None
        pending: list[Cue | PictureCue] = []  # in container time, until that of the first frame is known
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                break
            except av.FFmpegError as error:
                self.warnings.append(f"reading stopped early: {_reason(error)}")
                break
            if packet.stream is not self.stream:
                pending += tracks.feed(packet)
                continue
            try:
                decoded = packet.decode()
            except av.FFmpegError:
                broken_packets += 1
                continue
            for frame in decoded:
                if origin is None:
                    origin = float((frame.pts or 0) * self.stream.time_base)
                yield frame
            if origin is not None:
                self._add_cues(pending, origin)
        if broken_packets:
            self.warnings.append(f"{broken_packets} packet(s) could not be decoded")
        self._add_cues([*pending, *tracks.finish()], origin or 0.0)

    def _add_cues(self, pending: list[Cue | PictureCue], origin: float) -> None:
        """Moves cues to `cues` and `picture_cues`, in times relative to the first displayed frame."""
        for cue in pending:
            if cue.end_seconds <= origin:
                continue
            start, end = max(0.0, cue.start_seconds - origin), cue.end_seconds - origin
            if isinstance(cue, PictureCue):
                self.picture_cues.append(replace(cue, start_seconds=start, end_seconds=end))
            else:
                self.cues.append(replace(cue, start_seconds=start, end_seconds=end))
        pending.clear()

    @property
    def start_seconds(self) -> float:
        """Time of the first displayed frame, in the container's own time."""
        return float((self.stream.start_time or 0) * self.stream.time_base)

    def seek(self, seconds: float) -> None:
        """Moves to the last key picture at or before `seconds`."""
        import av

        try:
            target = (self.start_seconds + seconds) / self.stream.time_base
            self.container.seek(max(0, round(target)), stream=self.stream)
        except av.FFmpegError:
            self.container.seek(0)

    def frames_between(self, start_seconds: float, end_seconds: float) -> Iterator[Frame]:
        """Yields the frames displayed in `[start_seconds, end_seconds)`; their index counts from the first of them."""
        aspect, index = _aspect(self.stream), 0
        for seconds, frame in self._timed_pictures_from(start_seconds):
            if seconds >= end_seconds:
                return
            if seconds >= start_seconds - TIME_TOLERANCE_SECONDS:
                yield Frame(frame, index, frame.pts, seconds, 0.0, aspect)
                index += 1

    def _timed_pictures_from(self, seconds: float) -> Iterator[tuple[float, Any]]:
        """Yields times and decoded pictures, beginning at or before `seconds` if the file has a picture there."""
        # MPEG-TS has no index: a seek lands on any packet, and the pictures up to the next key picture are lost.
        step_back = 0.0
        while True:
            self.seek(seconds - step_back)
            pictures = self._timed_pictures()
            first = next(pictures, None)
            if (
                first is not None and first[0] <= seconds + TIME_TOLERANCE_SECONDS
            ) or step_back > seconds + FIRST_STEP_BACK_SECONDS:
                break
            step_back = max(2 * step_back, FIRST_STEP_BACK_SECONDS)
        if first is not None:
            yield first
            yield from pictures

    def _timed_pictures(self) -> Iterator[tuple[float, Any]]:
        """Yields times and decoded pictures from the current position; damaged packets are skipped."""
        import av

        start = self.start_seconds
        packets = self.container.demux(self.stream)
        while True:
            try:
                packet = next(packets)
            except (StopIteration, av.FFmpegError):
                return
            try:
                decoded = packet.decode()
            except av.FFmpegError:
                continue  # what follows the damage may be whole
            for frame in decoded:
                if frame.pts is not None:
                    yield float(frame.pts * self.stream.time_base) - start, frame

    def picture_at(self, seconds: float) -> NDArray[np.uint8]:
        """Returns the picture displayed at `seconds`, or the last one if that is past the end; HWC uint8 RGB.

        Raises:
            MediaError: no picture decodes there.
        """
        displayed: Any = None
        for frame_seconds, frame in self._timed_pictures_from(seconds):
            if displayed is not None and frame_seconds > seconds + TIME_TOLERANCE_SECONDS:
                break
            displayed = frame
        if displayed is None:
            raise MediaError(f"{self.path.name}: no picture at {seconds} s")
        return Frame(displayed, 0, 0, 0.0, 0.0, _aspect(self.stream)).image()


def open_media(path: Path) -> Media:
    """Opens the first video track of a file; cover art does not count.

    Raises:
        MediaError: the file is missing, empty, no media file, or has no video track; the message says which.
    """
    import av

    if not path.is_file():
        raise MediaError(f"{path}: {'a folder' if path.is_dir() else 'no such file'}; give a video file")
    if path.stat().st_size == 0:
        raise MediaError(f"{path.name}: the file is empty")
    try:
        # With this prefix FFmpeg takes no name that holds a colon for a protocol, and none for an option.
        container = av.open(f"file:{path}", metadata_errors="replace")
    except (av.FFmpegError, ValueError, OSError) as error:
        raise MediaError(f"{path.name}: no media file that can be read ({_reason(error)})") from None
    cover_art = av.stream.Disposition.attached_pic
    tracks = [stream for stream in container.streams.video if not stream.disposition & cover_art]
    if not tracks:
        container.close()
        raise MediaError(f"{path.name}: it has no video track")
    stream = tracks[0]
    stream.thread_type = "AUTO"
    return Media(path, container, stream, _info(container, stream))


def _info(container: Any, stream: Any) -> MediaInfo:
    context = stream.codec_context
    duration = None
    if stream.duration:
        duration = float(stream.duration * stream.time_base)
    elif container.duration:
        duration = container.duration / 1_000_000
    audio = container.streams.audio
    return MediaInfo(
        duration_seconds=duration,
        width=max(1, round((context.width or 1) * _aspect(stream))),
        height=context.height or 1,
        time_base=stream.time_base,
        frame_rate=stream.average_rate or stream.guessed_rate,
        container=container.format.name,
        video_codec=context.name,
        pixel_format=context.pix_fmt or "",
        audio_codec=audio[0].codec_context.name if audio and audio[0].codec_context else None,
        recorded_at=_recording_time(container.metadata.get("creation_time") or stream.metadata.get("creation_time")),
    )


def _recording_time(tag: str | None) -> datetime | None:
    """Returns the time of a container's tag; None if it states none, or the 1904 or 1970 of a clock never set."""
    try:
        recorded_at = datetime.fromisoformat(tag) if tag else None
    except ValueError:
        return None
    if recorded_at is None or recorded_at.year < MIN_RECORDING_YEAR:
        return None
    return recorded_at if recorded_at.tzinfo else recorded_at.replace(tzinfo=UTC)


def _aspect(stream: Any) -> Fraction:
    """Returns the width of a pixel over its height."""
    aspect = stream.sample_aspect_ratio or stream.codec_context.sample_aspect_ratio
    return Fraction(aspect) if aspect and aspect > 0 else Fraction(1)


def _reason(error: Any) -> str:
    """Returns the first line of FFmpeg's message."""
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    line: str = str(text).splitlines()[0]
    return line[:MAX_REASON_LETTERS]
