"""One event, or one thing that is there, asked for in the chat: are the moments that are shown those when it was?

And an act that is the reverse of what happens, by the same people: is it believed?
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
    from bench.quality.events.sequence_clips import Asked
    from training.world.story import Story

ABSENT = "no"  # an answer whose evidence is what lies nearest
Stretch = tuple[float, float]  # seconds, half-open
TRUTH_EVERY = 0.1  # seconds


@dataclass(frozen=True, slots=True)
class Single:
    """A question, and when what it asks for is true."""

    question: str
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """The moments of an answer beside the true ones."""

    found: tuple[Stretch, ...]
    true: tuple[Stretch, ...]

    @property
    def overlap(self) -> float:
        """The time that both hold, as a share of the time that either holds, in [0, 1]."""
        ticks = np.arange(0.0, max(end for _, end in (*self.found, *self.true)), TRUTH_EVERY)
        found, true = (_within(ticks, stretches) for stretches in (self.found, self.true))
        return float((found & true).sum() / max(1, (found | true).sum()))

    @property
    def hit(self) -> bool:
        """Whether some of the true time is shown."""
        return any(_touch(one, other) for one in self.found for other in self.true)

    @property
    def strays(self) -> list[bool]:
        """Of each moment shown, whether it is none of the true ones."""
        return [not any(_touch(one, other) for other in self.true) for one in self.found]


def event_asked(story: Story, text: str) -> Single:
    """When something happens: `When does a red person get off the blue bus?`"""
    same = [event for event in story.events() if event.text == text]
    question = f"When does {article(same[0].who)} {base(same[0].does)}?"
    return Single(question, tuple((event.start_seconds, event.end_seconds) for event in same))


def thing_asked(story: Story, text: str) -> Single:
    """When whoever an event is about can be seen: `When is there a red person?`"""
    (shot,) = story.shots
    who = next(event.who for event in story.events() if event.text == text)
    ticks = np.arange(0.0, story.seconds, TRUTH_EVERY)
    there = np.array([any(actor.name == who for actor in shot.truth(float(at)).actors) for at in ticks])
    edges = np.flatnonzero(np.diff(there.astype(int), prepend=0, append=0)) * TRUTH_EVERY
    stretches = zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    return Single(f"When is there {article(who)}?", tuple(stretches))


def reverse_asked(one: Asked) -> Single:
    """The second event of a query with time running backwards, which its right clip does not show."""
    event = next(event for event in one.clips["right"].events() if event.text == one.events[1])
    people = {event.who, event.other}
    turned = next(
        other
        for other in one.clips["reversed"].events()
        if other.kind == REVERSED[event.kind] and {other.who, other.other} == people and other.text != event.text
    )
    return Single(f"When does {article(turned.who)} {base(turned.does)}?", ())


def ask(assistant: Assistant, asked: Single, video_id: str) -> Shown:
    """What the chat shows of one video."""
    reply = assistant.ask(asked.question, thread_id=f"{video_id} {asked.question}", video_id=video_id)
    told = reply.evidence if reply.short and reply.short != ABSENT else ()
    return Shown(tuple((one.moment.start_seconds, one.moment.end_seconds) for one in told), asked.stretches)


def figures(name: str, shown: Sequence[Shown]) -> dict[str, float]:
    """`<name>.iou`, the mean overlap; `.found`, where some true time is shown; `.stray`, of the moments shown."""
    strays = [stray for one in shown for stray in one.strays]
    return {
        f"{name}.iou": float(np.mean([one.overlap for one in shown])),
        f"{name}.found": float(np.mean([one.hit for one in shown])),
        f"{name}.stray": float(np.mean(strays)) if strays else 0.0,
    }


def _within(ticks: np.ndarray, stretches: Sequence[Stretch]) -> np.ndarray:
    inside = np.zeros(len(ticks), bool)
    for start, end in stretches:
        inside |= (ticks >= start) & (ticks < end)
    return inside


def _touch(one: Stretch, other: Stretch) -> bool:
    return one[0] < other[1] and other[0] < one[1]
