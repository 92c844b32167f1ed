"""Libraries that a measurement makes for itself: sessions over another folder, the demo clips, rendered stories."""

from __future__ import annotations

from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Sequence

    from assistant.session import Session
    from training.world.story import Story

QUALITIES = (24, 30)  # constant rate factors of H.264 with which a rendered clip may be written


@contextmanager
def session_over(session: Session, library: Path) -> Iterator[Session]:
    """A session with the models and settings of `session` over another library; closed with the block."""
    from assistant.session import Session as OpenSession

    other = OpenSession(session.settings.model_copy(update={"library": library}))
    try:
        yield other
    finally:
        other.close()


def demo_clips() -> Path:
    """The folder of the clips that the program brings along."""
    return Path(str(files("assistant") / "demo"))


def index_folder(session: Session, folder: Path, *, read_text: bool = True) -> dict[str, str]:
    """Indexes a folder and returns the video id of each file, by the file's name without its suffix."""
    results = session.index([folder], read_text=read_text)
    return {Path(result.path).stem: result.video_id for result in results if result.video_id}


def index_stories(
    session: Session, stories: Sequence[Story], folder: Path, rng: random.Random, *, read_text: bool = True
) -> dict[str, str]:
    """Renders stories into a new folder and indexes them; returns the video id of each story, by the story's name.

    `rng` draws one of `QUALITIES` for each story, in their order.
    """
    from training.release.clips import render

    folder.mkdir()
    for story in stories:
        render(story, folder / f"{story.name}.mp4", quality=rng.choice(QUALITIES))
    return index_folder(session, folder, read_text=read_text)
