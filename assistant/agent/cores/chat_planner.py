"""The planner on any LangChain chat model with tool calls, whether it takes images or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import create_model

from assistant.agent.cores.chat import ChatCalls, escape_quotes
from assistant.agent.cores.chat_replies import Rewritten, Translation
from assistant.agent.cores.options import ChatOptions
from prompts import render
from tools.ports import Choice, Turn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from langchain_core.language_models import BaseChatModel

LANGUAGES = {"en": "English", "vi": "Vietnamese"}


class ChatModelPlanner:
    """Implements `tools.ports.Planner`.

    Args:
        model: calls tools.
        name: what error messages call it, `provider:model`.
        options: how often a call is asked for.
    """

    def __init__(self, model: BaseChatModel, name: str, options: ChatOptions | None = None) -> None:
        self._ask = ChatCalls(model, name, attempts=(options or ChatOptions()).attempts)

    def choose(self, question: str, options: Mapping[str, str]) -> Choice:
        """Returns the option that the model names; it gives no likelihood, so the probability is 1."""
        fields: dict[str, Any] = {"tool": (Literal[tuple(options)], ...)}
        schema = create_model("choose_tool", **fields)
        chosen = self._ask(schema, render("chat/choose", question=escape_quotes(question), options=dict(options)))
        return Choice(chosen.tool, 1.0, 1.0)

    def fill(self, question: str, tool: str, slots: Sequence[str]) -> dict[str, str]:
        """Returns the slots of a call, without those that the question leaves open."""
        fields: dict[str, Any] = dict.fromkeys(slots, (str | None, None))
        schema = create_model(f"{tool}_slots", **fields)
        filled = self._ask(schema, render("chat/fill", question=escape_quotes(question), tool=tool)).model_dump()
        return {slot: value.strip() for slot, value in filled.items() if value and value.strip()}

    def rewrite(self, question: str, history: Sequence[Turn]) -> str:
        """Returns a follow-up as a question that stands alone."""
        if not history:
            return question
        turns = [Turn(escape_quotes(turn.question), escape_quotes(turn.answer)) for turn in history]
        return self._ask(Rewritten, render("chat/rewrite", question=escape_quotes(question), history=turns)).question

    def translate(self, text: str, *, source: str, target: str) -> str:
        """Translates a text on any subject."""
        prompt = render("chat/translate", text=escape_quotes(text), source=LANGUAGES[source], target=LANGUAGES[target])
        return self._ask(Translation, prompt).text
