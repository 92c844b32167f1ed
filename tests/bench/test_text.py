import json
import random
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from assistant.media.readings import ReadLine, Region
from assistant.models.ocr.rapidocr import RapidOcrReader, build_screen_reader
from assistant.text.fold import fold
from bench.quality.text.ground_truth import partial_truth, true_lines
from bench.quality.text.screen_text import reading_figures
from bench.quality.text.subtitles import cue_figures
from bench.speed.text_corpus import damage, sample_lines
from bench.speed.text_lookup import filled_library
from tools.errors import VideoAssistantError


class Says:
    """A reader that reads one line from every picture."""

    def __init__(self, text: str) -> None:
        self.text = text

    def detect(self, image):
        return [Region.from_box((0.0, 0.0, 20.0, 10.0))]

    def recognise(self, image, regions):
        return [ReadLine(self.text, 0.9, region) for region in regions]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Image.fromarray(np.zeros((40, 60, 3), np.uint8)).save(tmp_path / "a.png")
    still = {"file": "a.png", "lines": [{"text": "Tin tức", "box": [0, 0, 20, 10]}]}
    (tmp_path / "stills.gt.json").write_text(json.dumps([still]))
    return tmp_path


def test_the_same_text_in_neighbouring_segments_is_one_true_line(tmp_path: Path) -> None:
    segments = [
        {"start": 0.0, "end": 3.0, "headline": "MỘT", "logo": "TIN", "src": "a.mp4"},
        {"start": 3.0, "end": 6.0, "headline": "HAI", "logo": "TIN", "src": "b.mp4"},
        {"start": 9.0, "end": 12.0, "headline": "BA", "logo": "TIN", "src": "c.mp4"},
    ]
    (tmp_path / "clip.gt.json").write_text(json.dumps({"file": "clip.mp4", "segments": segments}))
    spans = [(line.text, line.start_seconds, line.end_seconds) for line in true_lines(tmp_path)]
    assert sorted(spans) == [
        ("BA", 9.0, 12.0),
        ("HAI", 3.0, 6.0),
        ("MỘT", 0.0, 3.0),
        ("TIN", 0.0, 6.0),
        ("TIN", 9.0, 12.0),
    ]


def test_a_folder_without_truth_says_so(tmp_path: Path) -> None:
    with pytest.raises(VideoAssistantError, match=r"gt\.json"):
        true_lines(tmp_path)
    assert list(partial_truth(tmp_path)) == []
    assert cue_figures(tmp_path, Says("")) == {}


@pytest.mark.parametrize(
    ("text", "lines_found", "cer_folded", "cer_exact"),
    [("Tin tức", 1.0, 0.0, 0.0), ("tin tuc", 1.0, 0.0, 2 / 7), ("something else", 0.0, 1.0, 1.0)],
)
def test_errors_are_counted_against_the_truth(folder: Path, text: str, lines_found, cer_folded, cer_exact) -> None:
    figures = reading_figures(true_lines(folder), Says(text), "text")
    assert figures["text.lines_found"] == lines_found
    assert figures["text.cer_folded"] == pytest.approx(cer_folded)
    assert figures["text.cer_exact"] == pytest.approx(cer_exact)
    assert figures["text.recogniser_passes_per_distinct_line"] == 1.0


def test_made_lines_differ_and_damage_is_a_fifth_of_the_letters() -> None:
    lines = sample_lines(200, seed=1)
    assert len(set(lines)) == 200
    assert lines == sample_lines(200, seed=1)
    rng = random.Random(2)
    changed = [damage(line, 0.2, rng) for line in lines]
    assert all(line != other for line, other in zip(lines, changed, strict=True))
    remaining = sum(len(other) for other in changed) / sum(map(len, lines))
    assert 0.8 < remaining < 0.98
    assert any(fold(line) == line for line in lines)


def test_damaged_words_find_their_line_among_others() -> None:
    lines = sample_lines(1000, seed=3)
    rng = random.Random(4)
    with filled_library(lines) as library:
        right = [
            line in [hit.text for hit in library.search_lines(damage(line, 0.2, rng), limit=3)]
            for line in rng.sample(lines, 60)
        ]
    assert sum(right) >= 0.95 * len(right)


@pytest.mark.slow
@pytest.mark.shared
def test_vietnamese_stills_are_found_without_tesseract(media: Path) -> None:
    stills = [line for line in true_lines(media) if not line.timed]
    figures = reading_figures(stills, RapidOcrReader(accents=None), "text")
    assert figures["text.lines_found"] >= 0.97
    assert figures["text.cer_folded"] <= 0.10


@pytest.mark.slow
@pytest.mark.shared
@pytest.mark.tesseract
def test_vietnamese_stills_are_read_letter_by_letter_with_it(media: Path) -> None:
    stills = [line for line in true_lines(media) if not line.timed]
    figures = reading_figures(stills, build_screen_reader(), "text")
    assert figures["text.cer_exact"] <= 0.05
