"""From when to when an event lasts, as several frames together say."""

import numpy as np
import pytest

from tools.events.timing import Timing

SECONDS = np.arange(10.0)


def timing(going: dict[int, float], starts: dict[int, float], ends: dict[int, float]) -> Timing:
    return Timing(SECONDS, *(np.array([values.get(at, 0.0) for at in range(10)]) for values in (going, starts, ends)))


def test_what_all_frames_of_an_event_tell_is_weighed() -> None:
    timed = timing({4: 0.9, 5: 0.6, 6: 0.3}, {4: 3.5, 5: 3.8, 6: 4.1}, {4: 6.0, 5: 6.0, 6: 6.6})
    assert timed.best_frame_near(5.0) == 4
    assert timed.extent_around(5.0) == pytest.approx(((0.9 * 3.5 + 0.6 * 3.8 + 0.3 * 4.1) / 1.8, 6.1))


def test_of_two_occurrences_the_one_around_is_timed() -> None:
    timed = timing({1: 0.9, 8: 0.7}, {1: 0.7, 8: 7.6}, {1: 1.6, 8: 8.9})
    assert timed.extent_around(7.0) == pytest.approx((7.6, 8.9))
    assert timed.extent_around(2.0) == pytest.approx((0.7, 1.6))


@pytest.mark.parametrize(("going", "end"), [({5: 0.1}, 6.0), ({1: 0.9}, 2.0), ({5: 0.9}, 3.0)])
def test_where_no_frame_shows_it_or_it_ends_before_it_starts_nothing_is_told(going, end) -> None:
    assert timing(going, {1: 0.5, 5: 4.5}, {1: end, 5: end}).extent_around(6.0) is None


def test_each_time_that_it_surely_goes_on_is_told_once_the_surest_first() -> None:
    starts, ends = {1: 0.7, 2: 0.8, 8: 7.6}, {1: 2.2, 2: 2.4, 8: 8.9}
    timed = timing({1: 0.9, 2: 0.8, 5: 0.4, 8: 0.95}, starts, ends)
    assert [best for best, _, _ in timed.occurrences()] == [8, 1]
    assert timed.occurrences()[0][1:] == pytest.approx((7.6, 8.9))
    assert timing({5: 0.4}, {5: 4.0}, {5: 6.0}).occurrences() == []
    assert timing({5: 0.9}, {5: 6.0}, {5: 4.0}).occurrences() == [], "it would end before it starts"
