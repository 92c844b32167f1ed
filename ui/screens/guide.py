"""What to ask: one group of questions for each thing that the assistant can do, each to be clicked."""

from __future__ import annotations

import streamlit as st

from ui.strings import Language, text
from ui.texts import GUIDE


def show(language: Language) -> None:
    """The whole page."""
    st.title(text("what_to_ask", language))
    st.markdown(text("guide_intro", language))
    for heading, explained, questions in GUIDE[language]:
        st.subheader(heading, anchor=False)
        st.caption(explained)
        with st.container(horizontal=True, gap="small"):
            for question in questions:
                if st.button(question, key=f"guide-{question}", icon=":material/chat:"):
                    st.session_state["asked"] = question
                    st.switch_page(st.session_state["pages"]["chat"])
    st.caption(text("guide_limits", language))
