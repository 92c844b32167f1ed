"""The answer read aloud: a film that shows each keyframe while it is described, and its transcript."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from assistant.export.narration import Part, narrate
from assistant.text.display import time_in_words, video_title
from tools.errors import VideoAssistantError
from ui.escape import escape_markdown
from ui.state import options
from ui.texts import Language, text
from ui.widgets import subtitles

if TYPE_CHECKING:
    from assistant.agent import Reply
    from assistant.session import Session

MAX_KEYFRAMES = 4
WIDTH = 480  # pixels


def show_button(key: str, language: Language) -> None:
    """Shows the button that has the reply `key` read aloud."""
    if st.button(text("speak", language), key=f"{key}-speak", icon=":material/volume_up:", type="tertiary"):
        _spoken_replies().add(key)


def _spoken_replies() -> set[str]:
    """Returns the keys of the replies that are read aloud in this visit."""
    keys: set[str] = st.session_state.setdefault("spoken", set())
    return keys


def show(session: Session, reply: Reply, key: str, language: Language, *, at_once: bool) -> None:
    """Plays the reply's voice and shows its transcript, if its button was clicked or `at_once` is set."""
    if at_once:
        _spoken_replies().add(key)
    if key not in _spoken_replies():
        return
    chosen = options.read_voice_options(session)
    parts = narration_parts(reply)
    voice = session.voice(online=chosen.online, accents=chosen.accents)
    try:
        if len(parts) == 1:
            speech = voice.speak(reply.spoken, reply.language)
            st.audio(str(speech.path), autoplay=True, alt=reply.spoken)
            notice = speech.notice
        else:
            film = narrate(parts, reply.language, voice, session.settings.library / "voice", speed=chosen.speed)
            st.video(
                str(film.path),
                autoplay=True,
                subtitles={text("transcript", language): subtitles.format_vtt(film.cues)},
                alt=reply.spoken,
                width=WIDTH,
            )
            notice = film.notice
    except VideoAssistantError as error:
        st.warning(escape_markdown(str(error)))
        return
    if notice:
        st.toast(notice)
    with st.expander(text("transcript", language), type="compact"):
        st.markdown("  \n".join(escape_markdown(part.words) for part in parts))


def narration_parts(reply: Reply) -> list[Part]:
    """Returns the answer, then each of its first keyframes with its time and text."""
    evidence = [item for item in reply.evidence if item.image and Path(item.image).is_file()][:MAX_KEYFRAMES]
    parts = [Part(reply.spoken, Path(str(evidence[0].image)) if evidence else None)]
    for number, item in enumerate(evidence, 1):
        words = text(
            "narrated_keyframe",
            reply.language,
            number=number,
            time=time_in_words(item.seconds, reply.language),
            video=video_title(item.moment.video_id).replace("-", " "),
        )
        parts.append(Part(f"{words} {item.text}." if item.text else words, Path(str(item.image))))
    return parts
