"""Text as it is searched: lower case, no accents, `đ` as `d`.

SQLite's own folding leaves `đ` alone and treats composed and decomposed letters apart, so both the index and the query
go through this fold.
"""

import re
import unicodedata

_WORD = re.compile(r"\w+")


def fold(text: str) -> str:
    """`Tin Tức ĐẶC biệt` to `tin tuc dac biet`; composed and decomposed forms give the same."""
    plain = "".join(c for c in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(c))
    return plain.replace("đ", "d")


def folded_words(text: str) -> list[str]:
    """The folded words of a text, in order."""
    return _WORD.findall(fold(text))
