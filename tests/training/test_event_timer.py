"""The samples and losses of the event timer."""

import random

import numpy as np
import pytest
import torch

from assistant.models.blip.event_timer import EventTimer
from training.common.models import QUERIES, WIDTH_OF_MODEL
from training.recipes.event_timer import CLAIMS, STILLS, collate, losses, sample_timed, targets
from training.world.episodes import Claim
from training.world.scene import sample_backdrop
from training.world.story import Event, Shot

pytestmark = pytest.mark.slow


@pytest.fixture
def shot() -> Shot:
    events = [
        Event("gets off", "red person", 4.0, 5.5, "blue bus"),
        Event("enters", "red person", 4.0, 5.0),
        Event("leaves", "red person", 20.5, 23.0),
    ]
    return Shot(sample_backdrop(random.Random(1)), 22.0, events=events)


def test_targets_are_the_seconds_since_the_start_and_until_the_end_of_an_event(shot: Shot) -> None:
    seconds = np.arange(0.0, 10.0)
    going, starts, ends, counts = targets(shot, Claim("gets off", "person", "red", "bus", "blue"), seconds)
    assert np.flatnonzero(going).tolist() == [4, 5, 6]  # the last one half a second late
    assert starts[[4, 6]].tolist() == [0.0, 2.0]
    assert ends[[4, 6]].tolist() == [1.5, -0.5]
    assert counts.all()


def test_frames_of_cut_off_or_ambiguous_events_do_not_count(shot: Shot) -> None:
    seconds = np.arange(0.0, 21.6)
    *_, counts = targets(shot, Claim("leaves", "person", None), seconds)
    assert np.flatnonzero(counts == 0).tolist() == [20, 21]
    shot.events = shot.events[:1]
    going, _, _, counts = targets(shot, Claim("enters", "person", None), seconds)
    assert not going.any()
    assert np.flatnonzero(counts == 0).tolist() == [3, 4, 5, 6, 7], "who gets off appears, too"


def test_the_losses_fall_in_training(shot: Shot) -> None:
    torch.manual_seed(0)
    rng, table = random.Random(3), torch.randn(2000, WIDTH_OF_MODEL)
    rows = [row for _ in range(2) for row in sample_timed(rng)]
    assert len(rows) == 2 * (CLAIMS + STILLS + 1)
    timer = EventTimer(QUERIES, WIDTH_OF_MODEL, unit=float(WIDTH_OF_MODEL**0.5))
    optimiser = torch.optim.AdamW(timer.parameters(), lr=3e-3)
    inputs, true_targets = collate(rows, table)
    history = []
    for _ in range(25):
        parts = losses(timer(**inputs), true_targets)
        history.append((parts["going"].item(), parts["off"].item()))
        (parts["going"] + parts["off"]).backward()
        optimiser.step()
        optimiser.zero_grad()
    assert history[-1][0] < 0.7 * history[0][0]
    assert history[-1][1] < 0.7 * history[0][1]
