"""Text on screen against its truth: what is found, how it is spelt, when it starts, how often it is read."""

from __future__ import annotations

import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.text.fold import fold, folded_words
from bench.quality.text.ground_truth import TrueLine, partial_truth, plain

if TYPE_CHECKING:
    from assistant.ingest.screen_text import TextReader
    from assistant.media.readings import ReadLine, Region
    from assistant.models.ocr.rapidocr import LineReader
    from tools.types import Line

FOUND = 0.2  # a line counts as found if at most this share of its folded letters is wrong


class CountingReader:
    """A reader that counts the lines it was made to read."""

    def __init__(self, reader: TextReader) -> None:
        self._reader = reader
        self.passes = 0

    def detect(self, image: Any) -> list[Region]:
        return self._reader.detect(image)

    def recognise(self, image: Any, regions: Sequence[Region]) -> list[ReadLine]:
        self.passes += len(regions)
        return self._reader.recognise(image, regions)


class CountingAccents:
    """A second reader that counts the lines it was asked for."""

    def __init__(self, reader: LineReader) -> None:
        self._reader = reader
        self.passes = 0

    def read_line(self, crop: Any) -> str:
        self.passes += 1
        return self._reader.read_line(crop)


class NoMeaning:
    """Stands in for the retrieval model where only text is measured."""

    identity = "none"

    def embed_images(self, images: Sequence[Any]) -> Any:
        return np.ones((len(images), 1), np.float32)


def read_lines(paths: Iterable[Path], reader: TextReader) -> dict[Path, list[Line]]:
    """The lines on screen that ingest stores for each file; none for a file that cannot be indexed."""
    from assistant.ingest.pipeline import index_files
    from assistant.library import Library

    found: dict[Path, list[Line]] = {}
    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder) / "library", embedder=NoMeaning.identity)
        for result in index_files(sorted(set(paths)), library, embedder=NoMeaning(), extractor=None, reader=reader):
            lines = library.lines(result.video_id, source="ocr") if result.video_id else []
            found[Path(result.path)] = lines
        library.close()
    return found


def exact_truth(truth: Sequence[TrueLine], reader: TextReader, prefix: str) -> dict[str, float]:
    """Figures of stills and clips whose every line is known."""
    from rapidfuzz.distance import Levenshtein

    counting = CountingReader(reader)
    read = read_lines((line.path for line in truth), counting)
    letters = wrong = wrong_folded = 0
    found, late = [], []
    for line in truth:
        shown = [
            other
            for other in read[line.path]
            if not line.timed or (other.start_seconds < line.end_seconds and other.end_seconds > line.start_seconds)
        ]
        best = min(
            shown, key=lambda x: (Levenshtein.distance(fold(x.text), fold(line.text)), x.start_seconds), default=None
        )
        text = plain(best.text) if best else ""
        folded = min(len(line.text), Levenshtein.distance(fold(text), fold(line.text)))
        letters += len(line.text)
        wrong += min(len(line.text), Levenshtein.distance(text, line.text))
        wrong_folded += folded
        found.append(folded <= FOUND * len(line.text))
        if found[-1] and best is not None and line.timed:
            late.append(abs(best.start_seconds - line.start_seconds))
    figures = {
        f"{prefix}.lines_found": sum(found) / len(found),
        f"{prefix}.cer_folded": wrong_folded / letters,
        f"{prefix}.cer_exact": wrong / letters,
        f"{prefix}.recogniser_passes_per_distinct_line": counting.passes / len(truth),
    }
    if late:
        figures[f"{prefix}.time_error_seconds"] = sum(late) / len(late)
    return figures


def photographed(folder: Path, reader: TextReader) -> dict[str, float]:
    """The share of the known words that are read, accents and case apart; of all pictures and of each kind of name."""
    truth = dict(partial_truth(folder))
    read = read_lines(truth, reader)
    shares: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for path, lines in truth.items():
        there = Counter(word for line in read.get(path, []) for word in folded_words(line.text))
        wanted = Counter(word for line in lines for word in folded_words(line))
        for name in ("words_found", f"words_found.{path.stem}"):
            shares[name][0] += sum((there & wanted).values())
            shares[name][1] += sum(wanted.values())
    return {f"text.photo.{name}": hit / many for name, (hit, many) in shares.items() if many}
