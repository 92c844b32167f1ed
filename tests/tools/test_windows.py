"""Windows of frames, and what several of them say together."""

import numpy as np

from tests.fakes import FakeIndex
from tools.events.windows import VerifiedWindows, cut_windows


def test_a_window_holds_the_frames_from_its_start_to_before_its_end() -> None:
    windows = cut_windows(FakeIndex().frames, [-1.0, 0.0, 5.5, 7.0], 2.0)
    assert [[keyframe.seconds for keyframe in window] for window in windows] == [[0.0, 1.0], [6.0, 7.0]]


def test_what_windows_have_in_common_bounds_an_event() -> None:
    starts = np.arange(0.0, 10.0)
    happens = (starts <= 5.5) & (starts + 6.0 >= 7.25)  # the event lasts from 5.5 to 7.25
    windows = VerifiedWindows(starts, 6.0, np.where(happens, 0.9, 0.1))
    assert windows.extent_around(6.0) == (5.0, 8.0)
    assert windows.extent_around(0.5) is None
    around = windows.probabilities_at(np.arange(0.0, 15.0, 0.5))
    assert 5.0 <= float(np.arange(0.0, 15.0, 0.5)[around.argmax()]) <= 8.0
