"""The chat: a question is typed at the foot of the page, its answer appears above."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from assistant.library.folders import video_ids_by_folder
from assistant.text.display import video_title
from tools.errors import VideoAssistantError
from ui.escape import escape_markdown
from ui.speech_input import transcribe_question
from ui.state import options
from ui.state.answering import iterate_stoppably
from ui.state.shared import shared_indexer, shared_session, wait_for_models
from ui.texts import Language, text
from ui.widgets import conversations, follow_ups, reply, welcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assistant.agent import Reply, Step
    from assistant.session import Session

ALL_VIDEOS = ""
FOLDER = "folder:"  # before a folder's path, which no video id holds
MAX_TURNS = 8  # drawn at once; earlier turns are drawn when they are asked for
MAX_PREVIEWS = 4  # keyframes shown while they are being checked
PREVIEW_WIDTH = 132  # pixels


def show(language: Language) -> None:
    """Draws the screen."""
    session = shared_session()
    thread = conversations.open_current_thread()
    scope = _choose_scope(session, language)
    replies = session.assistant.history(thread)
    question = _read_question(session, language)
    if not replies and not question:
        st.title(text("title", language))
        question = welcome.show(session, shared_indexer(), language)
    _show_conversation(session, replies, thread, language)
    if not question and replies:
        question = follow_ups.show(replies[-1], thread, len(replies))
    if question:
        _answer(session, question, thread, scope, len(replies), language)


def _choose_scope(session: Session, language: Language) -> list[str] | None:
    """Lets the visitor limit questions to a video or a folder; returns the video ids, or None for all videos."""
    videos = session.library.videos()
    folders = {f"{FOLDER}{folder}": video_ids for folder, video_ids in video_ids_by_folder(videos).items()}
    names = {folder: text("folder", language, name=Path(folder).name) for folder in folders}
    names |= {video.video_id: video_title(video.video_id) for video in videos}
    requested = st.session_state.pop("scope_next", None)
    if requested in names:
        st.session_state["scope"] = requested
    if st.session_state.get("scope", ALL_VIDEOS) not in (ALL_VIDEOS, *names):  # removed meanwhile
        st.session_state["scope"] = ALL_VIDEOS
    chosen: str = st.sidebar.selectbox(
        text("scope", language),
        [ALL_VIDEOS, *names],
        format_func=lambda scope: names.get(scope) or text("all", language),
        key="scope",
        persist_state="session",
    )
    return None if chosen == ALL_VIDEOS else folders.get(chosen, [chosen])


def _read_question(session: Session, language: Language) -> str | None:
    """Returns the question that was typed, spoken or clicked since the last run."""
    entry = st.chat_input(
        text("ask", language),
        key="question",
        submit_mode="stop",
        accept_audio=session.can_hear,
    )
    clicked: str | None = st.session_state.pop("asked", None)
    if entry is None or isinstance(entry, str):
        return clicked or entry
    if entry.audio is None:
        return str(entry.text)
    try:
        return transcribe_question(session, entry.audio.getvalue(), language)
    except VideoAssistantError as error:
        st.warning(escape_markdown(str(error)))
        return None


def _show_conversation(session: Session, replies: Sequence[Reply], thread: str, language: Language) -> None:
    """Draws the last turns, the oldest first."""
    all_key = f"all-{thread}"
    hidden = 0 if st.session_state.get(all_key) else max(0, len(replies) - MAX_TURNS)
    if hidden:
        st.button(text("earlier", language, count=hidden), on_click=st.session_state.__setitem__, args=(all_key, True))
    speak_key = st.session_state.pop("speak_next", None)
    for number, past_reply in enumerate(replies):
        if number < hidden:
            continue
        key = f"{thread}-{number}"
        _show_question(past_reply.question, key, language)
        with st.chat_message("assistant", avatar=":material/movie:"):
            reply.show(session, past_reply, thread, key, language, speak=speak_key == key)


def _show_question(question: str, key: str, language: Language) -> None:
    """Draws a question of the visitor, and the button that puts it into the input to be edited."""
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
    """Asks the question, shows each step as it happens, and draws the page anew with the reply."""
    voice = options.read_voice_options(session)
    with st.chat_message("user", avatar=":material/person:"):
        st.markdown(escape_markdown(question))
    with st.chat_message("assistant", avatar=":material/movie:"):
        try:
            wait_for_models(language)
            only_video = scope[0] if scope is not None and len(scope) == 1 else None
            items = session.assistant.stream(
                question,
                thread_id=thread,
                video_id=only_video,
                video_ids=None if only_video else scope,
                language=voice.answer_in,
            )
            _show_steps(session, iterate_stoppably(items, partial(session.assistant.cancel, thread)), language)
        except VideoAssistantError as error:
            st.error(escape_markdown(str(error)))
            return
    if voice.speak:
        st.session_state["speak_next"] = f"{thread}-{number}"
    # The reply is drawn from the conversation, so that its buttons are where the next click looks for them.
    st.rerun()


def _show_steps(session: Session, items: Iterable[Step | Reply], language: Language) -> None:
    """Shows each step as it happens, with the keyframes of a search while they are still being checked."""
    from assistant.agent import Reply

    with st.status(text("working", language), expanded=True) as status:
        for item in items:
            if isinstance(item, Reply):
                status.update(label=text("steps", language), state="complete", expanded=False)
                continue
            status.update(label=item.say)
            st.markdown(escape_markdown(item.say))
            if item.tool == "find_frames":
                _preview_hits(session, item, language)


def _preview_hits(session: Session, step: Step, language: Language) -> None:
    """Shows the best keyframes of the search that a step makes."""
    arguments = step.arguments
    hits = session.search.search(
        str(arguments.get("query", "")),
        video_id=arguments.get("video"),
        start_seconds=arguments.get("start"),
        end_seconds=arguments.get("end"),
        limit=MAX_PREVIEWS,
    )
    with st.container(horizontal=True, gap="xsmall"):
        for hit in hits:
            alternative = text("candidate", language, name=video_title(hit.keyframe.video_id))
            st.image(hit.keyframe.image, width=PREVIEW_WIDTH, alt=alternative)
