"""The curve from cosines to probabilities."""

import pytest
import torch

from training.release.calibration import fit


def test_the_curve_that_made_the_labels_is_found() -> None:
    rng = torch.Generator().manual_seed(3)
    cosines = torch.rand(40_000, generator=rng)
    fits = torch.rand(40_000, generator=rng) < torch.sigmoid(20 * (cosines - 0.5))
    wrong = cosines[~fits]
    midpoint, slope = fit(cosines[fits], wrong[::2], wrong[1::2])
    assert midpoint == pytest.approx(0.5, abs=0.01)
    assert slope == pytest.approx(20, rel=0.05)
