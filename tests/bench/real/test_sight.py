"""Whether something is there: what an answer must say, and when it is surely wrong."""

from typing import Any

import pytest

from assistant.agent.records import Reply
from bench.quality.real.sight import ask, figures, judge
from tools.errors import VideoAssistantError
from tools.types import Evidence, Moment


def _item(**fields: object) -> dict[str, Any]:
    item = {"id": "x", "video": "video/a.mp4", "question_en": "Is there a hat?", "question_vi": "Có mũ không?"}
    return item | {"truth": "yes", "moments": [[3.5, 5.0]], "nameable": True, "exhaustive": True} | fields


def _answer(answer: str, *moments: tuple[float, float], confidence: float = 0.9) -> dict[str, Any]:
    evidence = [{"start_seconds": start, "end_seconds": end} for start, end in moments]
    return {"answer": answer, "confidence": confidence, "evidence": evidence, "error": None}


@pytest.mark.parametrize(
    ("answer", "fields", "verdict", "right"),
    [
        (_answer("Yes (0:03)."), {}, "yes", True),
        (_answer("Yes (0:02)."), {}, "yes", False),
        (_answer("Yes (0:02)."), {"exhaustive": False}, "yes", True),
        (_answer("Yes (0:01 and 0:04)."), {}, "yes", True),
        (_answer("Yes (0:01, 0:04, 0:09)."), {}, "yes", False),
        (_answer("Yes, from 0:05 to 0:09."), {}, "yes", True),
        (_answer("Yes.", (0.0, 3.4)), {}, "yes", False),
        (_answer("Yes.", (0.0, 3.5)), {}, "yes", True),
        (_answer("Yes."), {}, "yes", True),
        (_answer("Có (0:04)."), {}, "yes", True),
        (_answer("No."), {}, "no", False),
        (_answer("Không."), {"truth": "no", "moments": []}, "no", True),
        (_answer("Yes (0:03)."), {"truth": "no", "moments": []}, "yes", False),
        (_answer("I cannot tell.", (3.5, 4.0)), {}, None, None),
        (_answer("Tôi không biết."), {"truth": "no", "moments": []}, None, None),
        (_answer("A hat (0:03)."), {}, None, None),
    ],
)
def test_an_answer_is_right_wrong_or_none(
    answer: dict[str, Any], fields: dict[str, Any], verdict: str | None, right: bool | None
) -> None:
    row = judge(_item(**fields), answer)
    assert (row["verdict"], row["right"]) == (verdict, right)
    assert row["confident_wrong"] is (right is False)


def test_an_unsure_wrong_answer_is_not_surely_wrong() -> None:
    assert not judge(_item(), _answer("No.", confidence=0.84))["confident_wrong"]


class _Assistant:
    """Affirms in English with evidence, and fails in Vietnamese."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str | None]] = []

    def ask(self, question: str, *, thread_id: str, video_id: str | None = None) -> Reply:
        self.asked.append((question, thread_id, video_id))
        if question.startswith("Có"):
            raise VideoAssistantError("no such thing")
        evidence = (Evidence(Moment("id-1", 3.0, 4.0), tool="look", score=0.9),)
        return Reply(question, "Yes (0:03).", "", "en", 0.9, (), evidence, (), (), read_as={"tool": "look"})


def test_an_item_is_asked_about_its_video_in_both_languages_and_an_error_declines() -> None:
    assistant: Any = _Assistant()
    rows = [ask(assistant, _item(), language, "id-1") for language in ("en", "vi")]
    assert assistant.asked == [("Is there a hat?", "x en", "id-1"), ("Có mũ không?", "x vi", "id-1")]
    assert rows[0]["evidence"] == [{"start_seconds": 3.0, "end_seconds": 4.0, "tool": "look", "score": 0.9}]
    assert (rows[0]["right"], rows[0]["times"]) == (True, [[3.0, 4.0]])
    assert (rows[1]["answer"], rows[1]["error"], rows[1]["right"]) == ("no such thing", "VideoAssistantError", None)


def test_figures_are_of_nameable_items_of_all_and_of_a_language() -> None:
    def row(truth: str, verdict: str | None, right: bool | None, **fields: object) -> dict[str, Any]:
        sure = {"confident_wrong": right is False, "language": "en", "nameable": True}
        return {"truth": truth, "verdict": verdict, "right": right} | sure | fields

    rows = [
        row("yes", "yes", True),
        row("yes", "yes", False, confident_wrong=False),
        row("yes", "no", False),
        row("no", None, None),
        row("no", "yes", False, language="vi"),
        row("yes", "yes", True, nameable=False),
    ]
    results = figures(rows)
    assert results["sight.precision"] == round(1 / 3, 4)
    assert results["sight.recall"] == round(1 / 3, 4)
    assert (results["sight.absent"], results["sight.absent.affirmed"]) == (0.5, 1)
    assert results["sight.declined"] == 0.2
    assert (results["sight.en.absent"], results["sight.vi.absent"], results["sight.vi.precision"]) == (1.0, 0.0, 0.0)
    assert "sight.vi.recall" not in results
    assert (results["sight.all.precision"], results["sight.all.recall"]) == (0.5, 0.5)
    assert results["real.confident_wrong"] == round(2 / 6, 4)
    assert (results["real.en.confident_wrong"], results["real.vi.confident_wrong"]) == (0.2, 1.0)
