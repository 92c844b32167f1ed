"""What to ask: for each kind of question, what the assistant does, and questions to click."""

from __future__ import annotations

import streamlit as st

from ui.state import links
from ui.texts import Language, text
from ui.texts.guide import GUIDE


def show(language: Language) -> None:
    """Draws the screen."""
    st.title(text("page_guide", language))
    st.markdown(text("guide_intro", language))
    for heading, explanation, questions in GUIDE[language]:
        st.subheader(heading, anchor=False)
        st.caption(explanation)
        with st.container(horizontal=True, gap="small"):
            for question in questions:
                if st.button(question, key=f"guide-{question}", icon=":material/chat:"):
                    st.session_state["asked"] = question
                    links.open_screen("chat")
    st.caption(text("guide_limits", language))
