"""What the player shows: the original where the browser can play it, else a short cut."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

MOST_BYTES = 24 << 20  # Streamlit holds what it plays in memory: larger files are played as a cut
LEAD_SECONDS, CUT_SECONDS = 3.0, 30.0


@dataclass(frozen=True, slots=True)
class Clip:
    """A file to play, and where to start in it."""

    path: Path
    start_seconds: int  # the player knows whole seconds
    is_cut: bool


def playable(path: Path, seconds: float, cache: Path) -> Clip:
    """Something that plays `path` at `seconds`: within half a second for the original, exact in a cut.

    Cuts are kept in `cache` under the original's path, size, time of change and place.

    Raises:
        VideoAssistantError: nothing of the file decodes there.
        FileNotFoundError: the file is gone.
    """
    from assistant.ingest.cut import browser_can_play, cut

    stat = path.stat()
    if stat.st_size <= MOST_BYTES and browser_can_play(path):
        return Clip(path, round(seconds), is_cut=False)
    lead = min(LEAD_SECONDS, float(int(seconds)))
    start = seconds - lead
    key = f"{path}\0{stat.st_size}\0{stat.st_mtime_ns}\0{start:.3f}"
    out = cache / f"{hashlib.blake2b(key.encode(), digest_size=12).hexdigest()}.mp4"
    if not out.exists():
        cache.mkdir(parents=True, exist_ok=True)
        cut(path, start, start + CUT_SECONDS, out)
    return Clip(out, int(lead), is_cut=True)
