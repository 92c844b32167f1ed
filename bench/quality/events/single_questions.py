"""Single questions in the chat about one clip: when an event happens, when someone is there, and reversed events.

Each has a true answer, so the moments that the chat shows can be compared with the true ones. The reverse of an event
that happens, by the same people, has none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from training.common.hard_negatives import REVERSED
from training.world.episodes import base
from training.world.questions import article

if TYPE_CHECKING:
    from assistant.agent import Assistant
    from bench.quality.events.sequence_clips import SequenceCase
    from training.world.story import Story

NO = "no"  # a short answer whose evidence is only the nearest moment, not one that shows what was asked for
Interval = tuple[float, float]  # seconds, half-open
TICK_SECONDS = 0.1  # between two looks at a clip


@dataclass(frozen=True, slots=True)
class SingleQuestion:
    """A question, and the intervals in which what it asks for is true."""

    text: str
    intervals: tuple[Interval, ...]


@dataclass(frozen=True, slots=True)
class MomentComparison:
    """The moments of an answer beside the true ones."""

    predicted: tuple[Interval, ...]
    true: tuple[Interval, ...]

    @property
    def iou(self) -> float:
        """The time in both as a share of the time in either, in [0, 1]."""
        ticks = np.arange(0.0, max(end for _, end in (*self.predicted, *self.true)), TICK_SECONDS)
        predicted, true = (_inside(ticks, intervals) for intervals in (self.predicted, self.true))
        return float((predicted & true).sum() / max(1, (predicted | true).sum()))

    @property
    def hit(self) -> bool:
        """Whether a predicted moment overlaps a true one."""
        return any(_overlap(moment, other) for moment in self.predicted for other in self.true)

    @property
    def false_moments(self) -> list[bool]:
        """For each predicted moment, whether it overlaps no true one."""
        return [not any(_overlap(moment, other) for other in self.true) for moment in self.predicted]


def event_question(story: Story, text: str) -> SingleQuestion:
    """Asks when an event happens: `When does a red person get off the blue bus?`"""
    same = [event for event in story.events() if event.text == text]
    question = f"When does {article(same[0].who)} {base(same[0].does)}?"
    return SingleQuestion(question, tuple((event.start_seconds, event.end_seconds) for event in same))


def presence_question(story: Story, text: str) -> SingleQuestion:
    """Asks when the one who acts in an event can be seen: `When is there a red person?`"""
    (shot,) = story.shots
    who = next(event.who for event in story.events() if event.text == text)
    ticks = np.arange(0.0, story.seconds, TICK_SECONDS)
    present = np.array([any(actor.name == who for actor in shot.truth(float(at)).actors) for at in ticks])
    edges = np.flatnonzero(np.diff(present.astype(int), prepend=0, append=0)) * TICK_SECONDS
    intervals = zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    return SingleQuestion(f"When is there {article(who)}?", tuple(intervals))


def reversal_question(case: SequenceCase) -> SingleQuestion:
    """Asks for the second event of a case with time running backwards, which its right clip does not show."""
    event = next(event for event in case.clips["right"].events() if event.text == case.events[1])
    people = {event.who, event.other}
    reversed_event = next(
        other
        for other in case.clips["reversed"].events()
        if other.kind == REVERSED[event.kind] and {other.who, other.other} == people and other.text != event.text
    )
    return SingleQuestion(f"When does {article(reversed_event.who)} {base(reversed_event.does)}?", ())


def ask(assistant: Assistant, question: SingleQuestion, video_id: str) -> MomentComparison:
    """Asks the chat about one video, and compares the moments of its answer with the true ones."""
    reply = assistant.ask(question.text, thread_id=f"{video_id} {question.text}", video_id=video_id)
    evidence = reply.evidence if reply.short and reply.short != NO else ()
    predicted = tuple((item.moment.start_seconds, item.moment.end_seconds) for item in evidence)
    return MomentComparison(predicted, question.intervals)


def figures(name: str, comparisons: Sequence[MomentComparison]) -> dict[str, float]:
    """`<name>.iou`, the mean intersection over union; `<name>.found`, the share of answers that hit a true moment;
    `<name>.stray`, the share of predicted moments that are false.
    """
    false_moments = [false for comparison in comparisons for false in comparison.false_moments]
    return {
        f"{name}.iou": float(np.mean([comparison.iou for comparison in comparisons])),
        f"{name}.found": float(np.mean([comparison.hit for comparison in comparisons])),
        f"{name}.stray": float(np.mean(false_moments)) if false_moments else 0.0,
    }


def _inside(ticks: np.ndarray, intervals: Sequence[Interval]) -> np.ndarray:
    inside = np.zeros(len(ticks), bool)
    for start, end in intervals:
        inside |= (ticks >= start) & (ticks < end)
    return inside


def _overlap(first: Interval, second: Interval) -> bool:
    return first[0] < second[1] and second[0] < first[1]
