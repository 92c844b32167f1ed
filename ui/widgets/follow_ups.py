"""What one could ask next: questions that the assistant can answer, made from what the last answer rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui.escape import escape_markdown
from ui.strings import text

if TYPE_CHECKING:
    from assistant.agent import Reply

MOST = 3


def suggest_questions(reply: Reply) -> list[str]:
    """At most three, in the language of the reply; none where it offers choices itself."""
    language = reply.language
    if reply.choices:
        return []
    if reply.sequences:
        found = [moment.event for moment in reply.sequences[0].moments if not moment.missed]
        keys = [text("ask_without", language, event=found[-1])] if len(found) > 1 else []
        others = ("ask_later", "ask_next") if len(found) > 1 else ("ask_next",)
        return [*keys, *(text(key, language) for key in others)][:MOST]
    if not reply.evidence or not reply.short:  # "it" would be nothing
        return [text(key, language) for key in ("ask_about", "ask_read")]
    kind = reply.evidence[0].tool
    if kind == "read_text":
        keys = ["ask_about", "ask_next"]
    elif kind in ("ground", "count"):
        keys = ["ask_colour", "ask_next"]
    elif kind == "describe":
        keys = ["ask_next", "ask_before", "ask_read"]
    else:
        keys = ["ask_colour", "ask_next", "ask_before"]
    asked = " ".join(reply.question.casefold().split())
    return [said for key in keys if (said := text(key, language)).casefold() != asked][:MOST]


def show(last: Reply, thread: str, number: int) -> str | None:
    """The readings of a question that has two, or what one could ask next; the one clicked."""
    choices = last.choices or suggest_questions(last)
    if not choices:
        return None
    with st.container(horizontal=True, key=f"offered-{thread}-{number}"):
        for place, choice in enumerate(choices):
            icon = ":material/subdirectory_arrow_right:" if last.choices else ":material/lightbulb:"
            if st.button(escape_markdown(choice), key=f"{thread}-{number}-choice-{place}", icon=icon):
                return choice
    return None
