"""Tells Vietnamese words of grammar from content words that look alike without their accents: `có` from `cô`."""

from __future__ import annotations

import re
import unicodedata

_SPELLINGS: dict[str, str] = {
    "co": "có", "may": "mấy", "o": "ở", "la": "là", "chi": "chỉ", "noi": "nói", "ve": "về vẽ", "thay": "thấy thầy",
    "do": "đó", "dau": "đâu", "nao": "nào", "tu": "từ", "mau": "màu", "a": "à ạ", "ha": "hả", "day": "đây đấy", "va": "và",
    "cho": "chỗ", "canh": "cảnh", "doan": "đoạn", "the": "thế", "di": "đi", "bi": "bị", "den": "đến", "luc": "lúc",
    "ban": "bạn ban", "vao": "vào", "bao": "báo bảo", "giay": "giây", "mat": "mất mặt", "het": "hết", "sau": "sau", "ta": "tả",
    "tim": "tìm", "ke": "kể", "ba": "ba bà", "xe": "xe", "hay": "hãy", "phai": "phải", "trai": "trái", "loai": "loại",
}  # fmt: skip
"""Folded words of grammar and the spellings with accents that are meant; the spelling without accents always is."""
_ALLOWED = {folded: frozenset(spellings.split()) for folded, spellings in _SPELLINGS.items()}
_WORD = re.compile(r"\w+")
_MASK = "\x7f"
"""Stands for the last letter of a masked word; a pattern that means the content word allows it: `d[o\\x7f]`."""


def mask_homographs(text: str, folded: str) -> str:
    """Returns `folded` with a mark in words that only look like words of grammar, so that no pattern takes them for one.

    Args:
        text: NFC, as it was typed.
        folded: the same text folded, character by character.
    """
    masked = list(folded)
    for match in _WORD.finditer(text):
        typed = unicodedata.normalize("NFC", match[0].lower())
        allowed = _ALLOWED.get(folded[match.start() : match.end()])
        if allowed is not None and not typed.isascii() and typed not in allowed:
            masked[match.end() - 1] = _MASK
    return "".join(masked)
