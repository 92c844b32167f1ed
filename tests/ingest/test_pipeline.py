import shutil
import threading
from pathlib import Path

import numpy as np
import pytest

from assistant.ingest.pipeline import index_files
from assistant.ingest.records import Progress
from assistant.library import Library
from assistant.media.audio import SAMPLE_RATE
from assistant.media.readings import Cue, ReadLine, Region, Transcript
from assistant.models.base import ModelNotFoundError


class Means:
    """Embeds a picture as its mean colour."""

    identity = "means"

    def embed_images(self, images):
        rows = np.stack([image.reshape(-1, 3).mean(0) for image in images]).astype(np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def features(self, images):
        return np.stack([image[:2, :4, 0] for image in images]).astype(np.float16)


class ColourReader:
    def detect(self, image):
        return [Region.from_box((0.0, 20.0, 40.0, 30.0))]

    def recognise(self, image, regions):
        return [ReadLine(f"colour {('red', 'green', 'blue')[image[60, 100].argmax()]}", 0.9, r) for r in regions]


@pytest.fixture
def library(tmp_path: Path):
    opened = Library(tmp_path / "library", embedder="means")
    yield opened
    opened.close()


def _index(paths, library, **options):
    models = Means()
    return list(index_files(paths, library, embedder=models, extractor=models, reader=ColourReader(), **options))


def test_a_video_becomes_searchable(clip, library) -> None:
    path = clip("a", ("red", 2.0), ("blue", 2.0))
    path.with_suffix(".vi.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nĐèn đỏ\n", encoding="utf-8")
    (result,) = _index([path], library)
    assert (result.status, result.error, result.lines) == ("indexed", None, 3)
    video = library.video(result.video_id)
    assert (video.width, video.height) == (160, 90)
    assert video.duration_seconds == pytest.approx(4.0, abs=0.05)
    blue, _ = library.search_vectors(np.array([[0.0, 0.0, 1.0]], np.float32), limit=1)[0][0]
    assert blue.seconds >= 2.0
    assert Path(blue.image).exists()
    assert library.features(video.video_id, [blue.frame_index]).shape == (1, 2, 4)
    (line,) = library.search_lines("colour blue", limit=1)
    assert (line.source, line.start_seconds, line.end_seconds) == ("ocr", pytest.approx(2.0), pytest.approx(4.0))
    assert library.search_lines("den do")[0].language == "vi"
    assert library.check() == []


def test_subtitles_of_another_video_or_of_no_kind_are_warnings(clip, library) -> None:
    path = clip("a", ("red", 2.0))
    cues = "".join(f"{i}\n00:00:0{i},000 --> 00:00:0{i},500\nline {i}\n\n" for i in range(1, 6))
    path.with_suffix(".srt").write_text(cues)
    path.with_suffix(".vi.srt").write_bytes(b"")
    path.with_suffix(".vtt").write_bytes(b"\x00\xff" * 500)
    (result,) = _index([path], library)
    assert result.status == "indexed"
    assert [line.text for line in library.lines(result.video_id, source="subtitle")] == ["line 1"]
    late, empty, binary = sorted(result.warnings, key=lambda w: ("a.srt" not in w, "a.vi.srt" not in w))
    assert "4 of 5 lines start after the end" in late
    assert "a.vi.srt: the file is empty" in empty
    assert "a.vtt" in binary


class FakeRecogniser:
    """A recogniser of English that hears one sentence in every sound, or whose model is missing."""

    language = "en"

    def __init__(self, installed: bool = True) -> None:
        self.installed = installed
        self.audible_seconds = 0.0

    def transcribe(self, samples, start_seconds):
        if not self.installed:
            raise ModelNotFoundError("speech: cannot load 'whisper'; put its files in a folder")
        self.audible_seconds += np.count_nonzero(samples) / SAMPLE_RATE
        cue = Cue(
            start_seconds,
            start_seconds + 1.0,
            "she says something",
            "en",
            (start_seconds, start_seconds + 0.5, start_seconds + 1.0),
        )
        return Transcript((cue,), ("unclear",))


@pytest.mark.shared
@pytest.mark.parametrize("installed", [True, False])
def test_speech_becomes_lines_where_no_subtitle_says_it(library, media: Path, tmp_path: Path, installed: bool) -> None:
    path = tmp_path / "friday.mp4"
    shutil.copyfile(media / "video" / "friday.mp4", path)
    (result,) = _index([path], library, recogniser=FakeRecogniser(installed))
    spoken = library.lines(result.video_id, source="speech")
    assert [line.text for line in spoken] == (["she says something"] if installed else [])
    assert len(result.warnings) == 1
    assert ("1 doubtful segment" if installed else "speech: cannot load") in result.warnings[0]
    (found,) = library.search_lines("something", source="speech") if installed else [spoken]
    assert not installed or found.start_seconds == pytest.approx(spoken[0].start_seconds + 1.0)


@pytest.mark.shared
def test_what_subtitles_say_is_not_heard_again(library, media: Path, tmp_path: Path) -> None:
    path, recogniser = tmp_path / "friday.mp4", FakeRecogniser()
    shutil.copyfile(media / "video" / "friday.mp4", path)
    path.with_suffix(".srt").write_text("1\n00:00:00,000 --> 00:00:04,000\nThis is said by the subtitles here.\n")
    (result,) = _index([path], library, recogniser=recogniser)
    assert recogniser.audible_seconds == pytest.approx(2.1, abs=0.2)
    assert len(library.lines(result.video_id, source="speech")) == 1


def test_a_bad_file_is_reported_and_the_rest_goes_on(clip, library, tmp_path: Path) -> None:
    clip("a", ("red", 0.4))
    (tmp_path / "b.mp4").write_bytes(b"broken" * 100)
    (tmp_path / "notes.txt").write_text("no media")
    clip("c", ("blue", 0.4))
    results = _index([tmp_path], library)
    assert [(Path(r.path).name, r.status) for r in results] == [
        ("a.mp4", "indexed"),
        ("b.mp4", "failed"),
        ("c.mp4", "indexed"),
    ]
    assert "\n" not in str(results[1].error)


def test_a_second_run_does_not_decode(clip, library, monkeypatch) -> None:
    path = clip("a", ("red", 0.4))
    _index([path], library)
    monkeypatch.setattr("assistant.ingest.pipeline.open_media", lambda _: pytest.fail("decoded again"))
    (result,) = _index([path], library)
    assert (result.status, result.keyframes) == ("unchanged", 1)


def test_force_indexes_again(clip, library) -> None:
    path = clip("a", ("red", 0.4))
    first, second = _index([path], library) + _index([path], library, force=True)
    assert (first.video_id, second.status) == (second.video_id, "indexed")


def test_a_missing_file_is_one_line(library, tmp_path: Path) -> None:
    (result,) = _index([tmp_path / "nothing.mp4"], library)
    assert result.status == "failed"
    assert "no such file" in str(result.error)


def test_cancelling_leaves_nothing_half_done(clip, library) -> None:
    path = clip("a", ("red", 3.0))
    seen = threading.Event()
    results = _index([path], library, progress=lambda _: seen.set(), cancelled=seen.is_set)
    assert results == []
    assert library.videos() == []
    assert library.check() == []


def test_a_failing_model_surfaces(clip, library) -> None:
    class Broken(Means):
        def embed_images(self, images):
            raise RuntimeError("out of memory")

    with pytest.raises(RuntimeError, match="out of memory"):
        list(index_files([clip("a", ("red", 3.0))], library, embedder=Broken(), extractor=None, reader=None))
    assert library.check() == []


def test_progress_rises_to_the_duration(clip, library) -> None:
    seen: list[Progress] = []
    _index([clip("a", ("red", 3.0))], library, progress=seen.append)
    done = [p.done_seconds for p in seen]
    assert done == sorted(done)
    assert done[-1] >= 2.0
    assert seen[0].total_seconds == pytest.approx(3.0, abs=0.1)
