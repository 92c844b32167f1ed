"""One reply on the page: the answer, the keyframes it rests on, a player, its voice, and how it was found."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from assistant.agent.sentences import minute, title
from assistant.pictures import draw_thumbnail
from tools.errors import VideoAssistantError
from ui.player import playable
from ui.strings import Language, text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assistant.agent import Reply, Step
    from assistant.session import Session
    from tools.types import EventSequence, Evidence

CARD_WIDTH = 140  # pixels: two stand side by side on a phone
MOST_CARDS = 8
MOST_LABELS = 3  # under one card


def show_question(question: str) -> None:
    """What the user asked."""
    with st.chat_message("user"):
        st.markdown(_plain(question))


def stream_answer(items: Iterable[Step | Reply], language: Language) -> Reply:
    """Shows each step as it happens; the reply, which `show_reply` shows."""
    from assistant.agent import Reply

    with st.status(text("working", language), expanded=True) as status:
        for item in items:
            if isinstance(item, Reply):
                status.update(label=text("steps", language), state="complete", expanded=False)
                return item
            status.update(label=item.say)
            st.write(_plain(item.say))
    raise VideoAssistantError("the question ended without a reply; ask again")


def show_reply(session: Session, reply: Reply, key: str, language: Language, *, speak: bool, online: bool) -> None:
    """The answer with everything it rests on. `key` is unique on the page; `speak` plays the answer at once."""
    with st.chat_message("assistant"):
        st.markdown(_plain(reply.answer))
        if reply.conditions or reply.confidence:
            marks = {"seen": "✓", "not seen": "✗", "cannot tell": "?"}
            parts = [f"{marks[c.verdict]} {_plain(c.text)}: {text(c.verdict, language)}" for c in reply.conditions]
            if reply.confidence:
                parts.append(text("sure", language, share=f"{reply.confidence:.0%}"))
            st.caption(" · ".join(parts))
        if reply.sequences:
            for number, sequence in enumerate(reply.sequences):
                _strip(session, sequence, f"{key}-{number}", key, language)
        else:
            _cards(session, reply, key, language)
        _player(session, key, language)
        _voice(session, reply, key, language, speak=speak, online=online)
        with st.expander(text("steps", language)):
            for step in reply.steps:
                by = text("decided", language, by=text(step.decided_by, language))
                st.markdown(f"{_plain(step.say)}  \n:gray[{_plain(step.tool)} · {by} · {_plain(step.summary)}]")


def _cards(session: Session, reply: Reply, key: str, language: Language) -> None:
    """The keyframes."""
    shown = [e for e in reply.evidence if e.image and Path(e.image).exists()][:MOST_CARDS]
    # It wraps: four in a row on a screen, two on a phone.
    with st.container(horizontal=True):
        for number, one in enumerate(shown):
            with st.container(width=CARD_WIDTH, gap="small"):
                st.image(_picture(session, one), width="stretch")
                at = one.seconds if one.seconds is not None else one.start_seconds
                label = text("play", language, time=minute(at))
                if st.button(label, key=f"{key}-card-{number}", width="stretch", icon=":material/play_arrow:"):
                    _open(one.video_id, at, key)
                seen = f"{minute(one.start_seconds)}-{minute(one.end_seconds)}"  # the picture is the best of it
                # Labels in the picture are read when it is enlarged; on the card they are too small.
                what = ", ".join(one.labels[:MOST_LABELS]) or one.text or f"{title(one.video_id)} {seen}"
                st.caption(_plain(what))


def _picture(session: Session, evidence: Evidence) -> Any:
    """The keyframe, with the boxes that prove the answer."""
    path = str(evidence.image)
    if not evidence.boxes:
        return path
    try:
        video = session.library.video(evidence.video_id)
    except VideoAssistantError:  # removed since the answer was given
        return path
    return draw_thumbnail(path, evidence.boxes, evidence.labels, (video.width, video.height))


def _strip(session: Session, sequence: EventSequence, name: str, key: str, language: Language) -> None:
    """One strip of keyframes in order, each playable from where its event begins; a missed event is shown as missed."""
    st.caption(_plain(title(sequence.video_id)))
    with st.container(horizontal=True):
        for number, moment in enumerate(sequence.moments):
            with st.container(width=CARD_WIDTH, gap="small"):
                label = f"**{number + 1}.** {_plain(moment.event)}"
                if moment.seconds is None or moment.start_seconds is None or moment.end_seconds is None:
                    st.container(height=CARD_WIDTH * 9 // 16, border=True).caption(text("missed", language))
                    st.caption(label)
                    continue
                image = session.library.nearest_keyframe(sequence.video_id, moment.seconds).image
                if Path(image).exists():
                    st.image(image, width="stretch")
                play = text("play", language, time=minute(moment.start_seconds))
                if st.button(play, key=f"{name}-event-{number}", width="stretch", icon=":material/play_arrow:"):
                    _open(sequence.video_id, moment.start_seconds, key)
                score = "" if moment.score is None else f" · {moment.score:.0%}"
                st.caption(f"{label}  \n{minute(moment.start_seconds)}-{minute(moment.end_seconds)}{score}")


def _open(video_id: str, seconds: float, key: str) -> None:
    st.session_state["player"] = {"key": key, "video_id": video_id, "seconds": seconds}


def _player(session: Session, key: str, language: Language) -> None:
    """The player of this reply, if one of its keyframes was clicked last."""
    wanted = st.session_state.get("player")
    if not wanted or wanted["key"] != key:
        return
    video_id, seconds = wanted["video_id"], wanted["seconds"]
    try:
        path = Path(session.library.video(video_id).paths[0])
        clip = playable(path, seconds, session.settings.library / "cuts")
    except FileNotFoundError:
        st.warning(text("gone", language, path=path))
        return
    except VideoAssistantError as error:
        st.warning(str(error))
        return
    st.video(str(clip.path), start_time=clip.start_seconds, autoplay=True)
    caption = text("playing", language, name=title(video_id), time=minute(seconds))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"{caption} ({text('cut', language)})" if clip.is_cut else caption)
        close = ":material/close:"
        st.button(text("close", language), key=f"{key}-close", on_click=_close, type="tertiary", icon=close)


def _close() -> None:
    st.session_state.pop("player", None)


def _voice(session: Session, reply: Reply, key: str, language: Language, *, speak: bool, online: bool) -> None:
    """The spoken answer, when it is asked for."""
    spoken = st.session_state.setdefault("spoken", set())
    asked = st.button(text("speak", language), key=f"{key}-speak", icon=":material/volume_up:")
    if asked or speak:
        spoken.add(key)
    if key not in spoken:
        return
    try:
        speech = session.voice(online=online).speak(reply.spoken, reply.language)
    except VideoAssistantError as error:
        st.warning(str(error))
        return
    if speech.notice:
        st.toast(speech.notice)
    st.audio(str(speech.path), autoplay=asked or speak)


def _plain(words: str) -> str:
    """Text from questions, models and videos as it is: never as markup, a list, a shortcode or a formula."""
    escaped = re.sub(r"([\\`*_\[\]<>#|~$]|:(?=[a-z]))", r"\\\1", words)
    return re.sub(r"^(\s*\d*)([-+.)])", r"\1\\\2", escaped)
