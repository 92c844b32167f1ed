"""The chat: a question goes in at the foot of the page, its answer grows above it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from assistant.library.folders import video_ids_by_folder
from assistant.text.display import video_title
from tools.errors import VideoAssistantError
from ui.escape import escape_markdown
from ui.speech_input import transcribe_question
from ui.state import options
from ui.state.shared import shared_indexer, shared_session, wait_for_models
from ui.strings import Language, text
from ui.widgets import conversations, follow_ups, reply, welcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assistant.agent import Reply, Step
    from assistant.session import Session

ALL = ""  # no one video
FOLDER = "folder:"  # before a folder's path, which no video id holds
MOST_TURNS = 8  # drawn at once; those before come when they are asked for
PREVIEWED = 4  # keyframes shown while they are checked
PREVIEW_WIDTH = 132


def show(language: Language) -> None:
    """The whole page."""
    session = shared_session()
    thread = conversations.open_current_thread()
    scope = _scope(session, language)
    replies = session.assistant.history(thread)
    question = _asked(session, language)
    if not replies and not question:
        st.title(text("title", language))
        question = welcome.show(session, shared_indexer(), language)
    _conversation(session, replies, thread, language)
    if not question and replies:
        question = follow_ups.show(replies[-1], thread, len(replies))
    if question:
        _answer(session, question, thread, scope, len(replies), language)


def _scope(session: Session, language: Language) -> list[str] | None:
    """The videos that are asked about: one, those of a folder, or None for all."""
    videos = session.library.videos()
    places = {f"{FOLDER}{place}": video_ids for place, video_ids in video_ids_by_folder(videos).items()}
    names = {place: text("folder", language, name=Path(place).name) for place in places}
    names |= {video.video_id: video_title(video.video_id) for video in videos}
    wanted = st.session_state.pop("scope_next", None)
    if wanted in names:
        st.session_state["scope"] = wanted
    if st.session_state.get("scope", ALL) not in (ALL, *names):  # removed meanwhile
        st.session_state["scope"] = ALL
    chosen: str = st.sidebar.selectbox(
        text("scope", language),
        [ALL, *names],
        format_func=lambda one: names.get(one) or text("all", language),
        key="scope",
        persist_state="session",
    )
    return None if chosen == ALL else places.get(chosen, [chosen])


def _asked(session: Session, language: Language) -> str | None:
    """What was typed, spoken or clicked."""
    given = st.chat_input(
        text("ask", language),
        key="question",
        submit_mode="stop",
        accept_audio=session.settings.speech is not None,
    )
    clicked: str | None = st.session_state.pop("asked", None)
    if given is None or isinstance(given, str):
        return clicked or given
    if given.audio is None:
        return str(given.text)
    try:
        return transcribe_question(session, given.audio.getvalue(), language)
    except VideoAssistantError as error:
        st.warning(escape_markdown(str(error)))
        return None


def _conversation(session: Session, replies: Sequence[Reply], thread: str, language: Language) -> None:
    """The last turns, oldest first."""
    more = f"all-{thread}"
    hidden = 0 if st.session_state.get(more) else max(0, len(replies) - MOST_TURNS)
    if hidden:
        st.button(text("earlier", language, count=hidden), on_click=st.session_state.__setitem__, args=(more, True))
    aloud = st.session_state.pop("speak_next", None)
    for number, one in enumerate(replies):
        if number < hidden:
            continue
        key = f"{thread}-{number}"
        _question(one.question, key, language)
        with st.chat_message("assistant", avatar=":material/movie:"):
            reply.show(session, one, thread, key, language, speak=aloud == key)


def _question(question: str, key: str, language: Language) -> None:
    """What the user asked, and a way to ask it anew in other words."""
    with (
        st.chat_message("user", avatar=":material/person:"),
        st.container(horizontal=True, vertical_alignment="center", wrap=False),
    ):
        st.markdown(escape_markdown(question), width="stretch")
        st.button(
            ":material/edit:",
            key=f"{key}-edit",
            help=text("edit", language),
            type="tertiary",
            on_click=st.session_state.__setitem__,
            args=("question", question),
        )


def _answer(
    session: Session, question: str, thread: str, scope: list[str] | None, number: int, language: Language
) -> None:
    """Asks, shows each step as it happens, and draws the page anew with the reply."""
    chosen = options.read_voice_options(session)
    with st.chat_message("user", avatar=":material/person:"):
        st.markdown(escape_markdown(question))
    with st.chat_message("assistant", avatar=":material/movie:"):
        try:
            wait_for_models(language)
            one = scope[0] if scope is not None and len(scope) == 1 else None
            items = session.assistant.stream(
                question,
                thread_id=thread,
                video_id=one,
                video_ids=None if one else scope,
                language=chosen.answer_in,
            )
            _follow(session, items, language)
        except VideoAssistantError as error:
            st.error(escape_markdown(str(error)))
            return
    if chosen.speak:
        st.session_state["speak_next"] = f"{thread}-{number}"
    # The reply is drawn from the conversation, so that its buttons are where the next click looks for them.
    st.rerun()


def _follow(session: Session, items: Iterable[Step | Reply], language: Language) -> None:
    """Each step as it happens; the keyframes that a search brings are seen while they are still being checked."""
    from assistant.agent import Reply

    with st.status(text("working", language), expanded=True) as status:
        for item in items:
            if isinstance(item, Reply):
                status.update(label=text("steps", language), state="complete", expanded=False)
                continue
            status.update(label=item.say)
            st.markdown(escape_markdown(item.say))
            if item.tool == "find_frames":
                _preview(session, item, language)


def _preview(session: Session, step: Step, language: Language) -> None:
    """What the search of this step finds."""
    given = step.arguments
    hits = session.search.search(
        str(given.get("query", "")),
        video_id=given.get("video"),
        start_seconds=given.get("start"),
        end_seconds=given.get("end"),
        limit=PREVIEWED,
    )
    with st.container(horizontal=True, gap="xsmall"):
        for hit in hits:
            alternative = text("candidate", language, name=video_title(hit.keyframe.video_id))
            st.image(hit.keyframe.image, width=PREVIEW_WIDTH, alt=alternative)
