import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from assistant.models.glip.coco import read_coco
from assistant.models.glip.grounder import GlipGrounder
from assistant.models.glip.tune import tune
from assistant.models.glip.tuned import Tuned
from tests.command import run
from tests.tiny_glip import save_tiny
from tools.errors import VideoAssistantError

CATEGORIES = [{"id": 7, "name": "blue_bus"}, {"id": 3, "name": "red_car (toy)"}]


@pytest.fixture(scope="module")
def glip(tmp_path_factory) -> Path:
    return save_tiny(tmp_path_factory.mktemp("glip"))


def _labelled(folder: Path, **changes) -> Path:
    """Three pictures with a red and a blue block each."""
    folder.mkdir(exist_ok=True)
    images, annotations = [], []
    for number in range(3):
        picture = np.full((64, 128, 3), 90, np.uint8)
        picture[10:58, 4 + number : 54 + number] = (220, 30, 30)
        picture[6:56, 70:120] = (30, 30, 220)
        Image.fromarray(picture).save(folder / f"{number}.png")
        images.append({"id": number, "file_name": f"{number}.png"})
        annotations += [
            {"image_id": number, "category_id": 3, "bbox": [4 + number, 10, 50, 48]},
            {"image_id": number, "category_id": 7, "bbox": [70, 6, 50, 50]},
        ]
    data = {"images": images, "annotations": annotations, "categories": CATEGORIES} | changes
    (folder / "labels.json").write_text(json.dumps(data))
    return folder


def test_coco_boxes_become_corners_and_names_are_cleaned(tmp_path) -> None:
    annotations = [
        {"image_id": 0, "category_id": 3, "bbox": [4, 10, 50, 48]},
        {"image_id": 0, "category_id": 3, "bbox": [4, 10, 0, 48]},
        {"image_id": 1, "category_id": 7, "bbox": [4, 10, 9, 9], "iscrowd": 1},
    ]
    names, (picture,) = read_coco(_labelled(tmp_path, annotations=annotations))
    assert names == ["red car", "blue bus"]
    assert (picture.path.name, picture.boxes, picture.names) == ("0.png", ((4, 10, 54, 58),), ("red car",))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"annotations": []}, "no annotation has a box"),
        ({"categories": [{"id": 3}]}, "no COCO JSON.*'name'"),
        ({"annotations": [{"image_id": 0, "category_id": 99, "bbox": [1, 1, 2, 2]}]}, "no COCO JSON.*99"),
        ({"annotations": [{"image_id": 0, "category_id": 3, "bbox": [1, 1]}]}, "no COCO JSON"),
        ({"images": [{"id": i, "file_name": "gone.png"} for i in range(3)]}, "gone.png, which is not in"),
    ],
)
def test_labels_that_do_not_fit_are_one_line(tmp_path, changes, words) -> None:
    with pytest.raises(VideoAssistantError, match=words) as error:
        read_coco(_labelled(tmp_path, **changes))
    assert "\n" not in str(error.value)


def test_a_folder_holds_one_file_of_labels(tmp_path) -> None:
    with pytest.raises(VideoAssistantError, match="there is none"):
        read_coco(tmp_path)
    (tmp_path / "a.json").write_text("no json")
    with pytest.raises(VideoAssistantError, match="no COCO JSON"):
        read_coco(tmp_path)
    (tmp_path / "b.json").write_text("{}")
    with pytest.raises(VideoAssistantError, match=r"a\.json, b\.json"):
        read_coco(tmp_path)


@pytest.mark.parametrize("method", ["table", "probe"])
def test_it_learns_and_leaves_the_model_alone(glip, tmp_path, method) -> None:
    torch.manual_seed(0)
    loaded = GlipGrounder(str(glip)).loaded
    before = {name: tensor.clone() for name, tensor in loaded.model.state_dict().items()}
    names, labelled = read_coco(_labelled(tmp_path / "pictures"))
    tuning = tune(loaded, names, labelled, method=method, epochs=25)
    assert min(tuning.losses) < 0.9 * tuning.losses[0]
    assert all(torch.equal(tensor, before[name]) for name, tensor in loaded.model.state_dict().items())
    assert ("table" in tuning.tuned.tensors) == (method == "table")


