"""What a media folder says is written in its pictures and clips.

Truth lies in `*.gt.json`: a list of stills (`file`, `lines` of `text` and `box`), or one clip (`file`, `segments` of
`start`, `end` and the texts shown). `ocr.*.json` maps a picture to some of its lines: a partial truth.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.errors import VideoAssistantError

SUBTITLES = frozenset({".srt", ".vtt", ".ass", ".ssa"})
VIDEOS = frozenset({".mp4", ".mkv", ".webm", ".avi", ".mov"})
NO_TEXT = frozenset({"src", "file"})  # fields of a segment that are not shown


@dataclass(frozen=True, slots=True)
class TrueLine:
    """A line that a picture or clip shows."""

    path: Path
    text: str  # NFC
    start_seconds: float = 0.0
    end_seconds: float = 1.0
    timed: bool = False  # False: of a still


def true_lines(folder: Path) -> list[TrueLine]:
    """Every line with exact truth, stills and clips; the same text in neighbouring segments of a clip is one line.

    Raises:
        VideoAssistantError: the folder holds no truth of this layout.
    """
    found: list[TrueLine] = []
    for path in sorted(folder.rglob("*.gt.json")):
        truth = json.loads(path.read_text(encoding="utf-8"))
        found += _clip(folder, truth) if isinstance(truth, dict) else _stills(folder, truth)
    if not found:
        raise VideoAssistantError(f"{folder} holds no truth of text (*.gt.json); give --media a folder that does")
    return found


def partial_truth(folder: Path) -> Iterator[tuple[Path, list[str]]]:
    """Photographed pictures with some of the lines they show."""
    for path in sorted(folder.rglob("ocr.*.json")):
        for name, lines in json.loads(path.read_text(encoding="utf-8")).items():
            yield folder / name, lines


def subtitle_files(folder: Path) -> list[Path]:
    """Subtitle files anywhere in the folder."""
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUBTITLES)


def videos(folder: Path) -> list[Path]:
    """Video files anywhere in the folder."""
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in VIDEOS)


def _stills(folder: Path, truth: list[dict[str, Any]]) -> list[TrueLine]:
    return [TrueLine(folder / still["file"], plain(line["text"])) for still in truth for line in still["lines"]]


def _clip(folder: Path, truth: dict[str, Any]) -> list[TrueLine]:
    path = folder / truth["file"]
    found: list[TrueLine] = []
    for segment in truth["segments"]:
        for name, text in segment.items():
            if not isinstance(text, str) or name in NO_TEXT:
                continue
            start, end = float(segment["start"]), float(segment["end"])
            before = next((x for x in found if x.text == plain(text) and abs(x.end_seconds - start) < 1e-6), None)
            if before is not None:
                found.remove(before)
                start = before.start_seconds
            found.append(TrueLine(path, plain(text), start, end, timed=True))
    return found


def plain(text: str) -> str:
    """In NFC, with single blanks."""
    return " ".join(unicodedata.normalize("NFC", text).split())
