"""Reads single lines with the program Tesseract, if it is installed with Vietnamese."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

LINE_PIXELS = 48  # height that its line mode reads best
BORDER_PIXELS = 12  # of white around a line
TIMEOUT_SECONDS = 20
LANGUAGE = "vie"  # not vie+eng, with which it reads Vietnamese letters as plain ones; it reads no English lines


@dataclass(frozen=True, slots=True)
class Tesseract:
    """The Tesseract program at `path`."""

    path: str

    def read_line(self, crop: NDArray[np.uint8]) -> str:
        """Returns the words of a line (HWC uint8 RGB); "" if the program reads none or fails."""
        command = [self.path, "stdin", "stdout", "-l", LANGUAGE, "--psm", "7"]
        # One thread, since OpenMP within a single line only takes cores from the other stages.
        environment = {"OMP_THREAD_LIMIT": "1", "PATH": "/usr/bin:/bin"}
        try:
            result = subprocess.run(  # noqa: S603 - the program found by which, no shell
                command,
                input=_binarise(crop),
                capture_output=True,
                timeout=TIMEOUT_SECONDS,
                check=True,
                env=environment,
            )
        except (subprocess.SubprocessError, OSError):
            return ""
        return " ".join(result.stdout.decode("utf-8", "replace").split())


@cache
def find_tesseract() -> Tesseract | None:
    """Returns the program; None unless it is installed with Vietnamese."""
    path = shutil.which("tesseract")
    if path is None:
        return None
    languages = subprocess.run([path, "--list-langs"], capture_output=True, text=True, check=False)  # noqa: S603 - found by which
    return Tesseract(path) if LANGUAGE in languages.stdout.split() else None


def _binarise(crop: NDArray[np.uint8]) -> bytes:
    """Dark letters on white by Otsu's threshold, as the bytes of a PNG."""
    import cv2

    grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)
    scale = LINE_PIXELS / grey.shape[0]
    if scale > 1:
        grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    _, binary = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    if (binary > 0).mean() < 0.5:
        binary = 255 - binary
    border = BORDER_PIXELS
    framed = cv2.copyMakeBorder(binary, border, border, border, border, cv2.BORDER_CONSTANT, value=255)
    _, png = cv2.imencode(".png", framed)
    return bytes(png)
