from pathlib import Path

import av
import pytest

from assistant.cli import main
from tests.command import run as _run
from training.world.render import draw
from training.world.scene import Actor, Scene


@pytest.fixture(scope="module")
def clips(tmp_path_factory) -> Path:
    """A red car for two seconds, then a blue bus at night for two; a sign stands over both."""
    folder = tmp_path_factory.mktemp("clips")
    shots = [
        Scene("street", "day", "clear", "HOTEL", (Actor("red", "car", 190, "mid", "right"),), 3),
        Scene("park", "night", "clear", "HOTEL", (Actor("blue", "bus", 200, "near", "left"),), 4),
    ]
    with av.open(str(folder / "Xe đỏ.mp4"), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        for scene in shots:
            frame = av.VideoFrame.from_image(draw(scene, width=640))
            for _ in range(20):
                frame.pts = None
                container.mux(stream.encode(frame))
        container.mux(stream.encode())
    (folder / "broken.mp4").write_bytes(b"broken" * 99)
    return folder


@pytest.fixture(scope="module")
def library(clips, tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("library") / "library"
    result = _run(root, "index", str(clips), "--json", code=1)
    assert sorted(row["status"] for row in result) == ["failed", "indexed"]
    return root


def test_index_rows_have_the_documented_fields(library, clips) -> None:
    rows = _run(library, "index", str(clips), "--json", code=1)
    assert set(rows[0]) == {"video_id", "path", "status", "seconds", "keyframes", "lines", "warnings", "error"}
    assert sorted(row["status"] for row in rows) == ["failed", "unchanged"]


def test_find_gives_the_moment(library) -> None:
    for text, low, high in (("a red car", 0, 2), ("a blue bus at night", 2, 4)):
        (hit,) = _run(library, "find", text, "--limit", "1", "--json")
        assert low <= hit["seconds"] < high, text
        assert Path(hit["image"]).exists()


def test_find_within_a_range(library) -> None:
    video = _run(library, "videos", "--json")[0]["video_id"]
    hits = _run(library, "find", "a red car", "--video", video, "--from", "2", "--to", "4", "--json")
    assert {2 <= hit["seconds"] < 4 for hit in hits} == {True}


def test_find_folds_what_is_only_near(library) -> None:
    rows = _run(library, "find", "a walrus playing the trombone", "--json")
    assert rows
    assert not any(row["shown"] for row in rows)
    folded = _run(library, "find", "a walrus playing the trombone")
    assert folded.stdout == ""
    assert "Nothing like it" in folded.stderr
    everything = _run(library, "find", "a walrus playing the trombone", "--all")
    assert len(everything.stdout.splitlines()) == len(rows)
    assert any(row["shown"] for row in _run(library, "find", "a red car", "--json"))


def test_find_what_looks_like_a_moment(library) -> None:
    video = _run(library, "videos", "--json")[0]["video_id"]
    hit, *_ = _run(library, "find", "--like", f"{video}@3.0", "--json")
    assert hit["seconds"] >= 2
    assert hit["score"] > 0.99


def test_shots_are_labelled_in_the_words_that_were_typed(library) -> None:
    video = _run(library, "videos", "--json")[0]["video_id"]
    rows = _run(library, "classify", video, "ban ngày", "ban đêm", "--json")
    assert [row["labels"][0]["label"] for row in rows] == ["ban ngày", "ban đêm"]
    assert [row["start_seconds"] for row in rows] == [0.0, 2.0]
    assert "ban đêm" in _run(library, "classify", video, "ban ngày", "ban đêm").stdout
    assert "give two or more" in _run(library, "classify", video, "day", code=1).stderr


def test_a_short_video_has_nothing_unusual(library) -> None:
    video = _run(library, "videos", "--json")[0]["video_id"]
    assert _run(library, "unusual", video, "--json") == []
    assert "too short" in _run(library, "unusual", video).stderr


def test_no_video_is_similar_to_the_only_one(library) -> None:
    video = _run(library, "videos", "--json")[0]["video_id"]
    assert _run(library, "find", "--like", video, "--json") == []
    _run(library, "find", "--like", video, "--from", "1", code=2)


def test_read_gives_the_sign_and_its_time(library) -> None:
    line, *_ = _run(library, "read", "hotel", "--json")
    assert (line["source"], line["text"]) == ("ocr", "HOTEL")
    assert line["box"]
    assert "«HOTEL»" in _run(library, "read", "hotl").stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["find", "x", "--video", "nothing"], "there are"),
        (["find", "--like", "nowhere.png"], "no such picture"),
        (["remove", "nothing"], "there are"),
        (["ask", "is it raining?", "--video", "nothing"], "holds"),
        (["ask", "  "], "empty"),
        (["events", "a car then a bus", "--video", "nothing"], "there are"),
        (["--profile", "nothing", "videos"], "pocket"),
    ],
)
def test_a_users_mistake_is_one_line(library, arguments, words) -> None:
    result = _run(library, *arguments, code=1)
    assert words in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


