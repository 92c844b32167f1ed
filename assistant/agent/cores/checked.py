"""A planner that cannot do harm: of what its language model writes, only what follows from the question counts.

A language model may be unable to plan, write at random, or fail. Then the rules decide, as if nobody had been asked.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, TypeVar

from assistant.agent.cancellation import TurnCancelledError, call_model
from assistant.agent.question.checks import rewrite_is_from, slot_is_from, translation_is_from
from assistant.text.fold import folded_words
from assistant.text.shorten import shorten
from tools.ports import Choice, Turn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tools.ports import Planner

MAX_CHARACTERS = 1000  # of a text that is sent to the language model; of a longer one its beginning and its end
MAX_LENGTHENING, MORE_CHARACTERS = 3, 80  # a translation is at most so many times as long as its text, and so much more

Result = TypeVar("Result")
log = logging.getLogger(__name__)


class CheckedPlanner:
    """Implements `tools.ports.Planner` around another; it never raises what that one raises.

    A cancelled turn waits for none of its calls.

    Args:
        planner: the language model, which may return anything.
    """

    def __init__(self, planner: Planner) -> None:
        self._planner = planner
        self._logged: set[tuple[str, type[Exception]]] = set()
        self.failure: str | None = None
        """The last failure of the language model, in one line; None if there was none."""

    def choose(self, question: str, options: Mapping[str, str]) -> Choice:
        """Returns the choice of the language model; with a margin of 0, which counts for nothing, if it made none.

        It is asked twice, the second time with the options in reverse order. A choice that depends on the order is a
        guess (Pezeshkpour and Hruschka 2024, "Large Language Models Sensitivity to The Order of Options"), and one at
        random is hardly ever made twice.
        """
        short = shorten(question, MAX_CHARACTERS)
        none = Choice(next(iter(options), ""), 0.0, 0.0)

        def ask() -> Choice:
            first = self._planner.choose(short, options)
            second = self._planner.choose(short, dict(reversed(list(options.items()))))
            if not (_is_valid(first, options) and _is_valid(second, options)):
                return none
            margin = min(first.margin, second.margin) if first.name == second.name else 0.0
            return Choice(first.name, min(first.probability, second.probability), margin)

        return self._attempt("choose", ask, none) if options else none

    def fill(self, question: str, tool: str, slots: Sequence[str]) -> dict[str, str]:
        """Returns the slots that are made of the question; any other is absent."""

        def ask() -> dict[str, str]:
            filled = self._planner.fill(shorten(question, MAX_CHARACTERS), tool, slots)
            texts = {slot: " ".join(filled[slot].split()) for slot in slots if slot in filled}
            return {slot: text for slot, text in texts.items() if slot_is_from(question, text)}

        return self._attempt("fill", ask, {})

    def rewrite(self, question: str, history: Sequence[Turn]) -> str:
        """Returns a rewriting that says what the question says about something of the turns; else the question."""

        def ask() -> str:
            turns = [
                Turn(shorten(turn.question, MAX_CHARACTERS), shorten(turn.answer, MAX_CHARACTERS)) for turn in history
            ]
            rewritten = " ".join(self._planner.rewrite(shorten(question, MAX_CHARACTERS), turns).split())
            return rewritten if rewrite_is_from(question, history, rewritten) else question

        return self._attempt("rewrite", ask, question)

    def translate(self, text: str, *, source: str, target: str) -> str:
        """Returns a translation, or the text itself if the model failed, or wrote much more than the text says.

        A translation into English has to be made of the text, as far as the lexicon knows its words.
        """
        if source == target or not text.strip():
            return text

        def ask() -> str:
            translation = self._planner.translate(text, source=source, target=target).strip()
            if not 0 < len(translation) <= MAX_LENGTHENING * len(text) + MORE_CHARACTERS:
                return text
            if (source, target) == ("vi", "en"):
                return translation if translation_is_from(text, translation) else text
            return translation if folded_words(translation) else text

        return self._attempt("translate", ask, text)

    def _attempt(self, what: str, ask: Callable[[], Result], otherwise: Result) -> Result:
        """Returns the result of `ask`, or `otherwise` if it raises; the first failure of a kind is logged."""
        try:
            return call_model(ask)
        except TurnCancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - every model raises its own kinds, and the rules need none of them
            first_line = (str(error).splitlines() or [""])[0][:200]
            failure = f"the language model cannot {what} ({type(error).__name__}: {first_line}); rules decide"
            if (kind := (what, type(error))) not in self._logged:
                self._logged.add(kind)
                log.warning(failure)
            self.failure = failure
            return otherwise


def _is_valid(choice: Choice, options: Mapping[str, str]) -> bool:
    """Whether a choice is one of the options, with probabilities that are some."""
    return choice.name in options and 0.0 <= choice.margin <= choice.probability <= 1.0  # not a number fails, too
