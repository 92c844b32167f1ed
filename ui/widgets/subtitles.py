"""The lines of a video as subtitle tracks of the player."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tools.types import Line

SPOKEN_SOURCES = ("subtitle", "speech")
"""The sources of what is said. Text on screen is seen anyway, and captions are the core's own words."""


def make_tracks(lines: Iterable[Line], offset_seconds: float, names: dict[str, str]) -> dict[str, str]:
    """Returns a track as WebVTT for each source and language, by its label.

    Args:
        lines: of one video.
        offset_seconds: where the file that is played begins in the video.
        names: labels of the sources.
    """
    lines_by_label: dict[str, list[Line]] = {}
    for line in lines:
        if line.source in SPOKEN_SOURCES and line.end_seconds > offset_seconds:
            label = " ".join(filter(None, (names[line.source], line.language)))
            lines_by_label.setdefault(label, []).append(line)
    return {
        label: format_vtt(
            (max(0.0, line.start_seconds - offset_seconds), line.end_seconds - offset_seconds, line.text)
            for line in track_lines
        )
        for label, track_lines in lines_by_label.items()
    }


def format_vtt(cues: Iterable[tuple[float, float, str]]) -> str:
    """Returns cues, given as (start, end, words) in seconds, as WebVTT."""
    blocks = [f"{_format_time(start)} --> {_format_time(end)}\n{_escape(words)}" for start, end, words in cues]
    return "WEBVTT\n\n" + "\n\n".join(blocks) + "\n"


def _format_time(seconds: float) -> str:
    """Returns a time as WebVTT writes it: `00:00:02.000`."""
    total = round(seconds * 1000)
    return f"{total // 3_600_000:02d}:{total // 60_000 % 60:02d}:{total // 1000 % 60:02d}.{total % 1000:03d}"


def _escape(words: str) -> str:
    """Returns `words` in one line, without what WebVTT reads as markup; a blank line would end the cue."""
    escaped = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return " ".join(escaped.split())
