"""What all tabs and all people share: one session with its models, one indexing job."""

from __future__ import annotations

import os
import threading

import streamlit as st

from assistant.session import Session, open_session
from tools.errors import VideoAssistantError
from ui.state.indexing import Indexer
from ui.strings import Language, text

_LOADING = threading.Lock()
"""Two threads must not load models at once: transformers imports its parts when they are first named, and a second
thread finds half a module."""


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


def start_loading_models() -> None:
    """Begins to load the models, once."""
    _warming()


def wait_for_models(language: Language) -> Session:
    """The session once its models are loaded; says so where that takes a while."""
    if (thread := _warming()).is_alive():
        with st.spinner(text("loading", language)):
            thread.join()
    return shared_session()


def _warm(session: Session) -> None:
    """Makes the models do one small thing each; what is wrong with them is told where they are used."""
    import torch

    if "OMP_NUM_THREADS" not in os.environ:
        # Several people ask at once, and an index job may run beside: with two threads on two busy cores, the pocket
        # core took ten times as long as with one, since each thread waits for the other at every layer.
        torch.set_num_threads(1)
    try:
        with _LOADING:
            _load(session)
    except (VideoAssistantError, OSError):
        return


def _load(session: Session) -> None:
    session.assistant.threads()
    session.search.embed(["a street"])
    session.core.choose("When does a bus appear?", {"find_frames": "", "look": ""})
    session.core.fill("When does a bus appear?", "find_frames", ["query"])
    for video in session.library.videos()[:1]:
        session.core.verify("a street", session.library.keyframes(video.video_id)[:1])
