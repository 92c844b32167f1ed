"""Text from questions, models and videos is shown as it is: never as markup."""

from __future__ import annotations

import re


def escape_markdown(words: str) -> str:
    """Returns `words` so that Streamlit shows them literally: no list, heading, emoji code, colour, link or formula."""
    escaped = re.sub(r"([\\`*_\[\]<>#|~$]|:(?=[a-z]))", r"\\\1", words)
    return re.sub(r"^(\s*\d*)([-+.)])", r"\1\\\2", escaped)
