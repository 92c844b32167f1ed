"""What a visitor chose for this visit: the voice, and the language of answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from assistant.models.voice import ACCENTS
from ui.texts import NAMES, Language

if TYPE_CHECKING:
    from assistant.session import Session


@dataclass(frozen=True, slots=True)
class VoiceOptions:
    """The visitor's choices; the settings hold where nothing was chosen."""

    speak: bool  # reads every answer aloud as soon as it is there
    online: bool  # uses the online voice
    speed: float  # 1.0 is the voice's own
    accents: dict[Language, str]  # the voice's accent in each language
    answer_in: Language | None  # None: in the language of the question


def read_voice_options(session: Session) -> VoiceOptions:
    """Returns the choices as they stand now."""
    state = st.session_state
    answer_in = state.get("answer_in")
    return VoiceOptions(
        speak=bool(state.get("auto_speak", False)),
        online=bool(state.get("online_voice", session.settings.online_voice)),
        speed=float(state.get("speed") or 1.0),
        accents={
            language: str(state.get(f"accent_{language}") or default_accent(session, language)) for language in ACCENTS
        },
        answer_in=answer_in if answer_in in NAMES else None,
    )


def default_accent(session: Session, language: Language) -> str:
    """Returns the accent that the settings name for a language."""
    return session.settings.accent_en if language == "en" else session.settings.accent_vi
