"""`ground` and `detect` end to end, with a tiny GLIP of random weights: what holds holds whatever the weights."""

import csv
import io
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from assistant.retrieval.grounding import LibraryGrounder
from assistant.session import open_session
from tests.command import Output, run
from tests.tiny_glip import save_tiny
from tools.types import Detection

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def glip(tmp_path_factory) -> Path:
    return save_tiny(tmp_path_factory.mktemp("glip"))


@pytest.fixture
def _with_glip(glip, monkeypatch) -> None:
    monkeypatch.setenv("VIDEO_ASSISTANT_GROUNDING", str(glip))


@pytest.fixture
def picture(tmp_path) -> Path:
    path = tmp_path / "street.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (90, 160, 3), np.uint8)).save(path)
    return path


@pytest.fixture(scope="module")
def video(demo_library) -> str:
    return run(demo_library, "videos", "--json")[0]["video_id"]


@pytest.mark.usefixtures("_with_glip")
class TestGround:
    def test_rows_have_the_documented_fields(self, demo_library, picture) -> None:
        rows = run(demo_library, "ground", str(picture), "red car . person", "--json")
        assert {row["phrase"] for row in rows} == {"red car", "person"}
        assert all(set(row) == {"phrase", "score", "box"} for row in rows)
        assert [row["score"] for row in rows] == sorted((row["score"] for row in rows), reverse=True)
        assert all(row["score"] >= 0.5 for row in rows)

    def test_the_threshold_is_asked_for(self, demo_library, picture) -> None:
        assert run(demo_library, "ground", str(picture), "red car", "--min-score", "1", "--json") == []
        all_boxes = run(demo_library, "ground", str(picture), "red car", "--min-score", "0", "--json")
        assert len(all_boxes) > len(run(demo_library, "ground", str(picture), "red car", "--json"))

    def test_a_moment_is_the_frame_shown_there(self, demo_library, video) -> None:
        rows = run(demo_library, "ground", f"{video}@3.3", "a [car] in the street . dog", "--json")
        assert {row["phrase"] for row in rows} <= {"car", "dog"}

    def test_boxes_are_drawn_into_a_picture(self, demo_library, picture, tmp_path) -> None:
        out = tmp_path / "boxes.png"
        said = run(demo_library, "ground", str(picture), "red car", "--out", str(out))
        assert "red car" in said.stdout
        with Image.open(out) as drawn, Image.open(picture) as before:
            assert drawn.size == before.size
            assert (np.asarray(drawn) != np.asarray(before)).any()

    def test_vietnamese_is_translated_first(self, demo_library, picture) -> None:
        rows = run(demo_library, "ground", str(picture), "xe buýt", "--json")
        assert {row["phrase"] for row in rows} == {"bus"}

    @pytest.mark.parametrize("kind", ["alpha", "sixteen", "pixel"])
    def test_any_picture(self, demo_library, tmp_path, kind) -> None:
        image = {
            "alpha": Image.new("RGBA", (50, 40), (9, 9, 9, 9)),
            "sixteen": Image.fromarray(np.full((40, 50), 40000, np.uint16)),
            "pixel": Image.new("RGB", (1, 1)),
        }[kind]
        image.save(tmp_path / "a.png")
        run(demo_library, "ground", str(tmp_path / "a.png"), "red car", "--json")

    @pytest.mark.parametrize(
        ("phrases", "words"),
        [
            ("", "names nothing"),
            ("🙂", "names nothing"),
            ("a [car", "do not pair"),
            ("zebra", "knows no word of 'zebra'"),
            ("car " * 90, "shorten it"),
        ],
    )
    def test_phrases_that_cannot_be_sought_are_one_line(self, demo_library, picture, tmp_path, phrases, words) -> None:
        _one_line(run(demo_library, "ground", str(picture), phrases, "--out", str(tmp_path / "o.png"), code=1), words)
        assert not (tmp_path / "o.png").exists()

    @pytest.mark.parametrize(
        ("where", "words"),
        [
            ("nowhere.png", "no such picture"),
            ("nothing@3", "there are"),
            ("{video}@x", "a time in seconds"),
            ("{video}@9999", "is outside it"),
            ("{video}@-1", "is outside it"),
        ],
    )
    def test_places_that_are_not_there_are_one_line(self, demo_library, video, where, words) -> None:
        _one_line(run(demo_library, "ground", where.format(video=video), "red car", code=1), words)

    def test_a_truncated_picture_is_one_line(self, demo_library, picture, tmp_path) -> None:
        cut = tmp_path / "cut.png"
        cut.write_bytes(picture.read_bytes()[:4000])
        _one_line(run(demo_library, "ground", str(cut), "red car", code=1), "is no picture")

    def test_three_hundred_phrases_and_odd_signs(self, demo_library, picture) -> None:
        run(demo_library, "ground", str(picture), " . ".join(f"car {i}" for i in range(300)), "--json")
        run(demo_library, "ground", str(picture), 'a "red" car 🙂 (bus)', "--json")

    def test_detect_counts_over_time_and_links_tracks(self, demo_library, video) -> None:
        rows = run(demo_library, "detect", video, "car . bus", "--json")
        assert [row["seconds"] for row in rows] == sorted(row["seconds"] for row in rows)
        assert set(rows[0]) == {"video_id", "frame_index", "seconds", "counts", "boxes"}
        assert all(sum(row["counts"].values()) == len(row["boxes"]) for row in rows)
        assert all(set(row["counts"]) == {"car", "bus"} for row in rows)
        assert all(set(box) == {"phrase", "score", "box", "track"} for row in rows for box in row["boxes"])
        table = list(csv.DictReader(io.StringIO(run(demo_library, "detect", video, "car . bus", "--csv").stdout)))
        assert len(table) == sum(len(row["boxes"]) for row in rows)
        assert "tracks" in run(demo_library, "detect", video, "car . bus").stdout

    def test_detect_in_an_unknown_video_is_one_line(self, demo_library) -> None:
        _one_line(run(demo_library, "detect", "nothing", "car", code=1), "there are")


