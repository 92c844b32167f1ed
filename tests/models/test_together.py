"""Calls answered together say what each says alone: a T5, and decoders with both kinds of positions."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.models.blip.instructblip import InstructBlip, Scoring, Writing

LAYOUTS = Path(__file__).parent / "layouts"
# A prompt, its pictures, its candidates, its limit: of several lengths, so that every call but one is padded.
CALLS: list[tuple[str, int, tuple[str, ...], int]] = [
    ("Question: what is the red thing? Short answer:", 2, ("yes", "no"), 6),
    (
        "Question: is there a dog in front of the blue bus that waits at the end of the street? Short answer:",
        1,
        ("a",),
        3,
    ),
    ("Tool:", 0, ("a car", "no", "a blue bus"), 8),
    ("a picture of", 3, ("yes", "no"), 1),
]


@pytest.fixture(scope="module", params=["instructblip-t5", "instructblip-vicuna", "blip2-opt", "untrained"])
def blip(request, untrained_core: Path) -> InstructBlip:
    if request.param == "untrained":
        return InstructBlip(str(untrained_core))
    return InstructBlip(str(next(LAYOUTS.glob(f"{request.param}*"))))


@pytest.fixture(scope="module")
def features(blip: InstructBlip) -> np.ndarray:
    random = np.random.default_rng(0)
    return blip.features([random.integers(0, 255, (40, 60, 3), np.uint8) for _ in range(3)])


def _looks(blip: InstructBlip, features: np.ndarray) -> list[Any]:
    return [blip.queries(features[:n], prompt) if n else None for prompt, n, _, _ in CALLS]


def test_pictures_are_looked_at_together_as_alone(blip, features) -> None:
    asked = [(features[:n], prompt) for prompt, n, _, _ in CALLS if n]
    for together, (own, prompt) in zip(blip.queries_batch(asked), asked, strict=True):
        assert together.numpy() == pytest.approx(blip.queries(own, prompt).numpy(), abs=1e-4)


def test_candidates_are_scored_together_as_alone(blip, features) -> None:
    asked = [Scoring(p, candidates, v) for (p, _, candidates, _), v in zip(CALLS, _looks(blip, features), strict=True)]
    for together, one in zip(blip.score_batch(asked), asked, strict=True):
        assert together == pytest.approx(blip.score(*one), abs=1e-3)
        assert together.shape == (1 if one.visual is None else len(one.visual), len(one.candidates))


def test_texts_are_written_together_as_alone(blip, features) -> None:
    asked = [Writing(p, visual, most) for (p, _, _, most), visual in zip(CALLS, _looks(blip, features), strict=True)]
    for together, one in zip(blip.write_batch(asked), asked, strict=True):
        alone = blip.write(one.prompt, one.visual, max_new_tokens=one.max_new_tokens)
        assert [text.text for text in together] == [text.text for text in alone]
        assert [text.confidence for text in together] == pytest.approx([text.confidence for text in alone], abs=1e-4)
