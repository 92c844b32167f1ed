"""Decoding: exact times, displayed pictures, one pass.

Times are presentation times relative to the first displayed frame, never frame number over frame rate. Pictures are as
a player shows them: rotated by the display matrix, stretched by the pixel aspect.
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
from assistant.media.subtitle_streams import PICTURE_TRACKS, TEXT_TRACKS, PictureCue, Tracks
from tools.errors import VideoAssistantError

SMALL_WIDTH, SMALL_HEIGHT = 64, 36  # what shots and duplicates are judged on
EARLIEST_YEAR = 1980  # of a recording; an unset clock says less
FIRST_STEP_BACK_SECONDS = 2.0  # a usual distance between key pictures; doubled until one is found


class MediaError(VideoAssistantError):
    """A file that no picture can be got from."""


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """What a file says of itself; decoding has the last word on its duration."""

    duration_seconds: float | None
    width: int  # pixels of the displayed frame
    height: int
    time_base: Fraction
    frame_rate: Fraction | None  # average; frames may be unevenly spaced
    container: str
    video_codec: str
    pixel_format: str
    audio_codec: str | None
    recorded_at: datetime | None = None  # with its offset


class Frame:
    """A decoded frame; it becomes a picture only when asked, since conversion costs as much as decoding."""

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
        """`(36, 64, 3)` uint8 RGB, or `(64, 36, 3)` where the picture is turned: enough to tell pictures apart."""
        if self._small is None:
            small = self._frame.reformat(SMALL_WIDTH, SMALL_HEIGHT, "rgb24", interpolation="AREA")
            self._small = np.rot90(np.asarray(small.to_ndarray()), self._turns)
        return self._small

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels as displayed."""
        width, height = max(1, round(self._frame.width * self._aspect)), self._frame.height
        return (height, width) if self._turns % 2 else (width, height)

    def scaled(self, width: int, height: int) -> Any:
        """An `av.VideoFrame` of that size in yuv420p, as displayed."""
        import av

        frame = av.VideoFrame.from_ndarray(self.image(), format="rgb24") if self._turns else self._frame
        return frame.reformat(width, height, "yuv420p")

    @property
    def _turns(self) -> int:
        """Quarter turns against the clock."""
        return round(getattr(self._frame, "rotation", 0) / 90) % 4

    def image(self) -> NDArray[np.uint8]:
        """`(height, width, 3)` uint8 RGB as displayed."""
        width, height = self._frame.width, self._frame.height
        if self._aspect != 1:
            width = max(1, round(width * self._aspect))
        picture = self._frame.reformat(width, height, "rgb24").to_ndarray()
        return np.ascontiguousarray(np.rot90(picture, self._turns)) if self._turns else np.asarray(picture)


