"""Samples that are given out again."""

import random
from collections import Counter
from itertools import count

import pytest

from training.common import feed


def test_each_sample_is_given_out_as_often_as_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "CAPACITY", 100)
    made = count()
    again = feed.ReplayBuffer(lambda _rng: next(made), uses=4)
    rng = random.Random(5)
    given = Counter(again(rng) for _ in range(8000))
    assert 1900 < len(given) < 2150  # a quarter are new
    assert len(again.samples) == 100
    assert max(given) == len(given) - 1  # none is lost before it was given out


def test_used_once_nothing_is_kept() -> None:
    made = count()
    again = feed.ReplayBuffer(lambda _rng: next(made), uses=1)
    assert [again(random.Random(1)) for _ in range(100)] == list(range(100))
    assert not again.samples
