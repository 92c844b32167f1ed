"""Tesseract, where it is installed with Vietnamese: one line at a time, through the program."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

LINE_HEIGHT = 48  # pixels that its line mode reads best
FRAME = 12  # white pixels around a line
TIMEOUT_SECONDS = 20
LANGUAGE = "vie"  # not vie+eng: English it is not asked for, and with both it takes Vietnamese letters for plain ones


@dataclass(frozen=True, slots=True)
class Tesseract:
    """The program at `path`."""

    path: str

    def read_line(self, crop: NDArray[np.uint8]) -> str:
        """The words of a line (HWC uint8 RGB); empty where the program gives none."""
        command = [self.path, "stdin", "stdout", "-l", LANGUAGE, "--psm", "7"]
        # One thread: OpenMP within a single line of text only takes cores from the other stages.
        environment = {"OMP_THREAD_LIMIT": "1", "PATH": "/usr/bin:/bin"}
        try:
            done = subprocess.run(  # noqa: S603 - the program found by which, no shell
                command,
                input=_binarised(crop),
                capture_output=True,
                timeout=TIMEOUT_SECONDS,
                check=True,
                env=environment,
            )
        except (subprocess.SubprocessError, OSError):
            return ""
        return " ".join(done.stdout.decode("utf-8", "replace").split())


@cache
def find_tesseract() -> Tesseract | None:
    """The program, if it is installed with Vietnamese."""
    path = shutil.which("tesseract")
    if path is None:
        return None
    listed = subprocess.run([path, "--list-langs"], capture_output=True, text=True, check=False)  # noqa: S603 - found by which
    return Tesseract(path) if LANGUAGE in listed.stdout.split() else None


def _binarised(crop: NDArray[np.uint8]) -> bytes:
    """Dark letters on white (Otsu's threshold), as a PNG."""
    import cv2

    grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)
    scale = LINE_HEIGHT / grey.shape[0]
    if scale > 1:
        grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    _, binary = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    if (binary > 0).mean() < 0.5:
        binary = 255 - binary
    framed = cv2.copyMakeBorder(binary, FRAME, FRAME, FRAME, FRAME, cv2.BORDER_CONSTANT, value=255)
    _, png = cv2.imencode(".png", framed)
    return bytes(png)
