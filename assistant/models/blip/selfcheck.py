"""Checks once on each machine that a quantised core still answers as it does in bfloat16.

The core answers fixed questions about two drawn patterns in both precisions. The answers must agree, and so must the
logits of their first token. The verdict is stored beside the checkpoint, with the versions that it holds for.
"""

from __future__ import annotations

import gc
import json
import logging
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

import numpy as np

from prompts import render

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from assistant.models.blip.core_model import Text
    from assistant.models.blip.precision import Precision

FILE = "selfcheck.json"
# Judged, not measured: the bounds are to catch a kernel that computes nonsense, not to rank two that compute well.
MIN_AGREEMENT = 0.75  # share of answers that are equal word for word
MIN_COSINE = 0.99  # mean over the questions, of the logits
MIN_COSINE_NF4 = 0.95  # lower, since four bits round more
MAX_NEW_TOKENS = 8

log = logging.getLogger(__name__)

LoadedT = TypeVar("LoadedT")


class CheckedCore(Protocol):
    """What the self-check needs of a core; `InstructBlip` has it."""

    def features(self, images: Sequence[NDArray[np.uint8]]) -> NDArray[np.float16]: ...

    def queries(self, features: NDArray[np.float16], instruction: str) -> Any: ...

    def write(self, prompt: str, visual: Any = None, *, max_new_tokens: int = 24) -> list[Text]: ...

    def first_logits(self, prompt: str, visual: Any) -> NDArray[np.float32]: ...


class CoreAnswers(NamedTuple):
    """A core's answers to the fixed questions about each pattern."""

    answers: list[str]
    logits: NDArray[np.float32]  # (answers, vocabulary), of the first token


class Comparison(NamedTuple):
    """How close a quantised core is to bfloat16."""

    agreement: float  # share of equal answers, in [0, 1]
    cosine: float  # mean over the answers, of the logits
    good: bool  # whether both reach their bounds


def load_checked(
    folder: Path,
    precision: Precision,
    read: Callable[[Precision], LoadedT],
    build_core: Callable[[LoadedT], CheckedCore],
    *,
    can_compare: bool,
) -> LoadedT:
    """Loads a checkpoint in `precision`, or in bfloat16 if the answers in the two precisions differ too much.

    Args:
        folder: of the checkpoint.
        precision: int8 or nf4.
        read: loads the checkpoint in a precision.
        build_core: makes of what was loaded a core that answers questions.
        can_compare: whether bfloat16 fits into the memory of this machine.
    """
    stored = _stored_comparison(folder, precision)
    if stored is not None:
        return read(precision if stored.good else "bfloat16")
    if not can_compare:
        log.warning("core: %s is not compared with bfloat16, which does not fit here", precision)
        return read(precision)
    reference = answer_questions(build_core(read("bfloat16")))
    gc.collect()  # the two may not fit into memory together
    loaded = read(precision)
    comparison = compare(answer_questions(build_core(loaded)), reference, precision)
    _store_comparison(folder, precision, comparison)
    if comparison.good:
        return loaded
    del loaded
    gc.collect()
    log.warning(
        "core: %s gives %.0f %% of the answers of bfloat16 (logit cosine %.3f); bfloat16 is used",
        precision,
        comparison.agreement * 100,
        comparison.cosine,
    )
    return read("bfloat16")


def answer_questions(core: CheckedCore) -> CoreAnswers:
    """Asks a core the fixed questions about each pattern."""
    features = core.features(_draw_patterns())
    answers, logits = [], []
    for question in render("selfcheck/questions").splitlines():
        prompt = render("selfcheck/answer", question=question)
        visual = core.queries(features, question)
        answers += [text.text for text in core.write(prompt, visual, max_new_tokens=MAX_NEW_TOKENS)]
        logits.append(core.first_logits(prompt, visual))
    return CoreAnswers(answers, np.concatenate(logits))


def compare(quantised: CoreAnswers, reference: CoreAnswers, precision: Precision) -> Comparison:
    """Compares the answers of a quantised core with those in bfloat16."""
    equal = [a == b for a, b in zip(quantised.answers, reference.answers, strict=True)]
    dots = (quantised.logits * reference.logits).sum(-1)
    norms = np.linalg.norm(quantised.logits, axis=-1) * np.linalg.norm(reference.logits, axis=-1)
    agreement, cosine = float(np.mean(equal)), float(np.mean(dots / norms))
    min_cosine = MIN_COSINE_NF4 if precision == "nf4" else MIN_COSINE
    return Comparison(agreement, cosine, bool(agreement >= MIN_AGREEMENT and cosine >= min_cosine))


def _draw_patterns() -> list[NDArray[np.uint8]]:
    """Two pictures, HWC uint8 RGB, that are the same on every machine."""
    rows, columns = np.mgrid[0:224, 0:224]
    rings = np.hypot(rows - 112, columns - 112)
    gradient = np.stack([rows, columns, 255 - rows], -1)
    disc = np.stack([np.where(rings < 60, 220, 40), np.where(columns < 112, 180, 60), rings], -1)
    return [np.clip(pattern, 0, 255).astype(np.uint8) for pattern in (gradient, disc)]


def _comparison_key(precision: Precision) -> str:
    """What a stored comparison holds for: the precision, the device and the versions of the libraries."""
    import torch
    import transformers

    device = torch.cuda.get_device_name(0) if torch.cuda.is_available() else "cpu"
    return f"{precision} {device} torch {torch.__version__} transformers {transformers.__version__}"


def _read_file(folder: Path) -> dict[str, Any]:
    try:
        content = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _stored_comparison(folder: Path, precision: Precision) -> Comparison | None:
    entry = _read_file(folder).get(_comparison_key(precision))
    return None if entry is None else Comparison(entry["agreement"], entry["cosine"], entry["good"])


def _store_comparison(folder: Path, precision: Precision, comparison: Comparison) -> None:
    try:
        text = json.dumps({**_read_file(folder), _comparison_key(precision): comparison._asdict()}, indent=1)
        (folder / FILE).write_text(text, encoding="utf-8")
    except OSError as error:  # in a read-only folder the check is repeated at the next start
        log.warning("core: %s cannot be written (%s); the check is repeated next time", folder / FILE, error.strerror)
