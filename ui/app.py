"""The page. Streamlit runs this file from top to bottom at every interaction."""

from __future__ import annotations

from functools import partial

import streamlit as st

from assistant.session import Session
from ui import login, privacy, theme
from ui.escape import escape_markdown
from ui.screens import chat, guide, library, moment, search, settings
from ui.state import links, options
from ui.state.shared import shared_session, start_loading_models
from ui.texts import NAMES, Language, browser_language, named_language, text
from ui.widgets import conversations, voice_options

SCREENS = {
    "chat": (chat.show, ":material/chat:"),
    "search": (search.show, ":material/image_search:"),
    "library": (library.show, ":material/video_library:"),
    "moment": (moment.show, ":material/movie:"),
    "guide": (guide.show, ":material/help:"),
    "settings": (settings.show, ":material/settings:"),
}
HIDDEN = {"moment"}  # opened by links alone


def choose_language() -> Language:
    """Shows the choice of the page's language and returns it.

    The address chooses first (`?lang=vi`), then the browser. Streamlit can bind the widget to the address, but writes
    the label (`?lang=Tiếng Việt`) and drops a code, so the address is read and written here.
    """
    browser = browser_language(st.context.locale)
    if "lang" not in st.session_state:
        st.session_state["lang"] = named_language(st.query_params.get("lang")) or browser
    languages: list[Language] = ["en", "vi"]
    chosen: Language | None = st.sidebar.segmented_control(
        text("language", st.session_state["lang"] or browser),
        languages,
        required=True,
        format_func=lambda language: NAMES[language],
        key="lang",
        label_visibility="collapsed",
        width="stretch",
    )
    language = chosen or browser
    if language == browser:
        if "lang" in st.query_params:
            del st.query_params["lang"]
    elif st.query_params.get("lang") != language:
        st.query_params["lang"] = language
    return language


def show_sidebar(session: Session, language: Language) -> None:
    """Shows the conversations, the choices of voice, and what leaves this machine."""
    with st.sidebar:
        conversations.show(session, language)
        with st.expander(text("voice", language), icon=":material/record_voice_over:"):
            voice_options.show(session, language)
        online = options.read_voice_options(session).online
        outgoing = privacy.summarise_outgoing_data(session.settings, language, online_voice=online)
        st.caption(f":material/{privacy.ICON}: {escape_markdown(outgoing)}")


def main() -> None:
    """Draws the page once: the frame, the screen that the address names, and the side bar."""
    st.set_page_config(page_title="video-assistant", page_icon=theme.draw_icon(), layout="wide")
    theme.apply()
    language = choose_language()
    if not login.require_password(language):
        return
    pages = {
        name: st.Page(
            partial(show, language),
            title=text(f"page_{name}", language),
            icon=icon,
            url_path="" if name == "chat" else name,
            default=name == "chat",
            visibility="hidden" if name in HIDDEN else "visible",
        )
        for name, (show, icon) in SCREENS.items()
    }
    links.remember_pages(pages)
    start_loading_models()
    page = st.navigation(list(pages.values()), position="top")
    if st.session_state.pop("to_chat", False) and page.url_path:
        st.switch_page(pages["chat"])
    page.run()
    # After the page: a question that is being answered does not wait for the list of conversations.
    show_sidebar(shared_session(), language)


main()
