"""The kinds of questions, one module each. A module that defines an `INTENT` is a kind; there is no other list.

They are tried in the order of their `rank`: the first that recognises a question reads it.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING

from assistant.agent.question.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.agent.intents.base import Intent
    from assistant.agent.question.question import Question


def _load_intents() -> tuple[Intent, ...]:
    modules = [importlib.import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__)]
    intents: list[Intent] = [module.INTENT for module in modules if hasattr(module, "INTENT")]
    return tuple(sorted(intents, key=lambda intent: intent.rank))


INTENTS = _load_intents()
BY_NAME: Mapping[str, Intent] = {intent.name: intent for intent in INTENTS}


def recognise(question: Question) -> Reading | None:
    """Reads a question by the first kind that recognises it; None if none does."""
    return next((reading for intent in INTENTS if (reading := intent.recognise(question)) is not None), None)


def offered_tools(descriptions: Mapping[str, str]) -> dict[str, str]:
    """The tools that a language model may choose among, with what they do: those that a kind `serves`."""
    served = {intent.serves for intent in INTENTS}
    return {name: description for name, description in descriptions.items() if name in served}


def for_tool(name: str) -> Intent:
    """The kind that `serves` a tool."""
    return next(intent for intent in INTENTS if intent.serves == name)
