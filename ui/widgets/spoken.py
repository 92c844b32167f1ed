"""The spoken answer: a film that steps from keyframe to keyframe while it tells them, and its transcript."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from assistant.export.narration import Part, narrate
from assistant.text.display import time_in_words, video_title
from tools.errors import VideoAssistantError
from ui.escape import escape_markdown
from ui.state import options
from ui.strings import Language, text
from ui.widgets import subtitles

if TYPE_CHECKING:
    from assistant.agent import Reply
    from assistant.session import Session

MOST_TOLD = 4  # keyframes


def show_button(key: str, language: Language) -> None:
    """Asks for the voice."""
    if st.button(text("speak", language), key=f"{key}-speak", icon=":material/volume_up:", type="tertiary"):
        _wanted().add(key)


def _wanted() -> set[str]:
    wanted: set[str] = st.session_state.setdefault("spoken", set())
    return wanted


def show(session: Session, reply: Reply, key: str, language: Language, *, at_once: bool) -> None:
    """The voice, once it is asked for."""
    if at_once:
        _wanted().add(key)
    if key not in _wanted():
        return
    chosen = options.read_voice_options(session)
    told = narration_parts(reply)
    voice, folder = session.voice(online=chosen.online, accents=chosen.accents), session.settings.library / "voice"
    try:
        if len(told) == 1:
            speech = voice.speak(reply.spoken, reply.language)
            st.audio(str(speech.path), autoplay=True, alt=reply.spoken)
            notice = speech.notice
        else:
            film = narrate(told, reply.language, voice, folder, speed=chosen.speed)
            cues = subtitles.format_vtt(film.cues)
            st.video(
                str(film.path),
                autoplay=True,
                subtitles={text("transcript", language): cues},
                alt=reply.spoken,
                width=480,
            )
            notice = film.notice
    except VideoAssistantError as error:
        st.warning(escape_markdown(str(error)))
        return
    if notice:
        st.toast(notice)
    with st.expander(text("transcript", language), type="compact"):
        st.markdown("  \n".join(escape_markdown(part.words) for part in told))


def narration_parts(reply: Reply) -> list[Part]:
    """The answer, then each keyframe with its time and what it says; the answer alone where there is none."""
    shown = [e for e in reply.evidence if e.image and Path(e.image).is_file()][:MOST_TOLD]
    told = [Part(reply.spoken, Path(str(shown[0].image)) if shown else None)]
    for number, one in enumerate(shown, 1):
        at = one.seconds
        where = {
            "number": number,
            "time": time_in_words(at, reply.language),
            "video": video_title(one.moment.video_id).replace("-", " "),
        }
        words = text("told", reply.language, **where)
        told.append(Part(f"{words} {one.text}." if one.text else words, Path(str(one.image))))
    return told
