"""`video-assistant evaluate text --media FOLDER`: text on screen, subtitles, look-ups and search over all channels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assistant.session import Session


def evaluate(session: Session, folder: Path, *, seed: int) -> dict[str, Any]:
    """Figures `text.*`; `text.offline.*` are read without Tesseract.

    Args:
        session: whose retrieval model searches.
        folder: media with truth files (`bench.quality.text.ground_truth`).
        seed: of the rendered clips and the damaged look-ups.

    Raises:
        VideoAssistantError: the folder holds no truth of text.
    """
    from assistant.models.ocr.rapidocr import RapidOcrReader
    from assistant.models.ocr.tesseract import find_tesseract
    from bench.quality.text.fusion import fusion_figures
    from bench.quality.text.ground_truth import true_lines
    from bench.quality.text.screen_text import CountingAccents, photo_figures, reading_figures
    from bench.quality.text.subtitles import cue_figures
    from bench.speed.text_lookup import lookup_figures

    truth = true_lines(folder)
    tesseract = find_tesseract()
    accents = None if tesseract is None else CountingAccents(tesseract)
    reader, offline = RapidOcrReader(accents), RapidOcrReader(accents=None)
    figures = reading_figures(truth, reader, "text")
    # Of these passes, those in which Tesseract read the line as well.
    figures["text.tesseract_passes_per_distinct_line"] = (accents.passes if accents else 0) / len(truth)
    figures |= reading_figures(truth, offline, "text.offline")
    figures |= photo_figures(folder, reader)
    figures |= cue_figures(folder, reader)
    figures |= lookup_figures(seed)
    figures |= fusion_figures(session, folder, seed)
    settings = {"media": str(folder), "seed": seed, "lines": len(truth), "offline_engine": "RapidOCR"}
    settings["engine"] = "RapidOCR" if tesseract is None else "RapidOCR with Tesseract vie"
    return {"figures": figures, "settings": settings}
