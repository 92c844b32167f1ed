"""The chat page. Streamlit runs this file from top to bottom at every interaction."""

from __future__ import annotations

import streamlit as st

from assistant.session import Session, open_session
from tools.errors import VideoAssistantError
from ui import chat, sidebar
from ui.indexing import Indexer
from ui.strings import EXAMPLES, Language, text


@st.cache_resource(show_spinner=False)
def shared_session() -> Session:
    """One library and one set of models for all tabs; options come from the environment."""
    return open_session()


@st.cache_resource(show_spinner=False)
def shared_indexer() -> Indexer:
    """One indexing job for all tabs."""
    session = shared_session()
    return Indexer(session.settings.library, session.profile.name)


def examples(language: Language) -> str | None:
    """Questions to click, while the conversation is empty; the one clicked."""
    st.caption(text("try", language))
    clicked = None
    for start in range(0, len(EXAMPLES[language]), 3):
        for column, question in zip(st.columns(3), EXAMPLES[language][start : start + 3], strict=False):
            if column.button(question, width="stretch", key=f"example-{question}"):
                clicked = question
    return clicked


def page() -> None:
    """Everything, once."""
    st.set_page_config(page_title="video-assistant", layout="wide")
    session = shared_session()
    language = sidebar.choose_language()
    thread = sidebar.choose_thread(session, language)
    scope = sidebar.choose_scope(session, language)
    sidebar.add_videos(shared_indexer(), session.settings.library / "uploads", language)
    speak, online = sidebar.voice_options(session, language)
    sidebar.profile_note(session, language)
    st.title(text("title", language))
    replies = session.assistant.history(thread)
    question = st.chat_input(text("ask", language))
    if not session.library.videos():
        st.info(text("empty", language))
    elif not replies:
        question = examples(language) or question
    new = st.session_state.pop("speak_next", None)
    for number, reply in enumerate(replies):
        key = f"{thread}-{number}"
        chat.show_question(reply.question)
        chat.show_reply(session, reply, key, language, speak=key == new, online=online)
    if not question:
        return
    chat.show_question(question)
    try:
        items = session.assistant.stream(question, thread_id=thread, video_id=scope)
        reply = chat.stream_answer(items, language)
    except VideoAssistantError as error:
        st.error(str(error))
        return
    if speak:
        st.session_state["speak_next"] = f"{thread}-{len(replies)}"
    # The reply is drawn from the conversation, so that its buttons are where the next click looks for them.
    st.rerun()


page()
