"""The core on InstructBLIP or BLIP-2, asked by the prompts of its checkpoint's family.

The pocket models are trained on the texts of `prompts/pocket/`. An official one is asked as its authors' code asks it:
`Question: ... Short answer:`, and the Q-Former reads the whole prompt (Dai et al. 2023, "InstructBLIP").
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.agent.cores.flan_planner import FlanPlanner
from assistant.agent.cores.options import InstructBlipOptions
from assistant.agent.cores.pocket_guards import (
    UNKNOWN_PROBABILITY,
    asks_unknown_weather,
    names_unknown_act,
    to_pocket_words,
    vehicle_variants,
)
from assistant.agent.cores.pocket_planner import PocketPlanner
from assistant.models.blip.sight_prompts import SightPrompt, sight_prompt
from assistant.models.translate import T5Translator
from assistant.retrieval.features import KeyframeFeatures
from tools.moments import sample_evenly
from tools.ports import Answer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from assistant.models.blip.core_model import CoreModel
    from assistant.retrieval.features import FeatureStore
    from tools.events.timing import Timing
    from tools.ports import Choice, Translator, Turn
    from tools.types import Keyframe, Line

ABSENT = frozenset({"none", "unanswerable", "unknown", "i don't know", "not sure"})
"""What a core writes if the pictures do not say: a pocket one the first, official ones the others."""


def build_planner(blip: CoreModel, options: InstructBlipOptions) -> PocketPlanner | FlanPlanner:
    """Builds the planner of a checkpoint's family of prompts; loads the checkpoint, whose config names the family."""
    return PocketPlanner(blip, options) if blip.prompt_family == "pocket" else FlanPlanner(blip, options)


