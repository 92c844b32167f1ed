"""A part of a picture, chosen with the mouse, to search for what is in it."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from assistant.media.pictures import BOX_COLOURS
from tools.errors import VideoAssistantError
from ui.escape import escape_markdown
from ui.state import links
from ui.state.links import PictureAddress
from ui.texts import Language, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.session import Session
    from tools.types import Box, Detection, Keyframe, Video

WIDTH = 560  # pixels of the picture on the page
MIN_SIDE = 8  # pixels of the video; a smaller box is a slip of the hand
MAX_DETECTIONS = 12


def show(session: Session, video: Video, seconds: float, language: Language) -> None:
    """Shows the keyframe nearest to `seconds`, on which a box can be dragged, or a detected object clicked."""
    with st.expander(text("region", language), icon=":material/crop:"):
        frame = session.library.nearest_keyframe(video.video_id, seconds)
        if not Path(frame.image).exists():
            return
        st.caption(text("region_help", language))
        detections = _detect(session, frame, language)
        key = f"part-{frame.frame_index}-{len(detections)}"
        box = _show_picture(frame.image, video, detections, key, language)
        if box is not None:
            address = PictureAddress(video.video_id, frame.seconds, box)
            links.show_link("search", text("like_part", language), address.to_query(), icon=":material/image_search:")


def _detect(session: Session, frame: Keyframe, language: Language) -> list[Detection]:
    """Lets the visitor type phrases; returns the objects in the frame that they name."""
    phrases = st.text_input(text("find_in_it", language), key=f"ground-{frame.frame_index}").strip()
    if not phrases:
        return []
    try:
        return session.grounder.ground(frame, phrases)[:MAX_DETECTIONS]
    except VideoAssistantError as error:
        st.warning(escape_markdown(str(error)))
        return []


def _show_picture(
    image: str, video: Video, detections: Sequence[Detection], key: str, language: Language
) -> Box | None:
    """Shows the picture as a chart in pixels of the video, with the detections; returns the chosen box."""
    import altair as alt

    url = f"data:image/jpeg;base64,{base64.b64encode(Path(image).read_bytes()).decode('ascii')}"
    across = alt.Scale(domain=[0, video.width], nice=False)
    down = alt.Scale(domain=[video.height, 0], nice=False)
    row = {"url": url, "x": 0, "y": 0, "x2": video.width, "y2": video.height}
    x, y = alt.X("x:Q", scale=across, axis=None), alt.Y("y:Q", scale=down, axis=None)
    height = WIDTH * video.height // video.width
    picture = alt.Chart({"values": [row]}).mark_image(width=WIDTH, height=height, align="left", baseline="top")
    dragged = alt.selection_interval(name="dragged", encodings=["x", "y"])
    area = alt.Chart({"values": [row]}).mark_rect(opacity=0.001).encode(x=x, x2="x2:Q", y=y, y2="y2:Q")
    layers = [picture.encode(x=x, y=y, url="url:N"), area.add_params(dragged)]
    selections = ["dragged"]
    if detections:
        clicked = alt.selection_point(name="clicked", fields=["x", "y", "x2", "y2"])
        boxes = [
            dict(zip(("x", "y", "x2", "y2"), detection.box, strict=True))
            | {"what": f"{detection.phrase} {detection.score:.2f}"}
            for detection in detections
        ]
        outline = alt.Chart({"values": boxes}).mark_rect(
            fillOpacity=0.05, fill="white", stroke=BOX_COLOURS[0], strokeWidth=2, cursor="pointer"
        )
        outline = outline.encode(x=x, x2="x2:Q", y=y, y2="y2:Q", tooltip="what:N").add_params(clicked)
        layers.append(outline)
        selections.append("clicked")
    chart = alt.layer(*layers).properties(width=WIDTH, height=height).configure_view(strokeWidth=0)
    state = st.altair_chart(
        chart,
        width="content",
        key=key,
        on_select="rerun",
        selection_mode=selections,
        alt=text("region_alt", language),
    )
    return read_selected_box(state.get("selection", {}), video)


def read_selected_box(selection: dict[str, Any], video: Video) -> Box | None:
    """Returns the box that was clicked, else the box that was dragged, within the picture; None if there is none.

    Args:
        selection: the chart's, with `clicked` rows and `dragged` ranges in pixels of the video.
        video: whose width and height limit the box.
    """
    for row in selection.get("clicked", []):
        if {"x", "y", "x2", "y2"} <= row.keys():
            return (float(row["x"]), float(row["y"]), float(row["x2"]), float(row["y2"]))
    dragged = selection.get("dragged", {})
    if not ("x" in dragged and "y" in dragged):
        return None
    left, right = sorted(min(max(0.0, float(side)), float(video.width)) for side in dragged["x"])
    top, bottom = sorted(min(max(0.0, float(side)), float(video.height)) for side in dragged["y"])
    return (left, top, right, bottom) if min(right - left, bottom - top) >= MIN_SIDE else None
