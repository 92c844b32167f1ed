"""A keyframe as a card: its picture, the button that plays it, and what else can be done with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from assistant.media.pictures import draw_thumbnail
from assistant.text.display import format_clock, video_title
from tools.errors import VideoAssistantError
from ui.escape import escape_markdown
from ui.state import links
from ui.state.links import PictureAddress
from ui.texts import Language, text

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.agent.records import Mark
    from assistant.session import Session
    from tools.types import Box, Evidence

MAX_LABELS = 3  # under one card
FrameId = tuple[str, int]
"""Video id and frame index: the keyframe that a visitor pins or rejects."""


def draw_picture(session: Session, evidence: Evidence) -> Any:
    """Returns the keyframe's path or, if the evidence has boxes, a picture with the boxes drawn over it."""
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
    """Shows a card.

    Args:
        session: the page's session.
        evidence: what the card shows.
        key: unique on the page.
        language: of the page.
        play: is called when the play button is clicked.
        thread: the conversation in which the keyframe can be pinned or rejected; None: it cannot.
        caption: Markdown under the card; default: what the evidence says.
        start_seconds: where the button plays from; default: the keyframe's own time.
    """
    seconds = evidence.seconds
    start = seconds if start_seconds is None else start_seconds
    frame = None if thread is None or evidence.frame_index is None else (evidence.moment.video_id, evidence.frame_index)
    mark = session.assistant.marks(thread).get(frame) if thread is not None and frame is not None else None
    with st.container(key=f"card-{key}", gap="xxsmall"):
        name = video_title(evidence.moment.video_id)
        alternative = text("keyframe_alt", language, name=name, time=format_clock(seconds))
        with st.container(key=f"{mark or 'plain'}-{key}"):
            if evidence.image and Path(evidence.image).exists():
                alternative = f"{alternative} {', '.join(evidence.labels)}".strip()
                st.image(draw_picture(session, evidence), width="stretch", alt=alternative)
        with st.container(horizontal=True, gap="xxsmall", vertical_alignment="center", wrap=False):
            st.button(
                format_clock(start),
                key=f"{key}-play",
                icon=":material/play_arrow:",
                on_click=play,
                help=text("play_help", language, time=format_clock(start)),
                width="stretch",
            )
            if thread is not None and frame is not None:
                _show_pin(session, thread, frame, mark, key, language)
            _show_more(session, thread, frame, mark, evidence, key, language)
        st.caption(caption or _caption(evidence))


def _caption(evidence: Evidence) -> str:
    """Returns the first labels of the evidence (the picture bears them all), else its text, else its time."""
    times = f"{format_clock(evidence.moment.start_seconds)}-{format_clock(evidence.moment.end_seconds)}"
    labels = ", ".join(evidence.labels[:MAX_LABELS])
    return escape_markdown(labels or evidence.text or f"{video_title(evidence.moment.video_id)} {times}")


def _show_pin(session: Session, thread: str, frame: FrameId, mark: Mark | None, key: str, language: Language) -> None:
    """Shows the button that pins the keyframe, or takes the pin away."""
    pinned = mark == "pinned"
    st.button(
        ":material/keep:" if not pinned else ":material/keep_off:",
        key=f"{key}-pin",
        help=text("unpin" if pinned else "pin", language),
        type="tertiary",
        on_click=_set_mark,
        args=(session, thread, frame, None if pinned else "pinned"),
    )


def _set_mark(session: Session, thread: str, frame: FrameId, mark: Mark | None) -> None:
    try:
        session.assistant.mark(thread, *frame, mark)
    except VideoAssistantError as error:  # the video was removed since the answer was given
        st.toast(escape_markdown(str(error)))


def _show_more(
    session: Session,
    thread: str | None,
    frame: FrameId | None,
    mark: Mark | None,
    evidence: Evidence,
    key: str,
    language: Language,
) -> None:
    """Shows the rarer actions: similar frames, a box of the picture, this moment alone, and "not this"."""
    video_id, seconds = evidence.moment.video_id, evidence.seconds
    picture = PictureAddress(video_id, seconds).to_query()
    with st.popover(":material/more_horiz:", key=f"{key}-more", help=text("more", language), type="tertiary"):
        links.show_link("moment", text("open_moment", language), picture, icon=":material/movie:")
        links.show_link("search", text("like_this", language), picture, icon=":material/image_search:")
        for box, name in _named_boxes(evidence):
            label = text("like_box", language, what=escape_markdown(name))
            links.show_link("search", label, PictureAddress(video_id, seconds, box).to_query(), icon=":material/crop:")
        if thread is not None and frame is not None:
            rejected = mark == "rejected"
            st.button(
                text("unreject" if rejected else "reject", language),
                key=f"{key}-reject",
                icon=":material/undo:" if rejected else ":material/block:",
                type="tertiary",
                on_click=_set_mark,
                args=(session, thread, frame, None if rejected else "rejected"),
            )


def _named_boxes(evidence: Evidence) -> list[tuple[Box, str]]:
    """Returns the first boxes of the evidence with their labels; the score at a label's end is cut off."""
    names = [label.rpartition(" ")[0] or label for label in evidence.labels]
    return list(zip(evidence.boxes, names, strict=False))[:MAX_LABELS]
