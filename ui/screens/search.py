"""The search: keyframes that match words, a picture or a part of a picture, grouped by video."""

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
from ui.texts import Language, text
from ui.widgets import cards, player, timeline
from ui.widgets.results_grid import NO_FOLDING, group_hits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.session import Session
    from tools.types import FrameHit, Keyframe
    from ui.widgets.results_grid import Group, Tile

MAX_HITS = 96
VIDEOS_PER_PAGE = 6
MAX_TILES = 8  # of one video, until more are asked for
DEFAULT_FOLDING = 0.97  # cosine similarity from which two keyframes of a video are shown as one


def show(language: Language) -> None:
    """Draws the screen."""
    session = shared_session()
    st.title(text("search", language))
    names = {video.video_id: video_title(video.video_id) for video in session.library.videos()}
    if not names:
        st.info(text("nothing_yet", language))
        links.show_link("library", text("add_own", language), icon=":material/upload:")
        return
    picture = links.read_address(st.query_params)
    words = _read_words(language)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        scope = st.selectbox(
            text("search_in", language),
            ["", *names],
            format_func=lambda video_id: names.get(video_id) or text("all", language),
            key="wall_scope",
            width=240,
        )
        similarity = st.slider(
            text("fold", language),
            0.8,
            1.0,
            DEFAULT_FOLDING,
            0.01,
            key="fold",
            help=text("fold_help", language),
            width=220,
        )
        with_neighbours = st.toggle(text("neighbours", language), value=True, key="neighbours")
    if not words and picture is None:
        st.caption(text("search_hint", language))
        return
    try:
        hits = _find_hits(wait_for_models(language), words, picture, scope or None)
        alike = similarity if similarity < 1 else NO_FOLDING
        matches = [hit for hit in hits if hit.shown]
        groups, near_groups = (
            group_hits(some, session.library.vectors, alike=alike)
            for some in (matches, [hit for hit in hits if not hit.shown])
        )
    except VideoAssistantError as error:
        st.warning(escape_markdown(str(error)))
        return
    _show_heading(session, groups, matches, picture, language)
    if words and picture is None and (few := session.search.pictures_if_few()) is not None:
        st.caption(text("few_pictures", language, count=few))
    limit = st.session_state.setdefault("wall_videos", VIDEOS_PER_PAGE)
    for group in groups[:limit]:
        _show_group(session, group, with_neighbours, language, key=f"wall-{group.video_id}")
    if len(groups) > limit:
        st.button(
            text("more_videos", language, count=len(groups) - limit),
            on_click=st.session_state.__setitem__,
            args=("wall_videos", limit + VIDEOS_PER_PAGE),
            width="stretch",
        )
    if near_groups:
        with st.expander(text("also_near" if groups else "nothing_like_it", language)):
            for group in near_groups[:VIDEOS_PER_PAGE]:
                _show_group(session, group, with_neighbours, language, key=f"near-{group.video_id}")


def _read_words(language: Language) -> str:
    """Shows the search box and returns its words, which the address holds too (`?q=`)."""

    def write_to_address() -> None:
        st.session_state["wall_videos"] = VIDEOS_PER_PAGE
        st.query_params.clear()
        if words := str(st.session_state["words"]).strip():
            st.query_params["q"] = words

    if "words" not in st.session_state:
        st.session_state["words"] = st.query_params.get("q", "")
    label = text("search_label", language)
    st.text_input(
        label,
        key="words",
        on_change=write_to_address,
        icon=":material/search:",
        label_visibility="collapsed",
        placeholder=label,
    )
    return st.query_params.get("q", "").strip()


def _find_hits(session: Session, words: str, picture: PictureAddress | None, scope: str | None) -> list[FrameHit]:
    """Returns the keyframes that match the picture if there is one, else the words; the best first."""
    if picture is None:
        return session.search.search(session.for_retrieval(words), words=words, video_id=scope, limit=MAX_HITS)
    if picture.box is not None:
        left, top, right, bottom = (round(side) for side in picture.box)
        part = session.grounder.frame(picture.video_id, picture.seconds)[top:bottom, left:right]
        if not part.size:
            raise VideoAssistantError(f"the box {picture.box} lies outside the picture; draw it again")
        return session.search.search_image(part, why="", video_id=scope, limit=MAX_HITS)
    frame = session.library.nearest_keyframe(picture.video_id, picture.seconds)
    keyframes, vectors = session.library.vectors(picture.video_id)
    vector = vectors[keyframes.index(frame)][None]
    return session.search.search_vector(
        vector, why="", video_id=scope, start_seconds=None, end_seconds=None, limit=MAX_HITS
    )


