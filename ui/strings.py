"""A text of the page in the language of the page."""

from __future__ import annotations

from assistant.text.language import Language
from ui.texts import EXAMPLES, NAMES, OTHER_EXAMPLES, TEXTS

__all__ = ["EXAMPLES", "NAMES", "OTHER_EXAMPLES", "Language", "browser_language", "text"]


def text(key: str, language: Language, **values: object) -> str:
    """A text of the table with its values."""
    return TEXTS[key][language].format(**values)


def browser_language(locale: str | None) -> Language:
    """Vietnamese where the browser asks for it, else English."""
    return "vi" if (locale or "").lower().startswith("vi") else "en"
