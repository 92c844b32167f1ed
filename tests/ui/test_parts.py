"""The parts of the page that need no browser: addresses, results, subtitles, what leaves the machine, suggestions."""

from types import SimpleNamespace

import numpy as np
import pytest

from assistant.agent.records import Reply
from assistant.settings import Settings
from tools.types import EventMoment, EventSequence, Evidence, FrameHit, Keyframe, Line, Moment
from ui import downloads, privacy
from ui.downloads import format_evidence_csv
from ui.screens.moment import find_moves
from ui.state import links
from ui.state.links import PictureAddress
from ui.widgets import subtitles
from ui.widgets.follow_ups import suggest_questions
from ui.widgets.region_picker import read_selected_box
from ui.widgets.reply import confidence_key
from ui.widgets.results_grid import group_hits
from ui.widgets.timeline import build_shot_rows


def _frame(seconds: float, shot: int = 0, video: str = "v") -> Keyframe:
    return Keyframe(video, int(seconds * 25), seconds, shot, 0, "")


@pytest.mark.parametrize(
    "picture",
    [PictureAddress("v-1", 0.0), PictureAddress("v-1", 12.5), PictureAddress("v-1", 3.25, (1.0, 2.0, 30.0, 40.0))],
)
def test_an_address_names_the_picture_that_it_was_made_from(picture: PictureAddress) -> None:
    assert links.read_address(picture.to_query()) == picture


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"video": "v"},
        {"at": "1"},
        {"video": "v", "at": "soon"},
        {"video": "v", "at": "-1"},
        {"video": "v", "at": "nan"},
        {"video": "v", "at": "inf"},
        {"video": "v", "at": "1", "box": "1,2,3"},
        {"video": "v", "at": "1", "box": "9,9,1,1"},
        {"video": "v", "at": "1", "box": "a,b,c,d"},
    ],
)
def test_a_broken_address_names_no_picture(query: dict[str, str]) -> None:
    assert links.read_address(query) is None


def test_hits_are_grouped_by_video_and_folded_by_likeness() -> None:
    frames = {name: [_frame(float(i), video=name) for i in range(4)] for name in ("a", "b")}
    rows = np.eye(4, dtype=np.float32)
    rows[1] = rows[0]  # the second keyframe looks like the first
    hits = [FrameHit(frames["b"][2], 0.9), FrameHit(frames["a"][0], 0.8), FrameHit(frames["a"][1], 0.7)]
    groups = group_hits(hits, lambda video_id: (frames[video_id], rows), alike=0.95)
    assert [group.video_id for group in groups] == ["b", "a"]
    (tile,) = groups[1].tiles
    assert (tile.hit.score, tile.folded, tile.before) == (0.8, 1, None)
    assert tile.after == frames["a"][1]
    assert (groups[0].tiles[0].before, groups[0].tiles[0].after) == (frames["b"][1], frames["b"][3])
    unfolded = group_hits(hits, lambda video_id: (frames[video_id], rows), alike=2.0)
    assert [len(group.tiles) for group in unfolded] == [1, 2]


def test_what_is_said_becomes_subtitles_in_the_time_of_the_cut() -> None:
    lines = [
        Line("v", 10.0, 12.5, "subtitle", "Xin <b>chào</b> & tạm biệt\n\nnhé", language="vi"),
        Line("v", 1.0, 2.0, "subtitle", "before the cut", language="vi"),
        Line("v", 10.0, 11.0, "ocr", "on screen"),
    ]
    (track,) = subtitles.make_tracks(lines, 8.0, {"subtitle": "Subtitles", "speech": "Speech"}).items()
    assert track[0] == "Subtitles vi"
    assert "00:00:02.000 --> 00:00:04.500\nXin &lt;b&gt;chào&lt;/b&gt; &amp; tạm biệt nhé" in track[1]
    assert "before" not in track[1]


@pytest.mark.parametrize(
    ("core", "sees", "host", "wanted"),
    [
        (None, None, "", []),
        ("ollama:qwen3", None, "", []),
        ("ollama:qwen3", None, "http://127.0.0.1:11434", []),
        ("ollama:qwen3", None, "http://gpu.lan:11434", ["ollama (gpu.lan)", "frames in question"]),
        ("openai:gpt-5", None, "", ["openai", "frames in question"]),
        ("openai:gpt-5", False, "", ["openai", "Frames stay on this machine"]),
    ],
)
def test_the_page_says_where_questions_and_pictures_go(core, sees, host, wanted, monkeypatch) -> None:
    monkeypatch.setenv("OLLAMA_HOST", host)
    settings = Settings(core=core, core_sees=sees)
    summary = privacy.summarise_outgoing_data(settings, "en", online_voice=False)
    assert all(part in summary for part in wanted)
    assert (summary == "Nothing leaves this machine.") == (not wanted)
    assert privacy.summarise_outgoing_data(settings, "vi", online_voice=True).endswith("dạng chữ.")


