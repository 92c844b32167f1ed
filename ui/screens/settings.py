"""Settings and honesty: what the models know, which are there, and what leaves this machine."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

import streamlit as st

from ui import privacy
from ui.escape import escape_markdown
from ui.server import MOST_UPLOAD_MB
from ui.state import options
from ui.state.shared import shared_session
from ui.strings import Language, text

if TYPE_CHECKING:
    from assistant.session import Session


def show(language: Language) -> None:
    """The whole page."""
    session = shared_session()
    st.title(text("settings", language))
    st.subheader(text("privacy", language), anchor=False)
    _privacy(session, language)
    st.subheader(text("profile", language, name=session.profile.name), anchor=False)
    st.markdown(escape_markdown(session.profile.note_vi if language == "vi" else session.profile.note_en))
    _models(session, language)
    st.subheader(text("machine", language), anchor=False)
    _machine(session, language)


def _privacy(session: Session, language: Language) -> None:
    """What leaves, sentence by sentence; how to stop it."""
    found = privacy.list_outgoing_data(
        session.settings, language, online_voice=options.read_voice_options(session).online
    )
    if not found:
        st.success(text("leaves_nothing", language), icon=f":material/{privacy.SIGN}:")
    for sentence in found:
        st.warning(escape_markdown(sentence), icon=":material/outbound:")
    st.caption(text("stays", language, limit=MOST_UPLOAD_MB))


def _models(session: Session, language: Language) -> None:
    """Each role: what fills it, whether it is there."""
    from assistant.doctor import inventory

    for row in inventory(session.settings):
        sign = ":material/check:" if row["there"] else ":material/close:"
        role = text(f"role_{row['role']}", language)
        where = escape_markdown(f"{_short(row['uses'])} · {row['licence']}")
        st.markdown(f"{sign} **{role}** {where}")


def _short(uses: str) -> str:
    """A checkpoint by its name: where it lies is nobody's business on the page."""
    return "/".join(PurePath(uses).parts[-2:]) if PurePath(uses).is_absolute() else uses


@st.cache_data(show_spinner=False, ttl=60)
def _diagnosis(_session: Session, library: str) -> list[dict[str, object]]:  # noqa: ARG001 - the cache's key
    from assistant.doctor import diagnose

    return diagnose(_session.settings)


def _machine(session: Session, language: Language) -> None:
    """Device, codecs, disk: what was found, and what to do where it will not do."""
    for row in _diagnosis(session, str(session.settings.library)):
        sign = ":material/check:" if row["ok"] else ":material/priority_high:"
        advice = f"  \n:gray[{escape_markdown(str(row['do']))}]" if row["do"] else ""
        what = text(f"part_{row['what']}", language)
        st.markdown(f"{sign} **{what}** {escape_markdown(str(row['found']))}{advice}")
