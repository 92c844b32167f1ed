"""Addresses within the page: a moment, and what looks like it. Whoever has the address sees the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tools.types import Box


@dataclass(frozen=True, slots=True)
class PictureAddress:
    """A picture of a video, or a part of it."""

    video_id: str
    seconds: float
    box: Box | None = None  # XYXY pixels of the displayed frame

    def to_query(self) -> dict[str, str]:
        """As parameters of an address."""
        given = {"video": self.video_id, "at": f"{self.seconds:.3f}"}
        return given if self.box is None else given | {"box": ",".join(f"{side:.0f}" for side in self.box)}


def read_address(query: Mapping[str, str]) -> PictureAddress | None:
    """The inverse of `Place.query`; None where an address names no place, or a broken one."""
    try:
        seconds = float(query["at"])
        sides = [float(side) for side in query["box"].split(",")] if query.get("box") else None
    except (KeyError, ValueError):
        return None
    if not query.get("video") or not 0 <= seconds < float("inf"):
        return None
    if sides is None:
        return PictureAddress(query["video"], seconds)
    if len(sides) != 4 or not (0 <= sides[0] < sides[2] < float("inf") and 0 <= sides[1] < sides[3] < float("inf")):
        return None
    return PictureAddress(query["video"], seconds, (sides[0], sides[1], sides[2], sides[3]))


def remember_pages(pages: Mapping[str, Any]) -> None:
    """Keeps the pages of this run, so that any part of the screen can link to them."""
    st.session_state["pages"] = dict(pages)


def show_link(name: str, label: str, query: Mapping[str, str] | None = None, *, icon: str | None = None) -> None:
    """A link to another page, which opens without loading everything anew."""
    pages = st.session_state.get("pages", {})
    if name in pages:  # a part of the page that is tested alone has none
        # The language stays as it was chosen.
        st.page_link(pages[name], label=label, icon=icon, query_params=dict(query or {}))
