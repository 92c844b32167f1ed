"""One moment of one video: played, on its timeline, with what is said there; searched in and exported."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from assistant.text.display import format_clock, video_title
from tools.errors import VideoAssistantError
from ui import downloads
from ui.escape import escape_markdown
from ui.state import links
from ui.state.links import PictureAddress
from ui.state.shared import shared_session
from ui.strings import Language, text
from ui.widgets import player, timeline
from ui.widgets.region_picker import show_region_picker

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.session import Session
    from tools.types import Keyframe, Video

AROUND_SECONDS = 30.0  # of the lines shown
MOST_CUT_SECONDS = 120.0
LEAD_SECONDS, CUT_SECONDS = 2.0, 10.0  # of the cut that is offered first


def show(language: Language) -> None:
    """The whole page."""
    session = shared_session()
    place = links.read_address(st.query_params)
    try:
        video = None if place is None else session.library.video(place.video_id)
    except VideoAssistantError:
        video = None
    if place is None or video is None:
        st.title(text("moment", language))
        st.info(text("no_moment", language))
        links.show_link("library", text("library", language), icon=":material/video_library:")
        return
    at = min(place.seconds, video.duration_seconds)
    st.title(escape_markdown(f"{video_title(video.video_id)} · {format_clock(at)}"), anchor=False)
    seen, said = st.columns([3, 2], gap="medium")
    with seen:
        player.show(session, video.video_id, at, language)
        clicked = timeline.show(session, video.video_id, at, "moment", language, hits=())
        _moves(session.library.keyframes(video.video_id), at, language)
        if clicked is not None:
            _go(clicked)
            st.rerun()
    with said:
        _actions(session, video, at, language)
        _lines(session, video.video_id, at, language)
    show_region_picker(session, video, at, language)


def _go(seconds: float) -> None:
    st.query_params["at"] = f"{seconds:.3f}"


def find_moves(keyframes: Sequence[Keyframe], at: float) -> dict[str, float | None]:
    """Where the usual moves lead: to the keyframe and the shot before and after; None where there is none."""
    times = [k.seconds for k in keyframes]
    starts = [k.seconds for n, k in enumerate(keyframes) if n == 0 or keyframes[n - 1].shot != k.shot]
    margin = 0.05  # a player's second is no keyframe's to the digit
    return {
        "shot_before": max((s for s in starts if s < at - margin), default=None),
        "frame_before": max((s for s in times if s < at - margin), default=None),
        "frame_after": min((s for s in times if s > at + margin), default=None),
        "shot_after": min((s for s in starts if s > at + margin), default=None),
    }


def _moves(keyframes: Sequence[Keyframe], at: float, language: Language) -> None:
    """Buttons with keys: U, J, L, O."""
    signs = {
        "shot_before": ("skip_previous", "U"),
        "frame_before": ("chevron_left", "J"),
        "frame_after": ("chevron_right", "L"),
        "shot_after": ("skip_next", "O"),
    }
    with st.container(horizontal=True, gap="xxsmall", horizontal_alignment="center"):
        for name, seconds in find_moves(keyframes, at).items():
            icon, key = signs[name]
            st.button(
                f":material/{icon}:",
                key=name,
                help=text(name, language),
                shortcut=key,
                on_click=_go,
                args=(seconds or 0.0,),
                disabled=seconds is None,
            )


def _actions(session: Session, video: Video, at: float, language: Language) -> None:
    """Ask, look for more, take along."""
    if st.button(text("ask_video", language), icon=":material/chat:", type="primary", width="stretch"):
        st.session_state["scope_next"] = video.video_id
        st.switch_page(st.session_state["pages"]["chat"])
    links.show_link(
        "search",
        text("like_this", language),
        PictureAddress(video.video_id, at).to_query(),
        icon=":material/image_search:",
    )
    path = Path(video.paths[0]) if video.paths else None
    if path is None or not path.exists():
        return
    with st.popover(text("take_along", language), icon=":material/download:", width="stretch"):
        st.caption(text("address_help", language))
        end = max(video.duration_seconds, 0.2)
        first = (max(0.0, at - LEAD_SECONDS), min(end, at + CUT_SECONDS))
        start, stop = st.slider(text("stretch", language), 0.0, end, first, 0.1, key=f"stretch-{at}", format="%.1f s")
        stop = min(stop, start + MOST_CUT_SECONDS)
        name = f"{video_title(video.video_id)}-{format_clock(at).replace(':', '.')}"
        st.download_button(
            text("take_cut", language, seconds=f"{stop - start:.1f}"),
            data=lambda: downloads.encode_clip(path, start, stop),
            file_name=f"{name}.mp4",
            mime="video/mp4",
            disabled=stop <= start,
            icon=":material/download:",
            on_click="ignore",
            width="stretch",
        )
        st.download_button(
            text("take_picture", language),
            data=lambda: downloads.encode_png(session.grounder.frame(video.video_id, at)),
            file_name=f"{name}.png",
            mime="image/png",
            icon=":material/download:",
            on_click="ignore",
            width="stretch",
        )


def _lines(session: Session, video_id: str, at: float, language: Language) -> None:
    """What is written or said around; a click goes there."""
    start, end = max(0.0, at - AROUND_SECONDS), at + AROUND_SECONDS
    around = session.library.lines(video_id, start_seconds=start, end_seconds=end)
    lines = [line for line in around if line.source != "caption"]
    st.subheader(text("lines_here", language), anchor=False)
    if not lines:
        st.caption(text("no_lines", language))
        return
    with st.container(height=300, border=True, gap="xxsmall"):
        for number, line in enumerate(lines):
            icon = ":material/subtitles:" if line.source != "ocr" else ":material/text_fields:"
            label = escape_markdown(f"{format_clock(line.start_seconds)}  {line.text[:120]}")
            st.button(label, key=f"line-{number}", type="tertiary", icon=icon, on_click=_go, args=(line.start_seconds,))
