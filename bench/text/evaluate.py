"""`video-assistant evaluate text --media FOLDER`: the figures of everything written or said."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assistant.session import Session


def evaluate(session: Session, folder: Path, *, seed: int) -> dict[str, Any]:
    """Figures `text.*` over a folder of media with truth files (`bench.text.truth`).

    Raises:
        VideoAssistantError: the folder holds no truth of text.
    """
    from assistant.models.ocr import RapidOcrReader, screen_reader
    from bench.text.cues import cue_figures
    from bench.text.fusion import fusion_figures
    from bench.text.lookup import lookup_figures
    from bench.text.reading import exact_truth, photographed
    from bench.text.truth import true_lines

    truth = true_lines(folder)
    reader, offline = screen_reader(), RapidOcrReader(accents=None)
    figures = exact_truth(truth, reader, "text")
    figures |= exact_truth(truth, offline, "text.offline")
    figures |= photographed(folder, reader)
    figures |= cue_figures(folder, reader)
    figures |= lookup_figures(seed)
    figures |= fusion_figures(session, folder, seed)
    return {"figures": figures, "settings": {"media": str(folder), "seed": seed, "lines": len(truth)}}