def test_the_page_says_which_machine_runs_the_core() -> None:
    here = Settings(core_url="http://127.0.0.1:8470")
    assert privacy.summarise_outgoing_data(here, "en", online_voice=False) == "Nothing leaves this machine."
    there = Settings(core_url="http://gpu.lan:8470", core="ollama:qwen3", core_sees=False)
    assert "frames from them are sent to gpu.lan" in privacy.summarise_outgoing_data(there, "en", online_voice=False)
    hosted = there.model_copy(update={"core": "openai:gpt-5"})
    assert "Frames stay" not in privacy.summarise_outgoing_data(hosted, "en", online_voice=False)


def _reply(**fields) -> Reply:
    defaults = {
        "question": "q",
        "answer": "a",
        "spoken": "a",
        "language": "en",
        "confidence": 0.9,
        "conditions": (),
    }
    return Reply(**{**defaults, "evidence": (), "sequences": (), "steps": (), **fields})


def test_suggested_questions_fit_the_evidence() -> None:
    evidence = Evidence(Moment("v", 1.0, 2.0), "find_frames", 0.9)
    bus = {"evidence": (evidence,), "short": "A bus"}
    assert suggest_questions(_reply(**bus))[0] == "What colour is it?"
    assert "What colour is it?" not in suggest_questions(_reply(**bus, question="what colour is it?"))
    # Nothing is known, so "it" is nothing.
    assert "What colour is it?" not in suggest_questions(_reply(evidence=(evidence,)))
    assert suggest_questions(_reply(evidence=(evidence,), choices=("one?", "two?"))) == []
    chain = tuple(EventMoment(name, False, 1.0, 2.0, 1.0, 25, 0.9) for name in ("a dog runs", "a bus stops"))
    asked = suggest_questions(_reply(sequences=(EventSequence("v", 0.9, True, chain),)))
    assert asked[:2] == ["Without the event: a bus stops", "The second one is later"]
    alone = suggest_questions(_reply(sequences=(EventSequence("v", 0.9, True, chain[:1]),)))
    assert "The second one is later" not in alone


def test_confidence_is_said_in_words() -> None:
    assert [confidence_key(share) for share in (0.95, 0.7, 0.2)] == ["sure", "fairly_sure", "unsure"]


def test_the_timeline_has_a_band_for_each_shot() -> None:
    rows = build_shot_rows([_frame(0.0), _frame(1.0), _frame(2.0, shot=1)], 5.0)
    assert [(row["seconds"], row["end"]) for row in rows] == [(0.0, 2.0), (2.0, 5.0)]
    assert rows[0]["colour"] != rows[1]["colour"]


def test_there_is_no_move_beyond_the_first_and_last_keyframe() -> None:
    frames = [_frame(0.0), _frame(1.0), _frame(2.0, shot=1), _frame(3.0, shot=1)]
    assert find_moves(frames, 1.0) == {"shot_before": 0.0, "frame_before": 0.0, "frame_after": 2.0, "shot_after": 2.0}
    assert find_moves(frames, 3.0)["shot_after"] is None
    assert find_moves(frames, 0.0)["frame_before"] is None


def test_a_box_is_what_was_clicked_else_what_was_dragged_within_the_picture() -> None:
    video = SimpleNamespace(width=640, height=360)
    dragged = {"dragged": {"x": [700.0, 100.0], "y": [-5.0, 50.0]}}
    assert read_selected_box(dragged, video) == (100.0, 0.0, 640.0, 50.0)
    clicked = {"clicked": [{"x": 1, "y": 2, "x2": 30, "y2": 40}], **dragged}
    assert read_selected_box(clicked, video) == (1.0, 2.0, 30.0, 40.0)
    assert read_selected_box({"dragged": {"x": [5.0, 6.0], "y": [5.0, 90.0]}}, video) is None, "a slip of the hand"
    assert read_selected_box({}, video) is None


def test_evidence_and_pictures_can_be_downloaded() -> None:
    rows = format_evidence_csv([Evidence(Moment("v", 1.0, 2.0), "read_text", 0.5, text='PHỞ, "bò"')]).splitlines()
    assert rows[1] == 'v,1.000,2.000,,read_text,0.500,"PHỞ, ""bò"""'
    assert downloads.encode_png(np.zeros((4, 6, 3), np.uint8)).startswith(b"\x89PNG")
