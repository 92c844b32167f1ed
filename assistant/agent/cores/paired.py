"""Two models as one core: one looks, the other plans."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tools.events.timing import Timing
    from tools.ports import Answer, Choice, Looker, Planner, Turn
    from tools.types import Keyframe, Line


class PairedCore:
    """Implements `tools.ports.Core` by a looker and a planner; each method asks the one whose role it is."""

    def __init__(self, looker: Looker, planner: Planner) -> None:
        self.looker, self.planner = looker, planner

    def choose(self, question: str, options: Mapping[str, str]) -> Choice:
        """Asks the planner."""
        return self.planner.choose(question, options)

    def fill(self, question: str, tool: str, slots: Sequence[str]) -> dict[str, str]:
        """Asks the planner."""
        return self.planner.fill(question, tool, slots)

    def rewrite(self, question: str, history: Sequence[Turn]) -> str:
        """Asks the planner."""
        return self.planner.rewrite(question, history)

    def translate(self, text: str, *, source: str, target: str) -> str:
        """Asks the planner."""
        return self.planner.translate(text, source=source, target=target)

    def in_domain(self, frames: Sequence[Keyframe]) -> list[bool]:
        """Asks the looker."""
        return self.looker.in_domain(frames)

    def verify(self, statement: str, frames: Sequence[Keyframe]) -> list[float]:
        """Asks the looker."""
        return self.looker.verify(statement, frames)

    def answer(self, question: str, frames: Sequence[Keyframe], lines: Sequence[Line] = ()) -> Answer:
        """Asks the looker."""
        return self.looker.answer(question, frames, lines)

    def answer_across(self, question: str, frames: Sequence[Keyframe]) -> Answer:
        """Asks the looker."""
        return self.looker.answer_across(question, frames)

    def verify_windows(self, statement: str, windows: Sequence[Sequence[Keyframe]]) -> list[float]:
        """Asks the looker."""
        return self.looker.verify_windows(statement, windows)

    def event_probability(self, words: str) -> float | None:
        """Asks the looker."""
        return self.looker.event_probability(words)

    def locate_events(self, events: Sequence[str], frames: Sequence[Keyframe]) -> list[Timing] | None:
        """Asks the looker."""
        return self.looker.locate_events(events, frames)

    def caption(self, frames: Sequence[Keyframe]) -> list[Answer]:
        """Asks the looker."""
        return self.looker.caption(frames)
