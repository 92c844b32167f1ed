"""The model of time: no retrieval model's scale reaches it, and it learns where an event goes on."""

from pathlib import Path

import numpy as np
import pytest

from assistant.models.event_gru import FEATURES, EventTimer, curves
from tools.errors import ModelNotFoundError
from training.moments import figures, read_rows, train


def _clip(rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Twenty keyframes; an event in the middle that words, picture and core notice."""
    inside = np.zeros(20, np.float32)
    start = rng.integers(2, 14)
    inside[start : start + 3] = 1
    vectors = rng.normal(size=(20, 8)) + 2 * inside[:, None]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    event = 0.2 + 0.05 * inside + 0.01 * rng.normal(size=20)
    return event, event - 0.01, vectors.astype(np.float32), np.arange(20.0), np.clip(0.2 + 0.6 * inside, 0, 1), inside


def test_another_scale_of_cosines_makes_the_same_curves() -> None:
    event, subject, vectors, seconds, sure, _ = _clip(np.random.default_rng(0))
    one = curves(event, subject, vectors, seconds, sure)
    other = curves(3 * event + 0.4, 0.5 * subject - 0.1, vectors, seconds, sure)
    assert one.shape == (20, FEATURES)
    assert one == pytest.approx(other, abs=1e-3)
    assert np.isfinite(curves(event[:1], subject[:1], vectors[:1], seconds[:1], sure[:1])).all()


def test_it_learns_where_an_event_goes_on(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    clips = [_clip(rng) for _ in range(40)]
    rows = [curves(*clip[:5]) for clip in clips]
    np.savez(
        tmp_path / "curves.npz",
        clips=np.arange(40),
        lengths=np.full(40, 20),
        curves=np.concatenate(rows),
        inside=np.concatenate([clip[5] for clip in clips]),
    )
    read = read_rows(tmp_path / "curves.npz")
    train(read, tmp_path, seconds=1.5, seed=1)
    timer = EventTimer(str(tmp_path))
    assert figures(timer.loaded, read)["moments.in_window"] > 0.9
    event, subject, vectors, seconds, sure, inside = _clip(np.random.default_rng(2))
    found = timer.inside(event, subject, vectors, seconds, sure)
    assert found.shape == (20,)
    assert inside[int(found.argmax())] == 1


def test_without_weights_it_says_where_they_belong(tmp_path: Path) -> None:
    event, subject, vectors, seconds, sure, _ = _clip(np.random.default_rng(0))
    with pytest.raises(ModelNotFoundError, match="no model of time"):
        EventTimer(str(tmp_path)).inside(event, subject, vectors, seconds, sure)
    assert EventTimer("").subject("a red person gets off the blue bus") == "red person"
