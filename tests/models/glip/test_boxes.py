import math

import pytest
import torch

from assistant.models.glip.boxes import build_anchors, decode_boxes, phrase_weights, select_boxes
from assistant.models.glip.head import Prediction

SIZES = [(8, 8), (4, 4), (2, 2), (1, 1), (1, 1)]


def _prediction(places: dict[tuple[int, int, int], float], tokens: int = 6) -> Prediction:
    """Sure of the given (level, location, token) alone, as so many standard deviations."""
    logits = [torch.full((1, h * w, tokens), -9.0) for h, w in SIZES]
    for (level, location, token), value in places.items():
        logits[level][0, location, token] = value
    return Prediction(
        logits, [torch.zeros(1, 4, h, w) for h, w in SIZES], [torch.full((1, 1, h, w), 9.0) for h, w in SIZES]
    )


def test_anchors_stand_in_the_middle_of_their_location() -> None:
    placed = build_anchors(SIZES)
    assert placed.counts == [64, 16, 4, 1, 1]
    assert placed.centres[:2].tolist() == [[4.0, 4.0], [12.0, 4.0]]
    assert placed.sides[[0, 64, 80]].tolist() == [64.0, 128.0, 256.0]


def test_deltas_shift_and_grow_an_anchor() -> None:
    deltas = torch.tensor([[0.0, 0, 0, 0], [10.0, 0, 5 * math.log(2), 0], [0, 0, 99.0, -99.0]])
    boxes = decode_boxes(deltas, torch.full((3, 2), 100.0), torch.full((3,), 16.0))
    assert boxes[0].tolist() == [92, 92, 108, 108]
    assert boxes[1].tolist() == pytest.approx([100, 92, 132, 108])
    assert (boxes[2, 2] - boxes[2, 0]).item() == pytest.approx(1000), "growth is bounded"


def test_a_phrase_is_as_sure_as_the_mean_of_its_tokens() -> None:
    prediction = _prediction({(1, 5, 1): 9.0, (1, 5, 2): 9.0, (0, 20, 3): 9.0})
    selected = select_boxes(prediction, 0, [[1, 2], [3, 4], []], (64, 64))
    assert selected.labels.tolist() == [0, 1]
    assert selected.scores.tolist() == pytest.approx([1.0, 0.5**0.5], abs=1e-3)


def test_a_phrase_without_tokens_is_never_found() -> None:
    assert phrase_weights([[], [0]], 2).tolist() == [[0, 1], [0, 0]]


@pytest.mark.parametrize("rules", ["original", "mmdet"])
def test_overlapping_boxes_of_a_phrase_become_one_and_are_scaled_back(rules) -> None:
    prediction = _prediction({(0, 27, 1): 9.0, (0, 28, 1): 8.0, (0, 28, 2): 8.0})
    selected = select_boxes(prediction, 0, [[1], [2]], (64, 64), (0.5, 0.25), rules=rules)
    assert selected.labels.tolist() == [0, 1]
    assert selected.boxes[0].tolist() == pytest.approx([0, 0, 120, 240], abs=4)


def test_boxes_stay_within_the_picture() -> None:
    prediction = _prediction({(level, location, 1): 9.0 for level in (0, 2) for location in range(4)})
    boxes = select_boxes(prediction, 0, [[1]], (50, 40)).boxes
    assert boxes.min() >= 0
    assert boxes[:, 2].max() <= 50
    assert boxes[:, 3].max() <= 40
    assert (boxes[:, 2:] > boxes[:, :2]).all()


def test_nothing_sure_is_nothing_found() -> None:
    assert len(select_boxes(_prediction({}), 0, [[1]], (64, 64)).boxes) == 0
