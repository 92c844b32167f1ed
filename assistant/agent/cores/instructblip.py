"""The core on InstructBLIP, asked by the prompts that the pocket models are trained on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.agent.cores.options import InstructBlipOptions
from assistant.agent.cores.pocket_guards import is_about_question, split_words
from assistant.models.translate import T5Translator
from assistant.retrieval.features import KeyframeFeatures
from prompts import render
from tools.moments import sample_evenly
from tools.ports import Answer, Choice, Turn

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from assistant.models.blip.core_model import CoreModel
    from assistant.retrieval.features import FeatureStore
    from tools.events.timing import Timing
    from tools.ports import Translator
    from tools.types import Keyframe, Line

ABSENT = "none"
"""What the core writes if a question leaves a slot open, or if the pictures do not say."""
STANDS_ALONE = "same"
"""What the core writes instead of a question that stands alone already."""


class InstructBlipCore:
    """Implements `tools.ports.Core`.

    Args:
        blip: the model.
        store: of the features of keyframes; the images of those that it lacks are read.
        surfaces: the texts of options whose text is not their name with spaces.
        options: limits of what is read and written at once.
        translator: the translation models; without them the core's own language model translates.
    """

    def __init__(
        self,
        blip: CoreModel,
        store: FeatureStore,
        surfaces: Mapping[str, str] | None = None,
        options: InstructBlipOptions | None = None,
        translator: Translator | None = None,
    ) -> None:
        self._translator = translator or T5Translator(blip)
        self._blip, self._options = blip, options or InstructBlipOptions()
        self._features = KeyframeFeatures(store, blip)
        self._surfaces = dict(surfaces or {})

    def choose(self, question: str, options: Mapping[str, str]) -> Choice:
        """Returns the likeliest option; probabilities are a softmax over the options' whole texts."""
        names = list(options)
        texts = [self._surfaces.get(name, name.replace("_", " ")) for name in names]
        scores = self._blip.score(render("pocket/choose_tool", question=self._blip.clean(question)), texts)[0]
        weights = np.exp(scores - scores.max())
        shares = weights / weights.sum()
        order = np.argsort(-shares)
        second = float(shares[order[1]]) if len(names) > 1 else 0.0
        best = float(shares[order[0]])
        return Choice(names[int(order[0])], best, best - second)

    def fill(self, question: str, tool: str, slots: Sequence[str]) -> dict[str, str]:
        """Returns the slots of a call, without those that are 'none' or have no word of the question."""
        clean = self._blip.clean(question)
        filled = {}
        for slot in slots:
            prompt = render("pocket/fill_slot", question=clean, tool=tool.replace("_", " "), slot=slot)
            text = self._blip.write(prompt, max_new_tokens=self._options.slot_tokens)[0].text
            if text and text.lower() != ABSENT and is_about_question(question, text):
                filled[slot] = text
        return filled

    def rewrite(self, question: str, history: Sequence[Turn]) -> str:
        """Returns a follow-up as a question that stands alone; the question itself if it does, or without history."""
        if not history:
            return question
        clean = self._blip.clean
        turns = [Turn(clean(turn.question), clean(turn.answer)) for turn in history]
        prompt = render("pocket/rewrite", question=clean(question), history=turns)
        likeliest = self._blip.write(prompt, max_new_tokens=self._options.question_tokens)[0]
        rewritten = likeliest.text
        # A follow-up hardly ever means an earlier question. The core repeats one, with little confidence, if it never
        # met the words; what it would have written next is mostly right.
        earlier = {split_words(turn.question) for turn in turns}
        if split_words(rewritten) in earlier and likeliest.confidence < self._options.min_repeated:
            alternatives = self._blip.write_alternatives(
                prompt, count=self._options.rewrites, max_new_tokens=self._options.question_tokens
            )
            rewritten = next((text for text in alternatives if split_words(text) not in earlier), "")
        if rewritten in ("", STANDS_ALONE) or split_words(rewritten) in earlier | {split_words(question)}:
            return question
        return rewritten

    def translate(self, text: str, *, source: str, target: str) -> str:
        """Translates by the translation models, or else by the core's own language model."""
        return self._translator.translate(text, source=source, target=target)

    def in_domain(self, frames: Sequence[Keyframe]) -> list[bool]:
        """Whether each frame is of the kind that the checkpoint was trained on."""
        return self._blip.in_domain(self._features(frames)) if frames else []

    def verify(self, statement: str, frames: Sequence[Keyframe]) -> list[float]:
        """Returns P(yes) for each frame, in order."""
        clean = self._blip.clean(statement)
        prompt = render("pocket/verify", statement=clean)
        probabilities: list[float] = []
        for start in range(0, len(frames), self._options.verify_batch):
            features = self._features(frames[start : start + self._options.verify_batch])
            probabilities += self._blip.probability_yes(prompt, self._blip.queries(features, clean))
        return probabilities

    def answer(self, question: str, frames: Sequence[Keyframe], lines: Sequence[Line] = ()) -> Answer:
        """Returns a short answer from a few frames in time order, and from lines.

        Each frame is answered alone, all in one batch, and the answer with the most confidence behind it wins: the core
        was trained on one picture at a time. An answer that the pictures do not give is empty, and so is one about
        pictures unlike any that the core was trained on.
        """
        clean = self._blip.clean(question)
        if lines:
            text = self._blip.clean(" ; ".join(line.text for line in lines))[: self._options.lines_characters]
            prompt = render("pocket/answer_lines", question=clean, lines=text)
        else:
            prompt = render("pocket/answer", question=clean)
        in_order = sorted(frames, key=lambda k: (k.video_id, k.seconds))[: self._options.answer_frames]
        numbers, visual = self._query_known_frames(in_order, clean)
        if in_order and not numbers and not lines:
            return Answer("", 0.0)
        votes: dict[str, float] = {}
        answers = self._blip.write(prompt, visual)
        for answer in answers:
            votes[answer.text] = votes.get(answer.text, 0.0) + answer.confidence
        best = max(votes, key=lambda text: votes[text])
        return Answer("" if best == ABSENT else best, votes[best] / len(answers))

    def answer_across(self, question: str, frames: Sequence[Keyframe]) -> Answer:
        """Returns a short answer from what changes between frames, read as one sequence in time order."""
        if not frames:
            return Answer("", 0.0)
        clean = self._blip.clean(question)
        window = sample_evenly(sorted(frames, key=lambda k: k.seconds), self._options.window_frames)
        visual = self._blip.window_queries(self._features(window), clean, [range(len(window))])
        (answer,) = self._blip.write(render("pocket/answer", question=clean), visual)
        return Answer("" if answer.text == ABSENT else answer.text, answer.confidence)

    def verify_windows(self, statement: str, windows: Sequence[Sequence[Keyframe]]) -> list[float]:
        """Returns P(yes) for each window, 0 for an empty one; windows of the same number of frames share a batch."""
        clean = self._blip.clean(statement)
        prompt = render("pocket/verify", statement=clean)
        thinned = [sample_evenly(window, self._options.window_frames) for window in windows]
        probabilities = [0.0] * len(windows)
        for numbers in _batches_of_equal_length([len(window) for window in thinned], self._options.window_batch):
            frames = list(dict.fromkeys(frame for number in numbers for frame in thinned[number]))
            row_of = {frame: row for row, frame in enumerate(frames)}
            rows = [[row_of[frame] for frame in thinned[number]] for number in numbers]
            visual = self._blip.window_queries(self._features(frames), clean, rows)
            for number, probability in zip(numbers, self._blip.probability_yes(prompt, visual), strict=True):
                probabilities[number] = probability
        return probabilities

    def event_probability(self, words: str) -> float | None:
        """Asks the event timer stored beside the checkpoint, if there is one."""
        return self._blip.event_probability(words)

    def locate_events(self, events: Sequence[str], frames: Sequence[Keyframe]) -> list[Timing] | None:
        """Asks the event timer stored beside the checkpoint, if there is one."""
        if not frames or not self._blip.has_event_timer:
            return None
        return self._blip.locate_events(events, self._features(frames), np.array([frame.seconds for frame in frames]))

    def caption(self, frames: Sequence[Keyframe]) -> list[Answer]:
        """Returns one sentence for each frame; an empty one, at confidence 0, for a frame out of the core's domain."""
        captions = [Answer("", 0.0)] * len(frames)
        prompt = render("pocket/caption")
        numbers, visual = self._query_known_frames(frames, prompt.lower())
        if numbers:
            for number, caption in zip(numbers, self._blip.write(prompt, visual), strict=True):
                captions[number] = Answer(caption.text, caption.confidence)
        return captions

    def _query_known_frames(self, frames: Sequence[Keyframe], instruction: str) -> tuple[list[int], Any]:
        """Returns the numbers of the frames in the core's domain, and their queries; None if there is no such frame."""
        if not frames:
            return [], None
        features = self._features(frames)
        numbers = [number for number, known in enumerate(self._blip.in_domain(features)) if known]
        return numbers, self._blip.queries(features[numbers], instruction) if numbers else None


def _batches_of_equal_length(lengths: Sequence[int], batch: int) -> Iterator[list[int]]:
    """Yields the numbers of items of the same length, at most `batch` at a time; items of length 0 are left out."""
    for length in sorted(set(lengths) - {0}):
        numbers = [number for number, item_length in enumerate(lengths) if item_length == length]
        yield from (numbers[start : start + batch] for start in range(0, len(numbers), batch))
