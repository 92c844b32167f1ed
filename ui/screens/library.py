"""The library: what is in it, what is being added, and what is wrong with it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from assistant.text.display import format_clock, video_title
from tools.errors import VideoAssistantError
from ui.escape import escape_markdown
from ui.login import is_open_to_others
from ui.state import links
from ui.state.disk_usage import measure_disk_usage
from ui.state.links import PictureAddress
from ui.state.shared import shared_indexer, shared_session
from ui.strings import Language, text
from ui.widgets import indexing_progress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from assistant.session import Session
    from tools.types import Video
    from ui.state.indexing import Indexer

MEDIA_TYPES = ["mp4", "mov", "mkv", "webm", "avi", "m4v", "ts", "mpg", "mpeg", "3gp", "flv", "wmv", "ogv"]
A_PAGE = 24  # posters drawn at once


def show(language: Language) -> None:
    """The whole page."""
    session, indexer = shared_session(), shared_indexer()
    st.title(text("library", language))
    videos = session.library.videos()
    _summary(session, videos, language)
    with st.expander(text("add", language), expanded=not videos, icon=":material/add:"):
        _add(session, indexer, language)
    indexing_progress.show(indexer, language)
    _health(session, indexer, videos, language)
    if videos:
        _posters(session, indexer, videos, language)


def _summary(session: Session, videos: Sequence[Video], language: Language) -> None:
    """How much there is, and what it takes."""
    told = {
        "count": len(videos),
        "length": format_clock(sum(video.duration_seconds for video in videos)),
        "keyframes": sum(video.keyframes for video in videos),
        "lines": sum(video.lines for video in videos),
        "disk": f"{measure_disk_usage(session.settings.library, session.library.revision) / 2**20:,.0f} MB",
    }
    st.caption(text("library_sum", language, **told))


def _add(session: Session, indexer: Indexer, language: Language) -> None:
    """Paths and uploads."""
    given = st.file_uploader(text("upload", language), type=MEDIA_TYPES, accept_multiple_files=True, key="upload")
    fresh = [file for file in given or [] if file.file_id not in st.session_state.setdefault("uploaded", set())]
    if fresh:
        if indexer.start([save_upload(file, session.settings.library / "uploads") for file in fresh]):
            st.session_state["uploaded"] |= {file.file_id for file in fresh}
        else:
            st.warning(text("busy", language))
    if is_open_to_others():
        return  # whoever comes from another machine sees nothing of this one's folders
    with st.form("by_path", border=False):
        path = st.text_input(text("path", language), key="path").strip()
        pressed = st.form_submit_button(text("index", language), key="index", icon=":material/folder_open:")
    if pressed and path:
        chosen = Path(path).expanduser()
        if not chosen.exists():
            st.error(escape_markdown(text("no_path", language, path=path)))
        elif not indexer.start([chosen]):
            st.warning(text("busy", language))


def save_upload(file: UploadedFile, uploads: Path) -> Path:
    """An upload on disk, under its own name in a folder of its own: two files of one name stay two."""
    folder = uploads / file.file_id
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / (Path(file.name).name or "upload")
    with target.open("wb") as out:
        shutil.copyfileobj(file, out)
    return target


def _health(session: Session, indexer: Indexer, videos: Sequence[Video], language: Language) -> None:
    """Files that are gone, and videos that another profile's model embedded."""
    missing = [video for video in videos if not _there(video)]
    if missing:
        names = ", ".join(video_title(video.video_id) for video in missing[:5])
        st.warning(
            escape_markdown(text("missing", language, count=len(missing), names=names)), icon=":material/link_off:"
        )
    foreign = set(session.library.incompatible_video_ids())
    if foreign:
        st.warning(text("foreign", language, count=len(foreign)), icon=":material/sync_problem:")
        paths = [Path(video.paths[0]) for video in videos if video.video_id in foreign and _there(video)]
        label = text("renew_all", language)
        st.button(label, key="renew", on_click=_renew, args=(indexer, paths), disabled=indexer.running or not paths)


def _there(video: Video) -> bool:
    return any(Path(path).exists() for path in video.paths)


def _renew(indexer: Indexer, paths: Sequence[Path]) -> None:
    indexer.start(paths, force=True)


def _posters(session: Session, indexer: Indexer, videos: Sequence[Video], language: Language) -> None:
    """The videos as pictures, a page at a time; the latest first."""
    wanted = st.text_input(text("filter", language), key="filter", icon=":material/search:").strip().casefold()
    found = [v for v in reversed(videos) if not wanted or wanted in f"{v.video_id} {' '.join(v.paths)}".casefold()]
    many = st.session_state.setdefault("posters", A_PAGE)
    if not found:
        st.info(text("nothing_of", language))
    with st.container(horizontal=True):
        for video in found[:many]:
            _poster(session, indexer, video, language)
    if len(found) > many:
        label = text("more_videos", language, count=len(found) - many)
        st.button(label, on_click=st.session_state.__setitem__, args=("posters", many + A_PAGE), width="stretch")


def _poster(session: Session, indexer: Indexer, video: Video, language: Language) -> None:
    name = video_title(video.video_id)
    with st.container(key=f"poster-{video.video_id}", gap="xxsmall"):
        frame = session.library.nearest_keyframe(video.video_id, video.duration_seconds / 3)
        if Path(frame.image).exists():
            st.image(
                frame.image,
                width="stretch",
                alt=text("keyframe_alt", language, name=name, time=format_clock(frame.seconds)),
            )
        gone = "" if _there(video) else f" :red-badge[{text('gone_badge', language)}]"
        st.markdown(f"**{escape_markdown(name)}**{gone}")
        told = {"length": format_clock(video.duration_seconds), "keyframes": video.keyframes, "lines": video.lines}
        st.caption(text("video_row", language, **told))
        with st.container(horizontal=True, gap="xxsmall", wrap=False):
            if st.button(
                text("ask_video", language), key=f"ask-{video.video_id}", icon=":material/chat:", width="stretch"
            ):
                st.session_state["scope_next"] = video.video_id
                st.switch_page(st.session_state["pages"]["chat"])
            with st.popover(
                ":material/more_horiz:", key=f"more-{video.video_id}", help=text("more", language), type="tertiary"
            ):
                links.show_link(
                    "moment",
                    text("open_video", language),
                    PictureAddress(video.video_id, 0.0).to_query(),
                    icon=":material/movie:",
                )
                _change(session, indexer, video, language)


def _change(session: Session, indexer: Indexer, video: Video, language: Language) -> None:
    """Index again, or take out; the file stays."""

    def remove() -> None:
        try:
            session.library.remove(video.video_id)
        except VideoAssistantError as error:
            st.toast(escape_markdown(str(error)))

    if not is_open_to_others():
        st.caption(escape_markdown("\n".join(video.paths)))
    paths = [Path(path) for path in video.paths if Path(path).exists()][:1]
    st.button(
        text("renew", language),
        key=f"renew-{video.video_id}",
        icon=":material/refresh:",
        type="tertiary",
        on_click=_renew,
        args=(indexer, paths),
        disabled=indexer.running or not paths,
    )
    label, helps = text("remove", language), text("remove_help", language)
    key = f"remove-{video.video_id}"
    st.button(label, key=key, icon=":material/delete:", type="tertiary", on_click=remove, help=helps)
