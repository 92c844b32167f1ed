"""The library: its videos, the videos that are being added, and what is wrong with it."""

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
from ui.texts import Language, text
from ui.widgets import indexing_progress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from assistant.session import Session
    from tools.types import Video
    from ui.state.indexing import Indexer

MEDIA_TYPES = ["mp4", "mov", "mkv", "webm", "avi", "m4v", "ts", "mpg", "mpeg", "3gp", "flv", "wmv", "ogv"]
POSTERS_PER_PAGE = 24
MAX_NAMES = 5  # of missing files, named in the warning


def show(language: Language) -> None:
    """Draws the screen."""
    session, indexer = shared_session(), shared_indexer()
    st.title(text("page_library", language))
    videos = session.library.videos()
    _show_summary(session, videos, language)
    with st.expander(text("add", language), expanded=not videos, icon=":material/add:"):
        _show_ways_to_add(session, indexer, language)
    indexing_progress.show(indexer, language)
    _show_warnings(session, indexer, videos, language)
    if videos:
        _show_posters(session, indexer, videos, language)


def _show_summary(session: Session, videos: Sequence[Video], language: Language) -> None:
    """Shows how much the library holds, and the disk space that it takes."""
    disk_bytes = measure_disk_usage(session.settings.library, session.library.revision)
    summary = text(
        "library_sum",
        language,
        count=len(videos),
        length=format_clock(sum(video.duration_seconds for video in videos)),
        keyframes=sum(video.keyframes for video in videos),
        lines=sum(video.lines for video in videos),
        disk=f"{disk_bytes / 2**20:,.0f} MB",
    )
    st.caption(summary)


def _show_ways_to_add(session: Session, indexer: Indexer, language: Language) -> None:
    """Lets the visitor upload files, or name a file or folder of this machine."""
    uploads = st.file_uploader(text("upload", language), type=MEDIA_TYPES, accept_multiple_files=True, key="upload")
    new_files = [file for file in uploads or [] if file.file_id not in st.session_state.setdefault("uploaded", set())]
    if new_files:
        if indexer.start([save_upload(file, session.settings.library / "uploads") for file in new_files]):
            st.session_state["uploaded"] |= {file.file_id for file in new_files}
        else:
            st.warning(text("busy", language))
    if is_open_to_others():
        return  # visitors from other machines see nothing of this machine's folders
    with st.form("by_path", border=False):
        typed = st.text_input(text("path", language), key="path").strip()
        submitted = st.form_submit_button(text("index", language), key="index", icon=":material/folder_open:")
    if submitted and typed:
        path = Path(typed).expanduser()
        if not path.exists():
            st.error(escape_markdown(text("no_path", language, path=typed)))
        elif not indexer.start([path]):
            st.warning(text("busy", language))


def save_upload(file: UploadedFile, uploads: Path) -> Path:
    """Writes an upload under its own name to a folder of its own below `uploads`; returns its path.

    Two uploads of the same name stay two files.
    """
    folder = uploads / file.file_id
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / (Path(file.name).name or "upload")
    with target.open("wb") as out:
        shutil.copyfileobj(file, out)
    return target


def _show_warnings(session: Session, indexer: Indexer, videos: Sequence[Video], language: Language) -> None:
    """Warns of missing files, and of videos that were indexed with another profile's model."""
    missing = [video for video in videos if not _has_file(video)]
    if missing:
        names = ", ".join(video_title(video.video_id) for video in missing[:MAX_NAMES])
        warning = text("missing", language, count=len(missing), names=names)
        st.warning(escape_markdown(warning), icon=":material/link_off:")
    incompatible = set(session.library.incompatible_video_ids())
    if incompatible:
        st.warning(text("foreign", language, count=len(incompatible)), icon=":material/sync_problem:")
        paths = [Path(video.paths[0]) for video in videos if video.video_id in incompatible and _has_file(video)]
        label = text("renew_all", language)
        disabled = indexer.running or not paths
        st.button(label, key="renew", on_click=_index_again, args=(indexer, paths), disabled=disabled)


def _has_file(video: Video) -> bool:
    return any(Path(path).exists() for path in video.paths)


def _index_again(indexer: Indexer, paths: Sequence[Path]) -> None:
    indexer.start(paths, force=True)


def _show_posters(session: Session, indexer: Indexer, videos: Sequence[Video], language: Language) -> None:
    """Shows the videos as pictures, the latest first, a page at a time."""
    typed = st.text_input(text("filter", language), key="filter", icon=":material/search:").strip().casefold()
    matches = [v for v in reversed(videos) if not typed or typed in f"{v.video_id} {' '.join(v.paths)}".casefold()]
    limit = st.session_state.setdefault("posters", POSTERS_PER_PAGE)
    if not matches:
        st.info(text("nothing_of", language))
    with st.container(horizontal=True):
        for video in matches[:limit]:
            _show_poster(session, indexer, video, language)
    if len(matches) > limit:
        st.button(
            text("more_videos", language, count=len(matches) - limit),
            on_click=st.session_state.__setitem__,
            args=("posters", limit + POSTERS_PER_PAGE),
            width="stretch",
        )


def _show_poster(session: Session, indexer: Indexer, video: Video, language: Language) -> None:
    """Shows a video: a keyframe, its name and figures, and what can be done with it."""
    name = video_title(video.video_id)
    with st.container(key=f"poster-{video.video_id}", gap="xxsmall"):
        frame = session.library.nearest_keyframe(video.video_id, video.duration_seconds / 3)
        if Path(frame.image).exists():
            alternative = text("keyframe_alt", language, name=name, time=format_clock(frame.seconds))
            st.image(frame.image, width="stretch", alt=alternative)
        badge = "" if _has_file(video) else f" :red-badge[{text('gone_badge', language)}]"
        st.markdown(f"**{escape_markdown(name)}**{badge}")
        length = format_clock(video.duration_seconds)
        st.caption(text("video_row", language, length=length, keyframes=video.keyframes, lines=video.lines))
        with st.container(horizontal=True, gap="xxsmall", wrap=False):
            key = f"ask-{video.video_id}"
            if st.button(text("ask_video", language), key=key, icon=":material/chat:", width="stretch"):
                st.session_state["scope_next"] = video.video_id
                links.open_screen("chat")
            key = f"more-{video.video_id}"
            with st.popover(":material/more_horiz:", key=key, help=text("more", language), type="tertiary"):
                address = PictureAddress(video.video_id, 0.0)
                links.show_link("moment", text("open_video", language), address.to_query(), icon=":material/movie:")
                _show_changes(session, indexer, video, language)


def _show_changes(session: Session, indexer: Indexer, video: Video, language: Language) -> None:
    """Offers to index a video again, or to remove it from the library; its file stays."""

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
        on_click=_index_again,
        args=(indexer, paths),
        disabled=indexer.running or not paths,
    )
    st.button(
        text("remove", language),
        key=f"remove-{video.video_id}",
        icon=":material/delete:",
        type="tertiary",
        on_click=remove,
        help=text("remove_help", language),
    )
