"""How times and videos are named for people."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.text.language import Language

_CONTENT_HASH = re.compile(r"-[0-9a-f]{6}$")
_SPOKEN_SECONDS: dict[Language, str] = {"en": "{s} seconds", "vi": "giây {s}"}
_SPOKEN_MINUTES: dict[Language, str] = {"en": "{m} minutes {s} seconds", "vi": "{m} phút {s} giây"}


def title(video_id: str) -> str:
    """A video's name as people know it: its id without the hash."""
    return _CONTENT_HASH.sub("", video_id)


def minute(seconds: float) -> str:
    """`83.9` as `1:23`: a player that starts there shows the moment."""
    whole = int(seconds)
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"


def in_words(seconds: float, language: Language) -> str:
    """`83` as `1 minutes 23 seconds`, for the voice."""
    whole = int(seconds)
    texts = _SPOKEN_MINUTES if whole >= 60 else _SPOKEN_SECONDS
    return texts[language].format(m=whole // 60, s=whole % 60)
