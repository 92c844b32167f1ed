"""Turns timed text, of files beside the video and of tracks within it, into lines."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from assistant.media.readings import Cue
from tools.types import Line

SUBTITLE_SUFFIXES = (".srt", ".vtt", ".ass", ".ssa")
TRANSCRIPT_SUFFIX = ".txt"
# Tried only if a text is not UTF-8: the encodings of old Vietnamese and western files.
FALLBACK_ENCODINGS = ["cp1258", "cp1252", "utf_16_le", "utf_16_be"]
LANGUAGES = {
    "vie": "vi", "eng": "en", "fre": "fr", "fra": "fr", "ger": "de", "deu": "de", "spa": "es", "ita": "it", "por": "pt",
    "rus": "ru", "chi": "zh", "zho": "zh", "jpn": "ja", "kor": "ko", "tha": "th", "ara": "ar", "heb": "he",
}  # fmt: skip
"""ISO 639-2 to 639-1 codes of the languages that files name most."""
MAX_LINE_LETTERS = 500  # a longer cue becomes several lines, each with its share of the time
MAX_REASON_LETTERS = 120  # of the parser's message in one of ours

_TIME_TAG = re.compile(r"<\d[\d:.]*>")  # within a cue of WebVTT, when its next word is sung
_CLOCK = r"(?:(\d{1,2}):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,3}))?"
_TRANSCRIPT_LINE = re.compile(rf"\s*{_CLOCK}\s*[-–—]\s*{_CLOCK}\s*,\s*(.*)")


def find_subtitle_files(video: Path) -> list[tuple[Path, str | None]]:
    """Returns the text files of a video, each with the language that its name states (ISO 639-1, or None).

    Those of `movie.mp4` are `movie.srt`, `movie.vi.vtt`, `movie.txt` and the like.
    """
    files: list[tuple[Path, str | None]] = []
    for path in sorted(video.parent.iterdir()):
        if path.suffix.lower() not in (*SUBTITLE_SUFFIXES, TRANSCRIPT_SUFFIX) or path == video:
            continue
        stem, _, tag = path.stem.rpartition(".")
        if path.stem == video.stem:
            files.append((path, None))
        elif stem == video.stem and 2 <= len(tag) <= 8:
            files.append((path, iso_639_1(tag)))
    return files


def iso_639_1(tag: str | None) -> str | None:
    """Returns `en` for `eng`, `en` or `en-GB`; None if the tag names no known language."""
    code = (tag or "").lower().replace("_", "-").split("-")[0]
    return LANGUAGES.get(code, code if len(code) == 2 else None)


def read_subtitle_file(path: Path, video_id: str, language: str | None) -> list[Line]:
    """Returns the lines of a subtitle file or a transcript.

    Raises:
        ValueError: the file is neither, or it is empty; the message is one line.
    """
    text = _decode(path.read_bytes(), path.name)
    cues = list(_transcript(text) if path.suffix.lower() == TRANSCRIPT_SUFFIX else _subtitles(text, path.name))
    lines = lines_from_cues([replace(cue, language=language) for cue in cues], video_id)
    if not lines:
        form = "lines such as `0:00:14 - 0:00:21, text`" if path.suffix.lower() == TRANSCRIPT_SUFFIX else "subtitles"
        raise ValueError(f"{path.name}: no {form} in it; it is left out")
    return lines


def _decode(data: bytes, name: str) -> str:
    """Returns bytes as text: by their byte order mark, as UTF-8, or else in the encoding that fits them best."""
    from charset_normalizer import from_bytes

    if not data.strip():
        raise ValueError(f"{name}: the file is empty; it is left out")
    for encoding, byte_order_mark in (("utf-8-sig", b"\xef\xbb\xbf"), ("utf-16", b"\xff\xfe"), ("utf-16", b"\xfe\xff")):
        if data.startswith(byte_order_mark):
            return data.decode(encoding, "replace")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        best = from_bytes(data, cp_isolation=FALLBACK_ENCODINGS).best()
        text = "\0" if best is None else str(best)
    if "\0" in text:
        best = from_bytes(
            data, cp_isolation=FALLBACK_ENCODINGS[2:]
        ).best()  # UTF-16 without a byte order mark passes for UTF-8
        text = "\0" if best is None else str(best)
    if "\0" in text:
        raise ValueError(f"{name}: no text but binary data; it is left out")
    return text


def _subtitles(text: str, name: str) -> Iterator[Cue]:
    """Yields the cues of a subtitle file, in the file's order."""
    import pysubs2

    try:
        events = pysubs2.SSAFile.from_string(text).events
    except (pysubs2.Pysubs2Error, ValueError) as error:
        reason = str(error).splitlines()[0][:MAX_REASON_LETTERS] if str(error) else type(error).__name__
        raise ValueError(f"{name}: no subtitles that can be read ({reason}); it is left out") from None
    for event in events:
        if not event.is_comment and not event.is_drawing:
            words = html.unescape(_TIME_TAG.sub("", event.plaintext))
            yield Cue(event.start / 1000, event.end / 1000, words, None)