@pytest.mark.parametrize(
    "arguments", [["find"], ["events"], ["events", " ; "], ["ask"], ["find", "x", "--limit", "0"], ["evaluate", "text"]]
)
def test_wrong_usage_exits_with_two(library, arguments) -> None:
    _run(library, *arguments, code=2)


def test_a_chat_in_the_terminal_answers_until_an_empty_line(library) -> None:
    from click.testing import CliRunner

    result = CliRunner().invoke(main, ["--library", str(library), "chat"], input="When does a bus appear?\n\n")
    assert result.exit_code == 0, result.output
    assert "> " in result.stdout
    assert "find_frames" in result.stdout


@pytest.mark.slow
def test_one_text_is_split_into_its_events_and_many_are_taken_as_they_are(library) -> None:
    from_text = _run(library, "events", "first a red car, then a blue bus", "--json")
    from_texts = _run(library, "events", "a red car", "a blue bus", "--json")
    assert [m["event"] for m in from_text[0]["moments"]] == [m["event"] for m in from_texts[0]["moments"]]
    assert from_text[0]["moments"][0]["seconds"] < 2 <= from_text[0]["moments"][1]["seconds"]
    assert _run(library, "events", "a red car", "a blue bus", "--within", "0.5", "--json") == []
    assert _run(library, "events", "a red car", "a blue bus", "--confirm", "--json") == from_text, "as it is by default"
    assert _run(library, "events", "a red car", "a blue bus", "--no-confirm", "--json") != from_text
    assert all(sequence["certified"] for sequence in from_text)
    assert _run(library, "events", "first a red car, then a blue bus", "--full-scan", "--json") == from_text


def test_no_sequence_says_why(library, tmp_path) -> None:
    limited = _run(library, "events", "a red car", "a blue bus", "--within", "0.5")
    assert "in that order" in limited.stderr
    assert "within 0.5 s" in limited.stderr
    empty = _run(tmp_path / "none", "events", "a red car, then a blue bus")
    assert "library is empty" in empty.stderr
    assert limited.stdout == empty.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["a dog, then a dog"], "twice in a row"),
        ([str(number) for number in range(50)], "up to 20"),
        (["a", "b", "--min-gap", "5", "--max-gap", "2"], "cannot be at least 5 s"),
        (["a", "b", "c", "--within", "5", "--min-gap", "3"], "do not fit within 5 s"),
        (["  "], "no event"),
    ],
)
def test_sequences_that_cannot_be_are_refused(library, arguments, words) -> None:
    result = _run(library, "events", *arguments, code=2)
    assert words in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.slow
def test_captions_are_told_once_and_searched(library, clips) -> None:
    rows = _run(library, "index", str(clips), "--captions", "--json", code=1)
    indexed = next(row for row in rows if row["status"] == "unchanged")
    again = _run(library, "index", str(clips), "--captions", code=1)
    assert f"0 of {indexed['keyframes']} keyframes" in again.stdout
    line, *_ = _run(library, "read", "bus", "--source", "caption", "--json")
    assert 2 <= line["start_seconds"] < 4
    hit, *_ = _run(library, "find", "a blue bus at night", "--json")
    assert hit["channel"] in ("picture", "caption")
    assert "caption" in hit["why"]


@pytest.mark.slow
def test_describe_tells_a_video_and_draws_where_it_looked(library, tmp_path) -> None:
    video = _run(library, "videos", "--json")[0]["video_id"]
    first, last = _run(library, "describe", video, "--json")
    assert "car" in first["text"]
    assert "bus" in last["text"]
    assert (first["start_seconds"], last["start_seconds"]) == (0.0, pytest.approx(2.0, abs=0.1))
    assert "0:02.0" in _run(library, "describe", video).stdout
    drawn = tmp_path / "looked.png"
    (described,) = _run(library, "describe", f"{video}@0", "--attention", str(drawn), "--json")
    assert (described["video_id"], "car" in described["text"]) == (None, True)
    assert drawn.read_bytes().startswith(b"\x89PNG")
    spoken = tmp_path / "told"
    vietnamese = _run(library, "describe", f"{video}@0", "--lang", "vi", "--speak", str(spoken), "--json")
    assert vietnamese[0]["text"] != described["text"]
    assert list(tmp_path.glob("told.*"))
    _run(library, "describe", video, "--attention", str(drawn), code=2)
    assert "no such picture" in _run(library, "describe", "nothing", code=1).stderr


def test_no_hit_is_an_empty_list(library) -> None:
    assert _run(library, "read", "zzzzqqqq", "--json") == []


def test_check_finds_nothing_wrong(library) -> None:
    assert _run(library, "check", "--json") == []


def test_models_and_doctor_say_what_is_there(library) -> None:
    assert {row["role"] for row in _run(library, "models", "--json")} >= {"core", "retrieval"}
    assert {row["what"] for row in _run(library, "doctor", "--json")} == {
        "device",
        "profile",
        "codecs",
        "tesseract",
        "naming",
        "voice",
        "disk",
    }
