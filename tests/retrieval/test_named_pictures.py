"""Named pictures of a library: by video and range, and nearest to a query."""

from pathlib import Path

import numpy as np
import pytest

from assistant.library import KeyframeRow, Library, VideoRecord
from assistant.retrieval.named_pictures import NamedPictures
from assistant.retrieval.search import LibrarySearch
from tools.ports import Calibration
from tools.types import Passage

COLOURS = ["red", "green", "blue"]


class Encoder:
    identity = "colours-1"

    def embed(self, texts):
        rows = np.array([[colour in text for colour in COLOURS] for text in texts], np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def library(tmp_path: Path):
    opened = Library(tmp_path / "library", embedder="any")
    yield opened
    opened.close()


def add_video(library: Library, folder: Path, *names: str) -> str:
    """Adds a video whose keyframes, 2 s apart, are named; and a line that says `red`."""
    path = folder / f"{'-'.join(names[:3])}.mp4"
    path.write_text(str(names))
    with library.writer() as writer:
        draft = writer.begin(path)
        rows = [KeyframeRow(10 * number, 2.0 * number, number, 0, number) for number in range(len(names))]
        draft.add_keyframes(rows, np.eye(4, dtype=np.float32)[np.arange(len(names)) % 4], None)
        draft.commit(VideoRecord(2.0 * len(names), 16, 9, "1/25", len(names)))
        passages = [
            Passage(draft.video_id, 2.0 * number, 2.0 * number + 2, "name", name, "en", 10 * number)
            for number, name in enumerate(names)
        ]
        passages.append(Passage(draft.video_id, 0.0, 1.0, "speech", "red"))
        vectors = Encoder().embed([passage.text for passage in passages])
        writer.set_meaning(draft.video_id, Encoder.identity, passages, vectors)
    return draft.video_id


def test_named_pictures_that_touch_a_range_come_in_time_order(library, tmp_path: Path) -> None:
    video_id = add_video(library, tmp_path, "red", "green", "blue")
    names = NamedPictures(library, Encoder())
    pictures = names.named_pictures(video_id)
    assert [(p.keyframe.seconds, p.end_seconds, p.text) for p in pictures] == [
        (0.0, 2.0, "red"),
        (2.0, 4.0, "green"),
        (4.0, 6.0, "blue"),
    ]
    assert [p.text for p in names.named_pictures(video_id, 3.0, 4.0)] == ["green"]
    assert [p.text for p in names.named_pictures(video_id, None, 2.5)] == ["red", "green"]


def test_the_nearest_pictures_of_all_videos_or_some_come_first_and_lines_are_left_out(library, tmp_path: Path) -> None:
    first = add_video(library, tmp_path, "green", "red")
    second = add_video(library, tmp_path, "blue", "red", "green")
    names = NamedPictures(library, Encoder())
    (nearest,) = names.nearest_named("red", video_id=second, limit=1)
    assert (nearest.keyframe.video_id, nearest.keyframe.frame_index) == (second, 10)
    assert {p.keyframe.video_id for p in names.nearest_named("red", limit=2)} == {first, second}
    assert {p.text for p in names.nearest_named("red", limit=2)} == {"red"}
    assert {p.keyframe.video_id for p in names.within([first]).nearest_named("red", limit=9)} == {first}
    assert [p.text for p in names.nearest_named("red", video_id=second, start_seconds=4.0)] == ["green"]


def test_without_an_encoder_names_are_read_and_none_is_near(library, tmp_path: Path) -> None:
    video_id = add_video(library, tmp_path, "red")
    names = NamedPictures(library, None)
    assert names.nearest_named("red") == []
    assert [p.text for p in names.named_pictures(video_id)] == ["red"]


def test_a_search_says_what_was_named_and_whether_it_stands_out(library, tmp_path: Path) -> None:
    video_id = add_video(library, tmp_path, "green", "red", "blue")
    names = NamedPictures(library, Encoder())
    hits = names.search("a green thing", limit=2)
    assert [(hit.keyframe.frame_index, hit.channel, hit.why) for hit in hits[:1]] == [(0, "name", "green")]
    assert hits[0].score == pytest.approx(1)
    assert names.search("green", video_id=video_id, start_seconds=3.0, limit=1)[0].keyframe.frame_index == 10


def test_a_vietnamese_query_is_searched_in_english_if_its_words_are_known(library, tmp_path: Path) -> None:
    add_video(library, tmp_path, "green", "red")
    names = NamedPictures(library, Encoder(), lambda query: "red" if "đỏ" in query else None)
    assert names.search("màu đỏ", limit=1)[0].keyframe.frame_index == 10
    assert names.search("con lạc đà", limit=1) == []


class FakeText:
    """A retrieval model for which every text lies beside the first keyframe of a video, at a cosine."""

    def __init__(self, cosine: float) -> None:
        self.vector = np.array([cosine, 0.0, 0.0, np.sqrt(1 - cosine**2)], np.float32)

    def embed_texts(self, texts):
        return np.stack([self.vector for _ in texts])

    def embed_images(self, images):
        raise AssertionError("no picture is searched with")


def search(library: Library, cosine: float, *, known: bool) -> LibrarySearch:
    calibration = Calibration(midpoint=0.5, slope=50.0, measured=True)
    names = NamedPictures(library, Encoder())
    return LibrarySearch(
        library, FakeText(cosine), calibration, in_domain=lambda frames: [known for _ in frames], names=names
    )


def test_names_rank_pictures_where_the_models_find_no_match(library, tmp_path: Path) -> None:
    add_video(library, tmp_path, "red", "green", "blue")
    for cosine, known in ((0.1, True), (0.9, False)):
        hits = search(library, cosine, known=known).search("blue")
        assert (hits[0].keyframe.frame_index, hits[0].channel) == (20, "name")


def test_names_are_not_searched_where_the_models_know_a_picture_that_matches(library, tmp_path: Path) -> None:
    add_video(library, tmp_path, "red", "green", "blue")
    hits = search(library, 0.9, known=True).search("blue")
    assert hits[0].keyframe.frame_index == 0
    assert {hit.channel for hit in hits} == {"picture"}


def test_pictures_that_are_named_alike_come_after_those_that_differ(library, tmp_path: Path) -> None:
    add_video(library, tmp_path, "green red", "green red", "red", "blue")
    names = NamedPictures(library, Encoder())
    frames = [hit.keyframe.frame_index for hit in names.search("green and red")]
    assert frames == [0, 20, 30, 10]


def test_only_what_is_named_or_stands_out_is_shown(library, tmp_path: Path) -> None:
    video_id = add_video(library, tmp_path, *["red; bus" if number == 7 else "red green blue" for number in range(60)])
    names = NamedPictures(library, Encoder())
    for query in ("buses in green", "red"):  # it is named there; it stands out by its place
        assert [hit.keyframe.frame_index for hit in names.search(query, video_id=video_id, limit=60) if hit.shown] == [
            70
        ]
    assert [hit.keyframe.frame_index for hit in names.search("green", video_id=video_id, limit=60) if hit.shown] == []
