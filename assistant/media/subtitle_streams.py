"""Subtitle tracks within a media file: their packets decoded to text, or to pictures of text.

Times are in the container's own time; `Media` makes them relative to the first displayed frame.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.media.readings import Cue

TEXT_TRACKS = frozenset({"subrip", "srt", "ass", "ssa", "mov_text", "webvtt", "text"})
PICTURE_TRACKS = frozenset({"pgssub", "hdmv_pgs_subtitle"})
MAX_OPEN_CUE_SECONDS = 8.0  # of a cue whose end the file does not state, unless the next cue starts sooner
PALETTE_SEGMENT = 0x14  # type of a segment in a Presentation Graphic Stream (US patent 2009/0185789, figure 20)
MARGIN_PIXELS = 12  # around the text: the detector needs some background


@dataclass(frozen=True, slots=True)
class PictureCue:
    """A timed picture of text, HWC uint8 RGB."""

    start_seconds: float
    end_seconds: float
    image: NDArray[np.uint8]
    language: str | None


class SubtitleTracks:
    """Decodes the packets of all subtitle tracks of one file, fed in the file's order."""

    def __init__(self) -> None:
        self._open: dict[int, Cue | PictureCue] = {}  # by track: displayed until the next cue of the track
        self._palettes: dict[int, NDArray[np.uint8]] = {}

    def feed(self, packet: Any) -> Iterator[Cue | PictureCue]:
        """Yields the cues that this packet completes."""
        import av

        if packet.pts is None or not packet.size:
            return
        track = packet.stream.index
        start = float(packet.pts * packet.time_base)
        if track in self._open:
            open_cue = self._open.pop(track)
            yield replace(open_cue, end_seconds=min(start, open_cue.end_seconds))
        duration = float((packet.duration or 0) * packet.time_base)
        try:
            parts = packet.decode()
        except av.FFmpegError:
            return
        cue = self._cue(packet, parts, start, start + (duration or MAX_OPEN_CUE_SECONDS))
        if cue is None:
            return
        if duration:
            yield cue
        else:
            self._open[track] = cue

    def finish(self) -> Iterator[Cue | PictureCue]:
        """Yields the cues that are still displayed when the file ends."""
        yield from self._open.values()
        self._open.clear()

    def _cue(self, packet: Any, parts: list[Any], start: float, end: float) -> Cue | PictureCue | None:
        language = packet.stream.metadata.get("language") or packet.stream.language
        if packet.stream.codec_context.name in PICTURE_TRACKS:
            palette = read_palette(bytes(packet))
            if palette is not None:
                self._palettes[packet.stream.index] = palette
            last_palette = self._palettes.get(packet.stream.index)
            pictures = [] if last_palette is None else [_crop_text(part, last_palette) for part in parts]
            return PictureCue(start, end, _stack(pictures), language) if pictures else None
        text = " ".join(filter(None, (_plain_text(part) for part in parts)))
        return Cue(start, end, text, language) if text else None


def _plain_text(part: Any) -> str:
    """Returns a subtitle's text without its markup."""
    import pysubs2

    for name in ("dialogue", "text", "ass"):
        value = getattr(part, name, None)
        if value:
            raw = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
            return str(pysubs2.SSAEvent(text=raw).plaintext).replace("\n", " ").strip()
    return ""


def read_palette(packet: bytes) -> NDArray[np.uint8] | None:
    """Returns the brightness of each of 256 colours over black, `(256,)` uint8; None if the packet defines no colours.

    PyAV itself gives only the colour number of each pixel.
    """
    offset = 0
    while offset + 3 <= len(packet):
        segment, length = packet[offset], int.from_bytes(packet[offset + 1 : offset + 3], "big")
        if segment == PALETTE_SEGMENT:
            body = packet[offset + 5 : offset + 3 + length]
            entries = np.frombuffer(body[: len(body) // 5 * 5], np.uint8).reshape(-1, 5)  # index, Y, Cr, Cb, alpha
            palette = np.zeros(256, np.uint8)
            palette[entries[:, 0]] = entries[:, 1].astype(np.uint16) * entries[:, 4] // 255
            return palette
        offset += 3 + length
    return None


def _crop_text(part: Any, palette: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Returns the part of a subtitle picture that holds text, `(height, width)` grey on black."""
    indexes = np.frombuffer(bytes(part.planes[0]), np.uint8)[: part.width * part.height]
    grey = palette[indexes.reshape(part.height, part.width)]
    rows, columns = np.flatnonzero(grey.any(axis=1)), np.flatnonzero(grey.any(axis=0))
    if not len(rows):
        return np.zeros((1, 1), np.uint8)
    return np.pad(grey[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], MARGIN_PIXELS)


def _stack(pictures: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Returns grey pictures stacked from top to bottom, HWC uint8 RGB."""
    width = max(picture.shape[1] for picture in pictures)
    grey = np.concatenate([np.pad(picture, ((0, 0), (0, width - picture.shape[1]))) for picture in pictures])
    return np.repeat(grey[..., None], 3, axis=2)
