"""The settings: what leaves this machine, which models are used, and the state of this machine."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

import streamlit as st

from ui import privacy
from ui.escape import escape_markdown
from ui.server import MAX_UPLOAD_MB
from ui.state import options
from ui.state.shared import shared_session
from ui.texts import Language, text

if TYPE_CHECKING:
    from assistant.session import Session


def show(language: Language) -> None:
    """Draws the screen."""
    session = shared_session()
    st.title(text("page_settings", language))
    st.subheader(text("privacy", language), anchor=False)
    _show_privacy(session, language)
    st.subheader(text("profile", language, name=session.profile.name), anchor=False)
    st.markdown(escape_markdown(session.profile.note_vi if language == "vi" else session.profile.note_en))
    _show_models(session, language)
    st.subheader(text("machine", language), anchor=False)
    _show_machine(session, language)


def _show_privacy(session: Session, language: Language) -> None:
    """Shows what leaves this machine, and what is kept on it."""
    online = options.read_voice_options(session).online
    outgoing = privacy.list_outgoing_data(session.settings, language, online_voice=online)
    if not outgoing:
        st.success(text("leaves_nothing", language), icon=f":material/{privacy.ICON}:")
    for sentence in outgoing:
        st.warning(escape_markdown(sentence), icon=":material/outbound:")
    st.caption(text("stays", language, limit=MAX_UPLOAD_MB))


def _show_models(session: Session, language: Language) -> None:
    """Shows, for each role, which model fills it and whether it is there."""
    from assistant.doctor import inventory

    for row in inventory(session.settings):
        icon = ":material/check:" if row["there"] else ":material/close:"
        role = text(f"role_{row['role']}", language)
        model = escape_markdown(f"{_shorten_path(row['uses'])} · {row['licence']}")
        st.markdown(f"{icon} **{role}** {model}")


def _shorten_path(uses: str) -> str:
    """Returns the last two parts of an absolute path: the page shows nobody where the checkpoints lie."""
    return "/".join(PurePath(uses).parts[-2:]) if PurePath(uses).is_absolute() else uses


@st.cache_data(show_spinner=False, ttl=60)
def _diagnose(_session: Session, library: str) -> list[dict[str, object]]:  # noqa: ARG001 - the cache's key
    from assistant.doctor import diagnose

    return diagnose(_session.settings)


def _show_machine(session: Session, language: Language) -> None:
    """Shows the state of the device, the codecs, the disk and more, with advice where something is wrong."""
    for row in _diagnose(session, str(session.settings.library)):
        icon = ":material/check:" if row["ok"] else ":material/priority_high:"
        advice = f"  \n:gray[{escape_markdown(str(row['do']))}]" if row["do"] else ""
        part = text(f"part_{row['what']}", language)
        st.markdown(f"{icon} **{part}** {escape_markdown(str(row['found']))}{advice}")
