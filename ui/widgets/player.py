"""What the player shows: the original where the browser can play it, else a short cut; with its subtitles."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from assistant.text.display import format_clock, video_title
from tools.errors import VideoAssistantError
from ui.escape import escape_markdown
from ui.strings import Language, text
from ui.widgets import subtitles

if TYPE_CHECKING:
    from assistant.session import Session

MOST_BYTES = 24 << 20  # Streamlit holds what it plays in memory: larger files are played as a cut
LEAD_SECONDS, CUT_SECONDS = 3.0, 30.0
WIDTH = 620  # pixels at most: what it rests on stays in sight


@dataclass(frozen=True, slots=True)
class Clip:
    """A file to play, and where to start in it."""

    path: Path
    start_seconds: int  # the player knows whole seconds
    is_cut: bool
    offset_seconds: float = 0.0  # where the file begins in the video


def prepare_clip(path: Path, seconds: float, cache: Path) -> Clip:
    """Something that plays `path` at `seconds`: within half a second for the original, exact in a cut.

    Cuts are kept in `cache` under the original's path, size, time of change and place.

    Raises:
        VideoAssistantError: nothing of the file decodes there.
        FileNotFoundError: the file is gone.
    """
    from assistant.media.clip import browser_can_play, cut_clip

    stat = path.stat()
    if stat.st_size <= MOST_BYTES and browser_can_play(path):
        return Clip(path, round(seconds), is_cut=False)
    lead = min(LEAD_SECONDS, float(int(seconds)))
    start = seconds - lead
    key = f"{path}\0{stat.st_size}\0{stat.st_mtime_ns}\0{start:.3f}"
    out = cache / f"{hashlib.blake2b(key.encode(), digest_size=12).hexdigest()}.mp4"
    if not out.exists():
        cache.mkdir(parents=True, exist_ok=True)
        cut_clip(path, start, start + CUT_SECONDS, out)
    return Clip(out, int(lead), is_cut=True, offset_seconds=start)


def show(session: Session, video_id: str, seconds: float, language: Language, *, autoplay: bool = True) -> None:
    """The player at a moment, and what it plays; why not, where it cannot."""
    try:
        path = Path(session.library.video(video_id).paths[0])
        clip = prepare_clip(path, seconds, session.settings.library / "cuts")
    except (FileNotFoundError, IndexError):
        st.warning(text("gone", language, path=video_title(video_id)))
        return
    except VideoAssistantError as error:
        st.warning(escape_markdown(str(error)))
        return
    names = {source: text(source, language) for source in subtitles.SPOKEN_SOURCES}
    spoken = subtitles.make_tracks(session.library.lines(video_id), clip.offset_seconds, names)
    what = text("playing", language, name=video_title(video_id), time=format_clock(seconds))
    st.video(
        str(clip.path),
        start_time=clip.start_seconds,
        autoplay=autoplay,
        subtitles={**spoken} or None,
        alt=what,
        width=WIDTH,
    )
    st.caption(f"{escape_markdown(what)} ({text('cut', language)})" if clip.is_cut else escape_markdown(what))
