"""What answers to everyday questions are right, and how they are asked."""

import importlib.util
import itertools
import json
import random
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from assistant.agent.records import Reply, Step
from bench.quality.understanding.everyday import ask, clips_of, evaluate, figures, judge_row
from bench.quality.understanding.judging import Judgement, judge
from bench.quality.understanding.question_files import write_rows
from bench.quality.understanding.spoken_answer import Cited, SpokenAnswer
from bench.quality.understanding.vocabulary import canonical, place_of
from tests.conftest import MEDIA
from tools.errors import VideoAssistantError
from tools.types import Evidence, Moment

CLIPS = ["old-farm", "snow-lane"]
SET = MEDIA.parents[1] / "evalsets" / "dev" / "everyday"


def _turn(right: list[object], **fields: object) -> dict[str, Any]:
    turn = {"id": "x", "thread": "t", "clip": "old-farm", "question": "What is there?", "language": "en"}
    return turn | {"form": "plain", "kind": "object", "right": right, "must_not": []} | fields


def _judge(answer: str, right: list[object], *, choices: bool = False, **fields: object) -> Judgement:
    turn = _turn(right, **fields)
    return judge(turn, SpokenAnswer(answer, CLIPS, turn["clip"], turn.get("about"), offers_choices=choices))


def test_both_languages_are_compared_in_one_vocabulary() -> None:
    assert canonical("Ba con ngựa trắng") == "3 con horse white"
    assert canonical("một chiếc xe ô tô, không phải cái ô") == "1 chiếc car, không phải cái umbrella"
    assert canonical("Phải.") == "right"
    assert place_of("a xanh horse", "blue") == place_of("a xanh horse", "green") == 2
    assert place_of("a redish horse", "red") == -1


@pytest.mark.parametrize(
    ("answer", "right", "fields", "verdict"),
    [
        ("White (0:03).", ["white"], {}, "right"),
        ("Trắng (0:03 trong old-farm).", ["white"], {"language": "vi"}, "right"),
        ("Black, not white.", ["white"], {"must_not": ["black"]}, "wrong"),
        ("White, not black.", ["white"], {"must_not": ["black"]}, "right"),
        ("Black and white.", ["white"], {"kind": "colour"}, "wrong"),
        ("White and black.", ["white"], {"kind": "colour"}, "right"),
        ("Yes (0:03).", ["yes"], {}, "right"),
        ("Yesterday it was.", ["yes"], {}, "wrong"),
        ("Có thể.", ["yes"], {"language": "vi"}, "wrong"),
        ("None of the 32 pictures shows it.", ["no"], {}, "right"),
        ("No.", ["yes"], {"must_not": ["no"]}, "wrong"),
        ("A horse and a cow.", ["cow & horse"], {}, "right"),
        ("A horse.", ["cow & horse"], {}, "wrong"),
        ("A horse, no cow.", ["horse & no"], {}, "right"),
        ("A dog, a cat.", ["2of: cat, cow, dog"], {}, "right"),
        ("A dog, a hen.", ["2of: cat, cow, dog"], {}, "wrong"),
        ("About 8 seconds.", ["~7s"], {}, "right"),
        ("About 9 seconds.", ["~7s"], {}, "wrong"),
        ("From 0:03 to 0:10.", ["~7s"], {}, "right"),
        ("1 phút 10 giây.", ["~70s"], {"language": "vi"}, "right"),
        ("Half a minute.", ["~30s"], {}, "right"),
        ("It is 0:30.", ["~30s"], {}, "right"),
        ("3", ["3"], {"kind": "count"}, "right"),
        ("Three of 4.", ["4"], {"kind": "count"}, "wrong"),
        ("Nobody.", ["0"], {"kind": "count"}, "right"),
        ("Number 4.", ["4"], {}, "right"),
        ("I don't know.", ["white"], {}, "declined"),
        ("I don't know.", ["unknown"], {"kind": "none"}, "right"),
        ("Tôi không biết.", ["none"], {"kind": "none", "language": "vi"}, "right"),
        ("Hello! I can only talk about videos.", ["hello"], {"kind": "none"}, "right"),
        ("I can only talk about videos.", ["hello"], {"kind": "none"}, "declined"),
        ("Nothing.", ["none"], {}, "right"),
        ("I found no such text.", ["white"], {}, "declined"),
        ("I found no such text.", ["white"], {"kind": "sign"}, "wrong"),
        ("Which horse?", ["white"], {}, "declined"),
        (" ".join(["white", *["horse"] * 45]), ["white"], {}, "wrong"),
        (" ".join(["white", *["horse"] * 45]), ["white"], {"kind": "describe"}, "right"),
    ],
)
def test_words_and_verdicts(answer: str, right: list[object], fields: dict[str, object], verdict: str) -> None:
    assert _judge(answer, right, **fields).verdict == verdict


