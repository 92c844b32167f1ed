"""The language models with which a question is read: none, a broken one, or a session's."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from tools.ports import Choice

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tools.ports import Core, Planner, Translator, Turn

SYLLABLES = ("ba", "ko", "mi", "lu", "ter", "san", "vo", "que", "dri", "pal", "xen", "thu")
MAX_WORDS = 6


class NoPlanner:
    """No language model: it prefers no option, fills nothing, and leaves every text as it is."""

    def choose(self, question: str, options: Mapping[str, str]) -> Choice:  # noqa: ARG002
        return Choice(next(iter(options)), 1 / len(options), 0.0)

    def fill(self, question: str, tool: str, slots: Sequence[str]) -> dict[str, str]:  # noqa: ARG002
        return {}

    def rewrite(self, question: str, history: Sequence[Turn]) -> str:  # noqa: ARG002
        return question

    def translate(self, text: str, *, source: str, target: str) -> str:  # noqa: ARG002
        return text


class EmptyPlanner(NoPlanner):
    """A language model that writes nothing."""

    def fill(self, question: str, tool: str, slots: Sequence[str]) -> dict[str, str]:  # noqa: ARG002
        return dict.fromkeys(slots, "")

    def rewrite(self, question: str, history: Sequence[Turn]) -> str:  # noqa: ARG002
        return ""

    def translate(self, text: str, *, source: str, target: str) -> str:  # noqa: ARG002
        return ""


class RandomPlanner:
    """A language model that writes random words and scores at random; the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(f"random planner {seed}")

    def choose(self, question: str, options: Mapping[str, str]) -> Choice:  # noqa: ARG002
        second, first = sorted((self._rng.random(), self._rng.random()))
        return Choice(self._rng.choice(list(options)), first, first - second)

    def fill(self, question: str, tool: str, slots: Sequence[str]) -> dict[str, str]:  # noqa: ARG002
        return {slot: self._words() for slot in slots}

    def rewrite(self, question: str, history: Sequence[Turn]) -> str:  # noqa: ARG002
        return self._words()

    def translate(self, text: str, *, source: str, target: str) -> str:  # noqa: ARG002
        return self._words()

    def _words(self) -> str:
        rng = self._rng
        words = ["".join(rng.choices(SYLLABLES, k=rng.randint(1, 3))) for _ in range(rng.randint(1, MAX_WORDS))]
        return " ".join(words)


class ModelPlanner:
    """The language model of a core, with the translator beside it."""

    def __init__(self, core: Core, translator: Translator) -> None:
        self.choose, self.fill, self.rewrite = core.choose, core.fill, core.rewrite
        self.translate = translator.translate


WITHOUT_MODEL = ("rules", "random", "empty")


def planner_without_model(name: str, seed: int) -> Planner:
    """The planner of one of the names in `WITHOUT_MODEL`; the seed is that of `random`."""
    if name == "random":
        return RandomPlanner(seed)
    return EmptyPlanner() if name == "empty" else NoPlanner()
