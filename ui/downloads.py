"""A moment to take along: a short film, or its picture."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from tools.types import Evidence, FrameHit


def encode_clip(path: Path, start_seconds: float, end_seconds: float) -> bytes:
    """`[start_seconds, end_seconds)` as mp4 that every browser plays.

    Raises:
        VideoAssistantError: no picture decodes there.
    """
    from assistant.media.clip import cut_clip

    with tempfile.TemporaryDirectory() as folder:
        return cut_clip(path, start_seconds, end_seconds, Path(folder) / "cut.mp4").read_bytes()


def encode_png(picture: NDArray[np.uint8]) -> bytes:
    """An HWC uint8 RGB picture as PNG."""
    from PIL import Image

    out = io.BytesIO()
    Image.fromarray(picture).save(out, "PNG")
    return out.getvalue()


def format_evidence_csv(evidence: Iterable[Evidence]) -> str:
    """One row for each moment."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["video_id", "start_seconds", "end_seconds", "seconds", "tool", "score", "text"])
    for one in evidence:
        given = f"{one.keyframe.seconds:.3f}" if one.keyframe else ""
        start, end = f"{one.moment.start_seconds:.3f}", f"{one.moment.end_seconds:.3f}"
        writer.writerow([one.moment.video_id, start, end, given, one.tool, f"{one.score:.3f}", one.text or ""])
    return out.getvalue()


def format_hits_csv(hits: Sequence[FrameHit]) -> str:
    """One row for each hit, best first."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["video_id", "frame_index", "seconds", "score", "channel", "line"])
    for hit in hits:
        frame, line = hit.keyframe, hit.line.text if hit.line is not None else ""
        writer.writerow(
            [frame.video_id, frame.frame_index, f"{frame.seconds:.3f}", f"{hit.score:.4f}", hit.channel, line]
        )
    return out.getvalue()
