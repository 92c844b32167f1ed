"""What a person chose for this visit: voice, and the language of answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from assistant.models.voice import ACCENTS
from ui.strings import NAMES, Language

if TYPE_CHECKING:
    from assistant.session import Session


@dataclass(frozen=True, slots=True)
class VoiceOptions:
    """The choices, or what holds until there are any."""

    speak: bool  # every answer at once
    online: bool  # the voice
    speed: float
    accents: dict[Language, str]  # the voice's, of each language
    answer_in: Language | None  # None: as asked


def read_voice_options(session: Session) -> VoiceOptions:
    """As they stand now."""
    state = st.session_state
    chosen = state.get("answer_in")
    return VoiceOptions(
        speak=bool(state.get("auto_speak", False)),
        online=bool(state.get("online_voice", session.settings.online_voice)),
        speed=float(state.get("speed") or 1.0),
        accents={one: str(state.get(f"accent_{one}") or default_accent(session, one)) for one in ACCENTS},
        answer_in=chosen if chosen in NAMES else None,
    )


def default_accent(session: Session, language: Language) -> str:
    """The accent of the settings."""
    return session.settings.accent_en if language == "en" else session.settings.accent_vi
