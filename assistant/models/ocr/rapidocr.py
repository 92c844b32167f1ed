"""RapidOCR finds and reads the lines of text in a picture; Tesseract, if it is installed, adds the Vietnamese letters.

RapidOCR's recogniser reads print almost without error, but it has no letters for most Vietnamese vowels. The vowels
without their marks are recovered from its probabilities (`ctc`), which is enough for searching. Their marks come from
Tesseract's reading of the same line, which is aligned with RapidOCR's (`accents`).
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
from assistant.models.ocr.accents import restore_accents
from assistant.models.ocr.ctc import CtcDecoder, Decoded
from assistant.models.ocr.tesseract import find_tesseract

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

MIN_SIDE_PIXELS, MAX_SIDE_PIXELS = 480, 736  # of the shorter side of the picture that the detector reads
MAX_LINE_PIXELS = 32  # height for RapidOCR; taller lines are reduced, which print does not mind and scrawl needs
TESSERACT_LINE_PIXELS = 48  # height that Tesseract's line mode reads best
MARGIN = 0.15  # of a line's height, added on every side, since accents lie outside the detector's boxes
BATCH = 8  # lines of similar width in one pass of the recogniser


class LineReader(Protocol):
    """A second reader of single lines."""

    def read_line(self, crop: NDArray[np.uint8]) -> str:
        """Returns the words of a line (HWC uint8 RGB); "" if it reads none."""
        ...


@dataclass(frozen=True, slots=True)
class _Engine:
    detect: Any  # finds the boxes of lines in a BGR picture
    recogniser: Any  # rapidocr's TextRecognizer
    decoder: CtcDecoder


class RapidOcrReader(LazyModel[_Engine]):
    """Reads the lines of text in a picture.

    Args:
        accents: reads each Vietnamese line again for the letters that RapidOCR lacks; None uses RapidOCR alone.
    """

    def __init__(self, accents: LineReader | None) -> None:
        super().__init__()
        self._accents = accents

    def _load(self) -> _Engine:
        from rapidocr import RapidOCR

        # The default of the detector enlarges every picture to 736 rows, which takes 2.3 times as long for no gain.
        params = {"Global.log_level": "critical", "Det.limit_type": "min", "Det.limit_side_len": MIN_SIDE_PIXELS}
        engine = RapidOCR(params=params | {"EngineConfig.onnxruntime.intra_op_num_threads": 2})
        logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)
        engine.recognize_txt([np.full((MAX_LINE_PIXELS, MAX_LINE_PIXELS, 3), 255, np.uint8)])  # loads the recogniser
        return _Engine(
            detect=lambda picture: engine(picture, use_det=True, use_cls=False, use_rec=False),
            recogniser=engine.text_rec,
            decoder=CtcDecoder(engine.text_rec.postprocess_op.character),
        )

    def detect(self, image: NDArray[np.uint8]) -> list[Region]:
        from PIL import Image

        height, width = image.shape[:2]
        shrink = min(1.0, MAX_SIDE_PIXELS / min(height, width))
        reduced = image
        if shrink < 1:
            size = (round(width * shrink), round(height * shrink))
            reduced = np.asarray(Image.fromarray(image).resize(size, Image.Resampling.BOX))
        boxes = self.loaded.detect(np.ascontiguousarray(reduced[..., ::-1])).boxes
        corners = [] if boxes is None else [np.asarray(box, np.float64) / shrink for box in boxes]
        return sorted(
            (Region.from_corners(four) for four in corners), key=lambda region: (region.box[1], region.box[0])
        )

    def recognise(self, image: NDArray[np.uint8], regions: Sequence[Region]) -> list[ReadLine]:
        decoded = self._decode_lines([straighten_line(image, region, MAX_LINE_PIXELS) for region in regions])
        return [
            ReadLine(self._restore_accents(image, region, line), line.score, region)
            for region, line in zip(regions, decoded, strict=True)
        ]

    def _decode_lines(self, crops: Sequence[NDArray[np.uint8]]) -> list[Decoded]:
        """RapidOCR's reading of each line, in batches of similar width."""
        recogniser, decoder = self.loaded.recogniser, self.loaded.decoder
        ratios = [crop.shape[1] / crop.shape[0] for crop in crops]
        order = sorted(range(len(crops)), key=lambda i: ratios[i])
        decoded: dict[int, Decoded] = {}
        for start in range(0, len(order), BATCH):
            indexes = order[start : start + BATCH]
            # The recogniser was trained on lines at least this wide; narrower ones are padded.
            widest = max(recogniser.rec_image_shape[2] / recogniser.rec_image_shape[1], *(ratios[i] for i in indexes))
            batch = np.stack(
                [recogniser.resize_norm_img(np.ascontiguousarray(crops[i][..., ::-1]), widest) for i in indexes]
            )
            probabilities = recogniser.session(batch.astype(np.float32))
            for i, steps in zip(indexes, probabilities, strict=True):
                decoded[i] = decoder.decode(steps[: math.ceil(len(steps) * ratios[i] / widest)])
        return [decoded[i] for i in range(len(crops))]

    def _restore_accents(self, image: NDArray[np.uint8], region: Region, line: Decoded) -> str:
        text = line.text.strip()
        if self._accents is None or not line.vietnamese:
            return text
        words = self._accents.read_line(straighten_line(image, region, TESSERACT_LINE_PIXELS, MARGIN))
        return restore_accents(text, words, self.loaded.decoder.alphabet)


def build_screen_reader() -> RapidOcrReader:
    """Returns a reader that uses Tesseract if this machine has it with Vietnamese."""
    return RapidOcrReader(find_tesseract())


def straighten_line(
    image: NDArray[np.uint8], region: Region, max_pixels: int, margin: float = 0.0
) -> NDArray[np.uint8]:
    """Cuts a line out of a picture and turns it level, HWC uint8 RGB; a vertical line is turned by 90 degrees.

    Args:
        max_pixels: a higher line is reduced to this height.
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
    transform = cv2.getPerspectiveTransform(corners, target)
    line = cv2.warpPerspective(image, transform, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    if line.shape[0] >= 1.5 * line.shape[1]:
        line = np.ascontiguousarray(np.rot90(line))
    if line.shape[0] > max_pixels:
        scale = max_pixels / line.shape[0]
        line = cv2.resize(line, (max(1, round(scale * line.shape[1])), max_pixels), interpolation=cv2.INTER_AREA)
    return np.asarray(line, np.uint8)


def _length(vector: ArrayLike) -> float:
    return float(np.linalg.norm(np.asarray(vector)))
