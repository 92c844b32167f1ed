"""Precisions of the core: what runs where, what is refused, and what a quantised core is held to."""

import logging
import shutil
from pathlib import Path

import pytest
import torch

from assistant.models.blip import checkpoint
from assistant.models.blip.checkpoint import Loaded, load, runs
from assistant.models.blip.instructblip import InstructBlip
from assistant.models.blip.selfcheck import FILE, checked, compare, says
from tools.errors import ModelNotFoundError, VideoAssistantError

LAYOUTS = Path(__file__).parent / "layouts"
CORES = ["instructblip-t5-4-46", "instructblip-vicuna-4-46", "blip2-opt-4-46", "blip2-t5-4-33"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(LAYOUTS / "instructblip-t5-4-46", tmp_path / "core"))


def _on_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint, "default_device", lambda: torch.device("cpu"))
    monkeypatch.setattr(checkpoint, "find_spec", lambda name: None)


@pytest.mark.parametrize("precision", ["int8", "nf4"])
def test_without_a_gpu_eight_bits_become_bfloat16_with_one_line(precision, folder, monkeypatch, caplog) -> None:
    _on_cpu(monkeypatch)
    with caplog.at_level(logging.WARNING):
        loaded = load(str(folder), precision)
    (line,) = [r.getMessage() for r in caplog.records if r.name.startswith("assistant")]
    assert "no CUDA device" in line
    assert loaded.precision == "bfloat16"
    assert loaded.model.dtype == torch.bfloat16
    assert InstructBlip.of(loaded).write("Question: what?")[0].confidence > 0


def test_what_does_not_fit_is_refused_before_it_is_read(folder, monkeypatch) -> None:
    monkeypatch.setattr(checkpoint, "free_bytes", lambda device: 100_000)
    monkeypatch.setattr(checkpoint, "_model", lambda *_: pytest.fail("it was read"))
    with pytest.raises(VideoAssistantError, match=r"needs 0\.0 GB.*or run with --profile pocket") as caught:
        load(str(folder), "float32")
    assert "VIDEO_ASSISTANT_PRECISION" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["blip2-itm-4-46", "nowhere"])
def test_what_is_no_core_is_one_line(name: str) -> None:
    with pytest.raises(VideoAssistantError, match="core:") as caught:
        load(str(LAYOUTS / name))
    assert "\n" not in str(caught.value)


def test_another_family_is_named() -> None:
    from assistant.settings import PROFILES

    with pytest.raises(VideoAssistantError, match="holds a clip model"):
        load(PROFILES["pocket"].retrieval)


def test_half_a_checkpoint_is_one_line(folder) -> None:
    shard = folder / "model-00002-of-00003.safetensors"
    shard.write_bytes(shard.read_bytes()[:-500])
    with pytest.raises(ModelNotFoundError, match="models pull core"):
        load(str(folder))
    shard.unlink()
    with pytest.raises(ModelNotFoundError, match="models pull core"):
        load(str(folder))


def test_a_checkpoint_that_lacks_tensors_is_refused(folder) -> None:
    (folder / "model.safetensors.index.json").unlink()
    (folder / "model-00001-of-00003.safetensors").rename(folder / "model.safetensors")
    with pytest.raises(ModelNotFoundError, match="lack"):
        load(str(folder))


def _reader(folder: Path, spoil: float, seen: list[str]):
    def read(precision) -> Loaded:
        seen.append(precision)
        loaded = load(str(folder), "bfloat16")
        if precision != "bfloat16":
            with torch.no_grad():
                for tensor in loaded.language.model.parameters():
                    tensor += spoil * torch.randn_like(tensor)
        return loaded

    return read


def test_a_quantised_core_that_says_the_same_is_kept_and_checked_once(folder) -> None:
    seen: list[str] = []
    checked(folder, "int8", _reader(folder, 0.0, seen), compares=True)
    assert seen == ["bfloat16", "int8"]
    assert (folder / FILE).is_file()
    checked(folder, "int8", _reader(folder, 0.0, seen), compares=True)
    assert seen[2:] == ["int8"]


def test_a_quantised_core_that_says_something_else_gives_way(folder, caplog) -> None:
    seen: list[str] = []
    with caplog.at_level(logging.WARNING):
        checked(folder, "int8", _reader(folder, 3.0, seen), compares=True)
    assert seen == ["bfloat16", "int8", "bfloat16"]
    assert "bfloat16 is used" in caplog.text
    checked(folder, "int8", _reader(folder, 3.0, seen), compares=True)
    assert seen[3:] == ["bfloat16"]


def test_where_bfloat16_does_not_fit_nothing_is_compared(folder, caplog) -> None:
    seen: list[str] = []
    with caplog.at_level(logging.WARNING):
        checked(folder, "nf4", _reader(folder, 0.0, seen), compares=False)
    assert seen == ["nf4"]
    assert "not compared" in caplog.text
    assert not (folder / FILE).exists()


@pytest.mark.parametrize("name", CORES)
def test_bitsandbytes_quantises_the_language_model_alone(name: str) -> None:
    """On the CPU, where it is slow but counts the same."""
    from transformers import AutoConfig

    folder = LAYOUTS / name
    kind = AutoConfig.from_pretrained(folder).model_type
    cls = checkpoint._classes(kind)[0]
    model = cls.from_pretrained(
        folder,
        dtype=torch.bfloat16,
        quantization_config=checkpoint._quantisation("int8"),
        device_map="cpu",
    )
    kinds = {n: type(m).__name__ for n, m in model.named_modules() if "Linear" in type(m).__name__}
    quantised = {n for n, k in kinds.items() if k == "Linear8bitLt"}
    assert quantised
    assert all(n.startswith("language_model.") for n in quantised)
    assert not any(n.endswith(("lm_head", ".wo")) for n in quantised)
    loaded = checkpoint._whole(folder, kind, model.eval(), "int8")
    verdict = compare(says(loaded), says(load(str(folder), "bfloat16")), "int8")
    assert verdict.cosine > 0.99


@pytest.mark.gpu
@pytest.mark.parametrize("precision", ["int8", "nf4"])
def test_a_gpu_runs_the_quantised_core(precision, folder) -> None:
    assert runs(precision, "cuda")
    assert InstructBlip(str(folder), precision).write("Question: what?")[0].confidence > 0
