"""The ground truth of the text in a folder of pictures and clips.

A `*.gt.json` holds a list of stills (`file`, `lines` with `text` and `box`), or one clip (`file`, `segments` with
`start`, `end` and the texts on screen). An `ocr.*.json` maps pictures to some of their lines: a partial truth.
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
NOT_ON_SCREEN = frozenset({"src", "file"})  # fields of a segment that hold no text on screen


@dataclass(frozen=True, slots=True)
class TrueLine:
    """A line of text that a picture or clip shows."""

    path: Path
    text: str  # NFC
    start_seconds: float = 0.0
    end_seconds: float = 1.0
    timed: bool = False  # a line of a clip; the times of a still mean nothing


def true_lines(folder: Path) -> list[TrueLine]:
    """Every line of the stills and clips in `*.gt.json`; a text in consecutive segments of a clip is a single line.

    Raises:
        VideoAssistantError: no `*.gt.json` in the folder holds a line.
    """
    lines: list[TrueLine] = []
    for path in sorted(folder.rglob("*.gt.json")):
        truth = json.loads(path.read_text(encoding="utf-8"))
        lines += _clip_lines(folder, truth) if isinstance(truth, dict) else _still_lines(folder, truth)
    if not lines:
        raise VideoAssistantError(f"{folder} holds no truth of text (*.gt.json); give --media a folder that does")
    return lines


def partial_truth(folder: Path) -> Iterator[tuple[Path, list[str]]]:
    """Photographs, each with some of the lines that it shows, from `ocr.*.json`."""
    for path in sorted(folder.rglob("ocr.*.json")):
        for name, lines in json.loads(path.read_text(encoding="utf-8")).items():
            yield folder / name, lines


def subtitle_files(folder: Path) -> list[Path]:
    """Subtitle files in the folder and below, sorted."""
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUBTITLES)


def videos(folder: Path) -> list[Path]:
    """Video files in the folder and below, sorted."""
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in VIDEOS)


def _still_lines(folder: Path, truth: list[dict[str, Any]]) -> list[TrueLine]:
    return [TrueLine(folder / still["file"], normalise(line["text"])) for still in truth for line in still["lines"]]


def _clip_lines(folder: Path, truth: dict[str, Any]) -> list[TrueLine]:
    path = folder / truth["file"]
    lines: list[TrueLine] = []
    for segment in truth["segments"]:
        for name, text in segment.items():
            if not isinstance(text, str) or name in NOT_ON_SCREEN:
                continue
            start, end = float(segment["start"]), float(segment["end"])
            continued = next(
                (x for x in lines if x.text == normalise(text) and abs(x.end_seconds - start) < 1e-6), None
            )
            if continued is not None:
                lines.remove(continued)
                start = continued.start_seconds
            lines.append(TrueLine(path, normalise(text), start, end, timed=True))
    return lines


def normalise(text: str) -> str:
    """The text in NFC, with single spaces."""
    return " ".join(unicodedata.normalize("NFC", text).split())
