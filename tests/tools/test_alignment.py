from itertools import combinations, pairwise, product

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tools.events.alignment import Gap, Limits, align

INFINITE = float("inf")


@st.composite
def problems(draw):
    """Scores without ties, times, limits, what a missed event adds, how many results."""
    events, keyframes = draw(st.integers(1, 4)), draw(st.integers(1, 8))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    steps = draw(st.lists(st.sampled_from([0.25, 0.5, 1.0, 3.0]), min_size=keyframes, max_size=keyframes))
    gaps = [
        Gap(low, max(low, high))
        for low, high in draw(
            st.lists(
                st.tuples(st.sampled_from([0.0, 0.5, 1.0]), st.sampled_from([0.5, 1.0, 4.0, INFINITE, INFINITE])),
                min_size=events - 1,
                max_size=events - 1,
            )
        )
    ]
    limits = Limits(tuple(gaps), draw(st.sampled_from([0.0, 1.0, 3.5, INFINITE, INFINITE])))
    missed = draw(st.sampled_from([None, -1.0, 0.0, 0.3]))
    scores = rng.normal(size=(events, keyframes))
    scores[rng.random(scores.shape) < draw(st.sampled_from([0.0, 0.0, 0.3]))] = -INFINITE  # forbidden there
    return scores, np.cumsum(steps), limits, missed, draw(st.integers(1, 4))


def _allowed(chosen, seconds, limits, missed) -> bool:
    placed = [(event, at) for event, at in enumerate(chosen) if at is not None]
    if not placed or len(chosen) - len(placed) > (missed is not None):
        return False
    for (event, at), (other, later) in pairwise(placed):
        gap = seconds[later] - seconds[at]
        between = limits.gaps[event:other]
        if later <= at or not sum(g.min_seconds for g in between) <= gap <= sum(g.max_seconds for g in between):
            return False
    return seconds[placed[-1][1]] - seconds[placed[0][1]] <= limits.within_seconds


def _brute_force(scores, seconds, limits, missed, count):
    """Every placement there is, best first, without those that overlap a better one."""
    every = []
    for chosen in product([None, *range(len(seconds))], repeat=len(scores)):
        if _allowed(chosen, seconds, limits, missed):
            total = sum(missed if at is None else scores[event, at] for event, at in enumerate(chosen))
            if total > -INFINITE:
                every.append((total, chosen))
    best: list = []
    for total, chosen in sorted(every, key=lambda placement: -placement[0]):
        placed = [at for at in chosen if at is not None]
        if all(placed[-1] < first or placed[0] > last for *_, first, last in best) and len(best) < count:
            best.append((total, chosen, placed[0], placed[-1]))
    return best


@settings(max_examples=1500, deadline=None)
@given(problems())
def test_the_same_answer_as_brute_force(problem) -> None:
    scores, seconds, limits, missed, count = problem
    alignments = align(scores, seconds, limits, missed=missed, count=count)
    wanted = _brute_force(scores, seconds, limits, missed, count)
    assert [a.positions for a in alignments] == [chosen for _, chosen, *_ in wanted]
    assert [a.score for a in alignments] == pytest.approx([total for total, *_ in wanted])


@given(st.integers(0, 2**32 - 1), st.sampled_from([2.0, 7.0, 30.0]), st.sampled_from([3.0, 20.0, INFINITE]))
@example(123413792, 7.0, 3.0)
@settings(max_examples=60, deadline=None)
def test_pairs_on_long_videos_too(seed, within, longest) -> None:
    rng = np.random.default_rng(seed)
    seconds = np.cumsum(rng.choice([0.04, 0.5, 1.0], 90))
    scores = rng.normal(size=(2, 90))
    (alignment,) = align(scores, seconds, Limits((Gap(0.1, longest),), within))
    # Bounds hold to a microsecond: in floating point, frames three seconds apart may lie 3.0000000000000036 apart.
    apart = {(a, b): round(seconds[b] - seconds[a], 6) for a, b in combinations(range(90), 2)}
    allowed = [pair for pair, gap in apart.items() if 0.1 <= gap <= min(within, longest)]
    assert alignment.positions == max(allowed, key=lambda pair: scores[0, pair[0]] + scores[1, pair[1]])


def test_the_earliest_of_equals_is_taken() -> None:
    (alignment,) = align(np.ones((2, 5)), np.arange(5.0))
    assert alignment.positions == (0, 1)


def test_a_gap_of_exactly_the_longest_is_allowed() -> None:
    times = np.array([0.1 + 0.2, 0.3 + 1.0])
    assert align(np.ones((2, 2)), times, Limits((Gap(1.0, 1.0),), 1.0))


def test_a_missed_event_is_told_and_one_event_alone_is_never_missed() -> None:
    scores = np.array([[1.0, 0.0, 0.0], [-1.0, -1.0, -1.0], [0.0, 0.0, 1.0]])
    (alignment,) = align(scores, [0.0, 1.0, 2.0], missed=0.1)
    assert (alignment.positions, alignment.score) == ((0, None, 2), 2.1)
    assert align(scores[1:2], [0.0, 1.0, 2.0], missed=0.1)[0].positions == (0,)


def test_no_keyframes_no_placement() -> None:
    assert align(np.zeros((2, 0)), []) == []
    assert align(np.zeros((2, 1)), [0.0]) == []


def test_shapes_order_and_limits_are_checked() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        align(np.zeros((1, 2)), [0.0])
    with pytest.raises(ValueError, match="increase"):
        align(np.zeros((1, 2)), [1.0, 1.0])
    with pytest.raises(ValueError, match="gaps do not fit"):
        align(np.zeros((1, 2)), [0.0, 1.0], Limits((Gap(),)))
    with pytest.raises(ValueError, match="at least 2 s and at most 1 s"):
        Gap(2.0, 1.0)
    with pytest.raises(ValueError, match="cannot last"):
        Limits((), -1.0)
