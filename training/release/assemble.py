"""Puts a trained T5 into a pocket InstructBLIP that was aligned to the same word table.

Vision that was polished through one T5 is read worse by its successor, so the two may be averaged (Wortsman et al.
2022, "Robust fine-tuning of zero-shot models"): with half of each, most of what the new one learnt costs little.

    python -m training.release.assemble --vision runs/instructblip --t5 runs/t5 --share 0.5 --out runs/core
"""

from __future__ import annotations

import argparse
from pathlib import Path

from training.common.models import instructblip_processor


def assemble(vision: Path, t5: Path, out: Path, share: float = 1.0) -> None:
    """Writes the joined checkpoint, whose language model is `share` in [0, 1] the T5 and the rest what was there.

    Raises:
        ValueError: the two were not made for the same word table.
    """
    import torch
    from transformers import InstructBlipForConditionalGeneration, T5ForConditionalGeneration

    model = InstructBlipForConditionalGeneration.from_pretrained(vision, dtype=torch.float32)
    language = T5ForConditionalGeneration.from_pretrained(t5, dtype=torch.float32)
    if not torch.allclose(model.language_model.shared.weight, language.shared.weight, atol=1e-3):
        raise ValueError(f"{vision} and {t5} have different word tables; train both from the same vocabulary")
    before = model.language_model.state_dict()
    model.language_model.load_state_dict(
        {name: torch.lerp(before[name], weight, share) for name, weight in language.state_dict().items()}
    )
    model.save_pretrained(out)
    instructblip_processor().save_pretrained(out)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("vision", "t5", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--share", type=float, default=1.0, help="of the T5 given, in the mean with the one there was")
    assemble(**vars(parser.parse_args()))


if __name__ == "__main__":
    main()
