"""The side bar: language, conversations, videos and their indexing, voice, and what the profile knows."""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from assistant.agent.sentences import minute, title
from assistant.report import report_page
from ui.strings import NAMES, Language, browser_language, text

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from assistant.session import Session
    from ui.indexing import Indexer

MEDIA_TYPES = ["mp4", "mov", "mkv", "webm", "avi", "m4v", "ts", "mpg", "mpeg", "3gp", "flv", "wmv", "ogv"]


def choose_language() -> Language:
    """The page's language: the browser's, until the user chooses."""
    start = browser_language(st.context.locale)
    languages: list[Language] = ["en", "vi"]
    chosen: Language | None = st.sidebar.segmented_control(
        text("language", start),
        languages,
        default=start,
        format_func=lambda one: NAMES[one],
        key="language",
        label_visibility="collapsed",
    )
    return chosen or start


def choose_thread(session: Session, language: Language) -> str:
    """The conversation that goes on; its id is in the page's address, so that a reload finds it again."""
    current = st.query_params.get("thread") or _new_thread()
    with st.sidebar:
        st.subheader(text("conversations", language))
        if st.button(text("new", language), width="stretch", icon=":material/add:"):
            current = _new_thread()
            st.session_state.pop("player", None)
        known = {info.thread_id: info.title for info in session.assistant.threads()}
        for thread_id, name in list(known.items())[:10]:
            here = thread_id == current
            if st.button(name[:40], key=f"thread-{thread_id}", width="stretch", type="primary" if here else "tertiary"):
                current = thread_id
                st.session_state.pop("player", None)
        if current in known:
            _manage(session, current, known[current], language)
    st.query_params["thread"] = current
    return current


def _manage(session: Session, thread_id: str, name: str, language: Language) -> None:
    """Rename, hand on or delete the conversation that is shown."""
    with st.popover(text("manage", language), width="stretch", icon=":material/more_horiz:"):
        given = st.text_input(text("rename", language), value=name, key=f"name-{thread_id}").strip()
        if given and given != name:
            session.assistant.rename_thread(thread_id, given)
            st.rerun()
        st.download_button(
            text("export", language),
            data=lambda: report_page(name, session.assistant.history(thread_id)),
            file_name="conversation.html",
            mime="text/html",
            width="stretch",
            icon=":material/download:",
        )
        if st.button(text("delete", language), width="stretch", icon=":material/delete:"):
            session.assistant.delete_thread(thread_id)
            st.query_params["thread"] = _new_thread()
            st.rerun()


def _new_thread() -> str:
    return uuid.uuid4().hex[:12]


def choose_scope(session: Session, language: Language) -> str | None:
    """The video that is asked about; None for all."""
    videos = session.library.videos()
    names = {video.video_id: title(video.video_id) for video in videos}
    with st.sidebar:
        st.subheader(text("videos", language))
        chosen: str | None = st.selectbox(
            text("scope", language),
            [None, *names],
            index=1 if names else 0,
            format_func=lambda one: text("all", language) if one is None else names[one],
            key="scope",
        )
        for video in videos:
            length = minute(video.duration_seconds)
            st.caption(
                text("video_row", language, name=names[video.video_id], length=length, keyframes=video.keyframes)
            )
    return chosen


def add_videos(indexer: Indexer, uploads: Path, language: Language) -> None:
    """Paths and uploads to index, with progress."""
    with st.sidebar.expander(text("add", language)):
        path = st.text_input(text("path", language), key="path")
        if st.button(text("index", language), key="index") and path.strip():
            chosen = Path(path.strip()).expanduser()
            if not chosen.exists():
                st.error(text("no_path", language, path=path.strip()))
            elif not indexer.start([chosen]):
                st.warning(text("busy", language))
        given = st.file_uploader(text("upload", language), type=MEDIA_TYPES, accept_multiple_files=True, key="upload")
        fresh = [file for file in given or [] if file.file_id not in st.session_state.setdefault("uploaded", set())]
        if fresh:
            paths = [_store(file, uploads) for file in fresh]
            if indexer.start(paths):
                st.session_state["uploaded"] |= {file.file_id for file in fresh}
            else:
                st.warning(text("busy", language))
    if indexer.job is not None:
        with st.sidebar:
            _progress(indexer, language)


def _store(file: UploadedFile, uploads: Path) -> Path:
    """An upload on disk, under its own name in a folder of its own: two files of one name stay two."""
    folder = uploads / file.file_id
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / (Path(file.name).name or "upload")
    with target.open("wb") as out:
        shutil.copyfileobj(file, out)
    return target


def _progress(indexer: Indexer, language: Language) -> None:
    """How the job goes; looks again each second while it runs, and draws the whole page anew when it has ended."""
    running = indexer.job is not None and indexer.job.running

    @st.fragment(run_every=1.0 if running else None)
    def show() -> None:
        job = indexer.job
        if job is None:
            return
        if job.running:
            now = job.progress
            if now:
                name, total = Path(now["video"]).name, max(now["total_seconds"], 0.1)
                label = text(
                    "indexing",
                    language,
                    name=name,
                    stage=now["stage"],
                    done=round(now["done_seconds"]),
                    total=round(total),
                )
                st.progress(min(1.0, now["done_seconds"] / total), label)
            else:
                st.progress(0.0, text("starting", language))
            st.button(text("cancel", language), key="cancel", on_click=indexer.cancel)
        elif running:
            st.rerun()
        else:
            if job.cancelled:
                st.info(text("cancelled", language))
            for row in job.results:
                say = text(row["status"], language, name=Path(row["path"]).name, error=row["error"])
                (st.error if row["status"] == "failed" else st.success)(say)
            if not job.results and not job.cancelled:
                for message in job.messages[-1:]:
                    st.error(message)

    show()


def voice_options(session: Session, language: Language) -> tuple[bool, bool]:
    """(speak every answer, use the online voice)."""
    with st.sidebar:
        st.subheader(text("voice", language))
        speak = st.toggle(text("auto_speak", language), key="auto_speak")
        online = st.toggle(
            text("online_voice", language),
            value=session.settings.online_voice,
            help=text("online_help", language),
            key="online_voice",
        )
        st.caption(text("online_help", language))
    return speak, online


def profile_note(session: Session, language: Language) -> None:
    """Which models run, and what they know."""
    profile = session.profile
    note = profile.note_vi if language == "vi" else profile.note_en
    st.sidebar.caption(f"**{text('profile', language, name=profile.name)}.** {note}")
