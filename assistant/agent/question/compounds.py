"""Takes a question that asks several things apart: "is there a dog, and what colour is it?"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.agent.question.fillers import compose_text, folded_alike

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.text.language import Language

MAX_PARTS = 3
_ASKING_EN = r"(?:what|which|who|whose|where|when|why|how|(?:is|are|was|were|do|does|did|has|have|can) (?:it|he|she|they|there|that|any|the|a|an|someone|somebody|anyone|anybody))\b"
_BETWEEN: dict[Language, re.Pattern[str]] = {
    "en": re.compile(rf"(?:\s*[?;.]\s*(?:and |also )?|,?\s+(?:and|n|&)(?: also| then)?\s+(?:if so,? |if (?:yes|there is),? )?|,\s*(?:if so,? |if yes,? ))(?={_ASKING_EN})"),
    "vi": re.compile(r"(?:\s*[?;.]\s*|,?\s*\b(?:neu co|co thi)\b(?: thi)?,?\s+|,?\s+(?:va|roi|voi ca|dong thoi)\s+|,\s+)"),
}  # fmt: skip
_SUBJECTLESS_VI = re.compile(
    r"(?:co |dang |bi |duoc |lai )?(?:di|chay|dung|dau|re|quay|mac|cam|deo|lam|dung lai|ngoi|nam|mau|o|den|toi|bay|huong|di chuyen)\b"
)


_WHETHER_SAID = re.compile(
    r"(?:bai giang|bai|thay|co giao|giang vien|video|ho|co ay|anh ay|ong ay|i think|i guess)\b.{0,24}\b(?:noi|giang|nhac|giai thich)\b"
)
"""A clause that only says that the question is about what is said."""


def split_parts(text: str, language: Language, is_question: Callable[[str], bool]) -> list[str]:
    """Returns the parts of a question in order; a part without a subject gets a pronoun for that of the part before.

    Args:
        text: as it was typed.
        language: of the question.
        is_question: whether a part is understood as a question by itself; a text is only split into such parts.
    """
    text = compose_text(text)
    folded = folded_alike(text)
    for match in _BETWEEN[language].finditer(folded):
        first, second = text[: match.start()].strip(" ,"), text[match.end() :].strip(" ,")
        if not first or not second or len(first.split()) < 2 or _WHETHER_SAID.match(folded_alike(second)):
            continue
        if language == "vi" and _SUBJECTLESS_VI.match(folded_alike(second)):
            second = f"nó {second}"
        if is_question(first) and is_question(second):
            return [first, *split_parts(second, language, is_question)][:MAX_PARTS]
    return [text]
