"""The results wall: keyframes that match words, a picture or a part of one, grouped by video."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from assistant.text.display import format_clock, video_title
from tools.errors import VideoAssistantError
from tools.types import Evidence, KeyframeRef, Moment
from ui.downloads import format_hits_csv
from ui.escape import escape_markdown
from ui.state import links
from ui.state.links import PictureAddress
from ui.state.shared import shared_session, wait_for_models
from ui.strings import Language, text
from ui.widgets import cards, player, timeline
from ui.widgets.results_grid import group_hits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.session import Session
    from tools.types import FrameHit, Keyframe
    from ui.widgets.results_grid import Group, Tile

MOST_HITS = 96
A_PAGE = 6  # videos drawn at once
MOST_TILES = 8  # of one video, until more are asked for
FOLD = 0.97  # cosine similarity from which two keyframes are shown as one


def show(language: Language) -> None:
    """The whole page."""
    session = shared_session()
    st.title(text("search", language))
    names = {video.video_id: video_title(video.video_id) for video in session.library.videos()}
    if not names:
        st.info(text("nothing_yet", language))
        links.show_link("library", text("add_own", language), icon=":material/upload:")
        return
    like = links.read_address(st.query_params)
    words = _words(language)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        scope = st.selectbox(
            text("search_in", language),
            ["", *names],
            format_func=lambda one: names.get(one) or text("all", language),
            key="wall_scope",
            width=240,
        )
        alike = st.slider(
            text("fold", language), 0.8, 1.0, FOLD, 0.01, key="fold", help=text("fold_help", language), width=220
        )
        near = st.toggle(text("neighbours", language), value=True, key="neighbours")
    try:
        hits = _hits(wait_for_models(language), words, like, scope or None) if words or like is not None else None
        if hits is None:
            st.caption(text("search_hint", language))
            return
        groups = group_hits(hits, session.library.vectors, alike=alike if alike < 1 else 2.0)
    except VideoAssistantError as error:
        st.warning(escape_markdown(str(error)))
        return
    _head(session, groups, hits, like, language)
    many = st.session_state.setdefault("wall_videos", A_PAGE)
    for group in groups[:many]:
        _group(session, group, near, language)
    if len(groups) > many:
        label = text("more_videos", language, count=len(groups) - many)
        st.button(label, on_click=st.session_state.__setitem__, args=("wall_videos", many + A_PAGE), width="stretch")


def _words(language: Language) -> str:
    """What is searched; it stands in the address."""

    def changed() -> None:
        st.session_state["wall_videos"] = A_PAGE
        st.query_params.clear()
        if given := str(st.session_state["words"]).strip():
            st.query_params["q"] = given

    if "words" not in st.session_state:
        st.session_state["words"] = st.query_params.get("q", "")
    label = text("search_label", language)
    st.text_input(
        label, key="words", on_change=changed, icon=":material/search:", label_visibility="collapsed", placeholder=label
    )
    return st.query_params.get("q", "").strip()


def _hits(session: Session, words: str, like: PictureAddress | None, scope: str | None) -> list[FrameHit]:
    """Keyframes, best first."""
    if like is not None:
        if like.box is not None:
            left, top, right, bottom = (round(side) for side in like.box)
            part = session.grounder.frame(like.video_id, like.seconds)[top:bottom, left:right]
            if not part.size:
                raise VideoAssistantError(f"the box {like.box} lies outside the picture; draw it anew")
            return session.search.search_image(part, why="", video_id=scope, limit=MOST_HITS)
        own = session.library.nearest_keyframe(like.video_id, like.seconds)
        keyframes, vectors = session.library.vectors(like.video_id)
        vector = vectors[keyframes.index(own)][None]
        return session.search.search_vector(
            vector, why="", video_id=scope, start_seconds=None, end_seconds=None, limit=MOST_HITS
        )
    return session.search.search(session.for_retrieval(words), words=words, video_id=scope, limit=MOST_HITS)


def _head(
    session: Session, groups: Sequence[Group], hits: Sequence[FrameHit], like: PictureAddress | None, language: Language
) -> None:
    """What was asked, how much was found, and the list to take along."""
    if like is not None:
        with st.container(horizontal=True, vertical_alignment="center"):
            own = session.library.nearest_keyframe(like.video_id, like.seconds)
            where = {"name": video_title(like.video_id), "time": format_clock(like.seconds)}
            if Path(own.image).exists():
                st.image(own.image, width=132, alt=text("keyframe_alt", language, **where))
            st.markdown(escape_markdown(text("like_head" if like.box is None else "like_part_head", language, **where)))
    shown = sum(len(group.tiles) for group in groups)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(text("found", language, shown=shown, folded=len(hits) - shown, videos=len(groups)))
        st.download_button(
            text("csv", language),
            data=format_hits_csv(hits),
            file_name="hits.csv",
            mime="text/csv",
            icon=":material/table:",
            type="tertiary",
            on_click="ignore",
        )


@st.fragment
def _group(session: Session, group: Group, near: bool, language: Language) -> None:
    """The hits of one video; a click on one plays it above them."""
    key = f"wall-{group.video_id}"
    st.subheader(escape_markdown(video_title(group.video_id)), anchor=False, divider="gray")
    wanted: float | None = st.session_state.get(f"{key}-player")
    if wanted is not None:
        player.show(session, group.video_id, wanted, language)
        hits = [(tile.hit.keyframe.seconds, "hit", tile.hit.why) for tile in group.tiles]
        clicked = timeline.show(session, group.video_id, wanted, key, language, hits=hits)
        if st.button(text("close", language), key=f"{key}-close", type="tertiary", icon=":material/close:"):
            del st.session_state[f"{key}-player"]
            st.rerun(scope="fragment")
        if clicked is not None:
            st.session_state[f"{key}-player"] = clicked
            st.rerun(scope="fragment")
    every = st.session_state.get(f"{key}-every", False)
    with st.container(horizontal=True):
        for number, tile in enumerate(group.tiles if every else group.tiles[:MOST_TILES]):
            _tile(session, tile, f"{key}-{number}", key, near, language)
    if len(group.tiles) > MOST_TILES and not every:
        label = text("more_hits", language, count=len(group.tiles) - MOST_TILES)
        st.button(
            label,
            key=f"{key}-more-hits",
            type="tertiary",
            on_click=st.session_state.__setitem__,
            args=(f"{key}-every", True),
        )


def _tile(session: Session, tile: Tile, key: str, group: str, near: bool, language: Language) -> None:
    """A hit, with the keyframes before and after it in small."""
    frame = tile.hit.keyframe
    evidence = Evidence(
        Moment.at(frame),
        tool="find_frames",
        score=tile.hit.score,
        keyframe=KeyframeRef.of(frame),
    )
    said = tile.hit.line.text if tile.hit.line is not None else ""
    told = [
        f"{tile.hit.score:.2f}",
        text("folded", language, count=tile.folded) if tile.folded else "",
        escape_markdown(said),
    ]
    with st.container(key=f"card-{key}-tile", gap="xxsmall"):
        cards.show(
            session,
            evidence,
            key,
            language,
            play=lambda: st.session_state.__setitem__(f"{group}-player", frame.seconds),
            caption=" · ".join(filter(None, told)),
        )
        if near:
            with st.container(horizontal=True, gap="xxsmall", wrap=False):
                for which, neighbour in (("before", tile.before), ("after", tile.after)):
                    _neighbour(neighbour, f"{key}-{which}", which, language)


def _neighbour(frame: Keyframe | None, key: str, which: str, language: Language) -> None:
    if frame is None or not Path(frame.image).exists():
        return
    with st.container(key=f"near-{key}"):
        st.image(frame.image, width="stretch", alt=text(which, language, time=format_clock(frame.seconds)))
