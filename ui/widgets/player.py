"""The player: plays the original if the browser can, else a short clip that it can play; with subtitles."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from assistant.text.display import format_clock, video_title
from tools.errors import VideoAssistantError
from ui.escape import escape_markdown
from ui.texts import Language, text
from ui.widgets import subtitles

if TYPE_CHECKING:
    from assistant.session import Session

MAX_BYTES = 24 << 20  # Streamlit holds what it plays in memory: of a larger file, a clip is played
LEAD_SECONDS, CLIP_SECONDS = 3.0, 30.0  # of a clip: before the moment, and in all
WIDTH = 620  # pixels at most: the keyframes of the answer stay in sight


@dataclass(frozen=True, slots=True)
class Clip:
    """A file to play, and where to start in it."""

    path: Path
    start_seconds: int  # in the file; the player takes whole seconds
    is_cut: bool  # a part of the original, made for the browser
    offset_seconds: float = 0.0  # where the file begins in the video


def prepare_clip(path: Path, seconds: float, cache: Path) -> Clip:
    """Returns what plays the video at `path` from `seconds`.

    The original starts within half a second of `seconds`, a cut exactly there. Cuts are kept in `cache` under a hash
    of the original's path, size and time of change and the start.

    Raises:
        VideoAssistantError: nothing of the file can be decoded there.
        FileNotFoundError: the file is gone.
    """
    from assistant.media.clip import browser_can_play, cut_clip

    stat = path.stat()
    if stat.st_size <= MAX_BYTES and browser_can_play(path):
        return Clip(path, round(seconds), is_cut=False)
    lead = min(LEAD_SECONDS, float(int(seconds)))
    start = seconds - lead
    key = f"{path}\0{stat.st_size}\0{stat.st_mtime_ns}\0{start:.3f}"
    out = cache / f"{hashlib.blake2b(key.encode(), digest_size=12).hexdigest()}.mp4"
    if not out.exists():
        cache.mkdir(parents=True, exist_ok=True)
        cut_clip(path, start, start + CLIP_SECONDS, out)
    return Clip(out, int(lead), is_cut=True, offset_seconds=start)


def show(session: Session, video_id: str, seconds: float, language: Language, *, autoplay: bool = True) -> None:
    """Shows the player at second `seconds` of a video and says what it plays, or why it cannot play."""
    name = video_title(video_id)
    try:
        path = Path(session.library.video(video_id).paths[0])
        clip = prepare_clip(path, seconds, session.settings.library / "cuts")
    except (FileNotFoundError, IndexError):
        st.warning(text("gone", language, name=name))
        return
    except VideoAssistantError as error:
        st.warning(escape_markdown(str(error)))
        return
    source_names = {source: text(source, language) for source in subtitles.SPOKEN_SOURCES}
    tracks = subtitles.make_tracks(session.library.lines(video_id), clip.offset_seconds, source_names)
    description = text("playing", language, name=name, time=format_clock(seconds))
    st.video(
        str(clip.path),
        start_time=clip.start_seconds,
        autoplay=autoplay,
        subtitles={**tracks} or None,
        alt=description,
        width=WIDTH,
    )
    caption = escape_markdown(description)
    st.caption(f"{caption} ({text('cut', language)})" if clip.is_cut else caption)
