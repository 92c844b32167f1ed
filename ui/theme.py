"""The look of the page: one theme, light and dark, and the few CSS rules that Streamlit has no option for."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

import streamlit as st

THEME: dict[str, str] = {
    "theme.light.primaryColor": "#0b5f58",
    "theme.light.backgroundColor": "#ffffff",
    "theme.light.secondaryBackgroundColor": "#f3f6f6",
    "theme.light.textColor": "#1c2326",
    "theme.light.linkColor": "#0b5f58",
    "theme.dark.primaryColor": "#4fd1c5",
    "theme.dark.backgroundColor": "#12181b",
    "theme.dark.secondaryBackgroundColor": "#1b2327",
    "theme.dark.textColor": "#e8eeee",
    "theme.dark.linkColor": "#5eead4",
    "theme.baseRadius": "0.6rem",
    "theme.showWidgetBorder": "true",
    # One JSON list: of several flags, Streamlit takes the last size for every heading.
    "theme.headingFontSizes": json.dumps(["1.8rem", "1.3rem", "1.1rem", "1rem", "1rem", "1rem"]),
}
"""Streamlit's options of the theme; the browser chooses between light and dark."""

# Two cards fit side by side on a phone, and cards grow with the window; Streamlit's containers only take a fixed width.
_RULES = """
<style>
[data-testid="stMainBlockContainer"] { padding-top: 4.5rem; padding-bottom: 1rem; max-width: 72rem; }
[data-testid="stLayoutWrapper"]:has(> [class*="st-key-card-"]) { flex: none; width: clamp(146px, 16vw, 200px); }
[data-testid="stLayoutWrapper"]:has(> [class*="st-key-poster-"]) { flex: none; width: clamp(168px, 18vw, 250px); }
[class*="st-key-card-"] img, [class*="st-key-poster-"] img {
  aspect-ratio: 16 / 9; object-fit: contain; background: #0d1214; border-radius: .5rem; width: 100%;
}
[class*="st-key-said-"] p { font-size: 1.13rem; line-height: 1.5; }
[class*="st-key-pinned-"] img { outline: 3px solid #0f766e; outline-offset: 1px; }
[class*="st-key-rejected-"] img { opacity: .3; filter: grayscale(1); }
[data-testid="stCaptionContainer"] p { overflow-wrap: anywhere; }
[data-testid="stCaptionContainer"], [data-testid="stCaptionContainer"] p,
[data-testid="stExpander"] summary, [data-testid="stExpander"] summary p {
  color: light-dark(#4d585f, #b3bfc3); opacity: 1;
}
@media (min-width: 641px) {
  [data-testid="stMainBlockContainer"], [data-testid="stBottomBlockContainer"] {
    padding-left: 2.5rem; padding-right: 2.5rem; max-width: 72rem;
  }
}
@media (max-width: 640px) {
  [data-testid="stMainBlockContainer"] { padding-left: .8rem; padding-right: .8rem; }
  [data-testid="stChatMessage"] { padding-left: 0; padding-right: 0; }
}
</style>
"""


@lru_cache(maxsize=1)
def draw_icon() -> Any:
    """Returns the page's icon. It is drawn here because Streamlit would load a named icon from the network."""
    from PIL import Image, ImageDraw

    side = 64
    picture = Image.new("RGBA", (side, side))
    canvas = ImageDraw.Draw(picture)
    canvas.rounded_rectangle((2, 2, side - 3, side - 3), 14, fill="#0f766e")
    canvas.polygon(((24, 17), (24, 47), (48, 32)), fill="white")
    return picture


def apply() -> None:
    """Adds the CSS rules to the page."""
    st.html(_RULES)
