"""Exported checkpoints: half the size, the same weights, and a shared vision tower that is stored once."""

from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import Blip2ForImageTextRetrieval, InstructBlipForConditionalGeneration

from assistant.models.base import checkpoint_identity, vision_identity, weight_files
from training.common.models import instructblip_processor, matching_processor, new_instructblip, new_matching, new_t5
from training.release.export import EVENT_TIMER, REST, export

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    blip = new_instructblip(new_t5())
    blip.save_pretrained(folder / "instructblip")
    instructblip_processor().save_pretrained(folder / "instructblip")
    matching = new_matching(blip)
    matching.save_pretrained(folder / "matching")
    matching_processor().save_pretrained(folder / "matching")
    with torch.no_grad():
        matching.vision_model.post_layernorm.bias.add_(1)
    matching.save_pretrained(folder / "other")
    (folder / "instructblip" / "resume.pt").write_bytes(b"of the training alone")
    return folder


@pytest.fixture(scope="module")
def package(runs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("package")
    export(runs / "instructblip", folder / "instructblip")
    export(runs / "matching", folder / "matching", folder / "instructblip")
    return folder


def same_weights(model: Any, other: Any) -> bool:
    weights, others = model.state_dict(), other.state_dict()
    return weights.keys() == others.keys() and all(torch.equal(weights[k].half(), others[k].half()) for k in weights)


def test_the_copy_is_the_training_in_half_precision(runs: Path, package: Path) -> None:
    kind = InstructBlipForConditionalGeneration
    assert same_weights(kind.from_pretrained(runs / "instructblip"), kind.from_pretrained(package / "instructblip"))
    assert not (package / "instructblip" / "resume.pt").exists()
    assert all(path.stat().st_size < 15e6 for path in weight_files(package / "instructblip"))


def test_the_event_timer_in_the_folder_stays(runs: Path, tmp_path: Path) -> None:
    (tmp_path / EVENT_TIMER).write_bytes(b"times")
    (tmp_path / "old.safetensors").write_bytes(b"of an earlier export")
    export(runs / "instructblip", tmp_path)
    assert (tmp_path / EVENT_TIMER).read_bytes() == b"times"
    assert not (tmp_path / "old.safetensors").exists()


def test_a_vision_tower_that_two_models_share_is_stored_once(runs: Path, package: Path) -> None:
    kind = Blip2ForImageTextRetrieval
    assert same_weights(kind.from_pretrained(runs / "matching"), kind.from_pretrained(package / "matching"))
    whole = (runs / "matching" / "model.safetensors").stat().st_size / 2
    assert (package / "matching" / "matching.safetensors").stat().st_size < 0.6 * whole
    assert vision_identity(str(package / "matching")) == vision_identity(str(package / "instructblip"))


def test_the_name_of_stored_features_changes_with_the_shared_tower(package: Path) -> None:
    before = checkpoint_identity(str(package / "matching"))
    shard = next(path for path in weight_files(package / "matching") if path.name != "matching.safetensors")
    contents = shard.read_bytes()
    try:
        shard.write_bytes(contents + b" ")
        assert checkpoint_identity(str(package / "matching")) != before
    finally:
        shard.write_bytes(contents)


def test_another_vision_tower_is_refused(runs: Path, package: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="differs from that of the training"):
        export(runs / "other", tmp_path / "other", package / "instructblip")


def test_a_part_that_did_not_change_is_the_same_file(runs: Path, package: Path, tmp_path: Path) -> None:
    blip = InstructBlipForConditionalGeneration.from_pretrained(runs / "instructblip", dtype=torch.float32)
    with torch.no_grad():
        blip.language_projection.bias.add_(1)
    blip.save_pretrained(tmp_path / "run")
    instructblip_processor().save_pretrained(tmp_path / "run")
    export(tmp_path / "run", tmp_path / "out")
    before = {path.name: path.read_bytes() for path in (package / "instructblip").glob("*.safetensors")}
    after = {path.name: path.read_bytes() for path in (tmp_path / "out").glob("*.safetensors")}
    assert before.keys() == after.keys()
    assert {name for name in before if before[name] != after[name]} == {REST}
