from tools.tracking import link_detections
from tools.types import Detection


def _car(x: float, phrase: str = "car") -> Detection:
    return Detection(phrase, 0.9, (x, 0.0, x + 20, 10.0))


def test_what_moves_a_little_keeps_its_track_and_what_appears_gets_one() -> None:
    frames = [[_car(0), _car(100)], [_car(106), _car(5)], [_car(112)]]
    assert link_detections(frames, [True, False, False]) == [[0, 1], [1, 0], [1]]


def test_another_phrase_another_track() -> None:
    assert link_detections([[_car(0)], [_car(0, "bus")]], [True, False]) == [[0], [1]]


def test_no_track_goes_over_a_cut_or_a_gap() -> None:
    assert link_detections([[_car(0)], [_car(0)]], [True, True]) == [[0], [1]]
    assert link_detections([[_car(0)], [], [_car(0)]], [True, False, False]) == [[0], [], [1]]


def test_two_do_not_share_one_track() -> None:
    assert link_detections([[_car(0)], [_car(4), _car(1)]], [True, False]) == [[0], [1, 0]]


def test_nothing_in_nothing_out() -> None:
    assert link_detections([], []) == []
