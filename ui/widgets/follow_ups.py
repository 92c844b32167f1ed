"""Questions to click under the last reply: the readings of an unclear question, or what could be asked next."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui.escape import escape_markdown
from ui.texts import text

if TYPE_CHECKING:
    from assistant.agent import Reply

MAX_QUESTIONS = 3


def suggest_questions(reply: Reply) -> list[str]:
    """Returns up to three questions that the assistant can answer next, in the reply's language.

    They fit what the reply rests on. Empty if the reply itself offers choices.
    """
    language = reply.language
    if reply.choices:
        return []
    if reply.sequences:
        events = [moment.event for moment in reply.sequences[0].moments if not moment.missed]
        if len(events) < 2:
            return [text("ask_next", language)]
        return [
            text("ask_without", language, event=events[-1]),
            text("ask_later", language),
            text("ask_next", language),
        ]
    if not reply.evidence or not reply.short:  # "it" would mean nothing
        return [text("ask_about", language), text("ask_read", language)]
    tool = reply.evidence[0].tool
    if tool == "read_text":
        keys = ["ask_about", "ask_next"]
    elif tool in ("ground", "count"):
        keys = ["ask_colour", "ask_next"]
    elif tool == "describe":
        keys = ["ask_next", "ask_before", "ask_read"]
    else:
        keys = ["ask_colour", "ask_next", "ask_before"]
    asked = " ".join(reply.question.casefold().split())
    questions = [text(key, language) for key in keys]
    return [question for question in questions if question.casefold() != asked][:MAX_QUESTIONS]


def show(reply: Reply, thread: str, number: int) -> str | None:
    """Shows the choices of the reply, else the suggested questions; returns the one that was clicked.

    Args:
        reply: the last one of the conversation.
        thread: the conversation.
        number: of replies in it.
    """
    questions = reply.choices or suggest_questions(reply)
    if not questions:
        return None
    icon = ":material/subdirectory_arrow_right:" if reply.choices else ":material/lightbulb:"
    with st.container(horizontal=True, key=f"offered-{thread}-{number}"):
        for position, question in enumerate(questions):
            if st.button(escape_markdown(question), key=f"{thread}-{number}-choice-{position}", icon=icon):
                return question
    return None
