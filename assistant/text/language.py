"""Detects which of the two languages a sentence is in, by its letters and its common words."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

Language = Literal["vi", "en"]

_VIETNAMESE_LETTERS = frozenset("ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹĩũ")
"""Letters that only Vietnamese uses; é, à, ô and the like are also French and Portuguese."""
_VIETNAMESE_WORDS = frozenset(
    "khi nao co khong cai gi mau cua o dau tren bao nhieu va roi xe nguoi luc la trong hien chu nay thay may".split()
)
"""Common words without their accents, as people often type them."""
_ENGLISH_WORDS = frozenset(
    "the is are was what when where who how does did do a an of in on at and then there any which".split()
)


def detect_language(text: str) -> Language:
    """Returns `vi` if the text has a letter that only Vietnamese uses, or more Vietnamese than English common words.

    Otherwise returns `en`.
    """
    lowered = unicodedata.normalize("NFC", text).lower()
    if any(letter in _VIETNAMESE_LETTERS for letter in lowered):
        return "vi"
    unaccented = "".join(
        letter for letter in unicodedata.normalize("NFD", lowered) if not unicodedata.combining(letter)
    )
    words = re.findall(r"[^\W\d_]+", unaccented)
    vietnamese = sum(word in _VIETNAMESE_WORDS for word in words)
    english = sum(word in _ENGLISH_WORDS for word in words)
    return "vi" if vietnamese > english else "en"
