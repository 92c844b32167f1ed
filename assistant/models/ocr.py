"""On-screen text: RapidOCR finds the lines and reads them; Tesseract re-reads them in Vietnamese where it is installed.

RapidOCR's own recogniser has no letters for most Vietnamese vowels and drops them, so its boxes are kept and its words
replaced where `tesseract -l vie+eng` is there.
"""

from __future__ import annotations

import logging
import shutil
import subprocess
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.ingest.screen_text import ReadLine
from assistant.models.base import LazyModel

FEWEST_PIXELS, MOST_PIXELS = 480, 736  # of the shorter side, as the detector sees it
TRUSTED_BY_DETECTOR = 0.5  # below it a box is mostly texture
LINE_HEIGHT = 48  # pixels that Tesseract's line mode reads best
MARGIN = 0.15  # of a line's height, on every side: accents stand outside the detector's boxes
TIMEOUT_SECONDS = 20


@cache
def vietnamese_tesseract() -> str | None:
    """The program's path, if it is installed with Vietnamese."""
    program = shutil.which("tesseract")
    if program is None:
        return None
    listed = subprocess.run([program, "--list-langs"], capture_output=True, text=True, check=False)  # noqa: S603 - found by which
    return program if "vie" in listed.stdout.split() else None


class RapidOcrReader(LazyModel[Any]):
    """Reads the lines of a picture.

    Args:
        tesseract: the program that re-reads lines; None reads with RapidOCR alone. Default: where it is installed.
    """

    def __init__(self, *, tesseract: str | bool | None = True) -> None:
        super().__init__()
        self._tesseract = vietnamese_tesseract() if tesseract is True else (tesseract or None)

    def _load(self) -> Any:
        from rapidocr import RapidOCR

        # The detector's own default enlarges every frame to 736 lines, which takes 2.3 times as long and reads no more.
        params = {"Global.log_level": "critical", "Det.limit_type": "min", "Det.limit_side_len": FEWEST_PIXELS}
        engine = RapidOCR(params=params | {"EngineConfig.onnxruntime.intra_op_num_threads": 2})
        logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)
        return engine

    def read(self, image: NDArray[np.uint8]) -> list[ReadLine]:
        """The lines of a picture (HWC uint8 RGB), top to bottom; boxes in its pixels, scores in [0, 1]."""
        from PIL import Image

        height, width = image.shape[:2]
        shrink = min(1.0, MOST_PIXELS / min(height, width))
        seen = image
        if shrink < 1:
            size = (round(width * shrink), round(height * shrink))
            seen = np.asarray(Image.fromarray(image).resize(size, Image.Resampling.BOX))
        found = self.loaded(np.ascontiguousarray(seen[..., ::-1]), use_cls=False)
        if found.boxes is None:
            return []
        lines = []
        for corners, text, score in zip(found.boxes, found.txts, found.scores, strict=True):
            x0, y0 = (float(v) / shrink for v in corners.min(axis=0))
            x1, y1 = (float(v) / shrink for v in corners.max(axis=0))
            line = ReadLine(text.strip(), float(score), (x0, y0, x1, y1))
            if score < TRUSTED_BY_DETECTOR or not line.text:
                continue
            lines.append(self._reread(image, line) if self._tesseract else line)
        return sorted(lines, key=lambda line: (line.box[1], line.box[0]))

    def _reread(self, image: NDArray[np.uint8], line: ReadLine) -> ReadLine:
        """The line as Tesseract reads it, where that agrees with RapidOCR's base letters."""
        words = _tesseract_line(str(self._tesseract), _binarise(_crop(image, line)))
        return ReadLine(words, line.score, line.box) if words and _agree(words, line.text) else line


def _agree(words: str, text: str) -> bool:
    """True unless the two readings are so far apart that one of them saw something else."""
    from rapidfuzz import fuzz

    from assistant.library.fold import fold

    # RapidOCR drops accented vowels, so even a right reading shares only part of the letters.
    return fuzz.ratio(fold(words), fold(text)) >= 55


def _crop(image: NDArray[np.uint8], line: ReadLine) -> NDArray[np.uint8]:
    x0, y0, x1, y1 = line.box
    margin = MARGIN * (y1 - y0)
    top, bottom = max(0, int(y0 - margin)), min(image.shape[0], int(y1 + margin) + 1)
    left, right = max(0, int(x0 - margin)), min(image.shape[1], int(x1 + margin) + 1)
    return image[top:bottom, left:right]


def _binarise(crop: NDArray[np.uint8]) -> bytes:
    """Dark letters on white (Otsu's threshold), as a PNG."""
    import cv2

    grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)
    scale = LINE_HEIGHT / grey.shape[0]
    if scale > 1:
        grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    _, binary = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    if (binary > 0).mean() < 0.5:
        binary = 255 - binary
    framed = cv2.copyMakeBorder(binary, 12, 12, 12, 12, cv2.BORDER_CONSTANT, value=255)
    _, png = cv2.imencode(".png", framed)
    return bytes(png)


def _tesseract_line(program: str, png: bytes) -> str:
    """One line's words; empty where the program gives none."""
    command = [program, "stdin", "stdout", "-l", "vie+eng", "--psm", "7"]
    # One thread: OpenMP within a single line of text only takes cores from the other stages.
    environment = {"OMP_THREAD_LIMIT": "1", "PATH": "/usr/bin:/bin"}
    try:
        done = subprocess.run(  # noqa: S603 - the program found by which, no shell
            command, input=png, capture_output=True, timeout=TIMEOUT_SECONDS, check=True, env=environment
        )
    except (subprocess.SubprocessError, OSError):
        return ""
    return " ".join(done.stdout.decode("utf-8", "replace").split())
