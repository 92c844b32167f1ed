"""What the program asks of the core's model, wherever it runs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from tools.events.timing import Timing


@dataclass(frozen=True, slots=True)
class Text:
    """What was written, and how surely."""

    text: str
    confidence: float  # geometric mean probability of its tokens, in [0, 1]


class CoreModel(ABC):
    """Picture features once, questions many times. Safe to share between threads."""

    @abstractmethod
    def clean(self, text: str) -> str:
        """`text` without the strings that the tokenizers read as special tokens, such as `<image>`."""

    @abstractmethod
    def features(self, images: Sequence[NDArray[np.uint8]]) -> NDArray[np.float16]:
        """ViT states `(n, tokens, width)` of HWC RGB pictures; no question plays a part, so they can be stored."""

    @abstractmethod
    def in_domain(self, features: NDArray[np.float16]) -> list[bool]:
        """Whether each picture is of the kind that the checkpoint was trained on; without a measure of it, all are."""

    @abstractmethod
    def queries(self, features: NDArray[np.float16], instruction: str) -> Any:
        """What `score` and `write` take as `visual`: stored features, looked at with an instruction in mind."""

    @abstractmethod
    def window_queries(self, features: NDArray[np.float16], instruction: str, windows: Sequence[Sequence[int]]) -> Any:
        """As `queries`, but each window is read as one picture: the frames at these places of `features`, in time
        order. All windows have the same number of frames, one or more.

        There is no temporal embedding, as in InstructBLIP's own use on video (Dai et al. 2023): each frame is announced
        by its number, and order is place.
        """

    @abstractmethod
    def score(self, prompt: str, candidates: Sequence[str], visual: Any = None) -> NDArray[np.float64]:
        """Log-likelihood `(rows, candidates)` of each whole candidate, the end of the text included; one reading pass.

        There is a row for each picture of `visual`; without it there is one.
        """

    @property
    def has_event_timer(self) -> bool:
        """Whether `times` tells any: a model of time lies beside the checkpoint, on this machine."""
        return False

    def event_probability(self, _words: str) -> float | None:
        """How surely words name an event, in [0, 1]; None without a model of time."""
        return None

    def locate_events(
        self, _events: Sequence[str], _features: NDArray[np.float16], _seconds: NDArray[np.float64]
    ) -> list[Timing] | None:
        """When each event goes on, by stored features of frames at increasing seconds; None without a model of time."""
        return None

    @abstractmethod
    def write(self, prompt: str, visual: Any = None, *, max_new_tokens: int = 24) -> list[Text]:
        """Greedy text, one for each picture of `visual`, one without it."""

    def write_alternatives(self, prompt: str, *, count: int, max_new_tokens: int) -> list[str]:
        """Texts that the core might write, likeliest first; from a core on another machine its greedy one alone."""
        return [one.text for one in self.write(prompt, max_new_tokens=max_new_tokens)][:count]

    def probability_yes(self, prompt: str, visual: Any) -> list[float]:
        """P(yes) against no, for each picture of `visual`."""
        scores = self.score(prompt, ("yes", "no"), visual)
        return [float(p) for p in 1.0 / (1.0 + np.exp(np.clip(scores[:, 1] - scores[:, 0], -60, 60)))]


def remove_special_tokens(text: str, special: Iterable[str]) -> str:
    """`text` without the strings of `special`, and with single blanks."""
    longest_first = sorted(special, key=len, reverse=True)
    before = None
    # Removing one may join the halves of another.
    while before != text:
        before = text
        for token in longest_first:
            text = text.replace(token, " ")
    return " ".join(text.split())
