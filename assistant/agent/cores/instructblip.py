"""The core on InstructBLIP: the decisions of `tools.ports.Core`, on the prompts the models are trained with."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.retrieval.features import KeyframeFeatures
from prompts import render
from tools.moments import sample_evenly
from tools.ports import Answer, Choice, Turn

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from assistant.models.blip.core_model import CoreModel
    from assistant.retrieval.features import FeatureStore
    from tools.events.timing import Timing
    from tools.types import Keyframe, Line

ABSENT = "none"
"""What the core writes where a question leaves a slot open, or where the pictures do not say."""
STANDS_ALONE = "same"
"""What the core writes for a question that needs nothing of what was said before."""
ARTICLES = frozenset({"a", "an", "the"})
MAX_FRAMES = 4
MAX_SEQUENCE = 8  # frames that are read as one sequence
MAX_LINES_CHARACTERS = 400
VERIFY_BATCH = 32
REWRITTEN_TOKENS = 48
REWRITES = 4  # that are weighed where the first only repeats what was asked before
SURE_AGAIN = 0.98  # confidence from which on it is meant
WINDOW_BATCH = 16


class InstructBlipCore:
    """Implements `tools.ports.Core`.

    `surfaces` gives the text scored for an option where it is not the option's name with spaces.
    """

    def __init__(self, blip: CoreModel, store: FeatureStore, surfaces: Mapping[str, str] | None = None) -> None:
        self._blip = blip
        self._features = KeyframeFeatures(store, blip)
        self._surfaces = dict(surfaces or {})

    def choose(self, question: str, options: Mapping[str, str]) -> Choice:
        """The likeliest option; probabilities are a softmax over the options' whole texts."""
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
        """Slots of a call; what the core writes as 'none' is absent, and so is what has no word of the question."""
        clean = self._blip.clean(question)
        filled = {}
        for slot in slots:
            prompt = render("pocket/fill_slot", question=clean, tool=tool.replace("_", " "), slot=slot)
            text = self._blip.write(prompt, max_new_tokens=48)[0].text
            if text and text.lower() != ABSENT and _is_about(question, text):
                filled[slot] = text
        return filled

    def rewrite(self, question: str, history: Sequence[Turn]) -> str:
        """A follow-up on its own feet; the question itself where it stands alone, or without history."""
        if not history:
            return question
        clean = self._blip.clean
        turns = [Turn(clean(turn.question), clean(turn.answer)) for turn in history]
        prompt = render("pocket/rewrite", question=clean(question), history=turns)
        found = self._blip.write(prompt, max_new_tokens=REWRITTEN_TOKENS)[0]
        written = found.text
        # Whoever asks something else does not mean what was asked before. The core writes that where it never met the
        # words, and is not sure of it; what it would have written next is mostly right.
        again = {_words(turn.question) for turn in turns}
        if _words(written) in again and found.confidence < SURE_AGAIN:
            others = self._blip.write_alternatives(prompt, count=REWRITES, max_new_tokens=REWRITTEN_TOKENS)
            written = next((other for other in others if _words(other) not in again), "")
        if written in ("", STANDS_ALONE) or _words(written) in again | {_words(question)}:
            return question
        return written

    def in_domain(self, frames: Sequence[Keyframe]) -> list[bool]:
        """Whether each frame is of the kind that the checkpoint was trained on."""
        return self._blip.in_domain(self._features(frames)) if frames else []

    def verify(self, statement: str, frames: Sequence[Keyframe]) -> list[float]:
        """P(yes) for each frame, in order."""
        clean = self._blip.clean(statement)
        prompt = render("pocket/verify", statement=clean)
        found: list[float] = []
        for start in range(0, len(frames), VERIFY_BATCH):
            features = self._features(frames[start : start + VERIFY_BATCH])
            found += self._blip.probability_yes(prompt, self._blip.queries(features, clean))
        return found

    def answer(self, question: str, frames: Sequence[Keyframe], lines: Sequence[Line] = ()) -> Answer:
        """A short answer from at most four frames in time order, and lines.

        Each frame is answered alone, all in one batch, and the answer with the most confidence behind it wins: the core
        was trained on one picture at a time. An answer that the pictures do not give is empty, and so is one about
        pictures unlike any that the core was trained on.
        """
        clean = self._blip.clean(question)
        if lines:
            quoted = self._blip.clean(" ; ".join(line.text for line in lines))[:MAX_LINES_CHARACTERS]
            prompt = render("pocket/answer_lines", question=clean, lines=quoted)
        else:
            prompt = render("pocket/answer", question=clean)
        kept = sorted(frames, key=lambda k: (k.video_id, k.seconds))[:MAX_FRAMES]
        places, visual = self._look(kept, clean)
        if kept and not places and not lines:
            return Answer("", 0.0)
        votes: dict[str, float] = {}
        written = self._blip.write(prompt, visual)
        for one in written:
            votes[one.text] = votes.get(one.text, 0.0) + one.confidence
        best = max(votes, key=lambda text: votes[text])
        return Answer("" if best == ABSENT else best, votes[best] / len(written))

    def answer_across(self, question: str, frames: Sequence[Keyframe]) -> Answer:
        """A short answer from what changes between at most eight frames, read as one sequence."""
        if not frames:
            return Answer("", 0.0)
        clean = self._blip.clean(question)
        kept = sample_evenly(sorted(frames, key=lambda k: k.seconds), MAX_SEQUENCE)
        visual = self._blip.window_queries(self._features(kept), clean, [range(len(kept))])
        (written,) = self._blip.write(render("pocket/answer", question=clean), visual)
        return Answer("" if written.text == ABSENT else written.text, written.confidence)

    def verify_windows(self, statement: str, windows: Sequence[Sequence[Keyframe]]) -> list[float]:
        """P(yes) for each window; windows of the same number of frames share a batch."""
        clean = self._blip.clean(statement)
        prompt = render("pocket/verify", statement=clean)
        kept = [sample_evenly(window, MAX_SEQUENCE) for window in windows]
        found = [0.0] * len(windows)
        for numbers in _alike([len(window) for window in kept]):
            frames = list(dict.fromkeys(frame for number in numbers for frame in kept[number]))
            place = {frame: at for at, frame in enumerate(frames)}
            places = [[place[frame] for frame in kept[number]] for number in numbers]
            visual = self._blip.window_queries(self._features(frames), clean, places)
            for number, probability in zip(numbers, self._blip.probability_yes(prompt, visual), strict=True):
                found[number] = probability
        return found

    def event_probability(self, words: str) -> float | None:
        """By the model of time that lies beside the checkpoint, where there is one."""
        return self._blip.event_probability(words)

    def locate_events(self, events: Sequence[str], frames: Sequence[Keyframe]) -> list[Timing] | None:
        """By the model of time that lies beside the checkpoint, where there is one."""
        if not frames or not self._blip.has_event_timer:
            return None
        return self._blip.locate_events(events, self._features(frames), np.array([frame.seconds for frame in frames]))

    def caption(self, frames: Sequence[Keyframe]) -> list[Answer]:
        """One sentence for each frame; none, at confidence 0, for one unlike any that the core was trained on."""
        told = [Answer("", 0.0)] * len(frames)
        prompt = render("pocket/caption")
        places, visual = self._look(frames, prompt.lower())
        if places:
            for place, one in zip(places, self._blip.write(prompt, visual), strict=True):
                told[place] = Answer(one.text, one.confidence)
        return told

    def _look(self, frames: Sequence[Keyframe], instruction: str) -> tuple[list[int], Any]:
        """Which frames are of the kind that the checkpoint was trained on, and its queries of them; None of none."""
        if not frames:
            return [], None
        features = self._features(frames)
        places = [place for place, known in enumerate(self._blip.in_domain(features)) if known]
        return places, self._blip.queries(features[places], instruction) if places else None


def _alike(lengths: Sequence[int]) -> Iterator[list[int]]:
    """The places of equal lengths, a batch of them at a time; none of what is empty."""
    for length in sorted(set(lengths) - {0}):
        same = [place for place, one in enumerate(lengths) if one == length]
        yield from (same[start : start + WINDOW_BATCH] for start in range(0, len(same), WINDOW_BATCH))


def _is_about(question: str, written: str) -> bool:
    """True if something written is about the question: a word of it begins as one of the question does.

    Asked about what it has never heard of, a small model writes what it has: a black bird for the price of a ticket.
    """
    asked, told = ({_stem(word) for word in _words(text)} for text in (question, written))
    return not asked.isdisjoint(told - ARTICLES)


def _stem(word: str) -> str:
    return "per" if word == "people" else word[:3]


def _words(question: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+", question.lower()))