def _one_line(said: Output, words: str) -> None:
    assert words in said.stderr
    assert said.stderr.count("\n") == 1
    assert said.stdout == ""


@pytest.mark.parametrize("arguments", [("ground", "{picture}", "red car"), ("detect", "{video}", "red car")])
def test_without_a_checkpoint_it_is_said_where_one_would_go(
    demo_library, picture, video, arguments, tmp_path, monkeypatch
) -> None:
    monkeypatch.setenv("VIDEO_ASSISTANT_GROUNDING", str(tmp_path / "glip"))
    filled = [argument.format(picture=picture, video=video) for argument in arguments]
    _one_line(run(demo_library, *filled, code=1), f"no grounding model yet in {tmp_path / 'glip'}")


def test_a_pth_with_code_in_it_is_refused(demo_library, picture, tmp_path, monkeypatch) -> None:
    class Bomb:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "ran"),)

    torch.save({"model": Bomb()}, tmp_path / "evil.pth")
    monkeypatch.setenv("VIDEO_ASSISTANT_GROUNDING", str(tmp_path / "evil.pth"))
    _one_line(run(demo_library, "ground", str(picture), "red car", code=1), "pickled code")
    assert not (tmp_path / "ran").exists()


def test_models_says_whether_it_is_there(demo_library, glip, monkeypatch) -> None:
    monkeypatch.setenv("VIDEO_ASSISTANT_GROUNDING", str(glip))
    rows = {row["role"]: row for row in run(demo_library, "models", "--json")}
    assert rows["grounding"]["there"] is True
    assert rows["grounding"]["uses"] == str(glip)


class _WholePicture:
    """Finds the picture itself."""

    def __init__(self) -> None:
        self.shapes: list[tuple[int, ...]] = []

    def detect(self, picture, phrases):
        self.shapes.append(picture.shape)
        return [Detection(phrases, 0.9, (0.0, 0.0, float(picture.shape[1]), float(picture.shape[0])))]


def test_frames_are_decoded_and_thumbnails_serve_where_the_file_is_gone(demo_library, video, monkeypatch) -> None:
    session, detector = open_session(demo_library), _WholePicture()
    known = session.library.video(video)
    keyframe = session.library.keyframes(video)[4]
    grounder = LibraryGrounder(session.library, detector)
    displayed = (0.0, 0.0, known.width, known.height)
    assert grounder.ground(keyframe, "all")[0].box == displayed
    assert detector.shapes == [(known.height, known.width, 3)]
    detected = grounder.detect_video(video, "all", min_score=0.5)
    assert [detections.keyframe for detections in detected] == session.library.keyframes(video)
    assert len({keyframe.tracks[0] for keyframe in detected}) == len({keyframe.keyframe.shot for keyframe in detected})

    monkeypatch.setattr("assistant.media.decode.Path.is_file", lambda _: False)
    detector.shapes.clear()
    assert grounder.ground(keyframe, "all")[0].box == pytest.approx(displayed)
    assert detector.shapes[0][1] == 480
    assert len(grounder.detect_video(video, "all", min_score=0.5)) == known.keyframes
    session.close()
