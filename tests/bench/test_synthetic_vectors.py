import numpy as np
import pytest

from bench.speed.synthetic_vectors import (
    DIMENSIONS,
    KEYFRAMES_PER_VIDEO,
    MARGIN,
    NEIGHBOUR_COSINE,
    SUBSPACE,
    SyntheticVectors,
    build,
)


def test_the_same_seed_makes_the_same_world_and_another_seed_another() -> None:
    assert (SyntheticVectors(800, 1).video(1) == SyntheticVectors(800, 1).video(1)).all()
    assert abs((SyntheticVectors(800, 1).video(1) * SyntheticVectors(800, 2).video(1)).sum(axis=1)).mean() < 0.1


def test_vectors_have_the_numbers_of_real_keyframes() -> None:
    vectors = SyntheticVectors(400 * 200, 0)
    planted = {int(video) for video, *_ in vectors.positions()}
    rows = vectors.video(next(number for number in range(200) if number not in planted))
    assert rows.shape == (KEYFRAMES_PER_VIDEO, DIMENSIONS)
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1.0, abs=1e-5)
    assert (rows[1:] * rows[:-1]).sum(axis=1).mean() == pytest.approx(NEIGHBOUR_COSINE, abs=0.02)
    energies = np.linalg.svd(rows, compute_uv=False) ** 2
    assert energies[:SUBSPACE].sum() / energies.sum() > 0.98


def test_events_are_planted_in_their_order_with_the_margin() -> None:
    vectors = SyntheticVectors(400 * 200, 0)
    video, *starts = vectors.positions()[3]
    assert sorted(starts) == starts
    cosines = vectors.video(int(video)) @ vectors.queries()[3].T
    for event, start in enumerate(starts):
        assert cosines[start, event] == pytest.approx(MARGIN / SUBSPACE**0.5, abs=0.12)


def test_a_library_is_built_once(tmp_path) -> None:
    vectors = SyntheticVectors(800, 0)
    library, _ = build(vectors, tmp_path)
    assert [video.keyframes for video in library.videos()] == [KEYFRAMES_PER_VIDEO] * 2
    revision = library.revision
    library.close()
    (tmp_path / "walks.json").unlink()  # as if it had been stopped
    again, took = build(vectors, tmp_path)
    assert len(again.videos()) == 2
    assert again.revision > revision, "the paths were seen again, no vector was written"
    again.close()
    third, known = build(vectors, tmp_path)
    assert third.revision == again.revision
    assert known == took
    third.close()
