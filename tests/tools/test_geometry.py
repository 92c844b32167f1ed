import pytest

from tools.geometry import area, intersection, iou


def test_iou_is_shared_area_over_united_area() -> None:
    assert iou((0, 0, 10, 10), (5, 0, 15, 10)) == pytest.approx(1 / 3)
    assert iou((0, 0, 10, 10), (10, 0, 20, 10)) == 0
    assert iou((0, 0, 4, 4), (0, 0, 4, 4)) == 1


def test_boxes_without_extent_have_no_area() -> None:
    assert area((3, 3, 3, 9)) == 0
    assert area((5, 0, 2, 4)) == 0
    assert intersection((0, 0, 10, 10), (20, 20, 30, 30)) == 0
    assert iou((3, 3, 3, 9), (0, 0, 10, 10)) == 0
