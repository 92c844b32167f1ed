"""The planner on the pocket T5, asked by the prompts that it was trained on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.agent.cores.choice import choose_by_scores
from assistant.agent.cores.options import InstructBlipOptions
from assistant.agent.cores.pocket_guards import is_about_question, split_words
from assistant.text.shorten import shorten
from prompts import render
from tools.ports import Turn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assistant.models.blip.core_model import CoreModel
    from tools.ports import Choice

ABSENT = "none"
"""What the pocket T5 writes if a question leaves a slot open."""
STANDS_ALONE = "same"
"""What it writes instead of a question that stands alone already."""


class PocketPlanner:
    """Chooses, fills and rewrites as `tools.ports.Planner` says.

    Args:
        blip: the model.
        options: limits of what is read and written at once.
    """

    def __init__(self, blip: CoreModel, options: InstructBlipOptions) -> None:
        self._blip, self._options = blip, options

    def choose(self, question: str, options: Mapping[str, str]) -> Choice:
        """Returns the likeliest option; probabilities are a softmax over the likelihoods of the options' names.

        It was trained to write these very names. Measured on 300 held-out questions, the likelihoods as they are choose
        right in .98, calibrated by content-free questions (`CalibratedScores`) in .83.
        """
        texts = [name.replace("_", " ") for name in options]
        prompt = render("pocket/choose_tool", question=self._clean(question))
        return choose_by_scores(list(options), self._blip.score(prompt, texts)[0])

    def fill(self, question: str, tool: str, slots: Sequence[str]) -> dict[str, str]:
        """Returns the slots of a call, without those that are 'none' or have no word of the question."""
        filled = {}
        for slot in slots:
            prompt = self.slot_prompt(question, tool, slot)
            text = self._blip.write(prompt, max_new_tokens=self._options.slot_tokens)[0].text
            if text and text.lower() != ABSENT and is_about_question(question, text):
                filled[slot] = text
        return filled

    def slot_prompt(self, question: str, tool: str, slot: str) -> str:
        """Returns the prompt after which the model writes a slot of a call of `tool`."""
        names = {"tool": tool.replace("_", " "), "slot": slot.replace("_", " ")}
        return render("pocket/fill_slot", question=self._clean(question), **names)

    def rewrite(self, question: str, history: Sequence[Turn]) -> str:
        """Returns a follow-up as a question that stands alone; the question itself if it does, or without history."""
        if not history:
            return question
        turns = [Turn(self._clean(turn.question), self._clean(turn.answer)) for turn in history]
        prompt = render("pocket/rewrite", question=self._clean(question), history=turns)
        likeliest = self._blip.write(prompt, max_new_tokens=self._options.question_tokens)[0]
        rewritten = likeliest.text
        # A follow-up hardly ever means an earlier question. The model repeats one, with little confidence, if it never
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

    def _clean(self, text: str) -> str:
        return self._blip.clean(shorten(text, self._options.question_characters))
