"""Folds a question letter by letter, and keeps apart the words that only their accents keep apart.

"giây" (second), "giấy" (paper) and "giày" (shoe) all fold to "giay". A text without any accent leaves that open, and
the rules read it as the word of time; a text that has its accents does not, and there "giấy" must not be read so.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from assistant.text.fold import fold

if TYPE_CHECKING:
    from collections.abc import Mapping

OTHER_WORD = "ø"
"""What stands in `fold_letters` for every letter of a word that its accents make another word."""

_SIGNS = {
    "–": "-", "—": "-", "−": "-", "‐": "-", "‑": "-", "’": "'", "‘": "'", "′": "'", "`": "'", "″": '"', "”": '"',
    "“": '"', "→": ">",
}  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+")

# Folded word: the accented words that it stands for where rules read times and days.
_MEANT: Mapping[str, frozenset[str]] = {
    folded: frozenset(words.split())
    for folded, words in {
        "ba": "ba", "bang": "băng", "bay": "bảy", "canh": "cảnh", "bon": "bốn", "chieu": "chiều", "chin": "chín",
        "chu": "chủ", "co": "cỡ có", "cuoi": "cuối", "dau": "đầu", "dem": "đêm", "den": "đến", "gan": "gần",
        "giay": "giây", "gio": "giờ", "giua": "giữa", "hai": "hai", "het": "hết", "hom": "hôm", "khoang": "khoảng",
        "kia": "kia", "lam": "lăm", "luc": "lúc", "mot": "một mốt", "muoi": "mười mươi", "nam": "năm",
        "nay": "nay này", "ngay": "ngày", "nua": "nửa", "o": "ở", "phan": "phần", "qua": "qua", "quang": "quãng",
        "ruoi": "rưỡi", "sang": "sáng", "sau": "sau", "tai": "tại", "tam": "tầm", "thang": "tháng", "thu": "thứ",
        "tieng": "tiếng", "toi": "tới", "trong": "trong", "trua": "trưa", "truoc": "trước", "tu": "từ",
        "tuan": "tuần", "vai": "vài", "vao": "vào",
    }.items()
}  # fmt: skip
# Words of time whose letters another word of time or a common word has too: in capitals, which no folded text has.
_CAPITALS = {
    "sáu": "SAU",
    "tư": "TU",
    "tám": "TAM",
    "tối": "TOI",
    "sáng": "SANG",
    "đêm": "DEM",
    "chiều": "CHIEU",
    "nữa": "NUA",
}


class _Letters(dict[int, str]):
    """Folded letters by code point, each as it is met first."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        folded = fold(unicodedata.normalize("NFKC", _SIGNS.get(letter, letter)))
        if folded.isspace():
            folded = " "
        self[code] = folded if len(folded) == 1 else letter
        return self[code]


_LETTERS = _Letters()


def fold_letters(text: str) -> str:
    """Returns the folded text with one character for each of `text`, which must be NFC: offsets in one hold in both.

    Full-width figures become plain ones, dashes and quotation marks plain ones, every blank a space. A word of `text`
    that its accents make another word than the rules mean is a row of `OTHER_WORD`. "SAU" is "sáu" (6), beside "sau"
    (after); so are "TU" (4), "TAM" (8), "TOI" (evening), "SANG" (morning), "CHIEU" (afternoon), "DEM" (night) and
    "NUA" (more), beside "nua" (half).
    """
    folded = text.translate(_LETTERS)
    if text.isascii():
        return folded
    return _WORD.sub(lambda match: _tell_apart(match, text), folded)


def _tell_apart(match: re.Match[str], text: str) -> str:
    folded = match[0]
    if (meant := _MEANT.get(folded)) is None:
        return folded
    spelled = text[match.start() : match.end()].lower()
    if spelled in _CAPITALS:
        return _CAPITALS[spelled]
    return folded if spelled == folded or spelled in meant else OTHER_WORD * len(folded)
