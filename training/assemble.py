"""Puts a trained T5 into a pocket InstructBLIP that was aligned to the same word table.

python -m training.assemble --vision runs/instructblip --t5 runs/t5 --out runs/core
"""

from __future__ import annotations

import argparse
from pathlib import Path

from training.models import instructblip_processor


def assemble(vision: Path, t5: Path, out: Path) -> None:
    """Writes the joined checkpoint.

    Raises:
        ValueError: the two were not made for the same word table.
    """
    import torch
    from transformers import InstructBlipForConditionalGeneration, T5ForConditionalGeneration

    model = InstructBlipForConditionalGeneration.from_pretrained(vision, dtype=torch.float32)
    language = T5ForConditionalGeneration.from_pretrained(t5, dtype=torch.float32)
    if not torch.allclose(model.language_model.shared.weight, language.shared.weight, atol=1e-3):
        raise ValueError(f"{vision} and {t5} have different word tables; train both from the same vocabulary")
    model.language_model.load_state_dict(language.state_dict())
    model.save_pretrained(out)
    instructblip_processor().save_pretrained(out)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("vision", "t5", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    assemble(**vars(parser.parse_args()))


if __name__ == "__main__":
    main()
