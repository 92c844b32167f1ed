import shutil
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from assistant.library import KeyframeRow, Library, LibraryBusyError, LibraryError, VideoRecord


def _query(seed: int = 9) -> np.ndarray:
    row = np.random.default_rng(seed).normal(size=(1, 8)).astype(np.float32)
    return row / np.linalg.norm(row)


def test_a_committed_video_is_whole(library, add) -> None:
    name = add(library, "Tin tức 19h", n=5, texts=("xin chào",), features=True)
    assert name.startswith("tin-tuc-19h-")
    video = library.video(name)
    assert (video.keyframes, video.lines, video.duration_seconds) == (5, 1, 5.0)
    keyframes, vectors = library.vectors(name)
    assert vectors.shape == (5, 8)
    assert [k.seconds for k in keyframes] == [0, 1, 2, 3, 4]
    assert library.features(name, [20, 0]).shape == (2, 3, 4)
    assert library.check() == []


def test_search_over_all_videos_finds_the_very_vector(library, add) -> None:
    for i in range(4):
        add(library, f"v{i}", n=6, seed=i)
    keyframes, vectors = library.vectors(library.videos()[2].video_id)
    ((keyframe, score), *_) = library.search_vectors(np.array(vectors[3:4]), limit=3)[0]
    assert keyframe == keyframes[3]
    assert score == pytest.approx(1.0, abs=1e-4)


@pytest.mark.parametrize("start", [None, 0.0, 1.5, 3.0, 40.0])
@pytest.mark.parametrize("end", [None, 0.0, 2.0, 4.5])
@pytest.mark.parametrize("one_video", [True, False])
def test_filtered_search_equals_brute_force(library, add, start, end, one_video) -> None:
    ids = [add(library, f"v{i}", n=7, seed=i) for i in range(3)]
    query = _query()
    expected = []
    for name in ids[:1] if one_video else ids:
        keyframes, vectors = library.vectors(name)
        for keyframe, vector in zip(keyframes, vectors, strict=True):
            if (start is None or keyframe.seconds >= start) and (end is None or keyframe.seconds < end):
                expected.append((float(query[0] @ vector), keyframe))
    expected.sort(key=lambda pair: -pair[0])
    hits = library.search_vectors(
        query, video_id=ids[0] if one_video else None, start_seconds=start, end_seconds=end, limit=4
    )[0]
    assert [k.frame_index for k, _ in hits] == [k.frame_index for _, k in expected[:4]]
    assert [s for _, s in hits] == pytest.approx([s for s, _ in expected[:4]], abs=1e-5)


def test_an_empty_library_finds_nothing(library) -> None:
    assert library.search_vectors(_query(), limit=3) == [[]]
    assert library.search_lines("anything") == []
    assert library.videos() == []


def test_the_same_content_under_another_name_is_the_same_video(library, add, tmp_path: Path) -> None:
    name = add(library, "first")
    copy = tmp_path / "second.mp4"
    shutil.copyfile(tmp_path / "first.mp4", copy)
    with library.writer() as writer:
        assert writer.begin(copy) is None
    assert library.find_unchanged(copy) == name
    assert len(library.video(name).paths) == 2


def test_a_moved_file_is_found_again_and_listed_first(library, add, tmp_path: Path) -> None:
    name = add(library, "a")
    moved = tmp_path / "z.mp4"
    (tmp_path / "a.mp4").rename(moved)
    assert library.find_unchanged(moved) is None
    with library.writer() as writer:
        assert writer.begin(moved) is None
    assert library.video(name).paths[0] == str(moved)


def test_a_changed_file_is_not_unchanged(library, add, tmp_path: Path) -> None:
    add(library, "a")
    (tmp_path / "a.mp4").write_bytes(b"something else")
    assert library.find_unchanged(tmp_path / "a.mp4") is None


def test_an_aborted_draft_leaves_nothing(library, tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"a")
    with library.writer() as writer:
        draft = writer.begin(path)
        draft.add_keyframes([KeyframeRow(0, 0.0, 0, 0, 0)], np.eye(8, dtype=np.float32)[:1], None)
        draft.abort()
    assert library.videos() == []
    assert not draft.folder.exists()
    assert library.check() == []


def test_indexing_again_replaces_the_generation(library, add, tmp_path: Path) -> None:
    name = add(library, "a", n=5, seed=1)
    with library.writer() as writer:
        draft = writer.begin(tmp_path / "a.mp4", force=True)
        draft.add_keyframes([KeyframeRow(3, 0.1, 3, 0, 0)], np.eye(8, dtype=np.float32)[:1], None)
        draft.commit(VideoRecord(1.0, 64, 36, "1/400", 10))
    assert [v.video_id for v in library.videos()] == [name]
    ((keyframe, _),) = library.search_vectors(np.eye(8, dtype=np.float32)[:1], limit=5)[0]
    assert keyframe.frame_index == 3
    assert library.check() == []


