"""Precisions of the core: what runs where, what is refused, and what a quantised core is held to."""

import logging
import shutil
from pathlib import Path

import pytest
import torch

from assistant.models.blip import checkpoint
from assistant.models.blip.checkpoint import LoadedCore
from assistant.models.blip.instructblip import InstructBlip
from assistant.models.blip.precision import Precision, bitsandbytes_config, can_run
from assistant.models.blip.selfcheck import FILE, CoreAnswers, answer_questions, compare, load_checked
from tools.errors import ModelNotFoundError, VideoAssistantError

pytestmark = pytest.mark.slow

LAYOUTS = Path(__file__).parent / "layouts"
CORES = ["instructblip-t5-4-46", "instructblip-vicuna-4-46", "blip2-opt-4-46", "blip2-t5-4-33"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(LAYOUTS / "instructblip-t5-4-46", tmp_path / "core"))


def load(folder: Path, precision: Precision = "float32") -> LoadedCore:
    return checkpoint.load(folder, precision, InstructBlip.from_loaded)


def _on_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint, "default_device", lambda: torch.device("cpu"))
    monkeypatch.setattr("assistant.models.blip.precision.find_spec", lambda name: None)


@pytest.mark.parametrize("precision", ["int8", "nf4"])
def test_without_a_gpu_eight_bits_become_bfloat16_with_one_line(precision, folder, monkeypatch, caplog) -> None:
    _on_cpu(monkeypatch)
    with caplog.at_level(logging.WARNING):
        loaded = load(folder, precision)
    (line,) = [r.getMessage() for r in caplog.records if r.name.startswith("assistant")]
    assert "no CUDA device" in line
    assert loaded.precision == "bfloat16"
    assert loaded.model.dtype == torch.bfloat16
    assert InstructBlip.from_loaded(loaded).write("Question: what?")[0].confidence > 0


def test_what_does_not_fit_is_refused_before_it_is_read(folder, monkeypatch) -> None:
    monkeypatch.setattr("assistant.models.blip.precision.free_bytes", lambda device_type: 100_000)
    monkeypatch.setattr(checkpoint, "read_model", lambda *_: pytest.fail("it was read"))
    with pytest.raises(VideoAssistantError, match=r"needs 0\.0 GB.*or run with --profile pocket") as caught:
        load(folder, "float32")
    assert "VIDEO_ASSISTANT_PRECISION" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["blip2-itm-4-46", "nowhere"])
def test_what_is_no_core_is_one_line(name: str) -> None:
    with pytest.raises(VideoAssistantError, match="core:") as caught:
        load(LAYOUTS / name)
    assert "\n" not in str(caught.value)


def test_another_family_is_named() -> None:
    from assistant.settings import PROFILES

    with pytest.raises(VideoAssistantError, match="holds a clip model"):
        load(Path(PROFILES["pocket"].retrieval))


def test_half_a_checkpoint_is_one_line(folder) -> None:
    shard = folder / "model-00002-of-00003.safetensors"
    shard.write_bytes(shard.read_bytes()[:-500])
    with pytest.raises(ModelNotFoundError, match="models pull core"):
        load(folder)
    shard.unlink()
    with pytest.raises(ModelNotFoundError, match="models pull core"):
        load(folder)


def test_a_checkpoint_that_lacks_tensors_is_refused(folder) -> None:
    (folder / "model.safetensors.index.json").unlink()
    (folder / "model-00001-of-00003.safetensors").rename(folder / "model.safetensors")
    with pytest.raises(ModelNotFoundError, match="lack"):
        load(folder)


def _reader(folder: Path, noise: float, precisions_read: list[str]):
    """A reader whose quantised core has `noise` added to every weight."""

    def read(precision: Precision) -> LoadedCore:
        precisions_read.append(precision)
        loaded = load(folder, "bfloat16")
        if precision != "bfloat16":
            with torch.no_grad():
                for tensor in loaded.language.model.parameters():
                    tensor += noise * torch.randn_like(tensor)
        return loaded

    return read


def _load_checked(folder: Path, precision: Precision, noise: float, *, can_compare: bool = True) -> list[str]:
    """The precisions that were read, in their order."""
    precisions_read: list[str] = []
    load_checked(
        folder,
        precision,
        _reader(folder, noise, precisions_read),
        InstructBlip.from_loaded,
        can_compare=can_compare,
    )
    return precisions_read


def test_a_quantised_core_that_answers_alike_is_used_and_compared_once(folder) -> None:
    assert _load_checked(folder, "int8", 0.0) == ["bfloat16", "int8"]
    assert (folder / FILE).is_file()
    assert _load_checked(folder, "int8", 0.0) == ["int8"]


def test_a_quantised_core_that_answers_differently_gives_way_to_bfloat16(folder, caplog) -> None:
    with caplog.at_level(logging.WARNING):
        assert _load_checked(folder, "int8", 3.0) == ["bfloat16", "int8", "bfloat16"]
    assert "bfloat16 is used" in caplog.text
    assert _load_checked(folder, "int8", 3.0) == ["bfloat16"]


def test_where_bfloat16_does_not_fit_nothing_is_compared(folder, caplog) -> None:
    with caplog.at_level(logging.WARNING):
        assert _load_checked(folder, "nf4", 0.0, can_compare=False) == ["nf4"]
    assert "not compared" in caplog.text
    assert not (folder / FILE).exists()


@pytest.mark.parametrize("name", CORES)
def test_bitsandbytes_quantises_the_language_model_alone(name: str) -> None:
    """On the CPU, where it is slow but counts the same."""
    from transformers import AutoConfig

    folder = LAYOUTS / name
    family = AutoConfig.from_pretrained(folder).model_type
    model_class = checkpoint.family_classes(family)[0]
    model = model_class.from_pretrained(
        folder,
        dtype=torch.bfloat16,
        quantization_config=bitsandbytes_config("int8"),
        device_map="cpu",
    )
    quantised = {name for name, module in model.named_modules() if type(module).__name__ == "Linear8bitLt"}
    assert quantised
    assert all(n.startswith("language_model.") for n in quantised)
    assert not any(n.endswith(("lm_head", ".wo")) for n in quantised)
    loaded = checkpoint.add_processor(folder, family, model.eval(), "int8")
    assert compare(_answers(loaded), _answers(load(folder, "bfloat16")), "int8").cosine > 0.99


def _answers(loaded: LoadedCore) -> CoreAnswers:
    return answer_questions(InstructBlip.from_loaded(loaded))


@pytest.mark.gpu
@pytest.mark.parametrize("precision", ["int8", "nf4"])
def test_a_gpu_runs_the_quantised_core(precision, folder) -> None:
    assert can_run(precision, "cuda")
    assert InstructBlip(str(folder), precision).write("Question: what?")[0].confidence > 0
