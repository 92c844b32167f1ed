"""The door, where the page is open to other machines: a password, asked for once a visit."""

from __future__ import annotations

import hmac
import os
import time

import streamlit as st

from ui.strings import Language, text

PASSWORD = "VIDEO_ASSISTANT_PASSWORD"  # noqa: S105 - the variable's name
WAIT_SECONDS = 1.0  # after a wrong one


def is_open_to_others() -> bool:
    """Whether the page is served beyond this machine: then a password is set."""
    return bool(os.environ.get(PASSWORD))


def require_password(language: Language) -> bool:
    """True once the password was given, or where none is asked for; shows the form otherwise."""
    wanted = os.environ.get(PASSWORD)
    if not wanted or st.session_state.get("entered"):
        return True
    with st.form("entrance"):
        st.markdown(text("entrance", language))
        given = st.text_input(text("password", language), type="password")
        pressed = st.form_submit_button(text("enter", language))
    if pressed and hmac.compare_digest(given.encode(), wanted.encode()):
        st.session_state["entered"] = True
        st.rerun()
    if pressed:
        time.sleep(WAIT_SECONDS)
        st.error(text("wrong_password", language))
    return False
