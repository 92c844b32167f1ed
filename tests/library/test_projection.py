"""Bounds that no keyframe exceeds, whatever the subspace."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.library.projection import project


def _unit(rows):
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def _true(videos, queries):
    return np.stack([(queries @ rows.T).max(axis=1) for rows in videos.values()], axis=1)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.floats(0.0, 2.0))
def test_no_keyframe_exceeds_its_bound(seed, rank, noise) -> None:
    rng = np.random.default_rng(seed)
    space = rng.normal(size=(rank, 96))
    draw = lambda n: _unit(rng.normal(size=(n, rank)) @ space + noise * rng.normal(size=(n, 96)))  # noqa: E731
    videos = {(f"v{i}", "g"): draw(int(rng.integers(1, 30))) for i in range(8)}
    projection = project({key: len(rows) for key, rows in videos.items()}, videos.__getitem__)
    assert projection is not None
    queries = np.concatenate([draw(3), _unit(rng.normal(size=(3, 96)))])
    assert (projection.upper_bounds(queries) >= _true(videos, queries)).all()


def test_bounds_are_tight_where_keyframes_lie_in_few_dimensions() -> None:
    rng = np.random.default_rng(0)
    space = rng.normal(size=(12, 256))
    videos = {(f"v{i}", "g"): _unit(rng.normal(size=(50, 12)) @ space) for i in range(20)}
    projection = project(dict.fromkeys(videos, 50), videos.__getitem__)
    assert projection is not None
    queries = _unit(rng.normal(size=(5, 12)) @ space)
    assert projection.upper_bounds(queries) == pytest.approx(_true(videos, queries), abs=0.05)


def test_what_is_known_is_not_read_again_until_the_library_has_grown() -> None:
    rng = np.random.default_rng(0)
    videos = {(f"v{i}", "g"): _unit(rng.normal(size=(10, 32))) for i in range(30)}
    read: list[tuple[str, str]] = []

    def vectors(key):
        read.append(key)
        return videos[key]

    some = dict.fromkeys(list(videos)[:10], 10)
    first = project(some, vectors)
    read.clear()
    more = dict.fromkeys(list(videos)[2:14], 10)
    second = project(more, vectors, first)
    assert set(read) == set(list(videos)[10:14])
    assert second is not None
    queries = _unit(rng.normal(size=(4, 32)))
    chosen = {key: videos[key] for key in more}
    assert (second.upper_bounds(queries) >= _true(chosen, queries)).all()
    read.clear()
    project(dict.fromkeys(videos, 10), vectors, second)
    assert set(read) == set(videos), "the subspace is taken anew"


def test_the_bounds_of_a_library_follow_what_it_holds(library, add) -> None:
    assert library.similarity_upper_bounds(np.eye(8, dtype=np.float32)[:2])[0] == []
    first_id, second_id = add(library, "first", seed=1), add(library, "second", seed=2)
    queries = np.eye(8, dtype=np.float32)
    names, bounds = library.similarity_upper_bounds(queries)
    assert names == [first_id, second_id]
    for name, bound in zip(names, bounds.T, strict=True):
        assert (bound >= (queries @ library.keyframe_arrays(name).vectors.T).max(axis=1)).all()
    library.remove(first_id)
    assert library.similarity_upper_bounds(queries)[0] == [second_id]
