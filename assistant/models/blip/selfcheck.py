"""Whether a quantised core still says what it says in bfloat16, asked once on each machine.

Eight fixed questions about two drawn patterns: the answers must agree, and so must the logits of their first token.
What was found is kept beside the checkpoint, under the versions that it holds for.
"""

from __future__ import annotations

import gc
import json
import logging
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from assistant.models.blip.checkpoint import Loaded, Precision

FILE = "selfcheck.json"
# Judged, not measured: they are to catch a kernel that computes nonsense, not to rank two that compute well.
LEAST_AGREEMENT = 0.75  # of the answers, word for word
LEAST_COSINE = 0.99  # of the logits
LEAST_COSINE_NF4 = 0.95  # four bits round more
QUESTIONS = ("what is in the picture?", "is there a person?", "what colour is it?", "how many things are there?")
MAX_NEW_TOKENS = 8

log = logging.getLogger(__name__)


class CoreAnswers(NamedTuple):
    """What a core says to the fixed questions."""

    answers: list[str]
    logits: NDArray[np.float32]  # (questions, vocabulary), of the first token


class Comparison(NamedTuple):
    """How near a quantised core is to bfloat16."""

    agreement: float  # share of equal answers
    cosine: float  # mean, of the logits
    good: bool


def checked(folder: Path, precision: Precision, read: Callable[[Precision], Loaded], *, compares: bool) -> Loaded:
    """The checkpoint in `precision`, or in bfloat16 where the two do not say the same.

    Args:
        folder: of the checkpoint.
        precision: int8 or nf4.
        read: loads the checkpoint in a precision.
        compares: whether bfloat16 fits on this machine.
    """
    known = _known(folder, precision)
    if known is not None:
        return read(precision if known.good else "bfloat16")
    if not compares:
        log.warning("core: %s is not compared with bfloat16, which does not fit here", precision)
        return read(precision)
    reference = says(read("bfloat16"))
    gc.collect()  # both together may not fit
    loaded = read(precision)
    verdict = compare(says(loaded), reference, precision)
    _remember(folder, precision, verdict)
    if verdict.good:
        return loaded
    del loaded
    gc.collect()
    log.warning(
        "core: %s gives %.0f %% of the answers of bfloat16 (logit cosine %.3f); bfloat16 is used",
        precision,
        verdict.agreement * 100,
        verdict.cosine,
    )
    return read("bfloat16")


def says(loaded: Loaded) -> CoreAnswers:
    """Answers and logits to the fixed questions."""
    import torch

    from assistant.models.blip.instructblip import InstructBlip

    blip = InstructBlip.of(loaded)
    features = blip.features(_patterns())
    answers, logits = [], []
    for question in QUESTIONS:
        prompt = f"Question: {question} Short answer:"
        visual = blip.queries(features, question)
        answers += [one.text for one in blip.write(prompt, visual, max_new_tokens=MAX_NEW_TOKENS)]
        with torch.inference_mode():
            logits.append(loaded.language.first(loaded.language.prompt(prompt, visual)).cpu().numpy())
    return CoreAnswers(answers, np.concatenate(logits))


def compare(quantised: CoreAnswers, reference: CoreAnswers, precision: Precision) -> Comparison:
    """How near the one comes to the other."""
    equal = [a == b for a, b in zip(quantised.answers, reference.answers, strict=True)]
    dots = (quantised.logits * reference.logits).sum(-1)
    norms = np.linalg.norm(quantised.logits, axis=-1) * np.linalg.norm(reference.logits, axis=-1)
    agreement, cosine = float(np.mean(equal)), float(np.mean(dots / norms))
    least = LEAST_COSINE_NF4 if precision == "nf4" else LEAST_COSINE
    return Comparison(agreement, cosine, bool(agreement >= LEAST_AGREEMENT and cosine >= least))


def _patterns() -> list[NDArray[np.uint8]]:
    """Two drawn pictures, the same everywhere; HWC RGB."""
    rows, columns = np.mgrid[0:224, 0:224]
    rings = np.hypot(rows - 112, columns - 112)
    first = np.stack([rows, columns, 255 - rows], -1)
    second = np.stack([np.where(rings < 60, 220, 40), np.where(columns < 112, 180, 60), rings], -1)
    return [np.clip(one, 0, 255).astype(np.uint8) for one in (first, second)]


def _key(precision: Precision) -> str:
    """What a verdict holds for."""
    import torch
    import transformers

    device = torch.cuda.get_device_name(0) if torch.cuda.is_available() else "cpu"
    return f"{precision} {device} torch {torch.__version__} transformers {transformers.__version__}"


def _read(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _known(folder: Path, precision: Precision) -> Comparison | None:
    found = _read(folder).get(_key(precision))
    return None if found is None else Comparison(found["agreement"], found["cosine"], found["good"])


def _remember(folder: Path, precision: Precision, verdict: Comparison) -> None:
    try:
        text = json.dumps({**_read(folder), _key(precision): verdict._asdict()}, indent=1)
        (folder / FILE).write_text(text, encoding="utf-8")
    except OSError as error:  # a folder that cannot be written: asked again next time
        log.warning("core: %s cannot be written (%s); the check is repeated next time", folder / FILE, error.strerror)