@pytest.mark.parametrize(
    ("answer", "right", "fields", "verdict"),
    [
        ("At 0:03.", [[3.5, 5.0]], {}, "right"),
        ("At 0:02.", [[3.5, 5.0]], {}, "wrong"),
        ("At 0:03, 0:20 and 0:40.", [[3.5, 5.0]], {}, "wrong"),
        ("Snow (0:03).", [[3.5, 5.0]], {}, "right"),
        ("Red (0:03).", [[3.5, 5.0]], {}, "wrong"),
        ("No (0:03).", [[3.5, 5.0]], {}, "wrong"),
        ("It says “red” (0:03).", [[3.5, 5.0]], {}, "wrong"),
        ("Leaves (0:03).", [[3.5, 5.0]], {}, "wrong"),
        ("Leaves (0:03).", [[3.5, 5.0]], {"question": "When does it leave?"}, "right"),
        ("At second 4.", [[3.5, 5.0]], {}, "right"),
        ("At 0:03 in old-farm.", [[3.5, 5.0, "snow-lane"]], {"clip": None}, "wrong"),
        ("At 0:03 in snow-lane.", [[3.5, 5.0, "snow-lane"]], {"clip": None}, "right"),
        ("Yes (0:03 in old-farm).", ["yes"], {"clip": None, "about": "snow-lane"}, "wrong"),
        ("Yes (0:03 in snow-lane).", ["yes"], {"clip": None, "about": "snow-lane"}, "right"),
        ("Yes (0:30).", ["yes"], {"where": [[3.5, 5.0, "old-farm"]]}, "wrong"),
        ("It is snow-lane.", ["snow-lane"], {"clip": None, "must_not": ["old-farm"]}, "right"),
        ("Old-farm and snow-lane.", ["snow-lane"], {"clip": None, "must_not": ["old-farm"]}, "wrong"),
        ("old-farm: no (0:01); snow-lane: yes (0:03).", ["snow-lane"], {"clip": None}, "right"),
        ("old-farm: yes (0:01); snow-lane: yes (0:03).", ["snow-lane"], {"clip": None}, "wrong"),
        ("old-farm: 1 (0:01); snow-lane: 2 (0:03).", ["2"], {"clip": None, "about": "snow-lane"}, "right"),
    ],
)
def test_moments_and_clips(answer: str, right: list[object], fields: dict[str, object], verdict: str) -> None:
    assert _judge(answer, right, kind="when", **fields).verdict == verdict


def test_a_wrong_answer_that_offers_what_is_right_is_declined() -> None:
    assert _judge("Black. Which one do you mean?", ["white"], choices=True).verdict == "wrong"
    asking = _judge("Black, or white.", ["white"], choices=True, must_not=["black"])
    assert asking == ("declined", "asks back, and offers what is right; says black")


def test_a_citation_names_its_clip_and_its_stretch() -> None:
    answer = SpokenAnswer("It snows (0:03-0:09 in old-farm); 0:12 and 0:15.5.", CLIPS, starts=[("snow-lane", 12.0)])
    assert answer.cited == [Cited(3, 9, "old-farm"), Cited(12, 12, "snow-lane"), Cited(15.5, 15.5, None)]


def test_only_a_sure_wrong_answer_is_confidently_wrong() -> None:
    assert Judgement("wrong", "").is_confident_wrong(0.85)
    assert not Judgement("wrong", "").is_confident_wrong(0.84)
    assert not Judgement("declined", "").is_confident_wrong(1.0)


