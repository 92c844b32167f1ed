"""A reply on the page: the answer, the keyframes that it rests on, a player, its voice, and how it was found."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from assistant.agent.options import AgentOptions
from assistant.text.display import format_clock, video_title
from tools.errors import VideoAssistantError
from tools.types import Evidence, KeyframeRef, Moment
from ui.downloads import format_evidence_csv
from ui.escape import escape_markdown
from ui.state import links
from ui.state.links import PictureAddress
from ui.texts import Language, text
from ui.widgets import cards, player, spoken, timeline

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.agent import Reply
    from assistant.session import Session
    from tools.types import EventMoment, EventSequence

MAX_CARDS = 8
VERDICT_BADGES: dict[str, tuple[Any, str]] = {
    "seen": ("green", ":material/check:"),
    "not seen": ("red", ":material/close:"),
    "cannot tell": ("gray", ":material/question_mark:"),
}
"""Colour and icon of each verdict: never the colour alone."""


@st.fragment
def show(session: Session, reply: Reply, thread: str, key: str, language: Language, *, speak: bool) -> None:
    """Shows a reply with everything that it rests on.

    Args:
        session: the page's session.
        reply: what is shown.
        thread: the conversation that it belongs to.
        key: unique on the page.
        language: of the page.
        speak: reads the answer aloud at once.
    """
    with st.container(key=f"said-{key}"):
        st.markdown(escape_markdown(reply.answer))
    if notice := session.domain_notice(reply):
        st.caption(escape_markdown(notice))
    _show_verdicts(reply, language)
    if reply.sequences:
        for number, sequence in enumerate(reply.sequences):
            _show_sequence(session, sequence, thread, f"{key}-{number}", key, language)
    else:
        _show_cards(session, reply, thread, key, language)
    _show_player(session, reply, key, language)
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
    _show_steps(reply, language)


def _show_verdicts(reply: Reply, language: Language) -> None:
    """Shows a badge for each condition of the question, and for the confidence of the answer."""
    if not reply.conditions and not reply.confidence:
        return
    with st.container(horizontal=True, gap="small"):
        for condition in reply.conditions:
            colour, icon = VERDICT_BADGES[condition.verdict]
            verdict = text(condition.verdict, language)
            st.badge(f"{escape_markdown(condition.text)}: {verdict}", icon=icon, color=colour)
        if reply.confidence:
            key = "sure_measured" if reply.calibrated else "sure_help"
            explanation = text(key, language, share=f"{reply.confidence:.0%}")
            st.badge(text(confidence_key(reply.confidence), language), color="gray", help=explanation)


def confidence_key(confidence: float) -> str:
    """Returns the key of the text that says how sure an answer is, for a confidence in [0, 1]."""
    options = AgentOptions()
    if confidence >= options.sure:
        return "sure"
    return "fairly_sure" if confidence >= options.fairly_sure else "unsure"


def _show_cards(session: Session, reply: Reply, thread: str, key: str, language: Language) -> None:
    """Shows the keyframes of the evidence."""
    evidence = [item for item in reply.evidence if item.image and Path(item.image).exists()][:MAX_CARDS]
    if not evidence:
        return
    with st.container(horizontal=True):  # it wraps: four in a row on a screen, two on a phone
        for number, item in enumerate(evidence):
            play = _start_player(key, item.moment.video_id, item.seconds)
            cards.show(session, item, f"{key}-card-{number}", language, play=play, thread=thread)


def _show_sequence(
    session: Session, sequence: EventSequence, thread: str, name: str, key: str, language: Language
) -> None:
    """Shows the events of a sequence in order, each as a card that plays from its start, or as not found.

    Args:
        session: the page's session.
        sequence: the events in one video.
        thread: the conversation.
        name: unique among the sequences of the page.
        key: of the reply, whose player plays the events.
        language: of the page.
    """
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
            start, end = evidence.moment.start_seconds, evidence.moment.end_seconds
            score = "" if moment.score is None else f" · {moment.score:.0%}"
            cards.show(
                session,
                evidence,
                f"{name}-event-{number}",
                language,
                play=_start_player(key, sequence.video_id, start),
                thread=thread,
                caption=f"{label}  \n{format_clock(start)}-{format_clock(end)}{score}",
                start_seconds=start,
            )


def _event_evidence(session: Session, video_id: str, event: EventMoment) -> Evidence | None:
    """Returns an event of a sequence as evidence with its keyframe; None if the event was not found."""
    if event.seconds is None or event.start_seconds is None or event.end_seconds is None:
        return None
    moment = Moment(video_id, event.start_seconds, event.end_seconds)
    evidence = Evidence(moment, tool="find_events", score=event.score or 0.0)
    try:
        keyframe = session.library.nearest_keyframe(video_id, event.seconds)
    except VideoAssistantError:  # removed since the answer was given
        return evidence
    return replace(evidence, keyframe=KeyframeRef.of(keyframe))


def _start_player(key: str, video_id: str, seconds: float) -> Callable[[], None]:
    """Returns what a click on a card does: the player of the reply `key` starts at this moment."""

    def play() -> None:
        st.session_state[f"{key}-player"] = (video_id, seconds)

    return play


def _show_player(session: Session, reply: Reply, key: str, language: Language) -> None:
    """Shows the player of this reply over the video's timeline, if one of its keyframes was clicked."""
    playing = st.session_state.get(f"{key}-player")
    if not playing:
        return
    video_id, seconds = playing
    player.show(session, video_id, seconds, language)
    if video_id not in {video.video_id for video in session.library.videos()}:
        return
    kind = "event" if reply.sequences else "hit"
    hits = [(item.seconds, kind, item.text or "") for item in reply.evidence if item.moment.video_id == video_id]
    clicked = timeline.show(session, video_id, seconds, key, language, hits=hits)
    with st.container(horizontal=True, vertical_alignment="center"):
        address = PictureAddress(video_id, seconds)
        links.show_link("moment", text("open_moment", language), address.to_query(), icon=":material/movie:")
        if st.button(text("close", language), key=f"{key}-close", type="tertiary", icon=":material/close:"):
            del st.session_state[f"{key}-player"]
            st.rerun(scope="fragment")
    if clicked is not None:
        st.session_state[f"{key}-player"] = (video_id, clicked)
        st.rerun(scope="fragment")


def _show_steps(reply: Reply, language: Language) -> None:
    """Shows each step of the assistant, and who decided it."""
    with st.expander(text("steps", language), type="compact"):
        for step in reply.steps:
            by = text("decided", language, by=text(step.decided_by, language))
            details = f"{escape_markdown(step.tool)} · {by} · {escape_markdown(step.summary)}"
            st.markdown(f"{escape_markdown(step.say)}  \n:gray[{details}]")
