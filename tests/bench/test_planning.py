"""How questions about imagined videos are scored, and that the planners break nothing."""

import json
from dataclasses import replace
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from assistant.agent.records import Reply
from assistant.cli import evaluate as evaluate_command
from assistant.cli import main
from bench.quality.understanding.imagined import ImaginedCore, ImaginedGrounder, ImaginedLibrary, Scene
from bench.quality.understanding.matching import Range, holds_word, is_good_query, is_right_time, named_range
from bench.quality.understanding.planners import EmptyPlanner, NoPlanner, RandomPlanner
from bench.quality.understanding.planning import PLANNERS, SPELLINGS, ask, evaluate, judge
from bench.quality.understanding.plans import Planned, read_plan
from bench.quality.understanding.question_files import read_items, share, write_rows
from tools.errors import VideoAssistantError
from tools.ports import Turn

ITEM = {
    "id": "x-1",
    "question": "What is different between 0:20 and 2:00?",
    "language": "en",
    "form": "typed",
    "tools": ["compare"],
    "query_must": [],
    "query_must_not": [],
    "times": {"pair": [[19, 21], [119, 121]]},
    "times_also": [],
    "follows": None,
}


@pytest.mark.parametrize(
    ("query", "word", "as_prefix", "holds"),
    [
        ("two foxes run", "fox", True, True),
        ("two foxes run", "fox", False, False),
        ("a red firefox", "fox", True, False),
        ("ICE  cream", "ice cream", False, True),
        ("con cáo", "cao", True, False),
        ("con cáo", "cáo", True, True),  # typed decomposed
        ("con cao", "cáo", True, True),  # typed without accents
        ("con caoo", "cáo", True, False),  # a Vietnamese word is whole
        ("duong pho", "đường phố", True, True),
        ("a fox", "o", False, False),
    ],
)
def test_a_word_is_held_whatever_its_spelling(query: str, word: str, as_prefix: bool, holds: bool) -> None:
    assert holds_word(query, word, as_prefix=as_prefix) is holds


def test_a_query_keeps_one_word_of_each_group_and_none_that_frames_the_question() -> None:
    must, must_not = ["fox|cáo", "snow|tuyết"], ["where is", "it"]
    assert is_good_query("white foxes in the snow", must, must_not)
    assert is_good_query("con cáo trên tuyết", must, must_not)
    assert not is_good_query("white foxes", must, must_not)
    assert not is_good_query("where is the fox in the snow", must, must_not)
    assert is_good_query("", [], must_not)


@pytest.mark.parametrize(
    ("planned", "times", "right"),
    [
        ((100, 104), [100, 104], True),
        ((101, 103), [100, 104], True),
        ((92, 112), [100, 104], True),  # 20 s are never too long
        ((90, 114), [100, 104], False),
        ((0, 300), [100, 200], True),
        ((0, 301), [100, 200], False),  # more than three times as long
        ((160, 200), [100, 200], False),  # without the middle
        ((900, None), [900, None], True),
        ((900, 908), [900, None], True),  # right after it
        ((920, 928), [900, None], False),
        ((0, 3), "start", True),
        ((0, 121), "start", False),
        ((None, 30), "start", True),
        ((1150, 1200), "end", True),
        ((1150, None), "end", True),
        ((1000, 1200), "end", False),
        ((600, 1200), "second half", True),
        ((0, 500), "second half", False),
        ((0, 600), "first half", True),
        ((0, 400), "first third", True),
        ((400, 800), "middle", True),
        ((1170, 1200), "last 30 seconds", True),
        ((1140, None), "last minute", True),
        ((900, 1200), "last 5 minutes", True),
        ((1190, 1200), "last 5 minutes", False),
        ((None, None), "middle", False),
    ],
)
def test_a_range_is_right_if_it_holds_the_middle_and_is_not_much_too_long(
    planned: tuple[float | None, float | None], times: object, right: bool
) -> None:
    assert is_right_time([Range(*planned)], times) is right


def test_other_readings_of_a_time_are_as_good_and_no_time_is_never_right() -> None:
    assert is_right_time([Range(118, 122)], [60, 70], [[119, 121]])
    assert not is_right_time([], [60, 70])


def test_a_comparison_needs_both_its_places_in_their_order() -> None:
    pair = {"pair": [[19, 21], "end"]}
    assert is_right_time([Range(20, 20.5), Range(1197, 1200)], pair)
    assert not is_right_time([Range(1197, 1200), Range(20, 20.5)], pair)
    assert not is_right_time([Range(20, 20.5)], pair)


@pytest.mark.parametrize("times", ["sometime", [None, 3], [1], 7])
def test_a_time_of_another_form_is_refused(times: object) -> None:
    with pytest.raises(ValueError, match="is no time"):
        named_range(times)


