import json
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from rapidfuzz import fuzz

from assistant.ingest.screen_text import read_text_lines
from assistant.models.base import ModelNotFoundError
from assistant.models.ocr.accents import restore_accents
from assistant.models.ocr.ctc import CtcDecoder
from assistant.models.ocr.easyocr import FILES, EasyOcrReader
from assistant.models.ocr.rapidocr import RapidOcrReader, build_screen_reader
from assistant.text.fold import fold

RAPIDOCR = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZĐđôơưăâê •.0123456789")


@pytest.fixture(scope="module")
def plain() -> RapidOcrReader:
    return RapidOcrReader(accents=None)


def test_a_picture_without_text_has_no_lines(plain) -> None:
    assert read_text_lines(plain, np.full((120, 200, 3), 90, np.uint8)) == []


@pytest.mark.shared
@pytest.mark.tesseract
def test_vietnamese_is_read_with_its_accents(media: Path) -> None:
    picture = np.asarray(Image.open(media / "derived" / "vi_kieu.png").convert("RGB"))
    lines = read_text_lines(build_screen_reader(), picture)
    assert "Trăm năm trong cõi người ta," in [line.text for line in lines]
    boxes = [line.region.box for line in lines]
    assert all(0 <= line.score <= 1 for line in lines)
    assert all(x0 < x1 <= picture.shape[1] and y0 < y1 <= picture.shape[0] for x0, y0, x1, y1 in boxes)


@pytest.mark.shared
def test_vietnamese_is_read_well_enough_to_search_without_tesseract(plain, media: Path) -> None:
    lines = read_text_lines(plain, np.asarray(Image.open(media / "derived" / "vi_slide.png").convert("RGB")))
    wanted = fold("Chuyển giọng nói thành văn bản")
    assert max(fuzz.partial_ratio(wanted, fold(line.text)) for line in lines) >= 90


@pytest.mark.shared
def test_english_is_read_without_tesseract(plain, media: Path) -> None:
    truth = json.loads((media / "anno" / "ocr.dev.json").read_text())["ocr/en_who_poster.png"]
    read = read_text_lines(plain, np.asarray(Image.open(media / "ocr" / "en_who_poster.png").convert("RGB")))
    there = " ".join(fold(line.text) for line in read)
    assert all(fold(line) in there for line in truth[:3])


@pytest.mark.shared
def test_english_is_not_read_a_second_time(media: Path) -> None:
    class Never:
        def read_line(self, crop):
            raise AssertionError("asked for the accents of English")

    picture = np.asarray(Image.open(media / "ocr" / "en_who_poster.png").convert("RGB"))
    assert read_text_lines(RapidOcrReader(Never()), picture)


@pytest.mark.parametrize(
    ("plain", "accented", "restored"),
    [
        ("Nhn dng ch", "Nhận dạng chữ", "Nhận dạng chữ"),
        ("• Tách cnh", "¢ Tách cảnh", "• Tách cảnh"),
        ("Trưng Đi hc", "Trường Dai học", "Trường Đai học"),
        ("TIN 24H", "TIN 24H |", "TIN 24H"),
        ("The quick fox", "Tne quick f0x", "The quick fox"),
        ("EXIT", "Ở ĐỒỖ ẠẢ", "EXIT"),
        ("", "ạ", ""),
    ],
)
def test_two_readings_complete_each_other(plain: str, accented: str, restored: str) -> None:
    assert restore_accents(plain, accented, RAPIDOCR) == restored


LETTERS = ("", "n", "h", "a", "ã", "à", " ", "o")


def _steps(*rows: dict[str, float]) -> np.ndarray:
    """Probabilities by letter; what is left over goes to the blank."""
    steps = np.zeros((len(rows), len(LETTERS)), np.float32)
    for step, row in zip(steps, rows, strict=True):
        for letter, probability in row.items():
            step[LETTERS.index(letter)] = probability
        step[0] = 1 - sum(row.values())
    return steps


def test_a_vowel_that_the_recogniser_cannot_write_leaves_its_trace() -> None:
    decoder = CtcDecoder(LETTERS)
    traced = [{"n": 0.99}, {"n": 0.99}, {"ã": 0.01}, {"h": 0.98}, {}, {" ": 0.99}, {"n": 0.99}, {"à": 0.99}]
    line = decoder.decode(_steps(*traced))
    assert (line.text, line.vietnamese) == ("nah nà", True)
    assert line.score > 0.9


def test_traces_in_plain_text_or_beside_unsure_letters_are_not_believed() -> None:
    decoder = CtcDecoder(LETTERS)
    assert decoder.decode(_steps({"n": 0.99}, {"o": 0.01}, {"h": 0.99})).text == "nh"
    assert decoder.decode(_steps({"n": 0.6}, {"o": 0.2}, {"h": 0.99}, {"à": 0.99})).text == "nhà"
    assert decoder.decode(_steps({}, {})).text == ""


def test_easyocr_without_its_models_says_which_and_where(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFoundError, match=f"{FILES[0]}.*{tmp_path}.*--profile pocket"):
        EasyOcrReader(tmp_path).detect(np.zeros((10, 10, 3), np.uint8))
    for name in FILES:
        (tmp_path / name).write_bytes(b"no weights")
    with pytest.raises(ModelNotFoundError, match="cannot use"):
        EasyOcrReader(tmp_path).detect(np.zeros((10, 10, 3), np.uint8))


def test_easyocrs_regions_and_lines_are_ours() -> None:
    class Reader:
        def detect(self, image):
            return [[[10, 90, 20, 40]]], [[[[5, 60], [50, 55], [52, 70], [7, 75]]]]

        def recognize(self, grey, horizontal_list, free_list, detail):
            return [(free_list[0], f" {len(grey)} ", 0.7)] if free_list[0][0][0] == 10 else []

    reader = EasyOcrReader(Path())
    reader._loaded = Reader()
    picture = np.zeros((100, 100, 3), np.uint8)
    regions = reader.detect(picture)
    assert [region.box for region in regions] == [(10, 20, 90, 40), (5, 55, 52, 75)]
    assert [(line.text, line.score) for line in reader.recognise(picture, regions)] == [("100", 0.7), ("", 0.0)]


def test_a_vowel_at_the_end_of_a_sign_is_not_lost(plain) -> None:
    """RapidOCR writes PH for PHỞ with all its certainty; the room that is left tells that a letter is missing."""
    font = ImageFont.truetype(str(files("training.world") / "fonts" / "DejaVuSans-Bold.ttf"), 25)
    for sign, folded in (("PHỞ", "pho"), ("HOTEL", "hotel"), ("TAXI", "taxi")):
        picture = Image.new("RGB", (240, 80), (250, 250, 250))
        ImageDraw.Draw(picture).text((120, 40), sign, fill=(20, 20, 90), font=font, anchor="mm")
        (line,) = read_text_lines(plain, np.asarray(picture))
        assert fold(line.text) == folded
