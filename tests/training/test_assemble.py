"""A T5 that goes into an InstructBLIP, whole or in part."""

from pathlib import Path

import pytest
import torch
from transformers import InstructBlipForConditionalGeneration

from training.common.models import new_instructblip, new_t5
from training.release.assemble import assemble

pytestmark = pytest.mark.slow


def test_the_language_model_is_a_mean_of_both_and_the_rest_stays(tmp_path: Path) -> None:
    there, given = new_instructblip(new_t5()), new_t5()
    with torch.no_grad():
        for name, weight in given.named_parameters():
            if name != "shared.weight":
                weight.add_(1.0)
    there.save_pretrained(tmp_path / "vision")
    given.save_pretrained(tmp_path / "t5")
    assemble(tmp_path / "vision", tmp_path / "t5", tmp_path / "out", share=0.25)
    joined = InstructBlipForConditionalGeneration.from_pretrained(tmp_path / "out", dtype=torch.float32)
    for name, weight in joined.state_dict().items():
        before = there.state_dict()[name]
        trained = name.startswith("language_model.") and not torch.equal(
            given.state_dict()[name.removeprefix("language_model.")], before
        )
        torch.testing.assert_close(weight, before + (0.25 if trained else 0.0), atol=1e-5, rtol=0)


def test_another_word_table_is_refused(tmp_path: Path) -> None:
    new_instructblip(new_t5()).save_pretrained(tmp_path / "vision")
    other = new_t5()
    with torch.no_grad():
        other.shared.weight.add_(1.0)
    other.save_pretrained(tmp_path / "t5")
    with pytest.raises(ValueError, match="different word tables"):
        assemble(tmp_path / "vision", tmp_path / "t5", tmp_path / "out")
