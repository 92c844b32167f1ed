"""Words from questions, models and videos as they are: never as markup."""

from __future__ import annotations

import re


def escape_markdown(words: str) -> str:
    """Escaped for Streamlit's Markdown: no list, heading, shortcode, colour, link or formula comes of it."""
    escaped = re.sub(r"([\\`*_\[\]<>#|~$]|:(?=[a-z]))", r"\\\1", words)
    return re.sub(r"^(\s*\d*)([-+.)])", r"\1\\\2", escaped)
