"""How boxes for phrases are counted: a detector that knows the scene is right everywhere, one that guesses nowhere."""

import random

import pytest

import bench.quality.grounding as grounding
from bench.quality.grounding import match
from tools.geometry import iou
from tools.types import Detection


class Seer:
    """Finds exactly what the scene drawn last holds."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, colour_blind: bool = False) -> None:
        self.colour_blind = colour_blind
        self.drawn = []
        draw = grounding._picture
        monkeypatch.setattr(grounding, "_picture", lambda scene: self.drawn.append(scene) or draw(scene))

    def detect(self, picture, phrases):
        assert picture.shape == (360, 640, 3)
        detections = []
        for phrase in phrases.split(" . "):
            for actor in self.drawn[-1].actors:
                named = phrase.split()[-1] == actor.kind if self.colour_blind else phrase in _names(actor)
                if named:
                    detections.append(Detection(phrase, 0.9, grounding._box(actor)))
        return detections


def _names(actor) -> set[str]:
    return {actor.kind, f"{actor.colour} {actor.kind}"}


def test_a_detector_that_sees_everything_is_right_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    seer = Seer(monkeypatch)
    assert grounding._precision(seer, random.Random(1), 40)["grounding.map50"] == 1.0
    assert grounding._distractor_recall(seer, random.Random(2), 20) == 1.0
    assert grounding._count_accuracy(seer, random.Random(3), 21) == 1.0


def test_a_colour_blind_detector_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    blind = Seer(monkeypatch, colour_blind=True)
    assert grounding._precision(blind, random.Random(1), 60)["grounding.map50"] < 0.99
    assert grounding._distractor_recall(blind, random.Random(2), 40) < 0.8
    assert grounding._count_accuracy(blind, random.Random(3), 21) == 1.0


def test_each_box_is_found_once() -> None:
    boxes = [(0.0, 0.0, 10.0, 10.0), (20.0, 0.0, 30.0, 10.0)]
    detections = [
        Detection("a", 0.5, boxes[0]),
        Detection("a", 0.9, boxes[0]),
        Detection("a", 0.4, (20.0, 0.0, 26.0, 10.0)),
    ]
    assert match(detections, boxes) == [(0.9, True), (0.5, False), (0.4, True)]
    assert match(detections, []) == [(0.9, False), (0.5, False), (0.4, False)]
    assert iou(boxes[0], boxes[1]) == 0.0
    assert iou(boxes[0], (0.0, 0.0, 10.0, 5.0)) == 0.5


def test_cones_are_drawn_where_their_boxes_are() -> None:
    for seed in range(5):
        picture, boxes = grounding._with_cones(random.Random(seed))
        assert 1 <= len(boxes) <= 3
        for x0, y0, x1, y1 in boxes:
            middle = picture[int(y1) - 3, int((x0 + x1) / 2)]
            assert abs(middle.astype(int) - (245, 110, 25)).max() < 30
            assert 0 <= x0 < x1 <= 640
            assert 0 <= y0 < y1 <= 360
