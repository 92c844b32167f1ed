"""EasyOCR for Vietnamese and English, from a folder with its model files; it downloads nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.media.readings import ReadLine, Region
from assistant.models.base import LazyModel
from tools.errors import ModelNotFoundError

FILES = ("craft_mlt_25k.pth", "latin_g2.pth")
"""Its detector, and its recogniser of Latin letters, which include the Vietnamese ones."""


class EasyOcrReader(LazyModel[Any]):
    """Reads the lines of text in a picture.

    Args:
        folder: holds `FILES`.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def _load(self) -> Any:
        missing = [name for name in FILES if not (self._folder / name).is_file()]
        if missing:
            raise ModelNotFoundError(
                f"screen text: {', '.join(missing)} not in {self._folder}; put EasyOCR's model files there, "
                "or run with --profile pocket"
            )
        import torch
        from easyocr import Reader

        try:
            return Reader(
                ["vi", "en"],
                gpu=torch.cuda.is_available(),
                model_storage_directory=str(self._folder),
                user_network_directory=str(self._folder),
                download_enabled=False,
                verbose=False,
            )
        except (FileNotFoundError, RuntimeError) as error:
            raise ModelNotFoundError(
                f"screen text: EasyOCR cannot use the files in {self._folder} ({error}); replace them, "
                "or run with --profile pocket"
            ) from None

    def detect(self, image: NDArray[np.uint8]) -> list[Region]:
        (upright_boxes,), (tilted_corners,) = self.loaded.detect(image)
        regions = [Region.from_box((float(x0), float(y0), float(x1), float(y1))) for x0, x1, y0, y1 in upright_boxes]
        regions += [Region.from_corners(corners) for corners in tilted_corners]
        return sorted(regions, key=lambda region: (region.box[1], region.box[0]))

    def recognise(self, image: NDArray[np.uint8], regions: Sequence[Region]) -> list[ReadLine]:
        from PIL import Image

        grey = np.asarray(Image.fromarray(image).convert("L"))
        lines = []
        for region in regions:
            # One at a time, since it sorts the lines of a call, and drops those that it cannot read.
            corners = [list(corner) for corner in region.corners]
            results = self.loaded.recognize(grey, horizontal_list=[], free_list=[corners], detail=1)
            text, score = (str(results[0][1]), float(results[0][2])) if results else ("", 0.0)
            lines.append(ReadLine(text.strip(), min(1.0, max(0.0, score)), region))
        return lines
