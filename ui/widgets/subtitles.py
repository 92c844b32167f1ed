"""A video's lines as subtitle tracks of the player."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tools.types import Line

SPOKEN_SOURCES = ("subtitle", "speech")
"""What is said. Text on screen is seen anyway, and captions are the core's own words."""


def make_tracks(lines: Iterable[Line], offset_seconds: float, names: dict[str, str]) -> dict[str, str]:
    """`{label: WebVTT}`, one for each source and language.

    Args:
        offset_seconds: where the file that is played begins in the video.
        names: labels of the sources.
    """
    found: dict[str, list[Line]] = {}
    for line in lines:
        if line.source in SPOKEN_SOURCES and line.end_seconds > offset_seconds:
            found.setdefault(" ".join(filter(None, (names[line.source], line.language))), []).append(line)
    begun = offset_seconds
    return {
        label: format_vtt((max(0.0, line.start_seconds - begun), line.end_seconds - begun, line.text) for line in own)
        for label, own in found.items()
    }


def format_vtt(cues: Iterable[tuple[float, float, str]]) -> str:
    """WebVTT of `(start in seconds, end, words)`."""
    written = [f"{_clock(start)} --> {_clock(end)}\n{_escaped(words)}" for start, end, words in cues]
    return "WEBVTT\n\n" + "\n\n".join(written) + "\n"


def _clock(seconds: float) -> str:
    whole = round(seconds * 1000)
    return f"{whole // 3_600_000:02d}:{whole // 60_000 % 60:02d}:{whole // 1000 % 60:02d}.{whole % 1000:03d}"


def _escaped(words: str) -> str:
    """Text without what WebVTT reads as markup; a blank line would end the cue."""
    plain = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return " ".join(plain.split())
