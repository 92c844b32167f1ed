"""Runs an evaluation of a profile and formats its figures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from training.evaluation.answers import answers
from training.evaluation.language import language
from training.evaluation.limits import limits
from training.evaluation.protocol import Core, Embedder, Figures, Split, digest
from training.evaluation.retrieval import retrieval
from training.evaluation.unknown_things import unknown_things

PARTS = ("retrieval", "answers", "language", "limits", "pocket")
KINDS_SHARE = 10  # the gallery is this many times as large as the number of questions of a kind


def evaluate(
    part: str,
    embedder: Embedder,
    core: Core,
    *,
    seed: int,
    size: int,
    media: Path | None = None,
    min_confidence: float = 0.0,
) -> dict[str, Any]:
    """Measures a profile on the rendered world.

    Args:
        part: `retrieval` (text to image), `answers` (questions about pictures), `language` (tool choice, slots,
            follow-ups, translation), `limits` (what is answered of real media), `pocket` (all of these).
        embedder: the profile's retrieval model.
        core: the profile's InstructBLIP.
        seed: seed of the samples.
        size: number of frames in the gallery and of questions for `limits`; each kind of question has a tenth of it.
        media: folder of real videos and pictures, for `limits`.
        min_confidence: least confidence with which the product gives an answer.

    Raises:
        ValueError: there is no such part.
    """
    if part not in PARTS:
        raise ValueError(f"no evaluation {part!r}; there are {', '.join(PARTS)}")
    gallery, kinds = Split(seed, size), Split(seed, max(10, size // KINDS_SHARE))
    figures: Figures = {}
    if part in ("retrieval", "pocket"):
        figures |= retrieval(embedder, gallery)
    if part in ("answers", "pocket"):
        figures |= answers(core, kinds)
    if part in ("language", "pocket"):
        figures |= language(core, kinds)
    if part in ("limits", "pocket"):
        figures |= limits(core, gallery, media=media, min_confidence=min_confidence) | unknown_things(core, gallery)
    settings = {"part": part, "seed": seed, "size": size, "media": str(media) if media else None, "yardstick": digest()}
    return {"figures": figures, "settings": settings}


def table(result: dict[str, Any]) -> str:
    """Returns the figures as a Markdown table, with their intervals."""
    figures: Figures = result["figures"]
    lines = ["| figure | value | 95 % interval |", "|---|---|---|"]
    for name, value in figures.items():
        if name.endswith((".low", ".high")):
            continue
        low, high = figures.get(f"{name}.low"), figures.get(f"{name}.high")
        between = f"{low:.3f} to {high:.3f}" if low is not None and high is not None else ""
        lines.append(f"| `{name}` | {value:.3f} | {between} |")
    settings = ", ".join(f"{key} {value}" for key, value in result["settings"].items() if value is not None)
    return "\n".join([*lines, "", f"Measured with: {settings}."])
