"""Takes a question that asks several things apart: "is there a dog, and what colour is it?"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from assistant.agent.question.fillers import compose_text, folded_alike

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.text.language import Language

MAX_PARTS = 3
"""Parts of a question that are answered; each takes as long as a question by itself."""
_ASKING_EN = r"(?:what|which|who|whose|where|when|why|how|(?:is|are|was|were|do|does|did|has|have|can) (?:it|he|she|they|there|that|any|the|a|an|someone|somebody|anyone|anybody))\b"
_BETWEEN: dict[Language, re.Pattern[str]] = {
    "en": re.compile(rf"(?:\s*[?;.]\s*(?:and |also )?|,?\s+(?:and|n|&)(?: also| then)?\s+(?:if so,? |if (?:yes|there is),? )?|,\s*(?:if so,? |if yes,? )?)(?={_ASKING_EN})"),
    "vi": re.compile(r"(?:\s*[?;.]\s*|,?\s*\b(?:neu co|co thi)\b(?: thi)?,?\s+|,?\s+(?:va|roi|voi ca|dong thoi)\s+|,\s+)"),
}  # fmt: skip
_SUBJECTLESS_VI = re.compile(
    r"(?:co |dang |bi |duoc |lai )?(?:di|chay|dung|dau|re|quay|mac|cam|deo|lam|dung lai|ngoi|nam|mau|o|den|toi|bay|huong|di chuyen)\b"
)


_WHETHER_SAID = re.compile(
    r"(?:bai giang|bai|thay|co giao|giang vien|video|ho|co ay|anh ay|ong ay|i think|i guess)\b.{0,24}\b(?:noi|giang|nhac|giai thich)\b"
)
"""A clause that only says that the question is about what is said."""


_DIRECT_EN = re.compile(
    r"(?:and |so )?(?:(?:what|which|who|whose|how (?:many|much|long|often))\b"
    r"|(?:(?:when|where|why|how) )?(?:is|are|was|were|do|does|did|has|have|can|could|will)\b)",
    re.IGNORECASE,
)
"""How a direct question begins. "When the bus stops, who gets off?" begins with a clause of time, and is one question."""


class Parts(NamedTuple):
    """A question taken apart."""

    asked: list[str]  # in order, at most `MAX_PARTS`
    left_out: str  # all further parts, which are not answered


def split_parts(text: str, language: Language, is_question: Callable[[str], bool]) -> Parts:
    """Returns the parts of a question in order; a part without a subject gets a pronoun for that of the part before.

    Args:
        text: as it was typed.
        language: of the question.
        is_question: whether a part is understood as a question by itself; a text is only split into such parts.
    """
    parts = _split(compose_text(text), language, is_question, MAX_PARTS)
    return Parts(parts[:MAX_PARTS], "".join(parts[MAX_PARTS:]))


def _split(text: str, language: Language, is_question: Callable[[str], bool], cuts: int) -> list[str]:
    """The parts of a text that is cut at most so often."""
    if cuts == 0:
        return [text]
    folded = folded_alike(text)
    for match in _BETWEEN[language].finditer(folded):
        first, second = text[: match.start()].strip(" ,"), text[match.end() :].strip(" ,")
        if not first or not second or len(first.split()) < 2 or _WHETHER_SAID.match(folded_alike(second)):
            continue
        if language == "en" and match[0].strip() == "," and not _DIRECT_EN.match(first):
            continue
        if language == "vi" and _SUBJECTLESS_VI.match(folded_alike(second)):
            second = f"nó {second}"
        if is_question(first) and is_question(second):
            return [first, *_split(second, language, is_question, cuts - 1)]
    return [text]
