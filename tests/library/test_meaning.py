from pathlib import Path

import numpy as np
import pytest

from assistant.library import KeyframeRow, Library, VideoRecord, meaning
from tools.types import Passage

ENCODER = "letters-1"


def vectors(texts: list[str]) -> np.ndarray:
    """Counts of the letters a to h, L2-normalised."""
    counts = np.array([[text.count(letter) for letter in "abcdefgh"] for text in texts], np.float32)
    return counts / np.linalg.norm(counts, axis=1, keepdims=True)


def passages(video_id: str, texts: list[str], source="speech") -> list[Passage]:
    return [Passage(video_id, 10.0 * i, 10.0 * i + 10, source, text) for i, text in enumerate(texts)]


@pytest.fixture
def library(tmp_path: Path):
    opened = Library(tmp_path / "library", embedder="colours")
    yield opened
    opened.close()


def add_video(library: Library, folder: Path, name: str, texts: list[str], *, force: bool = False) -> str:
    path = folder / f"{name}.mp4"
    path.write_text(name)
    with library.writer() as writer:
        draft = writer.begin(path, force=force)
        draft.add_keyframes([KeyframeRow(0, 0.0, 0, 0, 0)], np.eye(1, 4, dtype=np.float32), None)
        draft.commit(VideoRecord(60.0, 16, 9, "1/25", 1))
        if texts:
            writer.set_meaning(draft.video_id, ENCODER, passages(draft.video_id, texts), vectors(texts))
    return draft.video_id


def search(library: Library, text: str, **options) -> list[str]:
    hits = library.passage_vectors.search(ENCODER, vectors([text])[0], **options)
    return [hit.passage.text for hit in hits]


def test_the_nearest_passages_come_first_over_all_videos_and_in_one(library, tmp_path: Path) -> None:
    first = add_video(library, tmp_path, "first", ["aab", "bbc", "cd"])
    second = add_video(library, tmp_path, "second", ["ab", "gh"])
    assert search(library, "aaab", limit=2) == ["aab", "ab"]
    assert search(library, "aaab", limit=2, video_id=second) == ["ab", "gh"]
    assert search(library, "cd", limit=1, video_id=first, end_seconds=20.0) == ["bbc"]
    assert search(library, "aab", limit=3, sources=("ocr",)) == []
    assert library.passage_vectors.cosines(ENCODER, vectors(["a"])[0]).shape == (5,)
    assert library.check() == []


def test_another_encoder_sees_nothing_of_it(library, tmp_path: Path) -> None:
    video_id = add_video(library, tmp_path, "first", ["aab"])
    assert library.meaning_encoder(video_id) == ENCODER
    assert library.passage_vectors.search("other", vectors(["a"])[0]) == []


def test_new_passages_replace_the_old_and_a_removed_video_takes_its_own_along(library, tmp_path: Path) -> None:
    video_id = add_video(library, tmp_path, "first", ["aab", "bbc"])
    with library.writer() as writer:
        writer.set_meaning(video_id, ENCODER, passages(video_id, ["ef"]), vectors(["ef"]))
    assert search(library, "ab") == ["ef"]
    assert add_video(library, tmp_path, "first", ["gh"], force=True) == video_id
    assert search(library, "ab") == ["gh"]
    library.remove(video_id)
    assert search(library, "ab") == []
    assert library.storage.vector_store.ids(ENCODER, revision=library.revision) == set()


def test_a_writer_that_is_killed_in_between_leaves_the_old_passages_and_no_rest(
    library, tmp_path: Path, monkeypatch
) -> None:
    video_id = add_video(library, tmp_path, "first", ["aab", "bbc"])

    def kill(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, library.writer() as writer:
        patch.setattr(meaning, "retire_meaning", kill)
        with pytest.raises(KeyboardInterrupt):
            writer.set_meaning(video_id, ENCODER, passages(video_id, ["ef"]), vectors(["ef"]))
    assert search(library, "ab", limit=1) == ["aab"]
    with library.writer():
        pass
    assert len(library.storage.vector_store.ids(ENCODER, revision=library.revision)) == 2
    assert len(list(tmp_path.glob("library/videos/*/*/passages-*"))) == 1


def test_lost_vectors_are_put_back_by_check(library, tmp_path: Path) -> None:
    add_video(library, tmp_path, "first", ["aab", "bbc"])
    library.storage.vector_store.drop(ENCODER)
    assert library.check() == [
        "first-" + library.videos()[0].video_id[6:] + ": 2 vector(s) of passages missing (mended)"
    ]
    assert search(library, "aab", limit=1) == ["aab"]
    assert library.check() == []
