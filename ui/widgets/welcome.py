"""The first minute: what to do while the library is empty, and questions to click while none was asked."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from ui.state import links
from ui.state.suggestions import suggest_first_questions
from ui.texts import Language, text
from ui.texts.guide import EXAMPLES
from ui.widgets import indexing_progress

if TYPE_CHECKING:
    from assistant.session import Session
    from ui.state.indexing import Indexer


def show(session: Session, indexer: Indexer, language: Language) -> str | None:
    """Shows how to begin; returns the example question that was clicked."""
    videos = session.library.videos()
    if not videos:
        st.markdown(text("empty", language))
        with st.container(horizontal=True):
            st.button(
                text("take_demo", language),
                key="demo",
                type="primary",
                icon=":material/play_circle:",
                on_click=lambda: _index_demo(indexer),
                disabled=indexer.running,
            )
            links.show_link("library", text("add_own", language), icon=":material/upload:")
        indexing_progress.show(indexer, language)
        return None
    st.markdown(text("first_minute", language))
    file_names = {Path(path).name for video in videos for path in video.paths}
    has_demo = any(clip.name in file_names for clip in (files("assistant") / "demo").iterdir())
    questions = EXAMPLES[language] if has_demo else suggest_first_questions(session, language)
    with st.container(horizontal=True, gap="small"):
        for question in questions:
            if st.button(question, key=f"example-{question}"):
                return question
    if has_demo:
        links.show_link("library", text("add_own", language), icon=":material/upload:")
    links.show_link("guide", text("page_guide", language), icon=":material/help:")
    indexing_progress.show(indexer, language)
    return None


def _index_demo(indexer: Indexer) -> None:
    indexer.start([Path(str(files("assistant") / "demo"))])