def _transcript(text: str) -> Iterator[Cue]:
    """Yields the cues of a transcript, whose lines are like `0:00:14 - 0:00:21, text`.

    Hours are optional and have one or two digits. A line without times continues the cue before it.
    """
    cue: Cue | None = None
    for row in text.splitlines():
        if (match := _TRANSCRIPT_LINE.fullmatch(row)) is not None:
            if cue is not None:
                yield cue
            *clocks, words = match.groups()
            cue = Cue(_seconds(clocks[:4]), _seconds(clocks[4:]), words, None)
        elif cue is not None:
            cue = replace(cue, text=f"{cue.text} {row}")
    if cue is not None:
        yield cue


def _seconds(clock: Sequence[str | None]) -> float:
    """Returns the seconds of hours, minutes, seconds and the digits of a fraction; hours and fraction may be None."""
    hours, minutes, seconds, fraction = clock
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(f"{seconds}.{fraction or 0}")


def lines_from_cues(cues: Sequence[Cue], video_id: str) -> list[Line]:
    """Returns cues as lines: in time order, in NFC, without empty, impossible and repeated cues."""
    lines: dict[tuple[float, float, str], Line] = {}
    for cue in sorted(cues, key=lambda cue: (cue.start_seconds, cue.end_seconds)):
        text = " ".join(unicodedata.normalize("NFC", cue.text.replace("\0", " ")).split())
        if not text or not cue.end_seconds >= cue.start_seconds >= 0:
            continue
        pieces = _split(text)
        duration = cue.end_seconds - cue.start_seconds
        starts = [cue.start_seconds + duration * number / len(pieces) for number in range(len(pieces))]
        word_starts = cue.word_starts if len(cue.word_starts) == len(text.split()) else ()
        for start, end, piece in zip(starts, [*starts[1:], cue.end_seconds], pieces, strict=True):
            words, word_starts = word_starts[: len(piece.split())], word_starts[len(piece.split()) :]
            line = Line(
                video_id, start, end, "subtitle", piece, language=iso_639_1(cue.language), word_starts=tuple(words)
            )
            lines.setdefault((start, end, piece), line)
    return list(lines.values())


def _split(text: str) -> list[str]:
    """Returns a text in pieces of at most `MAX_LINE_LETTERS` letters, split between words if possible."""
    pieces, start = [], 0
    while len(text) - start > MAX_LINE_LETTERS:
        cut = text.rfind(" ", start + 1, start + MAX_LINE_LETTERS + 1)
        cut = start + MAX_LINE_LETTERS if cut < 0 else cut
        pieces.append(text[start:cut])
        start = cut + (text[cut] == " ")
    return [*pieces, text[start:]]


def limit_to_duration(lines: Sequence[Line], duration_seconds: float) -> tuple[list[Line], int]:
    """Returns the lines that start before a video ends, cut at its end, and how many start later."""
    started = [line for line in lines if line.start_seconds < duration_seconds]
    limited = [replace(line, end_seconds=min(line.end_seconds, duration_seconds)) for line in started]
    return limited, len(lines) - len(started)
