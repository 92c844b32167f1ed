"""How times and videos are written for people."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.text.quantities import duration_in_words

if TYPE_CHECKING:
    from assistant.text.language import Language

_CONTENT_HASH = re.compile(r"-[0-9a-f]{6}$")


def video_title(video_id: str) -> str:
    """Returns a video's name as people know it: its id without the hash of its content."""
    return _CONTENT_HASH.sub("", video_id)


def format_clock(seconds: float) -> str:
    """Returns `1:23` for `83.9`: rounded down, so that a player that starts there still shows the moment."""
    whole = int(seconds)
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"


def time_in_words(seconds: float, language: Language) -> str:
    """Returns `1 minute 23 seconds` for `83`, and `6 seconds` or `giây 6` for `6`, to be read aloud."""
    whole = int(seconds)
    return f"giây {whole}" if language == "vi" and whole < 60 else duration_in_words(whole, language)
