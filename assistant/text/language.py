"""Which of the two languages a sentence is in, by its letters and its common words."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

Language = Literal["vi", "en"]

_LETTERS = frozenset("ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹĩũ")
"""What Vietnamese alone writes; é, à, ô and their like are French and Portuguese too."""
_VI = frozenset(
    "khi nao co khong cai gi mau cua o dau tren bao nhieu va roi xe nguoi luc la trong hien chu nay thay may".split()
)
"""Common words, without their accents: many people type so."""
_EN = frozenset("the is are was what when where who how does did do a an of in on at and then there any which".split())


def detect_language(text: str) -> Language:
    """`vi` if a letter of Vietnamese alone appears, or if more Vietnamese than English common words do; else `en`."""
    lowered = unicodedata.normalize("NFC", text).lower()
    if any(letter in _LETTERS for letter in lowered):
        return "vi"
    bare = "".join(c for c in unicodedata.normalize("NFD", lowered) if not unicodedata.combining(c))
    words = re.findall(r"[^\W\d_]+", bare)
    return "vi" if sum(w in _VI for w in words) > sum(w in _EN for w in words) else "en"
