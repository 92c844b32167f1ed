"""What a core is asked about pictures, in the form of its checkpoint's family."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from prompts import render

if TYPE_CHECKING:
    from assistant.models.blip.core_model import PromptFamily


class SightPrompt(NamedTuple):
    """A question about pictures, for both parts that read it."""

    text: str  # for the language model
    instruction: str  # for the Q-Former


def sight_prompt(family: PromptFamily, name: str, **values: str) -> SightPrompt:
    """Renders a prompt about pictures.

    An official Q-Former was trained on the whole prompt ("Question: ... Short answer:", as the authors' code asks), the
    pocket one on the bare question or statement.

    Args:
        family: of the checkpoint.
        name: `answer`, `answer_lines`, `verify` or `caption`.
        values: the variables of the prompt.
    """
    text = render(f"{family}/{name}", **values)
    if family != "pocket":
        return SightPrompt(text, render(f"{family}/answer", question=values["question"]) if "lines" in values else text)
    return SightPrompt(text, values.get("question") or values.get("statement") or text.lower())
