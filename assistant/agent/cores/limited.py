"""A looker that can neither flood an answer nor hold up a conversation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.agent.cancellation import call_model

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.events.timing import Timing
    from tools.ports import Answer, Looker
    from tools.types import Keyframe, Line

MAX_CHARACTERS = 400
"""Of a text that a core writes, about three sentences: of a longer one the beginning counts."""
ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class LimitedLooker:
    """Implements `tools.ports.Looker` around another: its texts are cut.

    A cancelled turn waits for none of its calls.

    Args:
        looker: the core, which may write without end, or hang. What it raises is raised.
    """

    looker: Looker

    def in_domain(self, frames: Sequence[Keyframe]) -> list[bool]:
        return call_model(lambda: self.looker.in_domain(frames))

    def verify(self, statement: str, frames: Sequence[Keyframe]) -> list[float]:
        return call_model(lambda: self.looker.verify(statement, frames))

    def answer(self, question: str, frames: Sequence[Keyframe], lines: Sequence[Line] = ()) -> Answer:
        return _cut(call_model(lambda: self.looker.answer(question, frames, lines)))

    def answer_across(self, question: str, frames: Sequence[Keyframe]) -> Answer:
        return _cut(call_model(lambda: self.looker.answer_across(question, frames)))

    def verify_windows(self, statement: str, windows: Sequence[Sequence[Keyframe]]) -> list[float]:
        return call_model(lambda: self.looker.verify_windows(statement, windows))

    def event_probability(self, words: str) -> float | None:
        return call_model(lambda: self.looker.event_probability(words))

    def locate_events(self, events: Sequence[str], frames: Sequence[Keyframe]) -> list[Timing] | None:
        return call_model(lambda: self.looker.locate_events(events, frames))

    def caption(self, frames: Sequence[Keyframe]) -> list[Answer]:
        return [_cut(caption) for caption in call_model(lambda: self.looker.caption(frames))]


def _cut(answer: Answer) -> Answer:
    """The answer with at most `MAX_CHARACTERS` of its text, in whole words where it has some."""
    if len(answer.text) <= MAX_CHARACTERS:
        return answer
    beginning = answer.text[: MAX_CHARACTERS - len(ELLIPSIS)]
    whole_words = beginning.rpartition(" ")[0].rstrip() or beginning
    return replace(answer, text=whole_words + ELLIPSIS)
