"""The conversations: one that goes on, and the list of those there are."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Literal

import streamlit as st

from assistant.export.report import report_page
from ui.escape import escape_markdown
from ui.strings import Language, text

if TYPE_CHECKING:
    from assistant.session import Session

MOST_LISTED = 8


def open_current_thread() -> str:
    """The conversation that is shown; its id is in the page's address, so that a reload finds it again."""
    thread: str = st.query_params.get("thread") or st.session_state.get("thread") or new_thread_id()
    _remember(thread)
    return thread


def new_thread_id() -> str:
    """An id that nobody guesses."""
    return uuid.uuid4().hex[:12]


def _go(thread: str) -> None:
    """Shows a conversation, from whatever page."""
    _remember(thread)
    st.session_state["to_chat"] = True


def _remember(thread: str) -> None:
    st.session_state["thread"] = st.query_params["thread"] = thread


def show(session: Session, language: Language) -> None:
    """The list: begin a new one, go to another, and what can be done with this one."""
    st.button(
        text("new", language), width="stretch", icon=":material/add:", on_click=_go, args=(new_thread_id(),), key="new"
    )
    thread: str = st.session_state.get("thread", "")
    known = {info.thread_id: info.title for info in session.assistant.threads()}
    first, rest = list(known.items())[:MOST_LISTED], list(known.items())[MOST_LISTED:]
    _list(first, thread)
    if rest:
        with st.expander(text("older", language, count=len(rest)), type="compact"):
            _list(rest, thread)
    if thread in known:
        _manage(session, thread, known[thread], language)


def _list(rows: list[tuple[str, str]], thread: str) -> None:
    with st.container(gap="xxsmall"):
        for thread_id, name in rows:
            kind: Literal["secondary", "tertiary"] = "secondary" if thread_id == thread else "tertiary"
            key = f"thread-{thread_id}"
            st.button(escape_markdown(name[:40]), key=key, width="stretch", type=kind, on_click=_go, args=(thread_id,))


def _manage(session: Session, thread: str, name: str, language: Language) -> None:
    """Rename, hand on or delete the conversation that is shown."""

    def rename() -> None:
        given = str(st.session_state[f"name-{thread}"]).strip()
        if given and given != name:
            session.assistant.rename_thread(thread, given)

    def delete() -> None:
        session.assistant.delete_thread(thread)
        _go(new_thread_id())

    with st.popover(text("manage", language), width="stretch", icon=":material/more_horiz:"):
        st.text_input(text("rename", language), value=name, key=f"name-{thread}", on_change=rename)
        st.download_button(
            text("export", language),
            data=lambda: report_page(name, session.assistant.history(thread)),
            file_name="conversation.html",
            mime="text/html",
            width="stretch",
            icon=":material/download:",
            on_click="ignore",
        )
        st.button(text("delete", language), width="stretch", icon=":material/delete:", on_click=delete)
