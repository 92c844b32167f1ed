"""Every text of the page, in English and Vietnamese: one table for each screen, read through `text`."""

from __future__ import annotations

from assistant.text.language import Language
from ui.texts import chat, guide, library, page, search, settings, video, voice

__all__ = ["NAMES", "TABLES", "TEXTS", "Language", "browser_language", "named_language", "text"]

NAMES: dict[Language, str] = {"en": "English", "vi": "Tiếng Việt"}
"""Each language in its own words."""
TABLES = (page.TEXTS, chat.TEXTS, video.TEXTS, search.TEXTS, library.TEXTS, voice.TEXTS, settings.TEXTS, guide.TEXTS)
TEXTS: dict[str, dict[Language, str]] = {key: languages for table in TABLES for key, languages in table.items()}
"""Every text by its key; `{name}` in a text stands for a value."""


def text(key: str, language: Language, **values: object) -> str:
    """Returns the text of `key` in `language`, with `values` filled in.

    Raises:
        KeyError: no text has this key, or one of its values is missing.
    """
    return TEXTS[key][language].format(**values)


def browser_language(locale: str | None) -> Language:
    """Returns Vietnamese if the browser's locale (`vi-VN`) asks for it, else English."""
    return "vi" if (locale or "").lower().startswith("vi") else "en"


def named_language(name: str | None) -> Language | None:
    """Returns the language that an address names: by its code (`vi`), or by its own name, as older addresses do."""
    return next((code for code, own_name in NAMES.items() if name in (code, own_name)), None)
