"""The choices of voice and of the language of answers, in the side bar."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from assistant.models.voice import ACCENTS
from ui.state.options import default_accent
from ui.texts import NAMES, Language, text

if TYPE_CHECKING:
    from assistant.session import Session

SPEEDS = (0.75, 1.0, 1.25, 1.5)


def show(session: Session, language: Language) -> None:
    """Shows the widgets; they keep their values while other screens are shown. `read_voice_options` reads them."""
    st.toggle(text("auto_speak", language), key="auto_speak", persist_state="session")
    st.toggle(
        text("online_voice", language),
        value=session.settings.online_voice,
        key="online_voice",
        persist_state="session",
    )
    st.caption(text("online_help", language))
    st.segmented_control(
        text("speed", language),
        SPEEDS,
        default=1.0,
        required=True,
        format_func=lambda speed: f"{speed:g}×",
        key="speed",
        persist_state="session",
    )
    for spoken, accents in ACCENTS.items():
        st.selectbox(
            text("accent", language, spoken=NAMES[spoken]),
            list(accents),
            index=list(accents).index(default_accent(session, spoken)),
            format_func=lambda accent: text(f"accent_{accent}", language),
            key=f"accent_{spoken}",
            persist_state="session",
        )
    st.selectbox(
        text("answer_in", language),
        ["asked", *NAMES],
        format_func=lambda choice: text("as_asked", language) if choice == "asked" else NAMES[choice],
        key="answer_in",
        persist_state="session",
    )
    if not session.can_hear:
        st.caption(text("no_speech_model", language))
    elif session.listener.language == "en":
        st.caption(text("english_speech_only", language))
