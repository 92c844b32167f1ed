"""The contents of the files that the page offers for download: a clip, a picture, and tables of results."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    from numpy.typing import NDArray

    from tools.types import Evidence, FrameHit


def encode_clip(path: Path, start_seconds: float, end_seconds: float) -> bytes:
    """Returns `[start_seconds, end_seconds)` of the video at `path` as an MP4 that every browser plays.

    Raises:
        VideoAssistantError: no frame of the range can be decoded.
    """
    from assistant.media.clip import cut_clip

    with tempfile.TemporaryDirectory() as folder:
        return cut_clip(path, start_seconds, end_seconds, Path(folder) / "cut.mp4").read_bytes()


def encode_png(picture: NDArray[np.uint8]) -> bytes:
    """Returns an HWC uint8 RGB picture as PNG."""
    from PIL import Image

    out = io.BytesIO()
    Image.fromarray(picture).save(out, "PNG")
    return out.getvalue()


def format_evidence_csv(evidence: Iterable[Evidence]) -> str:
    """Returns a CSV table with one row for each piece of evidence; times in seconds."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["video_id", "start_seconds", "end_seconds", "seconds", "tool", "score", "text"])
    for item in evidence:
        seconds = f"{item.keyframe.seconds:.3f}" if item.keyframe else ""
        start, end = f"{item.moment.start_seconds:.3f}", f"{item.moment.end_seconds:.3f}"
        writer.writerow([item.moment.video_id, start, end, seconds, item.tool, f"{item.score:.3f}", item.text or ""])
    return out.getvalue()


def format_hits_csv(hits: Iterable[FrameHit]) -> str:
    """Returns a CSV table with one row for each hit, in the order given; times in seconds."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["video_id", "frame_index", "seconds", "score", "channel", "line"])
    for hit in hits:
        frame, line = hit.keyframe, hit.line.text if hit.line is not None else ""
        writer.writerow(
            [frame.video_id, frame.frame_index, f"{frame.seconds:.3f}", f"{hit.score:.4f}", hit.channel, line]
        )
    return out.getvalue()
