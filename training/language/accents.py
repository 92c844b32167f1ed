"""Vietnamese without accents, as people often type it."""

from __future__ import annotations

import unicodedata


def strip_accents(text: str) -> str:
    """Returns Vietnamese text without its accents: `duong` for `đường`."""
    bare = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in bare if not unicodedata.combining(letter))