@pytest.mark.parametrize(
    ("question", "answer", "scene"),
    [
        ("Where is the fox?", "A white fox, at 0:34.", Scene("A white fox", (34.0,))),
        ("When does it snow?", "It snows at 0:12 and at 1:40.", Scene("It snows", (12.0, 100.0))),
        ("Is it there?", "Yes, at 0:20 in forest.mp4.", Scene("Yes", (20.0,))),
        ("How many foxes at 0:15?", "Three foxes.", Scene("Three foxes", (15.0,), boxes=3)),
        ("Có mấy con cáo?", "Hai con.", Scene("Hai con", boxes=2)),
        ("Tìm cáo", "1. ở 1:02, 2. ở 2:44.", Scene(seconds=(62.0, 164.0))),
        ("What is said?", 'At 3:05: "snow is cold".', Scene("snow is cold", (185.0,), is_said=True)),
        ("What does the sign say?", "At 0:41 it reads KEEP OUT.", Scene("it reads KEEP OUT", (41.0,), is_said=True)),
    ],
)
def test_a_scene_says_what_a_given_answer_says(question: str, answer: str, scene: Scene) -> None:
    assert Scene.of(question, answer) == scene


def test_the_imagined_library_shows_its_scene_whatever_is_searched() -> None:
    scene = Scene("A white fox", (34.0, 20.0))
    library = ImaginedLibrary(scene, ["forest", "field"])
    assert [video.video_id for video in library.within(["field"]).videos()] == ["field"]
    hits = library.search("anything", video_id="forest", limit=3)
    assert [hit.keyframe.seconds for hit in hits] == [34.0, 20.0, 0.0]
    assert [hit.keyframe.seconds for hit in library.search("x", video_id="forest", start_seconds=30, limit=1)] == [34.0]
    verified = ImaginedCore(scene, NoPlanner()).verify("a fox", [hit.keyframe for hit in hits])
    assert verified[0] > 0.5 > verified[2]
    assert [line.start_seconds for line in library.lines("forest", source="ocr", start_seconds=30)] == [34.0]
    assert not library.passages("a fox")
    assert ImaginedLibrary(replace(scene, is_said=True), ["forest"]).passages("a fox")
    boxes = ImaginedGrounder(replace(scene, boxes=2)).ground(hits[0].keyframe, "a fox . snow")
    assert [box.phrase for box in boxes] == ["a fox", "a fox", "snow", "snow"]


def test_what_is_seen_is_not_translated() -> None:
    core = ImaginedCore(Scene("một con cáo"), EmptyPlanner())
    assert core.translate("Một con cáo.", source="en", target="vi") == "Một con cáo."
    assert core.translate("con cáo ở đâu", source="vi", target="en") == ""


def test_a_random_planner_repeats_itself_for_the_same_seed_alone() -> None:
    def replies(seed: int) -> list[object]:
        planner = RandomPlanner(seed)
        turns = [Turn("Where?", "There.")]
        return [planner.choose("x", {"a": "", "b": ""}), planner.fill("x", "a", ["q"]), planner.rewrite("x", turns)]

    assert replies(1) == replies(1) != replies(2)


def _reply(tool: str, *calls: dict[str, object], query: str = "", **scope: float) -> Reply:
    read_as = {"kind": "x", "tool": tool, "query": query, "calls": list(calls), "decided_by": "rule", **scope}
    return Reply("?", "Yes.", "", "en", 0.7, (), (), (), (), read_as=read_as)


@pytest.mark.parametrize(
    ("reply", "tool", "query", "ranges"),
    [
        (_reply(""), "none", "", ()),
        (_reply("find_frames", {}, query="a fox", start=3.0), "find_frames", "a fox", (Range(3.0, None),)),
        (_reply("find_unusual", {}), "unusual", "", ()),
        (_reply("read_text", {"query": "none"}, query="none"), "read_text", "", ()),
        (_reply("read_text", {"source": "speech"}, query="snow"), "passages", "snow", ()),
        (_reply("read_text", {"source": "subtitle"}, query="snow"), "passages", "snow", ()),
        (_reply("find_events", {}, query="a fox runs; it snows"), "find_events", "a fox runs; it snows", ()),
        (_reply("describe", {}, start=1.0, end=2.0), "describe", "", (Range(1.0, 2.0),)),
        (_reply("describe", {"start": 1.0}, {"start": 5.0}), "compare", "", (Range(1.0, None), Range(5.0, None))),
        (_reply("describe", {"video": "a"}, {"video": "b"}), "compare", "", ()),
    ],
)
def test_a_plan_is_read_from_how_the_question_was_read(
    reply: Reply, tool: str, query: str, ranges: tuple[Range, ...]
) -> None:
    planned = read_plan(reply)
    assert (planned.tool, planned.query, planned.ranges) == (tool, query, ranges)
    assert planned.decided_by == "rule"


