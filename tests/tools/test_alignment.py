from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.alignment import align


@st.composite
def problems(draw):
    events = draw(st.integers(1, 4))
    keyframes = draw(st.integers(1, 8))
    steps = draw(st.lists(st.sampled_from([0.25, 0.5, 1.0, 3.0]), min_size=keyframes, max_size=keyframes))
    scores = draw(
        st.lists(st.lists(st.integers(-8, 8), min_size=keyframes, max_size=keyframes), min_size=events, max_size=events)
    )
    return np.array(scores, np.float32) / 8, np.cumsum(steps).tolist()


@given(
    problems(),
    st.sampled_from([0.0, 0.5, 1.0]),
    st.sampled_from([None, 0.5, 1.0, 4.0]),
    st.sampled_from([None, 1.0, 3.5]),
)
def test_the_same_answer_as_brute_force(problem, min_gap, max_gap, within) -> None:
    scores, seconds = problem
    best = None
    for chosen in combinations(range(len(seconds)), len(scores)):
        times = [seconds[i] for i in chosen]
        gaps = [b - a for a, b in pairwise(times)]
        if any(gap < min_gap or (max_gap is not None and gap > max_gap) for gap in gaps):
            continue
        if within is not None and times[-1] - times[0] > within:
            continue
        total = sum(float(scores[row, at]) for row, at in enumerate(chosen))
        best = total if best is None else max(best, total)
    found = align(scores, seconds, min_gap_seconds=min_gap, max_gap_seconds=max_gap, within_seconds=within)
    assert (found is None) == (best is None)
    if found is not None:
        assert found.score == pytest.approx(best)
        assert found.score == pytest.approx(sum(float(scores[r, at]) for r, at in enumerate(found.positions)))
        assert list(found.positions) == sorted(set(found.positions))


def test_shapes_and_order_are_checked() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        align(np.zeros((1, 2), np.float32), [0.0])
    with pytest.raises(ValueError, match="increase"):
        align(np.zeros((1, 2), np.float32), [1.0, 1.0])
    with pytest.raises(ValueError, match="negative"):
        align(np.zeros((1, 1), np.float32), [1.0], min_gap_seconds=-1)
