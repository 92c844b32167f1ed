"""Keyframes are named once for each run of near-duplicates, and the names stay when lines are added."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from assistant.ingest.meaning import add_meaning, lacks_meaning
from assistant.ingest.names import KeyframeNamer
from assistant.library import KeyframeRow, Library, VideoRecord
from tools.types import Line

COLOURS = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255)}


class Encoder:
    """Places a text by the colours that it names."""

    def __init__(self, identity: str = "colours-1") -> None:
        self.identity = identity

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = [[colour in text for colour in COLOURS] for text in texts]
        return np.array(rows, np.float32).reshape(len(texts), len(COLOURS))


class Namer:
    """Names the strongest channel of a picture."""

    def __init__(self) -> None:
        self.pictures = 0

    def name(self, images: Sequence[NDArray[np.uint8]]) -> tuple[list[str], NDArray[np.float32]]:
        self.pictures += len(images)
        strongest = [int(image.mean(axis=(0, 1)).argmax()) for image in images]
        return [list(COLOURS)[channel] for channel in strongest], np.eye(3, dtype=np.float32)[strongest]


@pytest.fixture
def library(tmp_path: Path):
    opened = Library(tmp_path / "library", embedder="any")
    yield opened
    opened.close()


def add_video(library: Library, folder: Path, colours: str) -> str:
    """Adds a video of one keyframe a second; neighbours of one colour are near-duplicates."""
    path = folder / "video.mp4"
    path.write_text(colours)
    with library.writer() as writer:
        draft = writer.begin(path)
        rows, group = [], -1
        for second, colour in enumerate(colours.split()):
            group += second == 0 or colour != colours.split()[second - 1]
            rows.append(KeyframeRow(second, float(second), second, 0, group))
            draft.thumbnail_path(second).parent.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", (16, 9), COLOURS[colour]).save(draft.thumbnail_path(second), "JPEG")
        draft.add_keyframes(rows, np.eye(len(rows), dtype=np.float32), None)
        draft.add_lines([Line(draft.video_id, 1.0, 2.0, "ocr", "a blue door")])
        draft.commit(VideoRecord(10.0, 16, 9, "1/25", len(rows)))
    return draft.video_id


def index_meaning(library: Library, video_id: str, encoder: Encoder, namer: Namer | None) -> None:
    with library.writer() as writer:
        add_meaning(library, writer, video_id, encoder, None if namer is None else KeyframeNamer(namer))


def names(library: Library, video_id: str) -> list[tuple[float, float, str, int | None]]:
    return [
        (passage.start_seconds, passage.end_seconds, passage.text, passage.frame_index)
        for passage in library.passage_vectors.passages(video_id)
        if passage.source == "name"
    ]


def test_a_run_of_near_duplicates_is_named_once_until_the_next(library, tmp_path: Path) -> None:
    namer = Namer()
    video_id = add_video(library, tmp_path, "red red green red")
    index_meaning(library, video_id, Encoder(), namer)
    assert names(library, video_id) == [(0.0, 2.0, "red", 0), (2.0, 3.0, "green", 2), (3.0, 10.0, "red", 3)]
    assert namer.pictures == 3
    starts = [passage.start_seconds for passage in library.passage_vectors.passages(video_id)]
    assert starts == sorted(starts) == [0.0, 1.0, 2.0, 3.0]


def test_names_and_lines_lie_in_one_space(library, tmp_path: Path) -> None:
    video_id = add_video(library, tmp_path, "red green")
    index_meaning(library, video_id, Encoder(), Namer())
    green, blue = Encoder().embed(["green", "blue"])
    search = library.passage_vectors.search
    assert search("colours-1", green, limit=1)[0].passage.frame_index == 1
    assert search("colours-1", blue, limit=1)[0].passage.text == "a blue door"
    assert [hit.passage.source for hit in search("colours-1", blue, sources=("name",))] == ["name", "name"]


def test_names_stay_when_lines_are_placed_again_and_are_not_computed_twice(library, tmp_path: Path) -> None:
    namer = Namer()
    video_id = add_video(library, tmp_path, "red green")
    index_meaning(library, video_id, Encoder(), namer)
    before = names(library, video_id)
    index_meaning(library, video_id, Encoder(), namer)
    index_meaning(library, video_id, Encoder(), None)
    assert names(library, video_id) == before
    assert namer.pictures == 2
    green = Encoder().embed(["green"])[0]
    assert library.passage_vectors.search("colours-1", green, limit=1)[0].score == pytest.approx(1)


def test_an_older_library_lacks_names_only_where_they_can_be_made(library, tmp_path: Path) -> None:
    video_id = add_video(library, tmp_path, "red")
    index_meaning(library, video_id, Encoder(), None)
    assert not lacks_meaning(library, video_id, Encoder())
    assert lacks_meaning(library, video_id, Encoder(), KeyframeNamer(Namer()))
    index_meaning(library, video_id, Encoder(), Namer())
    assert not lacks_meaning(library, video_id, Encoder(), KeyframeNamer(Namer()))


def test_another_encoder_names_anew(library, tmp_path: Path) -> None:
    video_id = add_video(library, tmp_path, "red")
    index_meaning(library, video_id, Encoder(), Namer())
    namer = Namer()
    index_meaning(library, video_id, Encoder("colours-2"), namer)
    assert namer.pictures == 1
    assert library.passage_vectors.search("colours-1", np.ones(3, np.float32)) == []


def test_a_keyframe_without_its_thumbnail_is_passed_over(library, tmp_path: Path) -> None:
    video_id = add_video(library, tmp_path, "red green")
    Path(library.keyframes(video_id)[0].image).unlink()
    index_meaning(library, video_id, Encoder(), Namer())
    assert [text for _, _, text, _ in names(library, video_id)] == ["green"]


def test_pictures_that_the_core_knows_are_not_named(library, tmp_path: Path) -> None:
    video_id = add_video(library, tmp_path, "red green")
    namer = Namer()
    partly = KeyframeNamer(namer, lambda keyframes: [keyframe.frame_index == 0 for keyframe in keyframes])
    with library.writer() as writer:
        add_meaning(library, writer, video_id, Encoder(), partly)
    assert names(library, video_id) == [(1.0, 10.0, "green", 1)]
    assert namer.pictures == 1
    assert not lacks_meaning(library, video_id, Encoder(), partly)


def test_a_video_that_the_core_knows_lacks_no_names(library, tmp_path: Path) -> None:
    video_id = add_video(library, tmp_path, "red")
    index_meaning(library, video_id, Encoder(), None)
    known = KeyframeNamer(Namer(), lambda keyframes: [True for _ in keyframes])
    assert not lacks_meaning(library, video_id, Encoder(), known)
