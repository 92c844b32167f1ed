"""The shipped weights against floors: a checkpoint that was trained or exported badly does not pass."""

import pytest

from assistant.session import open_session
from training.evaluate import evaluate

FLOORS = {
    "retrieval": {"retrieval.r1": 0.85, "retrieval.r5": 0.97},
    "answers": {"vqa.mean": 0.80, "vqa.verify": 0.80, "vqa.colour": 0.80, "vqa.weather": 0.80},
    "language": {"language.tools": 0.80, "language.slots": 0.65, "language.vi_en": 0.65, "language.rewrite": 0.5},
}
"""Below the published figures by what a sample of 20 may lie under them."""


@pytest.mark.parametrize("part", FLOORS)
def test_the_shipped_weights_keep_their_floor(part: str) -> None:
    session = open_session()
    figures = evaluate(part, session.profile.retrieval, session.blip, seed=20_777, size=200)["figures"]
    for name, floor in FLOORS[part].items():
        assert figures[name] >= floor, (name, figures)
    assert all(0 <= value <= 1 for value in figures.values())


def test_an_unknown_part_is_named() -> None:
    with pytest.raises(ValueError, match="there are retrieval"):
        evaluate("everything", "x", None, seed=1, size=10)  # type: ignore[arg-type]