def test_a_verdict_says_what_is_wrong() -> None:
    item = ITEM | {"tools": ["look"], "query_must": ["fox"], "times": [3, 5]}
    assert judge(item, Planned("", "look", "a fox", (Range(3, 5),))).why == ""
    verdict = judge(item, Planned("", "count", "a cat"))
    assert (verdict.tool, verdict.query, verdict.times, verdict.right) == (False, False, False, False)
    assert "count instead of look" in verdict.why
    assert "needs ['fox']" in verdict.why
    assert "instead of [3, 5]" in verdict.why


def test_other_spellings_are_made_of_composed_vietnamese() -> None:
    assert SPELLINGS["no_accents"]("Đường nào có cáo?") == "Duong nao co cao?"
    assert len(SPELLINGS["nfd"]("cáo")) == 4


def test_a_comparison_is_planned_without_a_language_model() -> None:
    planned = ask(ITEM, NoPlanner())
    assert planned.tool == "compare", planned
    assert judge(ITEM, planned).right


@pytest.mark.parametrize("planner", ["rules", "random", "empty"])
def test_every_question_is_asked_in_every_spelling_and_gets_a_row(tmp_path: Path, planner: str) -> None:
    before = {"question": "Có mấy con cáo ở 0:10?", "answer": "Hai con."}
    vietnamese = {"id": "x-2", "question": "Còn lúc 1:30 thì sao?", "language": "vi", "form": "NFC", "follows": before}
    questions, out = tmp_path / "q.jsonl", tmp_path / "rows.jsonl"
    write_rows(questions, [ITEM, ITEM | vietnamese | {"tools": ["count"], "times": [89, 91]}])
    result = evaluate(None, questions, planner=planner, seed=3, out=out)  # type: ignore[arg-type] # needs no session
    assert result["settings"] == {"questions": 2, "planner": planner, "seed": 3}
    names = {"planning.tool", "planning.query.en", "planning.times.nfd", "planning.followup.no_accents"}
    assert names | {"planning.tool.form.nfc", "planning.tool.followup"} <= set(result["figures"])
    assert "planning.followup.en" not in result["figures"]
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [row["id"] for row in rows] == ["x-1", "x-2"]
    assert {"answer", "tool", "query", "start", "end", "confidence", "decided_by", "right", "why"} <= set(rows[0])
    assert (rows[0]["start"] // 1, rows[0]["end"] // 1) == (20, 120)
    assert set(rows[1]["spellings"]) == {"nfd", "no_accents"}
    assert planner != "rules" or not [row for row in rows if row["tool"] == "error"]


def test_a_question_that_breaks_the_assistant_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("bench.quality.understanding.planning.Assistant.ask", fail)
    planned = ask(ITEM, NoPlanner())
    assert (planned.tool, planned.answer, planned.error) == ("error", "broken", "RuntimeError")
    assert judge(ITEM, planned).why.startswith("RuntimeError")


def test_an_unknown_planner_is_refused(tmp_path: Path) -> None:
    write_rows(tmp_path / "q.jsonl", [ITEM])
    with pytest.raises(VideoAssistantError, match="choose one of rules, pocket, random, empty"):
        evaluate(None, tmp_path / "q.jsonl", planner="clever")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds no question"),
        ("nonsense", "line 1 is no JSON"),
        ('{"id": 1}', "line 1 lacks question"),
        ("[1]", "line 1 lacks id, question"),
        ('{"id": 1, "question": "a"}\n\n{"id": 1, "question": "b"}', "line 3 is a second item named 1"),
    ],
)
def test_a_broken_file_of_questions_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(VideoAssistantError, match=message):
        read_items(path, ("id", "question"))


def test_files_that_cannot_be_read_or_written_are_named(tmp_path: Path) -> None:
    with pytest.raises(VideoAssistantError, match="cannot be read"):
        read_items(tmp_path / "missing.jsonl", ("id",))
    with pytest.raises(VideoAssistantError, match="cannot be written"):
        write_rows(tmp_path / "no folder" / "rows.jsonl", [])
    assert share([]) == 0.0


@pytest.mark.parametrize(
    ("part", "message"), [("planning", "needs --questions"), ("everyday", "needs --set"), ("text", "needs --media")]
)
def test_the_command_says_what_a_part_needs(part: str, message: str) -> None:
    result = CliRunner().invoke(main, ["evaluate", part])
    assert result.exit_code == 2
    assert message in result.output


def test_the_command_prints_the_figures_of_a_planner(tmp_path: Path) -> None:
    (choice,) = (option.type for option in evaluate_command.params if option.name == "planner")
    assert isinstance(choice, click.Choice)
    assert tuple(choice.choices) == PLANNERS
    write_rows(tmp_path / "q.jsonl", [ITEM])
    arguments = ["evaluate", "planning", "--questions", str(tmp_path / "q.jsonl"), "--planner", "rules", "--json"]
    result = CliRunner().invoke(main, ["--library", str(tmp_path / "library"), *arguments])
    assert json.loads(result.stdout)["figures"]["planning.tool"] == 1.0
    assert not (tmp_path / "library").exists()
