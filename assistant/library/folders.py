"""The folders that videos lie in, as what a question may be limited to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tools.errors import VideoAssistantError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.types import Video


def video_ids_by_folder(videos: Sequence[Video]) -> dict[Path, list[str]]:
    """Returns the folders that hold video files, sorted, each with the ids of its videos; empty if all share one."""
    by_folder: dict[Path, list[str]] = {}
    for video in videos:
        for folder in dict.fromkeys(Path(path).parent for path in video.paths):
            by_folder.setdefault(folder, []).append(video.video_id)
    return dict(sorted(by_folder.items())) if len(by_folder) > 1 else {}


def video_ids_in_folder(videos: Sequence[Video], folder: Path) -> list[str]:
    """Returns the ids of the videos of which a file lies in a folder or below it.

    Raises:
        VideoAssistantError: no video does; the message names the folders that hold videos.
    """
    resolved = folder.resolve()
    video_ids = [video.video_id for video in videos if any(Path(path).is_relative_to(resolved) for path in video.paths)]
    if not video_ids:
        known = ", ".join(map(str, sorted({Path(path).parent for video in videos for path in video.paths})))
        raise VideoAssistantError(f"no indexed video lies in {folder}; videos lie in: {known or 'no folder yet'}")
    return video_ids
