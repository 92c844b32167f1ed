"""What the model of time learns from."""

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


@pytest.fixture
def shot() -> Shot:
    happened = [
        Event("gets off", "red person", 4.0, 5.5, "blue bus"),
        Event("enters", "red person", 4.0, 5.0),
        Event("leaves", "red person", 20.5, 23.0),
    ]
    return Shot(sample_backdrop(random.Random(1)), 22.0, events=happened)


def test_frames_tell_when_an_event_began_and_how_soon_it_ends(shot: Shot) -> None:
    seconds = np.arange(0.0, 10.0)
    going, starts, ends, counts = targets(shot, Claim("gets off", "person", "red", "bus", "blue"), seconds)
    assert np.flatnonzero(going).tolist() == [4, 5, 6]  # the last one half a second late
    assert starts[[4, 6]].tolist() == [0.0, 2.0]
    assert ends[[4, 6]].tolist() == [1.5, -0.5]
    assert counts.all()


def test_what_is_cut_off_or_may_be_called_so_is_not_learnt(shot: Shot) -> None:
    seconds = np.arange(0.0, 21.6)
    *_, counts = targets(shot, Claim("leaves", "person", None), seconds)
    assert np.flatnonzero(counts == 0).tolist() == [20, 21]
    shot.events = shot.events[:1]
    going, _, _, counts = targets(shot, Claim("enters", "person", None), seconds)
    assert not going.any()
    assert np.flatnonzero(counts == 0).tolist() == [3, 4, 5, 6, 7], "who gets off appears, too"


def test_it_learns(shot: Shot) -> None:
    torch.manual_seed(0)
    rng, table = random.Random(3), torch.randn(2000, WIDTH_OF_MODEL)
    rows = [one for _ in range(2) for one in sample_timed(rng)]
    assert len(rows) == 2 * (CLAIMS + STILLS + 1)
    timer = EventTimer(QUERIES, WIDTH_OF_MODEL, unit=float(WIDTH_OF_MODEL**0.5))
    optimiser = torch.optim.AdamW(timer.parameters(), lr=3e-3)
    inputs, wanted = collate(rows, table)
    found = []
    for _ in range(25):
        shown = losses(timer(**inputs), wanted)
        found.append((shown["going"].item(), shown["off"].item()))
        (shown["going"] + shown["off"]).backward()
        optimiser.step()
        optimiser.zero_grad()
    assert found[-1][0] < 0.7 * found[0][0]
    assert found[-1][1] < 0.7 * found[0][1]
