"""Confidence becomes the share of right answers, and a file that is none is one line."""

import json
from pathlib import Path

import numpy as np
import pytest

from assistant.agent import Assistant
from assistant.agent.calibration import (
    AnswerCalibration,
    CalibrationError,
    calibrate,
    expected_calibration_error,
    is_right,
    read_questions,
)
from assistant.session import Session
from assistant.settings import Settings
from tests.command import run
from tests.fakes import FakeIndex, NoGrounder, ScriptedCore


def test_an_overconfident_core_is_brought_down_to_what_it_gets_right() -> None:
    rng = np.random.default_rng(0)
    confidences = rng.uniform(0.5, 1.0, 2000)
    right = rng.random(2000) < confidences**3
    calibration = calibrate("core", confidences.tolist(), right.tolist())
    assert calibration.ece_before > 0.2
    assert calibration.ece_after < 0.06
    assert calibration(0.9) == pytest.approx(0.9**3, abs=0.08)
    assert calibration(0.6) < calibration(0.8) < calibration(1.0)


def test_the_threshold_leaves_few_wrong_answers() -> None:
    confidences = [*np.linspace(0.5, 1.0, 50), *np.linspace(0.1, 0.5, 50)]
    right = [True] * 50 + [False] * 50
    least = calibrate("core", confidences, right).min_confidence
    above = [ok for c, ok in zip(confidences, right, strict=True) if c >= least]
    assert 50 <= len(above) <= 53
    assert above.count(False) / len(above) <= 0.05


@pytest.mark.parametrize(("right", "what"), [(True, "right"), (False, "wrong")])
def test_one_sided_answers_give_no_curve(right: bool, what: str) -> None:
    with pytest.raises(CalibrationError, match=f"all 20 answers are {what}"):
        calibrate("core", [0.5] * 20, [right] * 20)


def test_the_error_is_the_distance_from_the_diagonal() -> None:
    assert expected_calibration_error(np.full(10, 0.95), np.full(10, True)) == pytest.approx(0.05)
    assert expected_calibration_error(np.full(10, 1.0), np.full(10, False)) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("answer", "expected", "right"),
    [
        ("Red (0:39 in street).", ["red"], True),
        ("Dark red (0:39 in street).", ["red"], True),
        ("Redder (0:39).", ["red"], False),
        ("Có (0:30).", ["co"], True),
        ("No: none of the 32 pictures shows it.", ["yes"], False),
        ("I don't know. Seen: no bus.", ["no"], False),
        ("Xe buýt màu đỏ.", ["đỏ", "do tuoi"], True),
        ("I don't know.", [], False),
    ],
)
def test_an_answer_is_right_if_it_says_what_was_expected(answer: str, expected: list[str], right: bool) -> None:
    assert is_right(answer, expected) == right


def _rows(count: int = 20) -> list[dict[str, object]]:
    half = count // 2
    present = [{"question": "Is there a dog?", "answer": "yes"} for _ in range(half)]
    return present + [{"question": "Is there a cat?", "answer": ["no"], "video": "v"} for _ in range(half)]


def test_questions_come_from_json_lines_and_csv(tmp_path: Path) -> None:
    lines, table = tmp_path / "q.jsonl", tmp_path / "q.csv"
    lines.write_text("\n".join(map(json.dumps, _rows())), "utf-8")
    table.write_text("question,answer,video\n" + "Is it red?,yes|maybe,v\n" * 19 + "Who?,,\n", "utf-8")
    assert read_questions(lines)[-1].video_id == "v"
    assert read_questions(table)[0].answers == ("yes", "maybe")
    assert read_questions(table)[-1].answers == ()


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("few.jsonl", '{"question": "a?", "answer": "b"}', "holds 1 questions; a curve takes 20"),
        ("bad.jsonl", "{", "cannot be read"),
        ("list.jsonl", "[1]", "row 1: no 'question'"),
        ("q.csv", "frage,antwort\na,b\n", "row 1: no 'question'"),
        ("missing.csv", None, "cannot be read"),
    ],
)
def test_what_cannot_be_used_is_one_line(tmp_path: Path, name: str, text: str | None, message: str) -> None:
    if text is not None:
        (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(CalibrationError, match=message) as raised:
        read_questions(tmp_path / name)
    assert "\n" not in str(raised.value)


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    def assistant(self: Session, *, calibration=None, options=None, remembers=True) -> Assistant:
        core = _Unsure()
        return Assistant(FakeIndex(), FakeIndex(), core, NoGrounder(), options=options, calibration=calibration)

    monkeypatch.setattr(Session, "assistant_with", assistant)
    return tmp_path / "library"


class _Unsure(ScriptedCore):
    """Says yes to everything, a little less surely of cats."""

    def answer(self, question, frames, lines=()):
        sure = super().answer(question, frames, lines)
        return type(sure)("yes", 0.5 if "cat" in question else 0.9)

    def verify(self, statement, frames):
        return super().verify(statement.replace("cat", "dog"), frames)


def test_a_measured_core_answers_with_probabilities_and_withholds_what_it_gets_wrong(
    library: Path, tmp_path: Path
) -> None:
    before = run(library, "ask", "Is there a cat?", "--json")
    assert (before["calibrated"], before["answer"][:3]) == (False, "Yes")
    questions = tmp_path / "q.jsonl"
    questions.write_text("\n".join(map(json.dumps, _rows())), "utf-8")
    (row,) = run(library, "calibrate", str(questions), "--json")
    assert (row["questions"], row["core"]) == (20, "instructblip")
    after = run(library, "ask", "Is there a cat?", "--json")
    assert after["calibrated"]
    assert after["answer"].startswith("I don't know")
    assert run(library, "ask", "Is there a dog?", "--json")["confidence"] > 0.8


def test_another_core_is_not_measured_by_it(library: Path) -> None:
    session = Session(Settings(library=library))
    calibrate("fake:model", [0.2, 0.9], [False, True]).save(session.calibration_path)
    assert session.calibration is None
    session.calibration_path.write_text("{}")
    with pytest.raises(CalibrationError, match="is no calibration"):
        _ = session.calibration
    assert AnswerCalibration("c", 0.5, 10.0, 0.4, 20, 0.2, 0.1)(0.5) == pytest.approx(0.5)
