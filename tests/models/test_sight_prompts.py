"""What a core is asked about pictures, and what its Q-Former reads of it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from assistant.agent.cores.instructblip import InstructBlipCore
from assistant.models.blip.instructblip import InstructBlip
from assistant.models.blip.sight_prompts import sight_prompt
from tools.types import Keyframe, Line

LAYOUTS = Path(__file__).parent / "layouts"


@pytest.mark.parametrize(
    ("name", "values", "bare"),
    [
        ("answer", {"question": "who rows?"}, "who rows?"),
        ("answer_lines", {"question": "who rows?", "lines": "REGATTA"}, "who rows?"),
        ("verify", {"statement": "a kayak"}, "a kayak"),
        ("caption", {}, "a short description:"),
    ],
)
def test_a_pocket_q_former_reads_the_bare_question_and_an_official_one_the_prompt(
    name: str, values: dict[str, str], bare: str
) -> None:
    assert sight_prompt("pocket", name, **values).instruction == bare
    official = sight_prompt("flan", name, **values)
    # Lines may be longer than a Q-Former reads, and are for the language model.
    asked = sight_prompt("flan", "answer", question="who rows?") if name == "answer_lines" else official
    assert official.instruction == asked.text
    assert all(value in official.text for value in values.values())


class _NoFeatures:
    def features(self, video_id: str, frame_indexes: Any) -> None:
        return None


@pytest.fixture
def frames(tmp_path: Path) -> list[Keyframe]:
    rng, keyframes = np.random.default_rng(1), []
    for number in range(3):
        path = tmp_path / f"{number}.png"
        Image.fromarray(rng.integers(0, 256, (24, 24, 3), np.uint8)).save(path)
        keyframes.append(Keyframe("v", number, float(number), 0, number, str(path)))
    return keyframes


@pytest.mark.slow
@pytest.mark.parametrize("name", ["instructblip-t5-4-46", "instructblip-vicuna-4-46", "blip2-t5-4-46"])
def test_an_official_core_looks_at_frames_in_its_own_form(
    name: str, frames: list[Keyframe], monkeypatch: pytest.MonkeyPatch
) -> None:
    blip, read = InstructBlip(str(LAYOUTS / name)), []
    queries = blip.queries

    def note(features: Any, instruction: str) -> Any:
        read.append(instruction)
        return queries(features, instruction)

    monkeypatch.setattr(blip, "queries", note)
    core = InstructBlipCore(blip, _NoFeatures())
    line = Line("v", 0.0, 1.0, "ocr", "REGATTA " * 100, 1.0)
    calls: Sequence[Any] = (
        lambda: core.verify("a kayak", frames),
        lambda: core.verify_windows("a kayak turns", [frames, frames[:1], []]),
        lambda: core.caption(frames),
        lambda: [core.answer("who rows?", frames, lines) for lines in ((), (line,))],
        lambda: [core.answer_across("who rows?", frames)],
    )
    results = [call() for call in calls]
    assert [len(result) for result in results] == [3, 3, 3, 2, 1]
    assert all(0.0 <= p <= 1.0 for result in results[:2] for p in result)
    question = "Question: who rows? Short answer:"
    assert {"A short image description:", question} <= set(read)
    assert all(instruction.endswith((":", "?")) for instruction in read)
    assert core.event_probability("a kayak turns") is None
    assert core.locate_events(["a kayak turns"], frames) is None


def test_an_official_core_that_says_it_cannot_tell_has_said_nothing(frames: list[Keyframe]) -> None:
    class Unsure:
        prompt_family, has_event_timer = "flan", False
        clean = staticmethod(str)

        def features(self, images: Any) -> Any:
            return np.zeros((len(images), 2, 2), np.float16)

        def in_domain(self, features: Any) -> list[bool]:
            return [True] * len(features)

        def queries(self, features: Any, instruction: str) -> Any:
            return features

        def write(self, prompt: str, visual: Any = None, **more: Any) -> list[Any]:
            from assistant.models.blip.core_model import Text

            return [Text("Unanswerable.", 0.9)] * len(visual)

    core = InstructBlipCore(Unsure(), _NoFeatures())  # type: ignore[arg-type]
    assert core.answer("who rows?", frames).text == ""
