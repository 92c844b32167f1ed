"""A part of a picture, dragged or clicked with the mouse: what is in it is searched."""

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
from ui.strings import Language, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.session import Session
    from tools.types import Box, Detection, Video

WIDTH = 560  # pixels of the picture on the page
LEAST_SIDE = 8  # pixels of the video; a smaller box is a slip of the hand
MOST_FOUND = 12


def show_region_picker(session: Session, video: Video, seconds: float, language: Language) -> None:
    """The keyframe nearest to `seconds`, in which a box is dragged, or one that was found is clicked."""
    with st.expander(text("part", language), icon=":material/crop:"):
        frame = session.library.nearest_keyframe(video.video_id, seconds)
        if not Path(frame.image).exists():
            return
        st.caption(text("part_help", language))
        found = _found(session, frame, language)
        box = _drawn(frame.image, video, found, f"part-{frame.frame_index}-{len(found)}", language)
        if box is not None:
            place = PictureAddress(video.video_id, frame.seconds, box)
            links.show_link("search", text("like_part", language), place.to_query(), icon=":material/image_search:")


def _found(session: Session, frame: Any, language: Language) -> list[Detection]:
    """Boxes for words, where a grounding model is there."""
    words = st.text_input(text("find_in_it", language), key=f"ground-{frame.frame_index}").strip()
    if not words:
        return []
    try:
        return session.grounder.ground(frame, words)[:MOST_FOUND]
    except VideoAssistantError as error:
        st.warning(escape_markdown(str(error)))
        return []


def _drawn(image: str, video: Video, found: Sequence[Detection], key: str, language: Language) -> Box | None:
    """The picture as a chart in pixels of the video; the box chosen in it."""
    import altair as alt

    source = f"data:image/jpeg;base64,{base64.b64encode(Path(image).read_bytes()).decode('ascii')}"
    across = alt.Scale(domain=[0, video.width], nice=False)
    down = alt.Scale(domain=[video.height, 0], nice=False)
    row = {"url": source, "x": 0, "y": 0, "x2": video.width, "y2": video.height}
    x, y = alt.X("x:Q", scale=across, axis=None), alt.Y("y:Q", scale=down, axis=None)
    height = WIDTH * video.height // video.width
    picture = alt.Chart({"values": [row]}).mark_image(width=WIDTH, height=height, align="left", baseline="top")
    dragged = alt.selection_interval(name="dragged", encodings=["x", "y"])
    area = alt.Chart({"values": [row]}).mark_rect(opacity=0.001).encode(x=x, x2="x2:Q", y=y, y2="y2:Q")
    layers = [picture.encode(x=x, y=y, url="url:N"), area.add_params(dragged)]
    names = ["dragged"]
    if found:
        clicked = alt.selection_point(name="clicked", fields=["x", "y", "x2", "y2"])
        boxes = [
            dict(zip(("x", "y", "x2", "y2"), one.box, strict=True), what=f"{one.phrase} {one.score:.2f}")
            for one in found
        ]
        outline = alt.Chart({"values": boxes}).mark_rect(
            fillOpacity=0.05, fill="white", stroke=BOX_COLOURS[0], strokeWidth=2, cursor="pointer"
        )
        outline = outline.encode(x=x, x2="x2:Q", y=y, y2="y2:Q", tooltip="what:N").add_params(clicked)
        layers.append(outline)
        names.append("clicked")
    chart = alt.layer(*layers).properties(width=WIDTH, height=height).configure_view(strokeWidth=0)
    alternative = text("part_alt", language)
    state = st.altair_chart(chart, width="content", key=key, on_select="rerun", selection_mode=names, alt=alternative)
    return read_selected_box(state.get("selection", {}), video)


def read_selected_box(selection: dict[str, Any], video: Video) -> Box | None:
    """What was clicked, else what was dragged, within the picture."""
    for row in selection.get("clicked", []):
        if {"x", "y", "x2", "y2"} <= row.keys():
            return (float(row["x"]), float(row["y"]), float(row["x2"]), float(row["y2"]))
    dragged = selection.get("dragged", {})
    if not ("x" in dragged and "y" in dragged):
        return None
    left, right = sorted(min(max(0.0, float(side)), float(video.width)) for side in dragged["x"])
    top, bottom = sorted(min(max(0.0, float(side)), float(video.height)) for side in dragged["y"])
    return (left, top, right, bottom) if min(right - left, bottom - top) >= LEAST_SIDE else None
