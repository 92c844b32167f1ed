"""Timed text: files beside the video, and tracks within it, as lines."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

from assistant.media.readings import Cue
from tools.types import Line

SUBTITLES = (".srt", ".vtt", ".ass", ".ssa")
TRANSCRIPT = ".txt"
# Guessed only where a text is no UTF-8: what Vietnamese and western files that old are written in.
ENCODINGS = ["cp1258", "cp1252", "utf_16_le", "utf_16_be"]
LANGUAGES = {
    "vie": "vi", "eng": "en", "fre": "fr", "fra": "fr", "ger": "de", "deu": "de", "spa": "es", "ita": "it", "por": "pt",
    "rus": "ru", "chi": "zh", "zho": "zh", "jpn": "ja", "kor": "ko", "tha": "th", "ara": "ar", "heb": "he",
}  # fmt: skip
"""ISO 639-2 to 639-1, for the languages that files name most."""
LONGEST_TEXT = 500  # letters of a line; a longer cue becomes several, each with its share of the time

_TIME_TAG = re.compile(r"<\d[\d:.]*>")  # of karaoke-like WebVTT
_CLOCK = r"(?:(\d{1,2}):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,3}))?"
_SPOKEN = re.compile(rf"\s*{_CLOCK}\s*[-–—]\s*{_CLOCK}\s*,\s*(.*)")


def sidecars(video: Path) -> list[tuple[Path, str | None]]:
    """Text files of `movie.mp4`: `movie.srt`, `movie.vi.vtt`, `movie.txt`, … with the language their name states."""
    found: list[tuple[Path, str | None]] = []
    for path in sorted(video.parent.iterdir()):
        if path.suffix.lower() not in (*SUBTITLES, TRANSCRIPT) or path == video:
            continue
        stem, _, tag = path.stem.rpartition(".")
        if path.stem == video.stem:
            found.append((path, None))
        elif stem == video.stem and 2 <= len(tag) <= 8:
            found.append((path, iso_639_1(tag)))
    return found


def iso_639_1(tag: str | None) -> str | None:
    """`eng`, `en` or `en-GB` to `en`; None where the tag names no language that is known."""
    code = (tag or "").lower().replace("_", "-").split("-")[0]
    return LANGUAGES.get(code, code if len(code) == 2 else None)


def read_sidecar(path: Path, video_id: str, language: str | None) -> list[Line]:
    """The lines of a subtitle file or a transcript.

    Raises:
        ValueError: the file is neither, or is empty; says so in one line.
    """
    text = _decoded(path.read_bytes(), path.name)
    cues = list(_transcript(text) if path.suffix.lower() == TRANSCRIPT else _subtitles(text, path.name))
    found = lines([Cue(cue.start_seconds, cue.end_seconds, cue.text, language) for cue in cues], video_id)
    if not found:
        form = "lines such as `0:00:14 - 0:00:21, text`" if path.suffix.lower() == TRANSCRIPT else "subtitles"
        raise ValueError(f"{path.name}: no {form} in it; it is left out")
    return found


def _decoded(data: bytes, name: str) -> str:
    """Bytes as text: by their mark, as UTF-8, else as the library judges them."""
    from charset_normalizer import from_bytes

    if not data.strip():
        raise ValueError(f"{name}: the file is empty; it is left out")
    for encoding, mark in (("utf-8-sig", b"\xef\xbb\xbf"), ("utf-16", b"\xff\xfe"), ("utf-16", b"\xfe\xff")):
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        best = from_bytes(data, cp_isolation=ENCODINGS).best()
        text = "\0" if best is None else str(best)
    if "\0" in text:
        best = from_bytes(data, cp_isolation=ENCODINGS[2:]).best()  # UTF-16 without its mark passes for UTF-8
        text = "\0" if best is None else str(best)
    if "\0" in text:
        raise ValueError(f"{name}: no text but binary data; it is left out")
    return text


def _subtitles(text: str, name: str) -> Iterator[Cue]:
    import pysubs2

    try:
        events = pysubs2.SSAFile.from_string(text).events
    except (pysubs2.Pysubs2Error, ValueError) as error:
        reason = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        raise ValueError(f"{name}: no subtitles that can be read ({reason}); it is left out") from None
    for event in events:
        if not event.is_comment and not event.is_drawing:
            words = html.unescape(_TIME_TAG.sub("", event.plaintext))
            yield Cue(event.start / 1000, event.end / 1000, words, None)


def _transcript(text: str) -> Iterator[Cue]:
    """`0:00:14 - 0:00:21, text`, hours optional or of one or two digits; a line without times goes on from the last."""
    cue: Cue | None = None
    for row in text.splitlines():
        if (match := _SPOKEN.fullmatch(row)) is not None:
            if cue is not None:
                yield cue
            *clocks, words = match.groups()
            cue = Cue(_seconds(clocks[:4]), _seconds(clocks[4:]), words, None)
        elif cue is not None:
            cue = Cue(cue.start_seconds, cue.end_seconds, f"{cue.text} {row}", None)
    if cue is not None:
        yield cue


def _seconds(clock: Sequence[str | None]) -> float:
    hours, minutes, seconds, fraction = clock
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(f"{seconds}.{fraction or 0}")


def lines(cues: Sequence[Cue], video_id: str) -> list[Line]:
    """Cues as lines: in order, in NFC, without empty and repeated ones."""
    found: dict[tuple[float, float, str], Line] = {}
    for cue in sorted(cues, key=lambda cue: (cue.start_seconds, cue.end_seconds)):
        text = " ".join(unicodedata.normalize("NFC", cue.text.replace("\0", " ")).split())
        if not text or not cue.end_seconds >= cue.start_seconds >= 0:
            continue
        pieces = _pieces(text)
        length = cue.end_seconds - cue.start_seconds
        starts = [cue.start_seconds + length * i / len(pieces) for i in range(len(pieces))]
        for start, end, piece in zip(starts, [*starts[1:], cue.end_seconds], pieces, strict=True):
            line = Line(video_id, start, end, "subtitle", piece, language=iso_639_1(cue.language))
            found.setdefault((start, end, piece), line)
    return list(found.values())


def _pieces(text: str) -> list[str]:
    """A text cut between words, where it has any, into pieces of at most `LONGEST_TEXT` letters."""
    pieces, start = [], 0
    while len(text) - start > LONGEST_TEXT:
        cut = text.rfind(" ", start + 1, start + LONGEST_TEXT + 1)
        cut = start + LONGEST_TEXT if cut < 0 else cut
        pieces.append(text[start:cut])
        start = cut + (text[cut] == " ")
    return [*pieces, text[start:]]


def within(found: Sequence[Line], duration_seconds: float) -> tuple[list[Line], int]:
    """Lines that the video has time for, cut at its end, and how many start only after it."""
    kept = [line for line in found if line.start_seconds < duration_seconds]
    cut = [
        line
        if line.end_seconds <= duration_seconds
        else Line(line.video_id, line.start_seconds, duration_seconds, line.source, line.text, language=line.language)
        for line in kept
    ]
    return cut, len(found) - len(kept)