class InstructBlipCore:
    """Implements `tools.ports.Core`.

    Args:
        blip: the model.
        store: of the features of keyframes; the images of those that it lacks are read.
        options: limits of what is read and written at once.
        translator: the translation models; without them the core's own language model translates.
    """

    def __init__(
        self,
        blip: CoreModel,
        store: FeatureStore,
        options: InstructBlipOptions | None = None,
        translator: Translator | None = None,
    ) -> None:
        self._translator = translator or T5Translator(blip)
        self._blip, self._options = blip, options or InstructBlipOptions()
        self._features = KeyframeFeatures(store, blip)

    def choose(self, question: str, options: Mapping[str, str]) -> Choice:
        """Chooses the option that serves `question`, as the planner of the checkpoint's family does."""
        return self._planner.choose(question, options)

    def fill(self, question: str, tool: str, slots: Sequence[str]) -> dict[str, str]:
        """Returns the slots of a call, without those that the question leaves open."""
        return self._planner.fill(question, tool, slots)

    def rewrite(self, question: str, history: Sequence[Turn]) -> str:
        """Returns a follow-up as a question that stands alone; the question itself if it does, or without history."""
        return self._planner.rewrite(question, history)

    @cached_property
    def _planner(self) -> PocketPlanner | FlanPlanner:
        return build_planner(self._blip, self._options)  # on first use: it loads the model, or asks its worker

    def translate(self, text: str, *, source: str, target: str) -> str:
        """Translates by the translation models, or else by the core's own language model."""
        return self._translator.translate(text, source=source, target=target)

    def in_domain(self, frames: Sequence[Keyframe]) -> list[bool]:
        """Whether each frame is of the kind that the checkpoint was trained on."""
        return self._blip.in_domain(self._features(frames)) if frames else []

    def _known_words(self, text: str) -> str:
        """A text in the words that the checkpoint knows: those of its small world if it is the pocket one."""
        return to_pocket_words(text) if self._blip.prompt_family == "pocket" else text

    def _is_beyond(self, statement: str) -> bool:
        """Whether the checkpoint is the pocket one and never saw what the statement says."""
        return self._blip.prompt_family == "pocket" and names_unknown_act(statement)

    def verify(self, statement: str, frames: Sequence[Keyframe]) -> list[float]:
        """Returns P(yes) for each frame, in order."""
        if self._blip.prompt_family == "pocket" and len(variants := vehicle_variants(statement)) > 1:
            rows = [self.verify(variant, frames) for variant in variants]
            return [max(column) for column in zip(*rows, strict=True)]
        statement = self._known_words(statement)
        if self._is_beyond(statement):
            return [UNKNOWN_PROBABILITY] * len(frames)
        prompt, instruction = self._prompt("verify", statement=self._blip.clean(statement))
        probabilities: list[float] = []
        for start in range(0, len(frames), self._options.verify_batch):
            features = self._features(frames[start : start + self._options.verify_batch])
            probabilities += self._blip.probability_yes(prompt, self._blip.queries(features, instruction))
        return probabilities

    def answer(self, question: str, frames: Sequence[Keyframe], lines: Sequence[Line] = ()) -> Answer:
        """Returns a short answer from a few frames in time order, and from lines.

        Each frame is answered alone, all in one batch, and the answer with the most confidence behind it wins: the core
        was trained on one picture at a time. An answer that the pictures do not give is empty, and so is one about
        pictures unlike any that the core was trained on.
        """
        if self._blip.prompt_family == "pocket" and asks_unknown_weather(question):
            return Answer("", 0.0)
        clean = self._blip.clean(self._known_words(question))
        if lines:
            text = self._blip.clean(" ; ".join(line.text for line in lines))[: self._options.lines_characters]
            prompt, instruction = self._prompt("answer_lines", question=clean, lines=text)
        else:
            prompt, instruction = self._prompt("answer", question=clean)
        in_order = sorted(frames, key=lambda k: (k.video_id, k.seconds))[: self._options.answer_frames]
        numbers, visual = self._query_known_frames(in_order, instruction)
        if in_order and not numbers and not lines:
            return Answer("", 0.0)
        votes: dict[str, float] = {}
        answers = self._blip.write(prompt, visual)
        for answer in answers:
            votes[answer.text] = votes.get(answer.text, 0.0) + answer.confidence
        best = max(votes, key=lambda text: votes[text])
        return Answer(_or_nothing(best), votes[best] / len(answers))

    def answer_across(self, question: str, frames: Sequence[Keyframe]) -> Answer:
        """Returns a short answer from what changes between frames, read as one sequence in time order."""
        if not frames:
            return Answer("", 0.0)
        prompt, instruction = self._prompt("answer", question=self._blip.clean(self._known_words(question)))
        window = sample_evenly(sorted(frames, key=lambda k: k.seconds), self._options.window_frames)
        visual = self._blip.window_queries(self._features(window), instruction, [range(len(window))])
        (answer,) = self._blip.write(prompt, visual)
        return Answer(_or_nothing(answer.text), answer.confidence)

    def verify_windows(self, statement: str, windows: Sequence[Sequence[Keyframe]]) -> list[float]:
        """Returns P(yes) for each window, 0 for an empty one; windows of the same number of frames share a batch."""
        if self._blip.prompt_family == "pocket" and len(variants := vehicle_variants(statement)) > 1:
            by_variant = [self.verify_windows(variant, windows) for variant in variants]
            return [max(column) for column in zip(*by_variant, strict=True)]
        statement = self._known_words(statement)
        if self._is_beyond(statement):
            return [UNKNOWN_PROBABILITY if window else 0.0 for window in windows]
        prompt, instruction = self._prompt("verify", statement=self._blip.clean(statement))
        thinned = [sample_evenly(window, self._options.window_frames) for window in windows]
        probabilities = [0.0] * len(windows)
        for numbers in _batches_of_equal_length([len(window) for window in thinned], self._options.window_batch):
            frames = list(dict.fromkeys(frame for number in numbers for frame in thinned[number]))
            row_of = {frame: row for row, frame in enumerate(frames)}
            rows = [[row_of[frame] for frame in thinned[number]] for number in numbers]
            visual = self._blip.window_queries(self._features(frames), instruction, rows)
            for number, probability in zip(numbers, self._blip.probability_yes(prompt, visual), strict=True):
                probabilities[number] = probability
        return probabilities

    def event_probability(self, words: str) -> float | None:
        """Asks the event timer stored beside the checkpoint, if there is one."""
        return self._blip.event_probability(self._known_words(words))

    def locate_events(self, events: Sequence[str], frames: Sequence[Keyframe]) -> list[Timing] | None:
        """Asks the event timer stored beside the checkpoint, if there is one."""
        if not frames or not self._blip.has_event_timer:
            return None
        return self._blip.locate_events(
            [self._known_words(event) for event in events],
            self._features(frames),
            np.array([frame.seconds for frame in frames]),
        )

    def caption(self, frames: Sequence[Keyframe]) -> list[Answer]:
        """Returns one sentence for each frame; an empty one, at confidence 0, for a frame out of the core's domain."""
        captions = [Answer("", 0.0)] * len(frames)
        prompt, instruction = self._prompt("caption")
        numbers, visual = self._query_known_frames(frames, instruction)
        if numbers:
            for number, caption in zip(numbers, self._blip.write(prompt, visual), strict=True):
                captions[number] = Answer(caption.text, caption.confidence)
        return captions

    def _prompt(self, name: str, **values: str) -> SightPrompt:
        return sight_prompt(self._blip.prompt_family, name, **values)

    def _query_known_frames(self, frames: Sequence[Keyframe], instruction: str) -> tuple[list[int], Any]:
        """Returns the numbers of the frames in the core's domain, and their queries; None if there is no such frame."""
        if not frames:
            return [], None
        features = self._features(frames)
        numbers = [number for number, known in enumerate(self._blip.in_domain(features)) if known]
        return numbers, self._blip.queries(features[numbers], instruction) if numbers else None


def _or_nothing(text: str) -> str:
    """The answer, or nothing if it says that there is none."""
    return "" if text.lower().rstrip(".") in ABSENT else text


def _batches_of_equal_length(lengths: Sequence[int], batch: int) -> Iterator[list[int]]:
    """Yields the numbers of items of the same length, at most `batch` at a time; items of length 0 are left out."""
    for length in sorted(set(lengths) - {0}):
        numbers = [number for number, item_length in enumerate(lengths) if item_length == length]
        yield from (numbers[start : start + batch] for start in range(0, len(numbers), batch))
