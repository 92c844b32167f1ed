"""How times and videos are written for people."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.text.language import Language

_CONTENT_HASH = re.compile(r"-[0-9a-f]{6}$")
_SPOKEN_SECONDS: dict[Language, str] = {"en": "{s} seconds", "vi": "giây {s}"}
_SPOKEN_MINUTES: dict[Language, str] = {"en": "{m} minutes {s} seconds", "vi": "{m} phút {s} giây"}


def video_title(video_id: str) -> str:
    """Returns a video's name as people know it: its id without the hash of its content."""
    return _CONTENT_HASH.sub("", video_id)


def format_clock(seconds: float) -> str:
    """Returns `1:23` for `83.9`: rounded down, so that a player that starts there still shows the moment."""
    whole = int(seconds)
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"


def time_in_words(seconds: float, language: Language) -> str:
    """Returns `1 minutes 23 seconds` for `83`, to be read aloud."""
    whole = int(seconds)
    texts = _SPOKEN_MINUTES if whole >= 60 else _SPOKEN_SECONDS
    return texts[language].format(m=whole // 60, s=whole % 60)
