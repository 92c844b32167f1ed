"""What all tabs and all visitors share: one session with its models, and one indexing job."""

from __future__ import annotations

import os
import threading

import streamlit as st

from assistant.session import Session, open_session
from tools.errors import VideoAssistantError
from ui.state.indexing import Indexer
from ui.texts import Language, text

_LOADING = threading.Lock()
"""Two threads must not load models at once: transformers imports its modules on first use, and a second thread would
find one that is half imported."""


@st.cache_resource(show_spinner=False)
def shared_session() -> Session:
    """Returns the one session of the page; its settings come from the environment."""
    return open_session()


@st.cache_resource(show_spinner=False)
def shared_indexer() -> Indexer:
    """Returns the one indexer of the page."""
    session = shared_session()
    return Indexer(session.settings.library, session.profile.name)


@st.cache_resource(show_spinner=False)
def _loading_thread() -> threading.Thread:
    # Loading the models takes seconds: they load while the first question is typed.
    thread = threading.Thread(target=_load_quietly, args=(shared_session(),), daemon=True)
    thread.start()
    return thread


def start_loading_models() -> None:
    """Starts to load the models in the background; only the first call does."""
    _loading_thread()


def wait_for_models(language: Language) -> Session:
    """Returns the session when its models are loaded; shows a spinner until then."""
    if (thread := _loading_thread()).is_alive():
        with st.spinner(text("loading", language)):
            thread.join()
    return shared_session()


def _load_quietly(session: Session) -> None:
    """Loads the models. An error is not reported here: it comes again, and is shown, where the model is used."""
    import torch

    if "OMP_NUM_THREADS" not in os.environ:
        # Several visitors may ask at once, and an indexing job may run too. With two threads on two busy cores, the
        # pocket core took ten times as long as with one thread, as each thread waits for the other at every layer.
        torch.set_num_threads(1)
    try:
        with _LOADING:
            _load(session)
    except (VideoAssistantError, OSError):
        return


def _load(session: Session) -> None:
    """Asks each model for one small result, which loads it."""
    session.assistant.threads()
    session.search.embed(["a street"])
    session.core.choose("When does a bus appear?", {"find_frames": "", "look": ""})
    session.core.fill("When does a bus appear?", "find_frames", ["query"])
    for video in session.library.videos()[:1]:
        session.core.verify("a street", session.library.keyframes(video.video_id)[:1])
