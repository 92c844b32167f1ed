"""The paper's protocol on tiny data sets in the files' own layout."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
import torch

from assistant.models.blip.instructblip import InstructBlip
from bench.quality.zero_shot_video_qa import answer, evaluate, four_frames, read_questions, score
from tests.command import run
from tools.errors import VideoAssistantError


def _clip(path: Path, frames: int = 12) -> None:
    """Frame i is a grey of 20 i."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=4)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for i in range(frames):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 20 * i, np.uint8), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("data")
    msvd = root / "msvd"
    _clip(msvd / "video" / "abc_1_5.avi")
    (msvd / "video" / "def_2_9.avi").write_bytes(b"broken")
    (msvd / "youtube_mapping.txt").write_text("abc_1_5 vid1\ndef_2_9 vid2\nghi_0_1 vid3\n")
    rows = [
        {"id": i, "video_id": v, "question": "what is it?", "answer": a}
        for i, (v, a) in enumerate([(1, "car"), (1, "dog"), (2, "car"), (3, "car")])
    ]
    (msvd / "test_qa.json").write_text(json.dumps(rows))
    _clip(root / "msrvtt" / "TestVideo" / "video7010.mp4")
    (root / "msrvtt" / "test_qa.json").write_text(
        json.dumps([{"id": 1, "video_id": 7010, "question": "who runs?", "answer": "man", "category_id": 1}])
    )
    _clip(root / "ivqa" / "xyz.mp4")
    with (root / "ivqa" / "test.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["video_id", "start", "end", "question", *(f"answer{i}" for i in range(1, 6))])
        writer.writerow(["xyz", 0, 9, "what is cut?", "onion", "onion", "an onion", "food", "onion"])
    return root


@pytest.fixture(scope="module")
def blip(untrained_core) -> InstructBlip:
    return InstructBlip(str(untrained_core))


def test_every_layout_is_read(data) -> None:
    assert [q.video for q in read_questions("msvd", data / "msvd")] == ["abc_1_5", "abc_1_5", "def_2_9", "ghi_0_1"]
    (question,) = read_questions("msrvtt", data / "msrvtt")
    assert (question.video, question.text, question.answers) == ("video7010", "who runs?", ("man",))
    (question,) = read_questions("ivqa", data / "ivqa")
    assert question.answers.count("onion") == 3


def test_four_frames_are_spread_as_lavis_spreads_them(data) -> None:
    indexes = [
        round(float(frame.mean()) / 20) for frame in four_frames(data / "msrvtt" / "TestVideo" / "video7010.mp4")
    ]
    assert indexes == [0, 3, 6, 9]


def test_a_video_of_one_frame_has_four(tmp_path) -> None:
    _clip(tmp_path / "one.mp4", frames=1)
    assert len(four_frames(tmp_path / "one.mp4")) == 4


def test_exact_match_and_half_a_point_for_each_of_two_people() -> None:
    assert score("msvd", "Car.", ["car"]) == 1
    assert score("msvd", "a car", ["car"]) == 0
    assert score("ivqa", "food", ["onion", "food", "cut"]) == 0.5
    assert score("ivqa", "onion", ["onion", "onion", "onion"]) == 1


@pytest.mark.slow
def test_all_four_frames_are_read_in_order(blip, data) -> None:
    features = blip.features(four_frames(data / "ivqa" / "xyz.mp4"))
    visuals = []

    class Recorder(type(blip.loaded.language)):
        def embed_prompt(self, text, visual=None):
            visuals.append((text, visual))
            return super().embed_prompt(text, visual)

    recorder = Recorder(blip.loaded.language.model, blip.loaded.language.tokenizer)
    written = answer(InstructBlip.from_loaded(replace(blip.loaded, language=recorder)), "what is it?", features)
    assert isinstance(written, str)
    ((prompt, visual),) = visuals
    frame_by_frame = [blip.queries(features[i : i + 1], prompt) for i in range(4)]
    torch.testing.assert_close(visual, torch.cat(frame_by_frame, dim=1))


@pytest.mark.parametrize(("name", "asked", "without"), [("msvd", 2, 2), ("msrvtt", 1, 0), ("ivqa", 1, 0)])
def test_the_figures_count_what_was_asked(name, asked, without, blip, data) -> None:
    figures = evaluate(name, blip, data / name, size=100)["figures"]
    assert figures[f"{name}.questions"] == asked
    assert figures[f"{name}.without_video"] == without
    assert 0 <= figures[f"{name}.accuracy.low"] <= figures[f"{name}.accuracy"] <= figures[f"{name}.accuracy.high"] <= 1


def test_the_published_figure_stands_beside_that_of_the_same_core(untrained_core, data, tmp_path) -> None:
    folder = tmp_path / "instructblip-flan-t5-xl"
    folder.symlink_to(untrained_core)
    figures = evaluate("msrvtt", InstructBlip(str(folder)), data / "msrvtt", size=10)["figures"]
    assert figures["msrvtt.published"] == 0.25


@pytest.mark.parametrize("spoil", ["missing", "other", "no videos"])
def test_a_folder_of_something_else_is_one_line(spoil, blip, data, tmp_path) -> None:
    if spoil == "other":
        (tmp_path / "test_qa.json").write_text('{"questions": []}')
    if spoil == "no videos":
        (tmp_path / "test_qa.json").write_text((data / "msrvtt" / "test_qa.json").read_text())
    with pytest.raises(VideoAssistantError) as caught:
        evaluate("msrvtt", blip, tmp_path, size=10)
    assert "\n" not in str(caught.value)


def test_the_command_needs_a_folder(tmp_path) -> None:
    assert "--media" in run(tmp_path / "library", "evaluate", "msvd", code=2).stderr
