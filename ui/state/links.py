"""Addresses within the page: a picture of a video, or a part of it. An address shows everybody the same."""

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
        """Returns the query parameters of an address that names this picture."""
        query = {"video": self.video_id, "at": f"{self.seconds:.3f}"}
        return query if self.box is None else query | {"box": ",".join(f"{side:.0f}" for side in self.box)}


def read_address(query: Mapping[str, str]) -> PictureAddress | None:
    """Returns the picture that query parameters name; None if they name none, or are broken."""
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
    """Keeps the screens of this run (`st.Page` by name), so that any part of the page can lead to them."""
    st.session_state["pages"] = dict(pages)


def open_screen(name: str) -> None:
    """Leaves the current screen for another."""
    st.switch_page(st.session_state["pages"][name])


def show_link(name: str, label: str, query: Mapping[str, str] | None = None, *, icon: str | None = None) -> None:
    """Shows a link to a screen, which opens without loading the page anew."""
    pages = st.session_state.get("pages", {})
    if name not in pages:  # a part of the page that is tested alone has no screens
        return
    # A new tab starts with nothing but the address, so the address names the language too.
    language = {"lang": st.query_params["lang"]} if "lang" in st.query_params else {}
    st.page_link(pages[name], label=label, icon=icon, query_params={**(query or {}), **language})
