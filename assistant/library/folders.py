"""Folders as what a question may be about: the videos whose files lie in them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tools.errors import VideoAssistantError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.types import Video


def folders(videos: Sequence[Video]) -> dict[Path, list[str]]:
    """The folders that files lie in, each with its videos; none where all lie in one."""
    found: dict[Path, list[str]] = {}
    for video in videos:
        for folder in dict.fromkeys(Path(path).parent for path in video.paths):
            found.setdefault(folder, []).append(video.video_id)
    return dict(sorted(found.items())) if len(found) > 1 else {}


def within(videos: Sequence[Video], folder: Path) -> list[str]:
    """The videos of which a file lies in a folder, or deeper.

    Raises:
        VideoAssistantError: there is none.
    """
    place = folder.resolve()
    found = [video.video_id for video in videos if any(Path(path).is_relative_to(place) for path in video.paths)]
    if not found:
        known = ", ".join(map(str, sorted({Path(path).parent for video in videos for path in video.paths})))
        raise VideoAssistantError(f"no indexed video lies in {folder}; videos lie in: {known or 'no folder yet'}")
    return found
