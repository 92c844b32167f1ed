"""Subtitles: files beside the video, and text tracks within it, as lines."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from pathlib import Path

from assistant.ingest.media import Cue
from tools.types import Line

SUFFIXES = (".srt", ".vtt", ".ass", ".ssa")
# Tried in order: the first that decodes wins. The last one always does.
ENCODINGS = ("utf-8-sig", "utf-16", "cp1258", "latin-1")
LANGUAGES = {"vie": "vi", "vi": "vi", "eng": "en", "en": "en"}


def sidecars(video: Path) -> list[tuple[Path, str | None]]:
    """Subtitle files of `movie.mp4`: `movie.srt`, `movie.vi.vtt`, … with the language their name states."""
    found: list[tuple[Path, str | None]] = []
    for path in sorted(video.parent.iterdir()):
        if path.suffix.lower() not in SUFFIXES or path == video:
            continue
        stem, _, tag = path.stem.rpartition(".")
        if path.stem == video.stem:
            found.append((path, None))
        elif stem == video.stem and 2 <= len(tag) <= 8:
            found.append((path, LANGUAGES.get(tag.lower(), tag.lower()[:2])))
    return found


def read_sidecar(path: Path, video_id: str, language: str | None) -> list[Line]:
    """The cues of a subtitle file.

    Raises:
        ValueError: the file is no subtitle file; says why.
    """
    import pysubs2

    data = path.read_bytes()
    for encoding in ENCODINGS:
        # Nearly any bytes pass for UTF-16, so it is tried only where its mark stands.
        if encoding == "utf-16" and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
            continue
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    try:
        events = pysubs2.SSAFile.from_string(text).events
    except (pysubs2.Pysubs2Error, ValueError) as error:
        raise ValueError(f"{path.name}: no subtitles that can be read ({error})") from None
    cues = [
        Cue(event.start / 1000, event.end / 1000, event.plaintext, language) for event in events if not event.is_comment
    ]
    return lines(cues, video_id)


def lines(cues: Sequence[Cue], video_id: str) -> list[Line]:
    """Cues as lines: in order, without empty ones, in NFC."""
    found = []
    for cue in sorted(cues, key=lambda cue: (cue.start_seconds, cue.end_seconds)):
        text = " ".join(unicodedata.normalize("NFC", cue.text).split())
        if text and cue.end_seconds >= cue.start_seconds >= 0:
            language = LANGUAGES.get(cue.language or "", cue.language)
            found.append(Line(video_id, cue.start_seconds, cue.end_seconds, "subtitle", text, language=language))
    return found
