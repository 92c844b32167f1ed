"""The interface of the core's model, whether it runs in this process or on a worker."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from tools.events.timing import Timing


PromptFamily = Literal["pocket", "flan"]
"""The folders of `prompts/` that a core may read: those of the pocket models, and those of all official ones."""
CHARACTERS_PER_TOKEN = 3  # an estimate that is rather too low than too high for English


@dataclass(frozen=True, slots=True)
class Text:
    """A text that the core wrote, with its confidence."""

    text: str
    confidence: float  # geometric mean of the probabilities of its tokens, in [0, 1]


class CoreModel(ABC):
    """A vision-language model: features of a picture are computed once and serve any number of questions.

    Threads may share it.
    """

    @property
    @abstractmethod
    def prompt_family(self) -> PromptFamily:
        """The family of prompts that the checkpoint reads: what its config names, else those of the official models."""

    def count_tokens(self, text: str) -> int:
        """Returns the number of tokens of a text for the language model; an estimate without its tokenizer."""
        return len(text) // CHARACTERS_PER_TOKEN + 1

    @abstractmethod
    def clean(self, text: str) -> str:
        """Removes the strings that the tokenizers read as special tokens, such as `<image>`."""

    @abstractmethod
    def features(self, images: Sequence[NDArray[np.uint8]]) -> NDArray[np.float16]:
        """Computes the ViT states `(n, tokens, width)` of pictures (HWC uint8 RGB).

        They do not depend on a question, so they can be stored.
        """

    @abstractmethod
    def in_domain(self, features: NDArray[np.float16]) -> list[bool]:
        """Returns for each picture whether it is of the kind that the checkpoint was trained on.

        All are, for a checkpoint without a detector.
        """

    @abstractmethod
    def queries(self, features: NDArray[np.float16], instruction: str) -> Any:
        """Computes from stored features what `score` and `write` take as `visual`, one row for each picture.

        Args:
            features: ViT states `(n, tokens, width)`.
            instruction: the question, which the Q-Former of InstructBLIP reads too.
        """

    @abstractmethod
    def window_queries(self, features: NDArray[np.float16], instruction: str, windows: Sequence[Sequence[int]]) -> Any:
        """Computes `visual` for windows of frames, one row for each window.

        There is no temporal embedding, as in InstructBLIP's own use on video (Dai et al. 2023): the queries of the
        frames follow each other, each after the number of its frame.

        Args:
            features: ViT states `(n, tokens, width)` of the frames.
            instruction: as in `queries`.
            windows: for each window the indexes of its frames in `features`, in time order; all windows have the same
                number of frames, one or more.
        """

    @abstractmethod
    def score(self, prompt: str, candidates: Sequence[str], visual: Any = None) -> NDArray[np.float64]:
        """Computes the log-likelihood `(rows, candidates)` of each candidate as the whole text after `prompt`.

        There is a row for each row of `visual`, and a single row without it. The prompt is read only once.
        """

    @property
    def has_event_timer(self) -> bool:
        """Whether an event timer lies beside the checkpoint on this machine, so that events can be located."""
        return False

    def event_probability(self, _words: str) -> float | None:
        """Returns the probability that words name an event, in [0, 1]; None without an event timer."""
        return None

    def locate_events(
        self, _events: Sequence[str], _features: NDArray[np.float16], _seconds: NDArray[np.float64]
    ) -> list[Timing] | None:
        """Computes when each event goes on, from the stored features of frames; None without an event timer.

        Args:
            _events: the words of each event.
            _features: ViT states `(n, tokens, width)` of the frames.
            _seconds: `(n,)`, the times of the frames, strictly increasing.
        """
        return None

    @abstractmethod
    def write(self, prompt: str, visual: Any = None, *, max_new_tokens: int = 24) -> list[Text]:
        """Writes a text after `prompt` by greedy decoding: one for each row of `visual`, and one without it."""

    def write_alternatives(self, prompt: str, *, count: int, max_new_tokens: int) -> list[str]:
        """Writes up to `count` texts, most likely first; a core on a worker writes only the greedy text."""
        return [text.text for text in self.write(prompt, max_new_tokens=max_new_tokens)][:count]

    def probability_yes(self, prompt: str, visual: Any) -> list[float]:
        """Computes P(yes) / (P(yes) + P(no)) as the answer to `prompt`, for each row of `visual`."""
        scores = self.score(prompt, ("yes", "no"), visual)
        log_odds_of_no = np.clip(scores[:, 1] - scores[:, 0], -60, 60)  # so that exp does not overflow
        return [float(probability) for probability in 1.0 / (1.0 + np.exp(log_odds_of_no))]


def remove_special_tokens(text: str, special_tokens: Iterable[str]) -> str:
    """Removes the given strings from a text, and reduces its white space to single blanks."""
    longest_first = sorted(special_tokens, key=len, reverse=True)
    previous = None
    # Repeated, since removing a token may join the halves of another.
    while previous != text:
        previous = text
        for token in longest_first:
            text = text.replace(token, " ")
    return " ".join(text.split())