class _Assistant:
    """Answers what it was told to."""

    def __init__(self, answers: dict[str, str]) -> None:
        self.answers = answers
        self.asked: list[tuple[str, str, str | None]] = []

    def ask(self, question: str, *, thread_id: str, video_id: str | None = None) -> Reply:
        self.asked.append((question, thread_id, video_id))
        if question not in self.answers:
            raise VideoAssistantError("no such thing")
        evidence = (Evidence(Moment("id-1", 3.0, 5.0), tool="look", score=0.9),)
        steps = (Step("look", {"question": "a horse"}, "", "rule", "I look"),)
        read_as = {"tool": "look", "query": "a horse", "calls": [{}], "decided_by": "rule"}
        return Reply(question, self.answers[question], "", "en", 0.9, (), evidence, (), steps, read_as=read_as)

    def close(self) -> None:
        self.closed = True


def test_turns_of_a_thread_are_asked_in_one_conversation_and_an_error_is_an_answer() -> None:
    assistant = _Assistant({"Where is it?": "At 0:03."})
    video_ids = {"old-farm": "id-1"}
    turns = [_turn([[3, 4]], question="Where is it?"), _turn(["x"], question="And?", clip=None, id="y")]
    rows = [ask(assistant, turn, video_ids) for turn in turns]  # type: ignore[arg-type]
    assert assistant.asked == [("Where is it?", "t", "id-1"), ("And?", "t", None)]
    assert rows[0] | {"answer": "At 0:03.", "tool": "look", "query": "a horse", "decided_by": "rule"} == rows[0]
    assert rows[0]["evidence"] == [{"clip": "old-farm", "start": 3.0, "end": 5.0, "tool": "look"}]
    assert (rows[1]["error"], rows[1]["answer"], rows[1]["tool"]) == ("VideoAssistantError", "no such thing", "error")
    assert judge_row(turns[0], rows[0], CLIPS).verdict == "right"
    assert judge_row(turns[1], rows[1], CLIPS) == ("declined", "VideoAssistantError")


def test_figures_are_shares_of_the_turns_and_of_groups() -> None:
    turns = [_turn([]), _turn([], kind="followup", language="vi"), _turn([], form="slang"), _turn([])]
    verdicts = ["right", "wrong", "wrong", "declined"]
    sure = [False, True, False, False]
    rows = [{"right": v, "confident_wrong": s} for v, s in zip(verdicts, sure, strict=True)]
    shares = figures(turns, rows)
    assert [shares[f"everyday.{name}"] for name in ("right", "declined", "wrong", "confident_wrong")] == [
        0.25,
        0.25,
        0.5,
        0.25,
    ]
    assert shares["everyday.vi.confident_wrong"] == shares["everyday.followup.confident_wrong"] == 1.0
    assert shares["everyday.en.right"] == round(1 / 3, 4)
    assert shares["everyday.kind.object.right"] == round(1 / 3, 4)
    assert shares["everyday.form.slang.right"] == 0.0


def test_a_set_is_asked_over_its_own_clips(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "clips").mkdir()
    (tmp_path / "clips" / "old-farm.mp4").touch()
    write_rows(tmp_path / "questions.jsonl", [_turn([[3, 4]], question="Where is it?")])
    assistant = _Assistant({"Where is it?": "At 0:03."})
    indexed: list[Path] = []

    class FakeSession:
        calibration = None
        core_name = "none"
        settings = SimpleNamespace(model_copy=lambda update: None)

        def __enter__(self) -> "FakeSession":
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def index(self, paths: list[Path], *, read_text: bool) -> list[SimpleNamespace]:
            indexed.extend(paths)
            return [SimpleNamespace(path=str(paths[0] / "old-farm.mp4"), video_id="id-1")]

        def assistant_with(self, **_: object) -> _Assistant:
            return assistant

    monkeypatch.setattr("bench.quality.understanding.everyday.session_over", lambda session, library: session)
    result = evaluate(FakeSession(), tmp_path, out=tmp_path / "rows.jsonl")  # type: ignore[arg-type]
    assert indexed == [tmp_path / "clips"]
    assert result["figures"]["everyday.right"] == 1.0
    assert result["settings"]["turns"] == 1
    (row,) = map(json.loads, (tmp_path / "rows.jsonl").read_text("utf-8").splitlines())
    assert (row["right"], row["why"], row["confident_wrong"]) == ("right", "moment", False)
    assert row["expected"] == [[3, 4]]
    assert assistant.closed