@dataclass
class Media:
    """An open media file. Use as a context manager; `frames` may be run once."""

    path: Path
    container: Any
    stream: Any
    info: MediaInfo
    warnings: list[str] = field(default_factory=list)
    cues: list[Cue] = field(default_factory=list)  # filled while frames are decoded
    picture_cues: list[PictureCue] = field(default_factory=list)  # likewise; whoever reads them takes them out

    def __enter__(self) -> Media:
        return self

    def __exit__(self, *_: object) -> None:
        self.container.close()

    def frames(self, *, with_cues: bool = True) -> Iterator[Frame]:
        """Every decodable frame in presentation order; fills `cues` and `warnings` on the way.

        Raises:
            MediaError: not one picture decodes.
        """
        first: int | None = None
        index, last = 0, -1.0
        aspect = _aspect(self.stream)
        base = self.stream.time_base
        step = 1 / float(self.info.frame_rate) if self.info.frame_rate else 0.04
        for frame in self._decoded(with_cues):
            pts = frame.pts if frame.pts is not None else frame.dts
            if pts is None:
                pts = round((last + step) / base) + (first or 0) if index else 0
            if first is None:
                first = pts
            seconds = float((pts - first) * base)
            duration = float((frame.duration or 0) * base) or step
            yield Frame(frame, index, pts, seconds, duration, aspect)
            index, last = index + 1, seconds
        if not index:
            raise MediaError(f"{self.path.name}: no picture in it decodes")

    def _decoded(self, with_cues: bool) -> Iterator[Any]:
        import av

        own = [s for s in self.container.streams.subtitles if s.codec_context.name in TEXT_TRACKS | PICTURE_TRACKS]
        others = sorted({s.codec_context.name for s in self.container.streams.subtitles if s not in own})
        if with_cues and others:
            self.warnings.append(f"subtitle track(s) of a kind that is not read: {', '.join(others)}")
        broken = 0
        packets = self.container.demux([self.stream, *(own if with_cues else [])])
        tracks = Tracks()
        origin: float | None = None
        raw: list[Cue | PictureCue] = []  # in container time, until that of the first frame is known
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                break
            except av.FFmpegError as error:
                self.warnings.append(f"reading stopped early: {_reason(error)}")
                break
            if packet.stream is not self.stream:
                raw += tracks.feed(packet)
                continue
            try:
                decoded = packet.decode()
            except av.FFmpegError:
                broken += 1
                continue
            for frame in decoded:
                if origin is None:
                    origin = float((frame.pts or 0) * self.stream.time_base)
                yield frame
            if origin is not None:
                self._keep(raw, origin)
        if broken:
            self.warnings.append(f"{broken} packet(s) could not be decoded")
        self._keep([*raw, *tracks.finish()], origin or 0.0)

    def _keep(self, raw: list[Cue | PictureCue], origin: float) -> None:
        """Takes over cues, in times relative to the first displayed frame."""
        for cue in raw:
            if cue.end_seconds <= origin:
                continue
            start, end = max(0.0, cue.start_seconds - origin), cue.end_seconds - origin
            if isinstance(cue, PictureCue):
                self.picture_cues.append(replace(cue, start_seconds=start, end_seconds=end))
            else:
                self.cues.append(replace(cue, start_seconds=start, end_seconds=end))
        raw.clear()

    @property
    def start_seconds(self) -> float:
        """The first displayed frame, in the container's own time."""
        return float((self.stream.start_time or 0) * self.stream.time_base)

    def seek(self, seconds: float) -> None:
        """To the last key picture at or before `seconds`."""
        import av

        try:
            target = (self.start_seconds + seconds) / self.stream.time_base
            self.container.seek(max(0, round(target)), stream=self.stream)
        except av.FFmpegError:
            self.container.seek(0)

    def between(self, start_seconds: float, end_seconds: float) -> Iterator[Frame]:
        """The frames displayed in `[start_seconds, end_seconds)`; their index counts from the first of them."""
        aspect, index = _aspect(self.stream), 0
        for seconds, frame in self._from(start_seconds):
            if seconds >= end_seconds:
                return
            if seconds >= start_seconds - 1e-6:
                yield Frame(frame, index, frame.pts, seconds, 0.0, aspect)
                index += 1

    def _from(self, seconds: float) -> Iterator[tuple[float, Any]]:
        """Times and decoded pictures, from one at or before `seconds` where the file has one."""
        # MPEG-TS has no index: a seek lands on any packet, and the pictures up to the next key picture are lost.
        back = 0.0
        while True:
            self.seek(seconds - back)
            pictures = self._timed()
            first = next(pictures, None)
            if (first is not None and first[0] <= seconds + 1e-6) or back > seconds + FIRST_STEP_BACK_SECONDS:
                break
            back = max(2 * back, FIRST_STEP_BACK_SECONDS)
        if first is not None:
            yield first
            yield from pictures

    def _timed(self) -> Iterator[tuple[float, Any]]:
        """Times and decoded pictures from where the file stands; damaged packets are left out."""
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
                continue  # a damaged stretch: what follows it may be whole
            for frame in decoded:
                if frame.pts is not None:
                    yield float(frame.pts * self.stream.time_base) - start, frame

    def grab(self, seconds: float) -> NDArray[np.uint8]:
        """The picture displayed at `seconds`, `(height, width, 3)` uint8 RGB; the last one if that is past the end."""
        shown: Any = None
        for at, frame in self._from(seconds):
            if shown is not None and at > seconds + 1e-6:
                break
            shown = frame
        if shown is None:
            raise MediaError(f"{self.path.name}: no picture at {seconds} s")
        return Frame(shown, 0, 0, 0.0, 0.0, _aspect(self.stream)).image()


def open_media(path: Path) -> Media:
    """Opens the first real video track of a file (cover art is none).

    Raises:
        MediaError: the file is missing, empty, no media, or has no video track; says which.
    """
    import av

    if not path.is_file():
        raise MediaError(f"{path}: {'a folder' if path.is_dir() else 'no such file'}; give a video file")
    if path.stat().st_size == 0:
        raise MediaError(f"{path.name}: the file is empty")
    try:
        # The prefix keeps a name that starts with a dash, or holds a colon, a plain name.
        container = av.open(f"file:{path}", metadata_errors="replace")
    except (av.FFmpegError, ValueError, OSError) as error:
        raise MediaError(f"{path.name}: no media file that can be read ({_reason(error)})") from None
    tracks = [s for s in container.streams.video if not s.disposition & av.stream.Disposition.attached_pic]
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
        recorded_at=_recorded(container.metadata.get("creation_time") or stream.metadata.get("creation_time")),
    )


def _recorded(tag: str | None) -> datetime | None:
    """What a container says of its time; a clock that was never set says 1904 or 1970."""
    try:
        found = datetime.fromisoformat(tag) if tag else None
    except ValueError:
        return None
    if found is None or found.year < EARLIEST_YEAR:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _aspect(stream: Any) -> Fraction:
    aspect = stream.sample_aspect_ratio or stream.codec_context.sample_aspect_ratio
    return Fraction(aspect) if aspect and aspect > 0 else Fraction(1)


def _reason(error: Any) -> str:
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    line: str = str(text).splitlines()[0]
    return line[:120]
