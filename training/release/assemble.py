"""Puts a trained T5 into a pocket InstructBLIP that was aligned to the same word table.

A new T5 reads the queries worse than the T5 through which they were trained, so the two may be averaged (Wortsman et
al. 2022, "Robust fine-tuning of zero-shot models"): half of each has most of what the new one learnt at little cost.

    python -m training.release.assemble --vision runs/instructblip --t5 runs/t5 --share 0.5 --out runs/core
"""

from __future__ import annotations

import argparse
from pathlib import Path

from training.common.models import instructblip_processor


def assemble(vision: Path, t5: Path, out: Path, share: float = 1.0) -> None:
    """Writes an InstructBLIP whose language model is a mean of the given T5 and of the T5 that it had.

    Args:
        vision: folder of the InstructBLIP.
        t5: folder of the T5.
        out: folder of the result.
        share: weight of the given T5 in the mean, in [0, 1].

    Raises:
        ValueError: the two have different word tables.
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
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("vision", "t5", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument(
        "--share", type=float, default=1.0, help="weight of the given T5 in the mean with the former one"
    )
    assemble(**vars(parser.parse_args()))


if __name__ == "__main__":
    main()
