"""A moment to take along: a short film, or its picture."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def cut_bytes(path: Path, start_seconds: float, end_seconds: float) -> bytes:
    """`[start_seconds, end_seconds)` as mp4 that every browser plays.

    Raises:
        VideoAssistantError: no picture decodes there.
    """
    from assistant.media.clip import cut_clip

    with tempfile.TemporaryDirectory() as folder:
        return cut_clip(path, start_seconds, end_seconds, Path(folder) / "cut.mp4").read_bytes()


def png(picture: NDArray[np.uint8]) -> bytes:
    """An HWC uint8 RGB picture as PNG."""
    from PIL import Image

    out = io.BytesIO()
    Image.fromarray(picture).save(out, "PNG")
    return out.getvalue()
