"""Quality of the pocket models on frames whose seeds no training saw."""

from __future__ import annotations

from typing import Any


def evaluate(part: str, retrieval: str, *, seed: int, size: int) -> dict[str, Any]:
    """Figures of `retrieval` (text to image).

    Args:
        part: what to evaluate.
        retrieval: folder of the CLIP checkpoint.
        seed: of the frames; trainings use seeds below 20,000.
        size: how many frames.
    """
    if part != "retrieval":
        raise ValueError(f"no evaluation {part!r}; there is retrieval")
    from transformers import CLIPModel

    from training.clip import retrieval_figures
    from training.tokenizer import build_tokenizer

    model = CLIPModel.from_pretrained(retrieval, dtype="float32")
    figures = retrieval_figures(model, build_tokenizer("clip"), size=size, seed=seed)
    return {"figures": figures, "settings": {"seed": seed, "size": size}}
