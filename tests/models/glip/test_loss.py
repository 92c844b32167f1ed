import numpy as np
import pytest
import torch
from torchvision.ops import box_iou

from assistant.models.glip import boxes, image
from assistant.models.glip.boxes import build_anchors
from assistant.models.glip.loss import Target, assign_anchors, grounding_loss
from tests.tiny_glip import tiny_model

SIZES = [(16, 16), (8, 8), (4, 4), (2, 2), (1, 1)]


def test_anchors_of_a_fitting_size_learn_the_box_they_stand_in() -> None:
    placed = build_anchors(SIZES)
    truth = torch.tensor([[24.0, 24, 88, 88]])
    owner = assign_anchors(placed, truth)
    mine = owner >= 0
    assert 0 < mine.sum() <= 45
    assert ((placed.centres[mine] > 24) & (placed.centres[mine] < 88)).all()
    assert (placed.sides[mine] == 64).all(), "the box is as large as an anchor of the finest level"


def test_an_anchor_wanted_by_two_boxes_learns_the_one_it_overlaps_more() -> None:
    placed = build_anchors(SIZES)
    near, far = torch.tensor([[32.0, 32, 96, 96]]), torch.tensor([[20.0, 20, 110, 110]])
    owner = assign_anchors(placed, torch.cat([far, near]))
    exact = ((placed.centres == 60.0).all(1) & (placed.sides == 64)).nonzero()[0]
    assert owner[exact] == 1


def test_no_box_is_background_everywhere() -> None:
    assert (assign_anchors(build_anchors(SIZES), torch.zeros(0, 4)) == -1).all()


def _scene() -> np.ndarray:
    picture = np.full((64, 128, 3), 90, np.uint8)
    picture[16:48, 10:58] = (220, 30, 30)
    picture[8:56, 72:122] = (30, 30, 220)
    return picture


@pytest.mark.parametrize("boxes_there", [0, 2])
def test_every_trainable_part_learns_from_a_loss_without_nan(boxes_there) -> None:
    model = tiny_model()
    target = Target(torch.tensor([[10.0, 16, 58, 48], [72.0, 8, 122, 56]])[:boxes_there], [[1, 2], [4]][:boxes_there])
    ids = torch.tensor([[2, 8, 10, 5, 9, 3]])
    prediction = model(image.batch_images([image.prepare_image(_scene(), 64, 128)]), ids, torch.ones_like(ids))
    losses = grounding_loss(prediction, torch.ones_like(ids), [target])
    losses.total.backward()
    assert torch.isfinite(losses.total)
    gradients = {name: p.grad for name, p in model.named_parameters() if p.grad is not None}
    assert all(torch.isfinite(gradient).all() for gradient in gradients.values())
    if boxes_there:
        still = {name for name, p in model.named_parameters() if p.grad is None}
        assert not still, "every part of the model takes part"


@pytest.mark.slow
def test_a_picture_that_is_learned_is_found_again() -> None:
    model = tiny_model()  # without dropout, which makes so short a training a matter of luck
    truth = torch.tensor([[10.0, 16, 58, 48], [72.0, 8, 122, 56]])
    ids = torch.tensor([[2, 8, 10, 5, 9, 3]])
    pixels, mask, places = (
        image.batch_images([image.prepare_image(_scene(), 64, 128)]),
        torch.ones_like(ids),
        [[1, 2], [4]],
    )
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    for _ in range(60):
        optimizer.zero_grad()
        grounding_loss(model(pixels, ids, mask), mask, [Target(truth, places)]).total.backward()
        optimizer.step()
    with torch.inference_mode():
        selected = boxes.select_boxes(model.eval()(pixels, ids, mask), 0, places, (128, 64))
    for label, box in enumerate(truth):
        best = selected.boxes[selected.labels == label][0]
        assert box_iou(best[None], box[None]).item() > 0.5
