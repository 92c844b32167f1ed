"""One moment of a video: played, on its timeline, with the text and speech around it; searched in and saved."""

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
from ui.texts import Language, text
from ui.widgets import player, region_picker, timeline

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.session import Session
    from tools.types import Keyframe, Video

AROUND_SECONDS = 30.0  # before and after the moment, from which lines are shown
MAX_CLIP_SECONDS = 120.0
LEAD_SECONDS, CLIP_SECONDS = 2.0, 10.0  # before and after the moment, of the clip that is offered first
SAME_FRAME_SECONDS = 0.05  # the player's seconds are not a keyframe's to the last digit


def show(language: Language) -> None:
    """Draws the screen."""
    session = shared_session()
    address = links.read_address(st.query_params)
    try:
        video = None if address is None else session.library.video(address.video_id)
    except VideoAssistantError:
        video = None
    if address is None or video is None:
        st.title(text("page_moment", language))
        st.info(text("no_moment", language))
        links.show_link("library", text("page_library", language), icon=":material/video_library:")
        return
    at = min(address.seconds, video.duration_seconds)
    st.title(escape_markdown(f"{video_title(video.video_id)} · {format_clock(at)}"), anchor=False)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        player.show(session, video.video_id, at, language)
        clicked = timeline.show(session, video.video_id, at, "moment", language, hits=())
        _show_moves(session.library.keyframes(video.video_id), at, language)
        if clicked is not None:
            _go_to(clicked)
            st.rerun()
    with right:
        _show_actions(session, video, at, language)
        _show_lines(session, video.video_id, at, language)
    region_picker.show(session, video, at, language)


def _go_to(seconds: float) -> None:
    st.query_params["at"] = f"{seconds:.3f}"


def find_moves(keyframes: Sequence[Keyframe], at: float) -> dict[str, float | None]:
    """Returns the seconds of the previous and next shot and keyframe, seen from second `at`; None at an end."""
    times = [k.seconds for k in keyframes]
    starts = timeline.shot_starts(keyframes)
    return {
        "shot_before": max((s for s in starts if s < at - SAME_FRAME_SECONDS), default=None),
        "frame_before": max((s for s in times if s < at - SAME_FRAME_SECONDS), default=None),
        "frame_after": min((s for s in times if s > at + SAME_FRAME_SECONDS), default=None),
        "shot_after": min((s for s in starts if s > at + SAME_FRAME_SECONDS), default=None),
    }


def _show_moves(keyframes: Sequence[Keyframe], at: float, language: Language) -> None:
    """Shows the buttons of `find_moves`; the keys U, J, L and O press them."""
    icons_and_keys = {
        "shot_before": ("skip_previous", "U"),
        "frame_before": ("chevron_left", "J"),
        "frame_after": ("chevron_right", "L"),
        "shot_after": ("skip_next", "O"),
    }
    with st.container(horizontal=True, gap="xxsmall", horizontal_alignment="center"):
        for name, seconds in find_moves(keyframes, at).items():
            icon, key = icons_and_keys[name]
            st.button(
                f":material/{icon}:",
                key=name,
                help=text(name, language),
                shortcut=key,
                on_click=_go_to,
                args=(seconds or 0.0,),
                disabled=seconds is None,
            )


def _show_actions(session: Session, video: Video, at: float, language: Language) -> None:
    """Offers to ask about the video, to search for similar frames, and to share or save the moment."""
    if st.button(text("ask_video", language), icon=":material/chat:", type="primary", width="stretch"):
        st.session_state["scope_next"] = video.video_id
        links.open_screen("chat")
    address = PictureAddress(video.video_id, at)
    links.show_link("search", text("like_this", language), address.to_query(), icon=":material/image_search:")
    path = Path(video.paths[0]) if video.paths else None
    if path is not None and path.exists():
        with st.popover(text("share", language), icon=":material/download:", width="stretch"):
            _show_downloads(session, video, path, at, language)


def _show_downloads(session: Session, video: Video, path: Path, at: float, language: Language) -> None:
    """Offers the moment as a clip, whose start and end are chosen, and as a picture."""
    st.caption(text("address_help", language))
    end = max(video.duration_seconds, 0.2)
    offered = (max(0.0, at - LEAD_SECONDS), min(end, at + CLIP_SECONDS))
    label = text("clip_range", language)
    start, stop = st.slider(label, 0.0, end, offered, 0.1, key=f"stretch-{at}", format="%.1f s")
    stop = min(stop, start + MAX_CLIP_SECONDS)
    name = f"{video_title(video.video_id)}-{format_clock(at).replace(':', '.')}"
    st.download_button(
        text("save_clip", language, seconds=f"{stop - start:.1f}"),
        data=lambda: downloads.encode_clip(path, start, stop),
        file_name=f"{name}.mp4",
        mime="video/mp4",
        disabled=stop <= start,
        icon=":material/download:",
        on_click="ignore",
        width="stretch",
    )
    st.download_button(
        text("save_picture", language),
        data=lambda: downloads.encode_png(session.grounder.frame(video.video_id, at)),
        file_name=f"{name}.png",
        mime="image/png",
        icon=":material/download:",
        on_click="ignore",
        width="stretch",
    )


def _show_lines(session: Session, video_id: str, at: float, language: Language) -> None:
    """Shows the text and speech around second `at`; a click on a line goes to its start."""
    start, end = max(0.0, at - AROUND_SECONDS), at + AROUND_SECONDS
    nearby = session.library.lines(video_id, start_seconds=start, end_seconds=end)
    lines = [line for line in nearby if line.source != "caption"]
    st.subheader(text("lines_here", language), anchor=False)
    if not lines:
        st.caption(text("no_lines", language))
        return
    with st.container(height=300, border=True, gap="xxsmall"):
        for number, line in enumerate(lines):
            st.button(
                escape_markdown(f"{format_clock(line.start_seconds)}  {line.text[:120]}"),
                key=f"line-{number}",
                type="tertiary",
                icon=":material/subtitles:" if line.source != "ocr" else ":material/text_fields:",
                on_click=_go_to,
                args=(line.start_seconds,),
            )
