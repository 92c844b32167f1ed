"""The lectures of an evaluation set as one library: their subtitles, and a black picture in place of each video."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from assistant.ingest.meaning import add_meaning, lacks_meaning
from assistant.ingest.subtitles import read_subtitle_file
from assistant.library import KeyframeRow, VideoRecord
from bench.quality.real.evaluation_set import report
from tools.errors import VideoAssistantError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from assistant.library import VideoDraft
    from assistant.session import Session

LECTURES = "lectures"
"""The folder of the lectures in a set, and of their library within the one that keeps libraries for next time."""
WIDTH, HEIGHT = 64, 36  # of the black picture, in pixels


def lecture_files(folder: Path) -> list[Path]:
    """Returns the subtitle files of a set, sorted by name.

    Raises:
        VideoAssistantError: there is none.
    """
    files = sorted((folder / LECTURES).glob("*.srt"))
    if not files:
        raise VideoAssistantError(f"{folder / LECTURES} holds no .srt file; --set takes a folder with lectures/*.srt")
    return files


def index_lectures(session: Session, files: Sequence[Path]) -> dict[str, str]:
    """Adds lectures to the library of a session, and reports each that cannot be read.

    Returns:
        The id of each lecture in the library, by file name.

    Raises:
        VideoAssistantError: no lecture can be read, or the library holds other videos too.
    """
    black = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    lectures = {}
    with session.library.writer() as writer:
        vector = session.clip.embed_images([black])
        for path in files:
            draft = writer.begin(path)
            if draft is None:  # the same content is in the library already
                lectures[path.name] = str(session.library.find_unchanged(path))
                continue
            try:
                _write(draft, path, vector, black)
            except (ValueError, OSError) as error:
                draft.abort()
                report(str(error))
                continue
            lectures[path.name] = draft.video_id
        if (encoder := session.meaning) is not None:
            for video_id in lectures.values():
                if lacks_meaning(session.library, video_id, encoder):
                    add_meaning(session.library, writer, video_id, encoder)
    others = [video.video_id for video in session.library.videos() if video.video_id not in lectures.values()]
    if others:
        raise VideoAssistantError(
            f"{session.library.root} holds other lectures too ({', '.join(others)}); name another folder"
        )
    if not lectures:
        raise VideoAssistantError("no lecture of the set can be read; are they subtitles?")
    return lectures


def _write(draft: VideoDraft, path: Path, vector: NDArray[np.float32], black: NDArray[np.uint8]) -> None:
    """Writes one lecture, and makes it ready."""
    lines = read_subtitle_file(path, draft.video_id, None)
    Image.fromarray(black).save(draft.thumbnail_path(0), "JPEG")
    draft.add_keyframes([KeyframeRow(frame_index=0, seconds=0.0, pts=0, shot=0, group=0)], vector, None)
    draft.add_lines(lines)
    duration_seconds = max(line.end_seconds for line in lines)
    draft.commit(VideoRecord(duration_seconds, WIDTH, HEIGHT, time_base="1/1000", frame_count=1))