def test_a_set_whose_clips_are_missing_is_refused(tmp_path: Path) -> None:
    (tmp_path / "clips").mkdir()
    write_rows(tmp_path / "questions.jsonl", [_turn([]), _turn([], id="y", clip=None, about="snow-lane")])
    with pytest.raises(VideoAssistantError, match="lacks the clips old-farm, snow-lane"):
        evaluate(None, tmp_path)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def scorer() -> ModuleType:
    """The scorer that a set brings along."""
    spec = importlib.util.spec_from_file_location("everyday_score", SET / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PHRASES = (
    "Yes", "No", "Có", "Không", "I don't know", "Tôi không biết", "Xin lỗi", "I found no such text", "Hello!",
    "Chào bạn",
    "red", "blue", "xanh lá cây", "đỏ", "vàng", "orange and white", "a black car", "a red bus", "xe buýt", "người",
    "nobody", "không có ai", "2", "three", "ba", "0", "12 seconds", "7 giây", "1 minute 5 s", "half a minute", "left",
    "bên phải", "rain", "trời mưa", "night", "It says “TAXI”", "Chữ đọc được: “phở”", "picks up a bag", "gets off",
    "Leaves", "a dog in the park", "one dog", "none of the 32 pictures I checked", "không hình nào", "because it rains",
    "Which one do you mean?", "Bạn muốn hỏi cái nào?", "a bench", "umbrella", "the same", "first A, then B", "Nothing",
)  # fmt: skip


def _composed_answer(rng: random.Random, clips: list[str]) -> dict[str, Any]:
    """An answer that is put together at random, with what the assistant's answers consist of."""
    clocks = [f"0:{rng.randrange(45):02d}" for _ in range(3)]
    citations = ["", f" ({clocks[0]})", f" ({clocks[0]} in {rng.choice(clips)})", f" from {clocks[0]} to {clocks[1]}"]
    citations += [f" at {clocks[0]} and {clocks[1]}", f" ({clocks[0]}–{clocks[2]} trong {rng.choice(clips)})"]
    citations += [f" in {rng.choice(clips)}", f" at second {rng.randrange(40)}", f", lúc {rng.randrange(40)} giây"]
    parts = [rng.choice(PHRASES) + rng.choice(citations) for _ in range(rng.randint(1, 3))]
    if rng.random() < 0.15:
        parts = [
            f"{clip}: {rng.choice(['yes', 'no', 'có', 'không', '1', '2'])} ({rng.choice(clocks)})" for clip in clips
        ]
    evidence = [{"clip": rng.choice(clips), "start": float(rng.randrange(45)), "end": 45.0, "tool": "look"}]
    return {
        "answer": rng.choice(["; ", ". ", ", ", " "]).join(parts) + rng.choice(["", ".", "?"]),
        "confidence": rng.random(),
        "choices": ["Is it red?"] if rng.random() < 0.2 else [],
        "evidence": evidence * rng.randint(0, 1),
        "error": "ToolException" if rng.random() < 0.02 else None,
    }


@pytest.mark.shared
def test_the_verdicts_are_those_of_the_scorer_of_the_set(scorer: ModuleType) -> None:
    turns = [json.loads(line) for line in (SET / "questions.jsonl").read_text("utf-8").splitlines()]
    clips = clips_of(turns)
    rng = random.Random(22)
    verdicts = []
    for turn, _ in itertools.product(turns, range(60)):
        row = _composed_answer(rng, clips)
        if rng.random() < 0.5:  # near what is right, so that the finer rules are reached too
            near = [part for right in turn["right"] if isinstance(right, str) for part in right.split(" & ")]
            row["answer"] = f"{', '.join(near)} {row['answer']}" if rng.random() < 0.5 else f"{row['answer']} {near}"
        expected = scorer.judge(turn, scorer.Answer(row, clips, turn["clip"], turn.get("about")))
        assert judge_row(turn, row, clips) == expected, (turn, row)
        verdicts.append(expected[0])
    assert min(verdicts.count(verdict) for verdict in ("right", "wrong", "declined")) > 200
