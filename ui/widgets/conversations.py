"""The conversations: the one that is open, and the list of all."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Literal

import streamlit as st

from assistant.export.report import report_page
from ui.escape import escape_markdown
from ui.texts import Language, text

if TYPE_CHECKING:
    from assistant.session import Session

MAX_LISTED = 8  # further ones are folded away
MAX_NAME_LENGTH = 40  # characters on a button


def open_current_thread() -> str:
    """Returns the id of the open conversation; begins one if none is.

    The id stands in the page's address, so that a reload opens the same conversation.
    """
    thread: str = st.query_params.get("thread") or st.session_state.get("thread") or new_thread_id()
    _remember(thread)
    return thread


def new_thread_id() -> str:
    """Returns a random id that nobody can guess."""
    return uuid.uuid4().hex[:12]


def _open(thread: str) -> None:
    """Opens a conversation, whichever screen is shown."""
    _remember(thread)
    st.session_state["to_chat"] = True


def _remember(thread: str) -> None:
    st.session_state["thread"] = st.query_params["thread"] = thread


def show(session: Session, language: Language) -> None:
    """Shows the list: begins a conversation, opens another, and manages the open one."""
    st.button(
        text("new", language),
        width="stretch",
        icon=":material/add:",
        on_click=_open,
        args=(new_thread_id(),),
        key="new",
    )
    thread: str = st.session_state.get("thread", "")
    names = {info.thread_id: info.title for info in session.assistant.threads()}
    latest, older = list(names.items())[:MAX_LISTED], list(names.items())[MAX_LISTED:]
    _show_rows(latest, thread)
    if older:
        with st.expander(text("older", language, count=len(older)), type="compact"):
            _show_rows(older, thread)
    if thread in names:
        _show_actions(session, thread, names[thread], language)


def _show_rows(rows: list[tuple[str, str]], thread: str) -> None:
    """Shows a button for each conversation, given by id and name; the open one, `thread`, stands out."""
    with st.container(gap="xxsmall"):
        for thread_id, name in rows:
            kind: Literal["secondary", "tertiary"] = "secondary" if thread_id == thread else "tertiary"
            shortened = name if len(name) <= MAX_NAME_LENGTH else f"{name[: MAX_NAME_LENGTH - 1].rstrip()}…"
            label = escape_markdown(shortened)
            st.button(label, key=f"thread-{thread_id}", width="stretch", type=kind, on_click=_open, args=(thread_id,))


def _show_actions(session: Session, thread: str, name: str, language: Language) -> None:
    """Offers to rename, save or delete the open conversation."""

    def rename() -> None:
        new_name = str(st.session_state[f"name-{thread}"]).strip()
        if new_name and new_name != name:
            session.assistant.rename_thread(thread, new_name)

    def delete() -> None:
        session.assistant.delete_thread(thread)
        _open(new_thread_id())

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
