"""What all tabs and all people share: one session with its models, one indexing job."""

from __future__ import annotations

import threading

import streamlit as st

from assistant.session import Session, open_session
from tools.errors import VideoAssistantError
from ui.indexing import Indexer
from ui.strings import Language, text


@st.cache_resource(show_spinner=False)
def shared_session() -> Session:
    """One library and one set of models; options come from the environment."""
    return open_session()


@st.cache_resource(show_spinner=False)
def shared_indexer() -> Indexer:
    """One indexing job at a time."""
    session = shared_session()
    return Indexer(session.settings.library, session.profile.name)


@st.cache_resource(show_spinner=False)
def _warming() -> threading.Thread:
    # Loading the models takes seconds: they load while the first question is typed.
    thread = threading.Thread(target=_warm, args=(shared_session(),), daemon=True)
    thread.start()
    return thread


def warm_up() -> None:
    """Begins to load the models, once."""
    _warming()


def models(language: Language) -> Session:
    """The session once its models are loaded; says so where that takes a while.

    Two threads must not load models at once: transformers imports its parts when they are first named, and a second
    thread finds half a module.
    """
    if (thread := _warming()).is_alive():
        with st.spinner(text("loading", language)):
            thread.join()
    return shared_session()


def _warm(session: Session) -> None:
    """Makes the models do one small thing each; what is wrong with them is told where they are used."""
    try:
        session.assistant.threads()
        session.search.embed(["a street"])
        session.core.choose("When does a bus appear?", {"find_frames": "", "look": ""})
    except VideoAssistantError:
        return