def _show_heading(
    session: Session,
    groups: Sequence[Group],
    hits: Sequence[FrameHit],
    picture: PictureAddress | None,
    language: Language,
) -> None:
    """Shows the picture that was searched for, the number of matches, and their table for download."""
    if picture is not None:
        with st.container(horizontal=True, vertical_alignment="center"):
            frame = session.library.nearest_keyframe(picture.video_id, picture.seconds)
            values = {"name": video_title(picture.video_id), "time": format_clock(picture.seconds)}
            if Path(frame.image).exists():
                st.image(frame.image, width=132, alt=text("keyframe_alt", language, **values))
            key = "like_head" if picture.box is None else "like_part_head"
            st.markdown(escape_markdown(text(key, language, **values)))
    if not hits:
        return
    tiles = sum(len(group.tiles) for group in groups)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(text("search_summary", language, tiles=tiles, folded=len(hits) - tiles, videos=len(groups)))
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
def _show_group(session: Session, group: Group, with_neighbours: bool, language: Language, *, key: str) -> None:
    """Shows the hits of one video; a click on a hit plays it above them."""
    st.subheader(escape_markdown(video_title(group.video_id)), anchor=False, divider="gray")
    _show_player(session, group, key, language)
    show_all = st.session_state.get(f"{key}-every", False)
    with st.container(horizontal=True):
        for number, tile in enumerate(group.tiles if show_all else group.tiles[:MAX_TILES]):
            _show_tile(session, tile, f"{key}-{number}", key, with_neighbours, language)
    if len(group.tiles) > MAX_TILES and not show_all:
        st.button(
            text("more_hits", language, count=len(group.tiles) - MAX_TILES),
            key=f"{key}-more-hits",
            type="tertiary",
            on_click=st.session_state.__setitem__,
            args=(f"{key}-every", True),
        )


def _show_player(session: Session, group: Group, key: str, language: Language) -> None:
    """Plays the hit of this group that was clicked, if any, over the video's timeline."""
    playing: float | None = st.session_state.get(f"{key}-player")
    if playing is None:
        return
    player.show(session, group.video_id, playing, language)
    hits = [(tile.hit.keyframe.seconds, "hit", tile.hit.why) for tile in group.tiles]
    clicked = timeline.show(session, group.video_id, playing, key, language, hits=hits)
    if st.button(text("close", language), key=f"{key}-close", type="tertiary", icon=":material/close:"):
        del st.session_state[f"{key}-player"]
        st.rerun(scope="fragment")
    if clicked is not None:
        st.session_state[f"{key}-player"] = clicked
        st.rerun(scope="fragment")


def _show_tile(
    session: Session, tile: Tile, key: str, group_key: str, with_neighbours: bool, language: Language
) -> None:
    """Shows a hit as a card, with the small keyframes before and after it."""
    frame = tile.hit.keyframe
    evidence = Evidence(Moment.at(frame), tool="find_frames", score=tile.hit.score, keyframe=KeyframeRef.of(frame))
    caption = [f"{tile.hit.score:.2f}"]
    if tile.folded:
        caption.append(text("folded", language, count=tile.folded))
    if tile.hit.line is not None:
        caption.append(escape_markdown(tile.hit.line.text))
    with st.container(key=f"card-{key}-tile", gap="xxsmall"):
        cards.show(
            session,
            evidence,
            key,
            language,
            play=lambda: st.session_state.__setitem__(f"{group_key}-player", frame.seconds),
            caption=" · ".join(caption),
        )
        if with_neighbours:
            with st.container(horizontal=True, gap="xxsmall", wrap=False):
                _show_neighbour(tile.before, f"{key}-before", "before", language)
                _show_neighbour(tile.after, f"{key}-after", "after", language)


def _show_neighbour(frame: Keyframe | None, key: str, side: str, language: Language) -> None:
    if frame is None or not Path(frame.image).exists():
        return
    with st.container(key=f"near-{key}"):
        st.image(frame.image, width="stretch", alt=text(side, language, time=format_clock(frame.seconds)))
