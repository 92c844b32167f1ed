"""Text on screen compared with ground truth: lines found, spelling, start times, and how often a line is recognised."""

from __future__ import annotations

import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.text.fold import fold, folded_words
from bench.quality.text.ground_truth import TrueLine, normalise, partial_truth

if TYPE_CHECKING:
    from assistant.ingest.screen_text import TextReader
    from assistant.media.readings import ReadLine, Region
    from assistant.models.ocr.rapidocr import LineReader
    from tools.types import Line

MAX_ERROR_OF_FOUND_LINE = 0.2  # share of wrong letters, without accents and case, up to which a line is found


class CountingReader:
    """A text reader that counts the lines it recognises."""

    def __init__(self, reader: TextReader) -> None:
        self._reader = reader
        self.passes = 0

    def detect(self, image: Any) -> list[Region]:
        return self._reader.detect(image)

    def recognise(self, image: Any, regions: Sequence[Region]) -> list[ReadLine]:
        self.passes += len(regions)
        return self._reader.recognise(image, regions)


class CountingAccents:
    """A reader of accents that counts the lines it reads."""

    def __init__(self, reader: LineReader) -> None:
        self._reader = reader
        self.passes = 0

    def read_line(self, crop: Any) -> str:
        self.passes += 1
        return self._reader.read_line(crop)


class NoMeaning:
    """Stands in for the retrieval model: all vectors are equal, because only text is measured."""

    identity = "none"

    def embed_images(self, images: Sequence[Any]) -> Any:
        return np.ones((len(images), 1), np.float32)


def read_lines(paths: Iterable[Path], reader: TextReader) -> dict[Path, list[Line]]:
    """The lines on screen that indexing stores for each file; none for a file that cannot be indexed."""
    from assistant.ingest.pipeline import index_files
    from assistant.library import Library

    lines_by_path: dict[Path, list[Line]] = {}
    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder) / "library", embedder=NoMeaning.identity)
        for result in index_files(sorted(set(paths)), library, embedder=NoMeaning(), extractor=None, reader=reader):
            lines = library.lines(result.video_id, source="ocr") if result.video_id else []
            lines_by_path[Path(result.path)] = lines
        library.close()
    return lines_by_path


def reading_figures(truth: Sequence[TrueLine], reader: TextReader, prefix: str) -> dict[str, float]:
    """Figures `<prefix>.*` of stills and clips whose every line is known.

    `lines_found`: the share of lines that are read almost right. `cer_exact` and `cer_folded`: the character error rate
    with accents and case, and without. `recogniser_passes_per_distinct_line`: how often a line is recognised.
    `time_error_seconds`: how far the start of a found line is from the true one, of clips only.
    """
    from rapidfuzz.distance import Levenshtein

    counting = CountingReader(reader)
    lines_by_path = read_lines((line.path for line in truth), counting)
    letters = wrong = wrong_folded = 0
    is_found, time_errors = [], []
    for line in truth:
        candidates = [
            other
            for other in lines_by_path[line.path]
            if not line.timed or (other.start_seconds < line.end_seconds and other.end_seconds > line.start_seconds)
        ]
        best = min(
            candidates,
            key=lambda x: (Levenshtein.distance(fold(x.text), fold(line.text)), x.start_seconds),
            default=None,
        )
        text = normalise(best.text) if best else ""
        folded = min(len(line.text), Levenshtein.distance(fold(text), fold(line.text)))
        letters += len(line.text)
        wrong += min(len(line.text), Levenshtein.distance(text, line.text))
        wrong_folded += folded
        is_found.append(folded <= MAX_ERROR_OF_FOUND_LINE * len(line.text))
        if is_found[-1] and best is not None and line.timed:
            time_errors.append(abs(best.start_seconds - line.start_seconds))
    figures = {
        f"{prefix}.lines_found": sum(is_found) / len(is_found),
        f"{prefix}.cer_folded": wrong_folded / letters,
        f"{prefix}.cer_exact": wrong / letters,
        f"{prefix}.recogniser_passes_per_distinct_line": counting.passes / len(truth),
    }
    if time_errors:
        figures[f"{prefix}.time_error_seconds"] = sum(time_errors) / len(time_errors)
    return figures


def photo_figures(folder: Path, reader: TextReader) -> dict[str, float]:
    """`text.photo.words_found`: the share of the known words of photographs that are read, without accents and case;
    and the same for the photographs of each file name.
    """
    truth = dict(partial_truth(folder))
    lines_by_path = read_lines(truth, reader)
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])  # words read, words known
    for path, lines in truth.items():
        read_words = Counter(word for line in lines_by_path.get(path, []) for word in folded_words(line.text))
        known_words = Counter(word for line in lines for word in folded_words(line))
        for name in ("words_found", f"words_found.{path.stem}"):
            counts[name][0] += sum((read_words & known_words).values())
            counts[name][1] += sum(known_words.values())
    return {f"text.photo.{name}": read / known for name, (read, known) in counts.items() if known}
