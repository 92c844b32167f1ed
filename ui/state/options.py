"""What a person chose for this visit: voice, and the language of answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from assistant.models.voice import ACCENTS
from ui.strings import NAMES, Language, text

if TYPE_CHECKING:
    from assistant.session import Session

SPEEDS = (0.75, 1.0, 1.25, 1.5)


@dataclass(frozen=True, slots=True)
class VoiceOptions:
    """The choices, or what holds until there are any."""

    speak: bool  # every answer at once
    online: bool  # the voice
    speed: float
    accents: dict[Language, str]  # the voice's, of each language
    answer_in: Language | None  # None: as asked


def current(session: Session) -> VoiceOptions:
    """As they stand now."""
    state = st.session_state
    chosen = state.get("answer_in")
    return VoiceOptions(
        speak=bool(state.get("auto_speak", False)),
        online=bool(state.get("online_voice", session.settings.online_voice)),
        speed=float(state.get("speed") or 1.0),
        accents={one: str(state.get(f"accent_{one}") or _usual(session, one)) for one in ACCENTS},
        answer_in=chosen if chosen in NAMES else None,
    )


def _usual(session: Session, language: Language) -> str:
    """The accent of the settings."""
    return session.settings.accent_en if language == "en" else session.settings.accent_vi


def choose(session: Session, language: Language) -> None:
    """The widgets; they keep their values while other pages are shown."""
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
            index=list(accents).index(_usual(session, spoken)),
            format_func=lambda one: text(f"accent_{one}", language),
            key=f"accent_{spoken}",
            persist_state="session",
        )
    st.selectbox(
        text("answer_in", language),
        ["asked", *NAMES],
        format_func=lambda one: text("as_asked", language) if one == "asked" else NAMES[one],
        key="answer_in",
        persist_state="session",
    )
    if session.settings.speech is None:
        st.caption(text("no_ears", language))