def test_remove_takes_everything(library, add, tmp_path: Path) -> None:
    name = add(library, "a", texts=("một hai",))
    library.remove(name)
    assert library.videos() == []
    assert library.search_lines("hai") == []
    assert not (library.root / "videos" / name).exists()
    assert (tmp_path / "a.mp4").exists()
    assert library.check() == []


def test_an_unknown_video_names_the_known_ones(library, add) -> None:
    name = add(library, "a")
    with pytest.raises(LibraryError, match=name):
        library.video("b")


def test_vectors_of_another_model_are_not_compared(library, add) -> None:
    add(library, "a")
    other = Library(library.root, embedder="other")
    with pytest.raises(LibraryError, match="reindex"):
        other.search_vectors(_query())
    other.close()


def test_a_second_writer_is_told_who_holds_the_lock(library) -> None:
    import os

    with library.writer(), pytest.raises(LibraryBusyError, match=str(os.getpid())), library.writer(timeout_seconds=0):
        pass


def test_a_reader_in_the_same_process_sees_each_commit(library, add) -> None:
    reader = Library(library.root, embedder="test")
    for i in range(3):
        name = add(library, f"v{i}", seed=i)
        query = np.array(library.vectors(name)[1][:1])
        assert reader.search_vectors(query, limit=1)[0][0][0].video_id == name
    reader.close()


def test_check_mends_vectors_that_chroma_lost(library, add) -> None:
    name = add(library, "a", n=5)
    row = library.storage.stored_videos()[0]
    library.storage.vector_store.delete("test", [f"{name}/{row.generation}/10"])
    assert library.check() == [f"{name}: 1 vector(s) missing (mended)"]
    assert library.check() == []


def test_check_finds_a_damaged_sidecar(library, add) -> None:
    name = add(library, "a", n=5)
    row = library.storage.stored_videos()[0]
    library.close()
    (library.root / "videos" / name / row.generation / "vectors.f32").write_bytes(b"short")
    assert any("damaged" in finding and "reindex" in finding for finding in library.check())


def test_batches_must_agree(library, tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"a")
    with library.writer() as writer:
        draft = writer.begin(path)
        with pytest.raises(ValueError, match="2 keyframes"):
            draft.add_keyframes(
                [KeyframeRow(i, float(i), i, 0, 0) for i in (0, 1)], np.eye(8, dtype=np.float32)[:1], None
            )
        with pytest.raises(ValueError, match="rise"):
            draft.add_keyframes([KeyframeRow(i, 0.0, i, 0, 0) for i in (0, 1)], np.eye(8, dtype=np.float32)[:2], None)
        draft.abort()


def test_a_foreign_file_is_not_taken_for_a_catalog(tmp_path: Path) -> None:
    (tmp_path / "catalog.sqlite").write_bytes(b"not a database, but long enough to look at" * 50)
    with pytest.raises(LibraryError, match="no catalog"):
        Library(tmp_path).videos()


def test_what_another_model_embedded_is_begun_anew(library, tmp_path, add) -> None:
    name = add(library, "street", n=5)
    library.close()
    other = Library(tmp_path / "library", embedder="other")
    path = tmp_path / "street.mp4"
    assert other.find_unchanged(path) is None
    assert add(other, "street", n=5) == name
    assert other.find_unchanged(path) == name
    assert [video.video_id for video in other.videos()] == [name]
    assert other.check() == []
    other.close()


def test_what_somebody_said_of_a_video_s_time_outlasts_indexing_and_not_its_removal(library, tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"a")

    def index(recorded_at: str | None) -> str:
        with library.writer() as writer:
            draft = writer.begin(path, force=True)
            draft.add_keyframes([KeyframeRow(0, 0.0, 0, 0, 0)], np.eye(1, 8, dtype=np.float32), None)
            draft.commit(VideoRecord(1.0, 64, 36, "1/400", 10, recorded_at=recorded_at))
        return draft.video_id

    video_id = index("2026-05-03T18:04:00+00:00")
    assert library.video(video_id).recorded_at == "2026-05-03T18:04:00+00:00"
    library.set_recorded_at(video_id, datetime(2025, 1, 2, 3, 4, tzinfo=UTC))
    assert index("2026-05-03T18:04:00+00:00") == video_id
    assert datetime.fromisoformat(library.video(video_id).recorded_at) == datetime(2025, 1, 2, 3, 4, tzinfo=UTC)
    library.remove(video_id)
    index(None)
    assert library.video(video_id).recorded_at is None


def test_features_are_bounded_and_those_of_the_first_videos_go_first(library, add) -> None:
    ids = [add(library, f"v{i}", n=4, seed=i, features=True) for i in range(3)]
    each = 4 * 3 * 4 * 2
    with library.writer() as writer:
        assert writer.limit_feature_bytes(3 * each) == []
        assert writer.limit_feature_bytes(2 * each - 1) == ids[:2]
    assert library.features(ids[0], [0]) is None
    assert library.features(ids[2], [0]) is not None
    assert [library.video(name).keyframes for name in ids] == [4, 4, 4]
    assert len(list(library.root.rglob("features.f16"))) == 1
    assert library.check() == []
