"""From a file to a spoken answer, through the command that people type."""

import io
import json
import wave
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import numpy as np
import pytest

from assistant.cli import main

pytestmark = pytest.mark.slow


def _run(library: Path, *arguments: str) -> str:
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(io.StringIO()), pytest.raises(SystemExit) as ended:
        main(["--library", str(library), *arguments])
    assert ended.value.code == 0
    return out.getvalue()


def test_from_mp4_to_a_spoken_answer(demo_library: Path, tmp_path: Path) -> None:
    spoken = tmp_path / "answer"
    arguments = ("--thread", "e2e", "--speak", str(spoken), "--json")
    reply = json.loads(_run(demo_library, "ask", "Khi nào xe buýt xuất hiện?", *arguments))
    assert reply["language"] == "vi"
    assert reply["evidence"], reply
    best = reply["evidence"][0]
    assert 23 <= best["seconds"] <= 38.5, "the bus is there from second 23 to 38"
    assert Path(best["image"]).exists()
    assert {step["decided_by"] for step in reply["steps"]} <= {"core", "rule", "default"}
    with wave.open(reply["audio"]) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16) / 32768
        assert len(samples) / file.getframerate() > 0.5
    assert np.sqrt((samples**2).mean()) > 0.01
    follow_up = json.loads(_run(demo_library, "ask", "Nó màu gì?", "--thread", "e2e", "--json"))
    assert "xanh" in follow_up["answer"].lower()


def test_events_are_found_in_their_order(demo_library: Path) -> None:
    asked = ("events", "first a white dog runs by, then a blue bus stops", "--refine", "--json")
    best, *others = json.loads(_run(demo_library, *asked))
    dog, bus = (moment["seconds"] for moment in best["moments"])
    assert 8 <= dog <= 14.3
    assert 23 <= bus <= 38.5
    assert best["certified"]
    assert all(other["score"] <= best["score"] for other in others)


def test_the_sign_is_read(demo_library: Path) -> None:
    lines = json.loads(_run(demo_library, "read", "pho", "--json"))
    assert lines
    assert all(0 <= line["start_seconds"] < line["end_seconds"] <= 45 for line in lines)


def test_a_question_that_no_video_answers_is_not_answered(demo_library: Path) -> None:
    reply = json.loads(_run(demo_library, "ask", "Who is the president of France?", "--thread", "none", "--json"))
    assert reply["answer"] == "I can only answer about your videos."