def test_what_was_learned_is_used_and_only_for_its_own_names_and_model(glip, tmp_path) -> None:
    loaded = GlipGrounder(str(glip)).loaded
    names, labelled = read_coco(_labelled(tmp_path / "pictures"))
    path = tmp_path / "red.safetensors"
    tune(loaded, names, labelled, epochs=2).tuned.save(path)
    plain, tuned = GlipGrounder(str(glip)), GlipGrounder(str(glip), path)
    picture = np.asarray(Image.open(labelled[0].path))
    detections = tuned.detect(picture, "red car")
    assert {detection.phrase for detection in detections} == {"red car"}
    same_caption = [
        detection for detection in plain.detect(picture, "red car . blue bus") if detection.phrase == "red car"
    ]
    assert detections != same_caption
    with pytest.raises(VideoAssistantError, match="'dog' was not tuned; the file knows: red car, blue bus"):
        tuned.detect(picture, "dog")
    with torch.no_grad():
        loaded.model.head.token.weight += 1
    with pytest.raises(VideoAssistantError, match="another model"):
        Tuned.load(path, loaded.model)


def test_a_table_of_zeros_changes_nothing(glip) -> None:
    grounder = GlipGrounder(str(glip))
    picture = np.random.default_rng(0).integers(0, 255, (64, 128, 3), np.uint8)
    expected = grounder.detect(picture, "red car . blue bus")
    grounder._loaded = grounder.loaded._replace(tuned=Tuned(("red car", "blue bus"), {"table": torch.zeros(9, 16)}, ""))
    assert grounder.detect(picture, "red car . blue bus") == expected


class TestCommand:
    @pytest.fixture(autouse=True)
    def _glip(self, glip, monkeypatch) -> None:
        monkeypatch.setenv("VIDEO_ASSISTANT_GROUNDING", str(glip))

    def test_tune_then_ground(self, tmp_path) -> None:
        folder, out = _labelled(tmp_path / "pictures"), tmp_path / "red.safetensors"
        arguments = ["tune-prompt", str(folder), "--out", str(out), "--epochs", "2", "--json"]
        (row,) = run(tmp_path / "library", *arguments)
        assert (row["names"], row["images"], row["epochs"]) == (["red car", "blue bus"], 3, 2)
        assert out.stat().st_size < 100_000
        ground = ["ground", str(folder / "0.png"), "blue bus", "--tuned", str(out), "--min-score", "0", "--json"]
        assert {row["phrase"] for row in run(tmp_path / "library", *ground)} == {"blue bus"}

    @pytest.mark.parametrize("tuned", ["nowhere.safetensors", "text.safetensors"])
    def test_what_was_never_tuned_is_one_line(self, tmp_path, tuned) -> None:
        (tmp_path / "text.safetensors").write_text("no tensors")
        folder = _labelled(tmp_path / "pictures")
        said = run(
            tmp_path / "library", "ground", str(folder / "0.png"), "car", "--tuned", str(tmp_path / tuned), code=1
        )
        assert "no tuned prompt" in said.stderr
        assert said.stderr.count("\n") == 1

    def test_nothing_is_written_when_it_fails(self, tmp_path) -> None:
        folder = _labelled(tmp_path / "pictures")
        (folder / "1.png").write_bytes(b"broken")
        said = run(tmp_path / "library", "tune-prompt", str(folder), "--out", str(tmp_path / "x"), code=1)
        assert "1.png" in said.stderr
        assert said.stderr.count("\n") == 1
        assert not (tmp_path / "x").exists()

    def test_names_that_do_not_fit_one_caption_are_one_line(self, tmp_path) -> None:
        categories = [{"id": i, "name": f"car {i}"} for i in range(60)]
        folder = _labelled(tmp_path / "pictures", categories=categories)
        said = run(tmp_path / "library", "tune-prompt", str(folder), "--out", str(tmp_path / "x"), code=1)
        assert "tune fewer" in said.stderr
