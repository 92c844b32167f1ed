"""Calls that are answered in a batch get what each gets alone: a T5, and decoders with both kinds of positions."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.models.blip.instructblip import InstructBlip, Scoring, Writing

pytestmark = pytest.mark.slow

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


def _visuals(blip: InstructBlip, features: np.ndarray) -> list[Any]:
    return [blip.queries(features[:n], prompt) if n else None for prompt, n, _, _ in CALLS]


def test_pictures_are_looked_at_together_as_alone(blip, features) -> None:
    calls = [(features[:n], prompt) for prompt, n, _, _ in CALLS if n]
    for batched, (rows, prompt) in zip(blip.queries_batch(calls), calls, strict=True):
        assert batched.numpy() == pytest.approx(blip.queries(rows, prompt).numpy(), abs=1e-4)


def test_candidates_are_scored_together_as_alone(blip, features) -> None:
    calls = [
        Scoring(p, candidates, v) for (p, _, candidates, _), v in zip(CALLS, _visuals(blip, features), strict=True)
    ]
    for batched, call in zip(blip.score_batch(calls), calls, strict=True):
        assert batched == pytest.approx(blip.score(*call), abs=1e-3)
        assert batched.shape == (1 if call.visual is None else len(call.visual), len(call.candidates))


def test_texts_are_written_together_as_alone(blip, features) -> None:
    calls = [Writing(p, visual, most) for (p, _, _, most), visual in zip(CALLS, _visuals(blip, features), strict=True)]
    for batched, call in zip(blip.write_batch(calls), calls, strict=True):
        alone = blip.write(call.prompt, call.visual, max_new_tokens=call.max_new_tokens)
        assert [text.text for text in batched] == [text.text for text in alone]
        assert [text.confidence for text in batched] == pytest.approx([text.confidence for text in alone], abs=1e-4)
