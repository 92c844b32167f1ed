"""Subtitle tracks within a file: what their packets say, as text or as pictures to be read.

Times are in the container's own; `Media` shifts them to those of the first displayed frame.
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
LONGEST_SECONDS = 8.0  # a cue whose end the file does not give, and that none follows sooner
PALETTE_SEGMENT = 0x14  # of a Presentation Graphic Stream (US patent 2009/0185789, figure 20)
MARGIN = 12  # pixels around the writing: the detector wants some ground


@dataclass(frozen=True, slots=True)
class PictureCue:
    """A timed picture of text, HWC uint8 RGB."""

    start_seconds: float
    end_seconds: float
    image: NDArray[np.uint8]
    language: str | None


class Tracks:
    """Feed it the packets of all subtitle tracks of one file, in the file's order."""

    def __init__(self) -> None:
        self._open: dict[int, Cue | PictureCue] = {}  # by track: shown until something follows
        self._palettes: dict[int, NDArray[np.uint8]] = {}

    def feed(self, packet: Any) -> Iterator[Cue | PictureCue]:
        """The cues that this packet completes."""
        import av

        if packet.pts is None or not packet.size:
            return
        track = packet.stream.index
        start = float(packet.pts * packet.time_base)
        if track in self._open:
            before = self._open.pop(track)
            yield replace(before, end_seconds=min(start, before.end_seconds))
        length = float((packet.duration or 0) * packet.time_base)
        try:
            parts = packet.decode()
        except av.FFmpegError:
            return
        cue = self._cue(packet, parts, start, start + (length or LONGEST_SECONDS))
        if cue is None:
            return
        if length:
            yield cue
        else:
            self._open[track] = cue

    def finish(self) -> Iterator[Cue | PictureCue]:
        """What is still shown when the file ends."""
        yield from self._open.values()
        self._open.clear()

    def _cue(self, packet: Any, parts: list[Any], start: float, end: float) -> Cue | PictureCue | None:
        language = packet.stream.metadata.get("language") or packet.stream.language
        if packet.stream.codec_context.name in PICTURE_TRACKS:
            palette = read_palette(bytes(packet))
            if palette is not None:
                self._palettes[packet.stream.index] = palette
            known = self._palettes.get(packet.stream.index)
            pictures = [] if known is None else [_picture(part, known) for part in parts]
            return PictureCue(start, end, _stacked(pictures), language) if pictures else None
        text = " ".join(filter(None, (_plain(part) for part in parts)))
        return Cue(start, end, text, language) if text else None


def _plain(part: Any) -> str:
    """A subtitle's text without its markup."""
    import pysubs2

    for name in ("dialogue", "text", "ass"):
        value = getattr(part, name, None)
        if value:
            raw = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
            return str(pysubs2.SSAEvent(text=raw).plaintext).replace("\n", " ").strip()
    return ""


def read_palette(packet: bytes) -> NDArray[np.uint8] | None:
    """The brightness of each of 256 colours over black, from a packet that defines them; None from one that does not.

    PyAV hands on the picture's colour numbers alone.
    """
    place = 0
    while place + 3 <= len(packet):
        kind, length = packet[place], int.from_bytes(packet[place + 1 : place + 3], "big")
        if kind == PALETTE_SEGMENT:
            body = packet[place + 5 : place + 3 + length]
            entries = np.frombuffer(body[: len(body) // 5 * 5], np.uint8).reshape(-1, 5)  # index, Y, Cr, Cb, alpha
            palette = np.zeros(256, np.uint8)
            palette[entries[:, 0]] = entries[:, 1].astype(np.uint16) * entries[:, 4] // 255
            return palette
        place += 3 + length
    return None


def _picture(part: Any, palette: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Where a subtitle writes, grey on black."""
    indexes = np.frombuffer(bytes(part.planes[0]), np.uint8)[: part.width * part.height]
    grey = palette[indexes.reshape(part.height, part.width)]
    rows, columns = np.flatnonzero(grey.any(axis=1)), np.flatnonzero(grey.any(axis=0))
    if not len(rows):
        return np.zeros((1, 1), np.uint8)
    return np.pad(grey[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], MARGIN)


def _stacked(pictures: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Pictures one above the other, as RGB."""
    width = max(picture.shape[1] for picture in pictures)
    grey = np.concatenate([np.pad(picture, ((0, 0), (0, width - picture.shape[1]))) for picture in pictures])
    return np.repeat(grey[..., None], 3, axis=2)
