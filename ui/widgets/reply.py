"""One reply on the page: the answer first, then the keyframes it rests on, a player, its voice, how it was found."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from assistant.text.display import format_clock, video_title
from tools.errors import VideoAssistantError
from tools.types import Evidence, KeyframeRef, Moment
from ui.downloads import format_evidence_csv
from ui.escape import escape_markdown
from ui.state import links
from ui.state.links import PictureAddress
from ui.strings import Language, text
from ui.widgets import cards, player, spoken, timeline

if TYPE_CHECKING:
    from assistant.agent import Reply
    from assistant.session import Session
    from tools.types import EventMoment, EventSequence

MOST_CARDS = 8
SURE, FAIRLY_SURE = 0.85, 0.6
MARKS: dict[str, tuple[Any, str]] = {
    "seen": ("green", ":material/check:"),
    "not seen": ("red", ":material/close:"),
    "cannot tell": ("gray", ":material/question_mark:"),
}
"""Colour and sign of each verdict: never the colour alone."""


@st.fragment
def show(session: Session, reply: Reply, thread: str, key: str, language: Language, *, speak: bool) -> None:
    """The answer with everything it rests on. `key` is unique on the page; `speak` plays the answer at once."""
    with st.container(key=f"said-{key}"):
        st.markdown(escape_markdown(reply.answer))
        if notice := session.domain_notice(reply):
            st.caption(escape_markdown(notice))
    _verdicts(reply, language)
    if reply.sequences:
        for number, sequence in enumerate(reply.sequences):
            _strip(session, sequence, thread, f"{key}-{number}", key, language)
    elif shown := [e for e in reply.evidence if e.image and Path(e.image).exists()][:MOST_CARDS]:
        # It wraps: four in a row on a screen, two on a phone.
        with st.container(horizontal=True):
            for number, one in enumerate(shown):
                at = one.seconds
                play = _player_at(key, one.moment.video_id, at)
                cards.show(session, one, f"{key}-card-{number}", language, play=play, thread=thread)
    _player(session, reply, key, language)
    with st.container(horizontal=True, vertical_alignment="center"):
        spoken.show_button(key, language)
        if reply.evidence:
            st.download_button(
                text("csv", language),
                data=format_evidence_csv(reply.evidence),
                file_name="evidence.csv",
                mime="text/csv",
                key=f"{key}-csv",
                icon=":material/table:",
                type="tertiary",
                on_click="ignore",
            )
    spoken.show(session, reply, key, language, at_once=speak)
    _steps(reply, language)


def _verdicts(reply: Reply, language: Language) -> None:
    """Each condition of the question, and how sure the answer is."""
    if not reply.conditions and not reply.confidence:
        return
    with st.container(horizontal=True, gap="small"):
        for condition in reply.conditions:
            colour, sign = MARKS[condition.verdict]
            st.badge(f"{escape_markdown(condition.text)}: {text(condition.verdict, language)}", icon=sign, color=colour)
        if reply.confidence:
            key = "sure_measured" if reply.calibrated else "sure_help"
            helps = text(key, language, share=f"{reply.confidence:.0%}")
            st.badge(text(confidence_key(reply.confidence), language), color="gray", help=helps)


def confidence_key(confidence: float) -> str:
    """Which words say how sure an answer is."""
    return "sure" if confidence >= SURE else "fairly_sure" if confidence >= FAIRLY_SURE else "unsure"


def _strip(session: Session, sequence: EventSequence, thread: str, name: str, key: str, language: Language) -> None:
    """One strip of keyframes in order, each playable from where its event begins; a missed event is shown as missed."""
    st.caption(escape_markdown(video_title(sequence.video_id)))
    with st.container(horizontal=True):
        for number, moment in enumerate(sequence.moments):
            label = f"**{number + 1}.** {escape_markdown(moment.event)}"
            evidence = _event_evidence(session, sequence.video_id, moment)
            if evidence is None:
                with st.container(key=f"card-{name}-missed-{number}", gap="xxsmall"):
                    st.container(height=90, border=True).caption(text("missed", language))
                    st.caption(label)
                continue
            score = "" if moment.score is None else f" · {moment.score:.0%}"
            when = f"{format_clock(evidence.moment.start_seconds)}-{format_clock(evidence.moment.end_seconds)}{score}"
            cards.show(
                session,
                evidence,
                f"{name}-event-{number}",
                language,
                play=_player_at(key, sequence.video_id, evidence.moment.start_seconds),
                thread=thread,
                caption=f"{label}  \n{when}",
                start_seconds=evidence.moment.start_seconds,
            )


def _event_evidence(session: Session, video_id: str, moment: EventMoment) -> Evidence | None:
    """The moment of an event with its keyframe; None if it was missed."""
    if moment.seconds is None or moment.start_seconds is None or moment.end_seconds is None:
        return None
    stretch = Moment(video_id, moment.start_seconds, moment.end_seconds)
    evidence = Evidence(stretch, tool="find_events", score=moment.score or 0.0)
    try:
        keyframe = session.library.nearest_keyframe(video_id, moment.seconds)
    except VideoAssistantError:  # removed since the answer was given
        return evidence
    return replace(evidence, keyframe=KeyframeRef.of(keyframe))


def _player_at(key: str, video_id: str, seconds: float) -> Any:
    """What a click on a card does."""

    def play() -> None:
        st.session_state[f"{key}-player"] = (video_id, seconds)

    return play


def _player(session: Session, reply: Reply, key: str, language: Language) -> None:
    """The player of this reply, if one of its keyframes was clicked, over the video's timeline."""
    wanted = st.session_state.get(f"{key}-player")
    if not wanted:
        return
    video_id, seconds = wanted
    player.show(session, video_id, seconds, language)
    if video_id not in {video.video_id for video in session.library.videos()}:
        return
    kind = "event" if reply.sequences else "hit"
    hits = [(one.seconds, kind, one.text or "") for one in reply.evidence if one.moment.video_id == video_id]
    clicked = timeline.show(session, video_id, seconds, key, language, hits=hits)
    with st.container(horizontal=True, vertical_alignment="center"):
        place = PictureAddress(video_id, seconds)
        links.show_link("moment", text("open_moment", language), place.to_query(), icon=":material/movie:")
        if st.button(text("close", language), key=f"{key}-close", type="tertiary", icon=":material/close:"):
            del st.session_state[f"{key}-player"]
            st.rerun(scope="fragment")
    if clicked is not None:
        st.session_state[f"{key}-player"] = (video_id, clicked)
        st.rerun(scope="fragment")


def _steps(reply: Reply, language: Language) -> None:
    """What was done, and who decided it."""
    with st.expander(text("steps", language), type="compact"):
        for step in reply.steps:
            by = text("decided", language, by=text(step.decided_by, language))
            details = f"{escape_markdown(step.tool)} · {by} · {escape_markdown(step.summary)}"
            st.markdown(f"{escape_markdown(step.say)}  \n:gray[{details}]")
