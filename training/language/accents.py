"""Vietnamese as it is typed without accents."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """Vietnamese without its accents: `đường` is `duong`."""
    bare = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in bare if not unicodedata.combining(letter))
