"""Questions to lectures: which passage answers, and what is refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from bench.quality.real.lectures import figures
from bench.quality.understanding.question_files import write_rows
from tests.command import run

BAKING = """1
00:00:01,000 --> 00:00:05,000
The sourdough rises overnight in a wicker basket.

2
00:00:20,000 --> 00:00:26,000
Then the crust is scored with a razor.
"""
SAILING = """1
00:00:02,000 --> 00:00:08,000
A spinnaker is hoisted when the wind comes from behind.
"""


def _question(name: str, question: str, lecture: str | None, **fields: object) -> dict[str, Any]:
    item = {"id": name, "question": question, "language": "en", "lecture": lecture, "kind": "lexical"}
    return item | {"start_seconds": 0.0, "end_seconds": 6.0, "alternatives": []} | fields


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    lectures = tmp_path / "set" / "lectures"
    lectures.mkdir(parents=True)
    (lectures / "a (baking) 🍞.srt").write_text(BAKING, encoding="utf-8")
    (lectures / "copy.srt").write_text(BAKING, encoding="utf-8")
    (lectures / "sailing.srt").write_text(SAILING, encoding="utf-8")
    (lectures / "broken.srt").write_text("no subtitles", encoding="utf-8")
    return lectures.parent


@pytest.mark.slow
def test_lectures_are_searched_as_one_library(folder: Path, tmp_path: Path) -> None:
    alternative = {"lecture": "sailing.srt", "start_seconds": 7.0, "end_seconds": 9.0}
    write_rows(
        folder / "questions.jsonl",
        [
            _question("right", "sourdough basket", "copy.srt"),
            _question("other time", "sourdough basket", "copy.srt", start_seconds=5.0, end_seconds=20.0),
            _question("alternative", "spinnaker wind", "copy.srt", alternatives=[alternative]),
            _question("no passage", "Why a razor?", "sailing.srt", kind="paraphrase"),
            _question("gone", "razor", "broken.srt"),
            _question("absent", "reinforcement dropout", None, kind="absent"),
            _question("not refused", "Đoạn nào nói về razor crust?", None, kind="absent", language="vi"),
        ],
    )
    keep, out = tmp_path / "keep", tmp_path / "rows.jsonl"
    arguments = ["evaluate", "text", "--set", str(folder), "--index", str(keep), "--out", str(out)]
    result = run(tmp_path / "library", *arguments, "--json")
    rows = {row["id"]: row for row in map(json.loads, out.read_text("utf-8").splitlines())}
    assert rows["right"]["rank"] == 1
    hit = rows["right"]["hits"][0]
    assert (hit["video"], hit["start_seconds"], hit["end_seconds"]) == ("a (baking) 🍞.srt", 1.0, 5.0)
    assert rows["other time"]["rank"] is None
    assert rows["alternative"]["rank"] == 1
    assert "gone" not in rows
    assert rows["absent"]["refused"]
    assert not rows["not refused"]["refused"]
    assert result["figures"]["text.lexical.top3"] == round(2 / 3, 4)
    assert result["figures"]["text.answered"] == 0.0
    # The nearest passages follow, folded: the library holds no more than ten.
    assert result["figures"]["text.paraphrase.top10"] == 1.0
    assert not any(hit["shown"] for hit in rows["no passage"]["hits"] if hit["video"] == "sailing.srt")
    assert result["figures"]["text.absent.refused"] == 1.0
    assert result["figures"]["text.vi.absent.refused"] == 0.0
    assert result["settings"]["left_out"] == 1
    assert not (tmp_path / "library").exists()

    again = run(tmp_path / "library", *arguments)
    assert "broken.srt" in again.stderr
    assert "gone: its passage lies in no lecture that is indexed" in again.stderr
    (folder / "lectures" / "sailing.srt").unlink()
    assert "holds other lectures too (sailing-" in run(tmp_path / "library", *arguments, code=1).stderr


def test_an_answer_counts_if_it_is_right_shown_and_among_three() -> None:
    fields = {"language": "en", "kind": "paraphrase", "refused": False}
    rows = [
        fields | {"rank": 1, "strict_rank": 2, "answered": True},
        fields | {"rank": 3, "strict_rank": 3, "answered": False},
        fields | {"rank": 7, "strict_rank": None, "answered": False},
        fields | {"rank": None, "strict_rank": None, "answered": False},
    ]
    assert figures(rows) == {
        "text.paraphrase.top1": 0.25,
        "text.paraphrase.top3": 0.5,
        "text.paraphrase.top10": 0.75,
        "text.paraphrase.strict.top1": 0.0,
        "text.paraphrase.strict.top3": 0.5,
        "text.paraphrase.strict.top10": 0.5,
        "text.answered": 0.25,
    }


def test_a_set_without_lectures_is_refused(tmp_path: Path) -> None:
    write_rows(tmp_path / "questions.jsonl", [_question("x", "razor", "a.srt")])
    assert "holds no .srt file" in run(tmp_path / "library", "evaluate", "text", "--set", str(tmp_path), code=1).stderr


@pytest.mark.parametrize("options", [[], ["--set", "--media"]])
def test_text_takes_a_set_or_media_alone(tmp_path: Path, options: list[str]) -> None:
    arguments = [argument for option in options for argument in (option, str(tmp_path))]
    assert "alone" in run(tmp_path / "library", "evaluate", "text", *arguments, code=2).stderr
