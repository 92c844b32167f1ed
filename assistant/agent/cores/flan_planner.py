"""The planner on an official InstructBLIP or BLIP-2, whose language model follows instructions: Flan-T5, Vicuna, OPT.

Flan was trained on instructions, on `OPTIONS:` lists, and on a few examples before the question (Chung et al. 2022,
"Scaling Instruction-Finetuned Language Models"; Longpre et al. 2023, "The Flan Collection").
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.agent.cores.choice import CalibratedScores, choose_by_scores
from assistant.agent.cores.options import InstructBlipOptions
from assistant.models.blip.language_model import MAX_PROMPT_TOKENS
from assistant.text.shorten import shorten
from prompts import PromptError, render, schema_text
from tools.ports import Turn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from assistant.models.blip.core_model import CoreModel
    from tools.ports import Choice

ABSENT = frozenset({"", "none", "no", "n/a", "unanswerable"})
"""What an official model writes if a question leaves a slot open."""
_NEXT_EXAMPLE = re.compile(r"\s*\b(?:Question|Conversation|Words|Rewritten question|Answer|OPTIONS):")
MIN_CHARACTERS = 40  # of a question that is cut for want of room; less would say nothing


class FlanPlanner:
    """Chooses, fills and rewrites as `tools.ports.Planner` says.

    Args:
        blip: the model.
        options: limits of what is read and written at once.
    """

    def __init__(self, blip: CoreModel, options: InstructBlipOptions) -> None:
        self._blip, self._options = blip, options
        self._score = CalibratedScores(blip, "flan/choose")

    def choose(self, question: str, options: Mapping[str, str]) -> Choice:
        """Returns the option whose description answers best what the question asks for, bias apart."""
        names = list(options)
        texts = [self._describe(name, description) for name, description in options.items()]
        if len(set(texts)) < len(texts):  # options that read alike are told apart by their names
            texts = [name.replace("_", " ") for name in names]
        cut = self._cut_to_fit(question, lambda part: render("flan/choose", question=part, options=texts))
        return choose_by_scores(names, self._score(cut, texts))

    def fill(self, question: str, tool: str, slots: Sequence[str]) -> dict[str, str]:
        """Returns the slots of a call, without those that the question leaves open."""
        filled = {}
        for slot in slots:
            prompt = self.slot_prompt(question, tool, slot)
            text = self._write(prompt, self._options.slot_tokens).strip(" .\"'")
            if text.lower() not in ABSENT:
                filled[slot] = text
        return filled

    def slot_prompt(self, question: str, tool: str, slot: str) -> str:
        """Returns the prompt after which the model writes a slot of a call of `tool`."""
        wanted = _what_a_slot_says(tool, slot)

        def build(part: str) -> str:
            return render("flan/fill", question=part, wanted=wanted)

        return build(self._cut_to_fit(question, build))

    def rewrite(self, question: str, history: Sequence[Turn]) -> str:
        """Returns a follow-up as a question that stands alone; the question itself without history."""
        if not history:
            return question
        turns = [Turn(self._turn_text(turn.question), self._turn_text(turn.answer)) for turn in history]
        turns = turns[-self._options.rewrite_turns :]

        def build(part: str) -> str:
            return render("flan/rewrite", question=part, history=turns)

        prompt = build(self._cut_to_fit(question, build))
        return self._write(prompt, self._options.question_tokens) or question

    def _write(self, prompt: str, max_new_tokens: int) -> str:
        """Returns what the model writes after a prompt; an OPT goes on with examples of its own, which are cut off."""
        return _NEXT_EXAMPLE.split(self._blip.write(prompt, max_new_tokens=max_new_tokens)[0].text)[0]

    def _describe(self, name: str, description: str) -> str:
        text = self._blip.clean(shorten(description, self._options.option_characters))
        return text or name.replace("_", " ")

    def _turn_text(self, text: str) -> str:
        return self._blip.clean(shorten(text, self._options.turn_characters)).rstrip(".")

    def _cut_to_fit(self, question: str, build: Callable[[str], str]) -> str:
        """Returns as much of a question as leaves room for the rest of its prompt, special tokens removed.

        A prompt that is too long would lose its beginning, which is the instruction.
        """
        limit = self._options.question_characters
        cut = self._blip.clean(shorten(question, limit))
        while limit > MIN_CHARACTERS and self._blip.count_tokens(build(cut)) > MAX_PROMPT_TOKENS:
            limit //= 2
            cut = self._blip.clean(shorten(question, limit))
        return cut


def _what_a_slot_says(tool: str, slot: str) -> str:
    """The first words of a slot's description, as the prompt file of its tool gives it; else the slot's name."""
    try:
        description = schema_text(f"tools/{tool}").field(slot)
    except PromptError:
        return f"the {slot.replace('_', ' ')}"
    return re.split(r"[,;]", description)[0]
