"""Folds text for search: lower case, without accents, `đ` as `d`.

SQLite's own folding leaves `đ` alone and distinguishes composed from decomposed letters, so both the index and the
query are folded here.
"""

import re
import unicodedata

_WORD = re.compile(r"\w+")


def fold(text: str) -> str:
    """Returns `tin tuc dac biet` for `Tin Tức ĐẶC biệt`; composed and decomposed forms give the same result."""
    letters = unicodedata.normalize("NFD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).replace("đ", "d")


def folded_words(text: str) -> list[str]:
    """Returns the folded words of a text, in order."""
    return _WORD.findall(fold(text))
