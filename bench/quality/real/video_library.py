"""The videos of an evaluation set, indexed once into a library of their own."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.commands.progress import counting
from bench.libraries import session_over
from bench.quality.real.evaluation_set import report
from tools.errors import VideoAssistantError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from assistant.session import Session

VIDEOS = "videos"
"""The folder of the videos' library within the one that keeps libraries for next time."""


@dataclass(frozen=True, slots=True)
class VideoLibrary:
    """An open session over the videos of a set."""

    session: Session
    video_ids: Mapping[str, str]  # by the name that the set gives a video

    def names(self, video_id: str) -> list[str]:
        """Returns the names of a video; it has several if files have the same content."""
        return [name for name, known_id in self.video_ids.items() if known_id == video_id]


@contextmanager
def open_library(session: Session, name: str, keep: Path | None) -> Iterator[Session]:
    """Opens a session with the same models over a library of its own, in `keep / name`, or else in a folder that is
    removed with the block.
    """
    with ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory())) if keep is None else keep
        yield stack.enter_context(session_over(session, root / name))


@contextmanager
def indexed_videos(session: Session, files: Mapping[str, Path], keep: Path | None) -> Iterator[VideoLibrary]:
    """Indexes videos as `index` does, and reports each that cannot be indexed.

    Args:
        session: whose models index them.
        files: by the name that the set gives a video.
        keep: folder in which the library is kept for next time; None: it is removed with the block.

    Raises:
        VideoAssistantError: no video can be indexed, or the library that was kept holds other videos.
    """
    with open_library(session, VIDEOS, keep) as opened:
        video_ids = _index(opened, files)
        others = [video.video_id for video in opened.library.videos() if video.video_id not in video_ids.values()]
        if others:
            raise VideoAssistantError(f"{keep} holds other videos too ({', '.join(others)}); name another folder")
        if not video_ids:
            raise VideoAssistantError("no video of the set can be indexed; is --media the right folder?")
        yield VideoLibrary(opened, video_ids)


def _index(opened: Session, files: Mapping[str, Path]) -> dict[str, str]:
    """The ids of the videos that could be indexed, by their names."""
    video_ids = {}
    paths: Sequence[Path] = list(files.values())
    report(f"indexing {len(paths)} videos")
    with counting("videos") as progress:
        # One result comes for each file, in the order of the files.
        for done, (name, result) in enumerate(zip(files, opened.index(paths), strict=True), 1):
            if result.video_id is None:
                report(f"{name} cannot be indexed ({result.error}); it is left out")
            else:
                video_ids[name] = result.video_id
            if progress is not None:
                progress(done, len(paths))
    return video_ids
