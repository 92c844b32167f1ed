import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from assistant.library.fold import fold
from assistant.models.ocr import RapidOcrReader


@pytest.fixture(scope="module")
def plain() -> RapidOcrReader:
    return RapidOcrReader(tesseract=None)


def test_a_picture_without_text_has_no_lines(plain) -> None:
    assert plain.read(np.full((120, 200, 3), 90, np.uint8)) == []


@pytest.mark.shared
@pytest.mark.tesseract
def test_vietnamese_is_read_with_its_accents(media: Path) -> None:
    lines = RapidOcrReader().read(np.asarray(Image.open(media / "derived" / "vi_kieu.png").convert("RGB")))
    assert "Trăm năm trong cõi người ta," in [line.text for line in lines]
    assert all(0 <= line.score <= 1 and line.box[0] < line.box[2] and line.box[1] < line.box[3] for line in lines)


@pytest.mark.shared
def test_english_is_read_without_tesseract(plain, media: Path) -> None:
    truth = json.loads((media / "anno" / "ocr.dev.json").read_text())
    assert truth
    lines = plain.read(np.asarray(Image.open(media / "ocr" / "en_ui_usage.png").convert("RGB")))
    assert any("usage" in fold(line.text) for line in lines)
