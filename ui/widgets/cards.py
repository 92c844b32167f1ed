"""A keyframe as a card: its picture, a button that plays it, and what else can be done with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import streamlit as st

from assistant.media.pictures import draw_thumbnail
from assistant.text.display import format_clock, video_title
from tools.errors import VideoAssistantError
from ui.escape import escape_markdown
from ui.state import links
from ui.state.links import PictureAddress
from ui.strings import Language, text

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.session import Session
    from tools.types import Box, Evidence

MOST_LABELS = 3  # under one card


def draw_picture(session: Session, evidence: Evidence) -> Any:
    """The keyframe, with the boxes that prove the answer."""
    path = str(evidence.image)
    if not evidence.boxes:
        return path
    try:
        video = session.library.video(evidence.moment.video_id)
    except VideoAssistantError:  # removed since the answer was given
        return path
    return draw_thumbnail(path, evidence.boxes, evidence.labels, (video.width, video.height))


def show(
    session: Session,
    evidence: Evidence,
    key: str,
    language: Language,
    *,
    play: Callable[[], None],
    thread: str | None = None,
    caption: str | None = None,
    start_seconds: float | None = None,
) -> None:
    """One card.

    Args:
        key: unique on the page.
        play: what its button does.
        thread: the conversation in which it can be pinned or rejected; None: it cannot.
        caption: Markdown under it; default: what the evidence says.
        start_seconds: where it plays from; default: its own frame.
    """
    own = evidence.seconds
    at = own if start_seconds is None else start_seconds
    spot = None if thread is None or evidence.frame_index is None else (evidence.moment.video_id, evidence.frame_index)
    mark = session.assistant.marks(thread).get(spot) if thread is not None and spot is not None else None
    with st.container(key=f"card-{key}", gap="xxsmall"):
        name = text("keyframe_alt", language, name=video_title(evidence.moment.video_id), time=format_clock(own))
        with st.container(key=f"{mark or 'plain'}-{key}"):
            if evidence.image and Path(evidence.image).exists():
                st.image(
                    draw_picture(session, evidence), width="stretch", alt=f"{name} {', '.join(evidence.labels)}".strip()
                )
        with st.container(horizontal=True, gap="xxsmall", vertical_alignment="center", wrap=False):
            label, helps = (
                text("play", language, time=format_clock(at)),
                text("play_help", language, time=format_clock(at)),
            )
            st.button(
                label, key=f"{key}-play", icon=":material/play_arrow:", on_click=play, help=helps, width="stretch"
            )
            if thread is not None and spot is not None:
                _pin(session, thread, spot, mark, key, language)
            _more(session, thread, spot, mark, evidence, key, language)
        st.caption(caption or _says(evidence))


def _says(evidence: Evidence) -> str:
    """What the evidence shows; of several labels, the first few, since the picture bears them all."""
    seen = f"{format_clock(evidence.moment.start_seconds)}-{format_clock(evidence.moment.end_seconds)}"
    return escape_markdown(
        ", ".join(evidence.labels[:MOST_LABELS]) or evidence.text or f"{video_title(evidence.moment.video_id)} {seen}"
    )


def _pin(session: Session, thread: str, spot: tuple[str, int], mark: str | None, key: str, language: Language) -> None:
    pinned = mark == "pinned"
    st.button(
        ":material/keep:" if not pinned else ":material/keep_off:",
        key=f"{key}-pin",
        help=text("unpin" if pinned else "pin", language),
        type="tertiary",
        on_click=_mark,
        args=(session, thread, spot, None if pinned else "pinned"),
    )


def _mark(session: Session, thread: str, spot: tuple[str, int], mark: Literal["pinned", "rejected"] | None) -> None:
    try:
        session.assistant.mark(thread, *spot, mark)
    except VideoAssistantError as error:  # the video was removed since the answer was given
        st.toast(escape_markdown(str(error)))


def _more(
    session: Session,
    thread: str | None,
    spot: tuple[str, int] | None,
    mark: str | None,
    evidence: Evidence,
    key: str,
    language: Language,
) -> None:
    """What is done more rarely: more like this, a box, this moment alone, and "not this"."""
    own = evidence.seconds
    place = PictureAddress(evidence.moment.video_id, own)
    with st.popover(":material/more_horiz:", key=f"{key}-more", help=text("more", language), type="tertiary"):
        links.show_link("moment", text("open_moment", language), place.to_query(), icon=":material/movie:")
        links.show_link("search", text("like_this", language), place.to_query(), icon=":material/image_search:")
        for box, label in _parts(evidence):
            part = PictureAddress(evidence.moment.video_id, own, box)
            links.show_link(
                "search",
                text("like_box", language, what=escape_markdown(label)),
                part.to_query(),
                icon=":material/crop:",
            )
        if thread is not None and spot is not None:
            rejected = mark == "rejected"
            st.button(
                text("unreject" if rejected else "reject", language),
                key=f"{key}-reject",
                icon=":material/undo:" if rejected else ":material/block:",
                type="tertiary",
                on_click=_mark,
                args=(session, thread, spot, None if rejected else "rejected"),
            )


def _parts(evidence: Evidence) -> list[tuple[Box, str]]:
    """The boxes with their names, without scores."""
    names = [label.rpartition(" ")[0] or label for label in evidence.labels]
    return list(zip(evidence.boxes, names, strict=False))[:MOST_LABELS]
