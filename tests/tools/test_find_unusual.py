"""Unusual moments: planted ones come first, and what lies beside them does not count against them."""

import numpy as np
import pytest

from tools.find_unusual import APART_SECONDS, CHUNK, find_unusual_moments, score_novelty


def _video(seed: int, frames: int = 120, planted: slice = slice(60, 65)) -> np.ndarray:
    """Three scenes that come again and again in turns of ten seconds, and one stretch unlike them."""
    rng = np.random.default_rng(seed)
    scenes = rng.normal(size=(4, 32))
    which = (np.arange(frames) // 10) % 3
    which[planted] = 3
    vectors = scenes[which] + 0.2 * rng.normal(size=(frames, 32))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize("seed", range(5))
def test_what_was_planted_comes_first_with_its_extent(seed: int) -> None:
    first, *others = find_unusual_moments(_video(seed), np.arange(120.0))
    assert (first.first, first.last) == (60, 64)
    assert all(moment.score < first.score for moment in others)


def test_moments_lie_apart_and_come_in_order() -> None:
    moments = find_unusual_moments(_video(1), np.arange(120.0), limit=5)
    assert len(moments) == 5
    times = sorted(moment.best for moment in moments)
    assert min(np.diff(times)) >= APART_SECONDS
    assert [moment.score for moment in moments] == sorted((moment.score for moment in moments), reverse=True)


def test_neighbours_in_time_do_not_make_a_frame_usual() -> None:
    vectors, seconds = _video(2), np.arange(120.0)
    whole = vectors @ vectors.T
    for at in (0, 62, 119):
        far = np.abs(seconds - at) >= APART_SECONDS
        best = np.sort(whole[at][far])[::-1][:12]
        assert score_novelty(vectors, seconds)[at] == pytest.approx(1 - best.mean(), abs=1e-5)


def test_a_video_too_short_to_know_what_is_usual_has_none() -> None:
    for frames in (0, 1, 7):
        assert find_unusual_moments(_video(3, frames), np.arange(float(frames))) == []


def test_long_videos_are_compared_in_parts() -> None:
    frames = CHUNK + 100
    moments = find_unusual_moments(_video(4, frames, slice(550, 553)), np.arange(float(frames)))
    assert moments[0].best in range(550, 553)
