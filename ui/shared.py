"""What all tabs and all people share: one session with its models, one indexing job."""

from __future__ import annotations

import threading

import streamlit as st

from assistant.session import Session, open_session
from tools.errors import VideoAssistantError
from ui.indexing import Indexer


@st.cache_resource(show_spinner=False)
def shared_session() -> Session:
    """One library and one set of models; options come from the environment."""
    session = open_session()
    # Loading the models takes seconds: they load while the first question is typed.
    threading.Thread(target=_warm, args=(session,), daemon=True).start()
    return session


@st.cache_resource(show_spinner=False)
def shared_indexer() -> Indexer:
    """One indexing job at a time."""
    session = shared_session()
    return Indexer(session.settings.library, session.profile.name)


def _warm(session: Session) -> None:
    """Makes the models do one small thing each; what is wrong with them is told where they are used."""
    try:
        session.assistant.threads()
        session.search.embed(["a street"])
        session.core.choose("When does a bus appear?", {"find_frames": "", "look": ""})
    except VideoAssistantError:
        return
