"""Turns the log-likelihoods of options into a choice that says how sure it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from prompts import render
from tools.ports import Choice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from assistant.models.blip.core_model import CoreModel

CONTENT_FREE = ("N/A", "")
"""Questions that ask for nothing: what a model answers to them is its bias."""


def choose_by_scores(names: Sequence[str], scores: NDArray[np.float64]) -> Choice:
    """Returns the option of the highest score; probabilities are a softmax over the scores `(options,)`, in nats."""
    weights = np.exp(scores - scores.max())
    shares = weights / weights.sum()
    order = np.argsort(-shares)
    best, second = float(shares[order[0]]), float(shares[order[1]]) if len(names) > 1 else 0.0
    return Choice(names[int(order[0])], best, best - second)


class CalibratedScores:
    """Scores texts as answers to a question, each against how likely the model writes it anyway.

    The score of a text is its mean log-likelihood per token less the same after a content-free question, times the
    mean length of the texts, so that it is in nats per text. Long and rare texts are then at no disadvantage. (Zhao et
    al. 2021, "Calibrate Before Use"; Holtzman et al. 2021, "Surface Form Competition".)

    Args:
        blip: the model.
        prompt: name of the template; it takes `question` and `options`.
    """

    def __init__(self, blip: CoreModel, prompt: str) -> None:
        self._blip, self._prompt = blip, prompt
        self._baselines: dict[tuple[str, ...], NDArray[np.float64]] = {}

    def __call__(self, question: str, texts: Sequence[str]) -> NDArray[np.float64]:
        """Returns the scores `(texts,)`; the baseline of a set of texts is computed once."""
        lengths = np.array([max(1, self._blip.count_tokens(text)) for text in texts], np.float64)
        key = tuple(texts)
        if key not in self._baselines:
            self._baselines[key] = np.mean([self._per_token(free, texts, lengths) for free in CONTENT_FREE], axis=0)
        above_baseline = self._per_token(question, texts, lengths) - self._baselines[key]
        return np.asarray(above_baseline * lengths.mean(), np.float64)

    def _per_token(self, question: str, texts: Sequence[str], lengths: NDArray[np.float64]) -> NDArray[np.float64]:
        prompt = render(self._prompt, question=question, options=list(texts))
        return np.asarray(self._blip.score(prompt, texts)[0] / lengths, np.float64)
