"""`video-assistant evaluate text --media FOLDER`: the figures of everything written or said."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assistant.session import Session


def evaluate(session: Session, folder: Path, *, seed: int) -> dict[str, Any]:
    """Figures `text.*` over a folder of media with truth files (`bench.quality.text.ground_truth`).

    Raises:
        VideoAssistantError: the folder holds no truth of text.
    """
    from assistant.models.ocr.rapidocr import RapidOcrReader
    from assistant.models.ocr.tesseract import find_tesseract
    from bench.quality.text.fusion import fusion_figures
    from bench.quality.text.ground_truth import true_lines
    from bench.quality.text.screen_text import CountingAccents, exact_truth, photographed
    from bench.quality.text.subtitles import cue_figures
    from bench.speed.text_lookup import lookup_figures

    truth = true_lines(folder)
    tesseract = find_tesseract()
    accents = None if tesseract is None else CountingAccents(tesseract)
    reader, offline = RapidOcrReader(accents), RapidOcrReader(accents=None)
    figures = exact_truth(truth, reader, "text")
    # Of those passes, the lines that went through Tesseract as well.
    figures["text.tesseract_passes_per_distinct_line"] = (accents.passes if accents else 0) / len(truth)
    figures |= exact_truth(truth, offline, "text.offline")
    figures |= photographed(folder, reader)
    figures |= cue_figures(folder, reader)
    figures |= lookup_figures(seed)
    figures |= fusion_figures(session, folder, seed)
    settings = {"media": str(folder), "seed": seed, "lines": len(truth), "offline_engine": "RapidOCR"}
    settings["engine"] = "RapidOCR" if tesseract is None else "RapidOCR with Tesseract vie"
    return {"figures": figures, "settings": settings}
