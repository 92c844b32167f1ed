"""The password of a page that other machines can reach: asked for once a visit."""

from __future__ import annotations

import hmac
import os
import time

import streamlit as st

from ui.texts import Language, text

PASSWORD = "VIDEO_ASSISTANT_PASSWORD"  # noqa: S105 - the variable's name
WAIT_SECONDS = 1.0  # after a wrong password: guessing takes long


def is_open_to_others() -> bool:
    """Returns whether other machines can reach the page: then a password is set."""
    return bool(os.environ.get(PASSWORD))


def require_password(language: Language) -> bool:
    """Returns whether the visitor may see the page; if not, shows the form that asks for the password."""
    password = os.environ.get(PASSWORD)
    if not password or st.session_state.get("entered"):
        return True
    with st.form("entrance"):
        st.markdown(text("entrance", language))
        typed = st.text_input(text("password", language), type="password")
        submitted = st.form_submit_button(text("enter", language))
    if submitted and hmac.compare_digest(typed.encode(), password.encode()):
        st.session_state["entered"] = True
        st.rerun()
    if submitted:
        time.sleep(WAIT_SECONDS)
        st.error(text("wrong_password", language))
    return False
