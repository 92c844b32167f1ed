"""Files of a set of real material, and where its media lie."""

from pathlib import Path

import pytest

from bench.quality.real import known_items, lectures, sight, speech
from bench.quality.real.evaluation_set import EvaluationSet
from bench.quality.real.item_fields import ID, TEXT, Field
from tools.errors import VideoAssistantError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "sets" / "mine"
    folder.mkdir(parents=True)
    return folder


def _media(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return folder


def test_a_bad_item_is_reported_and_the_others_are_read(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [
        '{"id": 1, "video": "a"}',
        "nonsense",
        '{"id": 2}',
        '{"id": 1, "video": "b"}',
        "",
        '{"id": 3, "video": "c"}',
    ]
    (folder / "x.jsonl").write_text("\n".join(lines), encoding="utf-8")
    items = EvaluationSet(folder).items("x.jsonl", {"id": ID, "video": TEXT})
    assert [item["video"] for item in items] == ["a", "c"]
    reported = capsys.readouterr().err.splitlines()
    assert [line.partition("x.jsonl, ")[2][:6] for line in reported] == ["line 2", "line 3", "line 4"]
    assert all(line.endswith("it is left out") for line in reported)


def test_a_file_without_a_good_item_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "x.jsonl").write_text("nonsense", encoding="utf-8")
    with pytest.raises(VideoAssistantError, match="holds no question"):
        EvaluationSet(folder).items("x.jsonl", {"id": ID})
    assert "is no JSON" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("fields", "name", "good", "bad"),
    [
        (
            lectures.FIELDS,
            "alternatives",
            [{"lecture": "a", "start_seconds": 1, "end_seconds": 2.5}],
            [{"lecture": "a"}],
        ),
        (lectures.FIELDS, "start_seconds", None, -1),
        (lectures.FIELDS, "language", "vi", "fr"),
        (speech.FIELDS, "stream", 0, 0.5),
        (speech.FIELDS, "word_seconds", {"hat": 1.5}, {"hat": "1.5"}),
        (speech.FIELDS, "words", ["a|b"], "a|b"),
        (sight.FIELDS, "moments", [[0, 1.5], [2, 2]], [[3, 2]]),
        (sight.FIELDS, "truth", "no", False),
        (sight.FIELDS, "nameable", True, 1),
        (known_items.FIELDS, "also", [{"video": "a", "moments": []}], [{"video": "a", "moments": [1, 2]}]),
        (known_items.FIELDS, "query_vi", "mũ", " "),
    ],
)
def test_a_field_holds_what_it_must(fields: dict[str, Field], name: str, good: object, bad: object) -> None:
    assert fields[name].is_valid(good)
    assert not fields[name].is_valid(bad)


def test_an_item_with_a_wrong_field_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "x.jsonl").write_text('{"id": "a", "video": 3}\n{"id": "b", "video": "v"}', encoding="utf-8")
    assert [item["id"] for item in EvaluationSet(folder).items("x.jsonl", {"id": ID, "video": TEXT})] == ["b"]
    assert capsys.readouterr().err == "a: its video is 3, not a text; it is left out\n"
    with pytest.raises(VideoAssistantError, match="holds no item that can be asked"):
        EvaluationSet(folder).items("x.jsonl", {"id": ID, "video": Field("nothing", lambda value: False)})


@pytest.mark.parametrize(
    ("readme", "place"),
    [
        (None, "data/media"),
        ("No word about them.", "data/media"),
        ("Questions are in `q`.\nPaths of media are relative to `../../films`.", "films"),
        ("Media paths are\nrelative to `../beside` (not copied).", "sets/beside"),
    ],
)
def test_media_lie_where_the_readme_says(folder: Path, readme: str | None, place: str) -> None:
    if readme is not None:
        (folder / "README.md").write_text(readme, encoding="utf-8")
    media = _media(folder.parents[1] / place, "video/a.mp4")
    assert EvaluationSet(folder).locate(["video/a.mp4"]) == {"video/a.mp4": media.resolve() / "video/a.mp4"}


def test_a_media_folder_that_is_named_wins_and_one_that_is_missing_is_asked_for(folder: Path, tmp_path: Path) -> None:
    _media(tmp_path / "data" / "media", "a.mp4")
    named = _media(tmp_path / "named", "a.mp4")
    assert EvaluationSet(folder, named).locate(["a.mp4"]) == {"a.mp4": named / "a.mp4"}
    with pytest.raises(VideoAssistantError, match="--media"):
        EvaluationSet(folder / "deeper").media_folder()


def test_a_missing_file_is_reported_once_and_one_of_the_set_is_found(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _media(folder, "lecture/b.mp4")
    media = _media(tmp_path / "media", "a.mp4")
    files = EvaluationSet(folder, media).locate(["c.mp4", "lecture/b.mp4", "a.mp4", "c.mp4"])
    assert files == {"lecture/b.mp4": folder / "lecture/b.mp4", "a.mp4": media / "a.mp4"}
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("c.mp4 is not in")


def test_all_videos_that_a_set_names_are_listed_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    known_item = '{"id": 1, "video": "a.mp4", "also": [{"video": "b.mp4", "moments": []}]}'
    (folder / "search.jsonl").write_text(f"{known_item}\nnonsense", encoding="utf-8")
    (folder / "speech.jsonl").write_text('{"id": 1, "file": "c.mp3"}\n{"id": 2, "file": "a.mp4"}', encoding="utf-8")
    assert EvaluationSet(folder).video_names() == ["a.mp4", "b.mp4", "c.mp3"]
    assert capsys.readouterr().err == ""
