"""On-screen text: RapidOCR finds the lines and reads them; Tesseract adds the Vietnamese letters where it is installed.

RapidOCR's recogniser reads print almost without error but has no letters for most Vietnamese vowels. The vowels that it
saw and could not write are recovered from its probabilities (`ctc`), which is enough to search by; to show them with
their marks, Tesseract's reading of the same line is aligned with it (`accents`).
"""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.media.readings import ReadLine, Region
from assistant.models.base import LazyModel
from assistant.models.ocr.accents import complete
from assistant.models.ocr.ctc import CtcDecoder, Decoded
from assistant.models.ocr.tesseract import find_tesseract

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

FEWEST_PIXELS, MOST_PIXELS = 480, 736  # of the shorter side, as the detector sees it
READ_HEIGHT = 32  # pixels: taller lines are reduced, or scrawl falls apart; print is read as well
ACCENTS_HEIGHT = 48  # pixels that Tesseract's line mode reads best
MARGIN = 0.15  # of a line's height, on every side: accents stand outside the detector's boxes
BATCH = 8  # lines of like width that go through the recogniser at once


class LineReader(Protocol):
    """A second opinion on one line."""

    def read_line(self, crop: NDArray[np.uint8]) -> str:
        """The words of a line (HWC uint8 RGB); empty where it reads none."""
        ...


@dataclass(frozen=True, slots=True)
class _Engine:
    detect: Any  # BGR picture to boxes
    recogniser: Any  # rapidocr's TextRecognizer
    decoder: CtcDecoder


class RapidOcrReader(LazyModel[_Engine]):
    """Reads the lines of a picture.

    Args:
        accents: reads each line once more for the letters that RapidOCR lacks; None reads with RapidOCR alone.
    """

    def __init__(self, accents: LineReader | None) -> None:
        super().__init__()
        self._accents = accents

    def _load(self) -> _Engine:
        from rapidocr import RapidOCR

        # The detector's own default enlarges every frame to 736 lines, which takes 2.3 times as long and reads no more.
        params = {"Global.log_level": "critical", "Det.limit_type": "min", "Det.limit_side_len": FEWEST_PIXELS}
        engine = RapidOCR(params=params | {"EngineConfig.onnxruntime.intra_op_num_threads": 2})
        logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)
        engine.recognize_txt([np.full((READ_HEIGHT, READ_HEIGHT, 3), 255, np.uint8)])  # loads the recogniser
        return _Engine(
            detect=lambda picture: engine(picture, use_det=True, use_cls=False, use_rec=False),
            recogniser=engine.text_rec,
            decoder=CtcDecoder(engine.text_rec.postprocess_op.character),
        )

    def detect(self, image: NDArray[np.uint8]) -> list[Region]:
        from PIL import Image

        height, width = image.shape[:2]
        shrink = min(1.0, MOST_PIXELS / min(height, width))
        seen = image
        if shrink < 1:
            size = (round(width * shrink), round(height * shrink))
            seen = np.asarray(Image.fromarray(image).resize(size, Image.Resampling.BOX))
        found = self.loaded.detect(np.ascontiguousarray(seen[..., ::-1]))
        corners = [] if found.boxes is None else [np.asarray(box, np.float64) / shrink for box in found.boxes]
        return sorted(
            (Region.from_corners(four) for four in corners), key=lambda region: (region.box[1], region.box[0])
        )

    def recognise(self, image: NDArray[np.uint8], regions: Sequence[Region]) -> list[ReadLine]:
        read = self._read([straightened(image, region, READ_HEIGHT) for region in regions])
        return [
            ReadLine(self._with_accents(image, region, line), line.score, region)
            for region, line in zip(regions, read, strict=True)
        ]

    def _read(self, crops: Sequence[NDArray[np.uint8]]) -> list[Decoded]:
        """RapidOCR's own reading of each line."""
        recogniser, decoder = self.loaded.recogniser, self.loaded.decoder
        ratios = [crop.shape[1] / crop.shape[0] for crop in crops]
        order = sorted(range(len(crops)), key=lambda i: ratios[i])
        read: dict[int, Decoded] = {}
        for start in range(0, len(order), BATCH):
            part = order[start : start + BATCH]
            # The recogniser was trained on lines at least this wide; narrower ones are padded.
            widest = max(recogniser.rec_image_shape[2] / recogniser.rec_image_shape[1], *(ratios[i] for i in part))
            batch = np.stack(
                [recogniser.resize_norm_img(np.ascontiguousarray(crops[i][..., ::-1]), widest) for i in part]
            )
            probabilities = recogniser.session(batch.astype(np.float32))
            for i, one in zip(part, probabilities, strict=True):
                read[i] = decoder.decode(one[: math.ceil(len(one) * ratios[i] / widest)])
        return [read[i] for i in range(len(crops))]

    def _with_accents(self, image: NDArray[np.uint8], region: Region, line: Decoded) -> str:
        text = line.text.strip()
        if self._accents is None or not line.vietnamese:
            return text
        words = self._accents.read_line(straightened(image, region, ACCENTS_HEIGHT, MARGIN))
        return complete(text, words, self.loaded.decoder.alphabet)


def screen_reader() -> RapidOcrReader:
    """The reader of this machine: with Tesseract's Vietnamese where that program is installed."""
    return RapidOcrReader(find_tesseract())


def straightened(image: NDArray[np.uint8], region: Region, most_pixels: int, margin: float = 0.0) -> NDArray[np.uint8]:
    """The line upright and level, HWC uint8 RGB; a line that runs down is turned.

    Args:
        most_pixels: a higher line is reduced to this height.
        margin: added on every side, as a share of the line's height.
    """
    import cv2

    corners = np.asarray(region.corners, np.float32)
    width = max(_length(corners[1] - corners[0]), _length(corners[2] - corners[3]))
    height = max(_length(corners[3] - corners[0]), _length(corners[2] - corners[1]))
    along, down = (corners[1] - corners[0]) / max(width, 1.0), (corners[3] - corners[0]) / max(height, 1.0)
    outwards = np.array([-along - down, along - down, along + down, down - along], np.float32)
    corners = (corners + margin * height * outwards).astype(np.float32)
    width, height = max(1.0, width + 2 * margin * height), max(1.0, height * (1 + 2 * margin))
    target = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    size = (max(1, round(width)), max(1, round(height)))
    turn = cv2.getPerspectiveTransform(corners, target)
    line = cv2.warpPerspective(image, turn, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    if line.shape[0] >= 1.5 * line.shape[1]:
        line = np.ascontiguousarray(np.rot90(line))
    if line.shape[0] > most_pixels:
        scale = most_pixels / line.shape[0]
        line = cv2.resize(line, (max(1, round(scale * line.shape[1])), most_pixels), interpolation=cv2.INTER_AREA)
    return np.asarray(line, np.uint8)


def _length(vector: ArrayLike) -> float:
    return float(np.linalg.norm(np.asarray(vector)))
