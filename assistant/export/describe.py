"""Describes a video or a picture with the core; Vietnamese text comes from the translator.

What the core does not know is described by the names that a classifier is sure of, and says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from assistant.agent.options import AgentOptions
from assistant.models.blip.sight_prompts import sight_prompt
from assistant.text.display import time_in_words
from assistant.text.things import display_name, names_to_say
from tools.describe import describe_tool
from tools.errors import VideoAssistantError
from tools.types import Evidence, KeyframeRef, Moment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from assistant.session import Session
    from assistant.text.language import Language


@dataclass(frozen=True, slots=True)
class Description:
    """One sentence about a picture, or about a stretch of a video."""

    text: str
    spoken: str  # the text for the voice, with the time in words
    confidence: float  # in [0, 1]
    evidence: Evidence | None = None  # the stretch of the video; None for a picture


def describe_video(session: Session, video_id: str, language: Language) -> list[Description]:
    """One sentence for each shot, or stretch of a long shot, in time order; frames out of the core's domain get none.

    If all of them are out of it, the things that a classifier named are told by stretch.

    Raises:
        LibraryError: there is no such video.
        VideoAssistantError: all of its frames are out of the core's domain, and nothing is named in them.
    """
    from assistant.agent.answer_texts import say

    session.library.video(video_id)
    call = {"name": "describe", "args": {"video": video_id}, "id": "describe", "type": "tool_call"}
    evidence: list[Evidence] = describe_tool(session.search, session.core).invoke(call).artifact
    descriptions = []
    for stretch in evidence:
        if not stretch.text:
            continue
        descriptions.append(_describe_stretch(_translated(session, stretch.text, language), stretch, language))
    if evidence and not descriptions:
        descriptions = _name_stretches(session, video_id, language)
    if evidence and not descriptions:
        raise VideoAssistantError(say("outside", language))
    return descriptions


def describe_picture(session: Session, image: NDArray[np.uint8], language: Language) -> Description:
    """One sentence about a picture (HWC uint8 RGB).

    Raises:
        VideoAssistantError: the picture is out of the core's domain, and a classifier names nothing in it.
    """
    from assistant.agent.answer_texts import say

    features = session.blip.features([image])
    if not all(session.blip.in_domain(features)):
        if session.namer is not None and (names := names_to_say(session.namer.name([image])[0][0])):
            text = _recognised(names, language)
            return Description(text, text, AgentOptions().named_confidence)
        raise VideoAssistantError(say("outside", language))
    prompt = sight_prompt(session.blip.prompt_family, "caption")
    (caption,) = session.blip.write(prompt.text, session.blip.queries(features, prompt.instruction))
    text = _translated(session, caption.text, language)
    return Description(text, text, caption.confidence)


def draw_attention(session: Session, image: NDArray[np.uint8], path: Path) -> None:
    """Writes a picture of the regions that each word of the caption rests on.

    It uses the core of this machine, because a worker does not return attention.
    """
    from assistant.models.blip.attention import attention_by_word, draw_word_attention

    prompt = sight_prompt(session.local_blip.prompt_family, "caption")
    draw_word_attention(image, attention_by_word(session.local_blip, image, prompt)).save(path)


def _name_stretches(session: Session, video_id: str, language: Language) -> list[Description]:
    """What a classifier named in a video, a description for each stretch in which it names the same."""
    pictures = [] if session.names is None else session.names.named_pictures(video_id)
    confidence = AgentOptions().named_confidence
    descriptions = []
    for names, run in groupby(pictures, key=lambda picture: tuple(sorted(names_to_say(picture.text)))):
        stretch = list(run)
        if not names:
            continue
        first, text = stretch[0].keyframe, _recognised(names, language)
        evidence = Evidence(
            Moment(video_id, first.seconds, stretch[-1].end_seconds),
            tool="describe",
            score=confidence,
            keyframe=KeyframeRef(first.seconds, first.frame_index, first.image),
            text=text,
        )
        descriptions.append(_describe_stretch(text, evidence, language))
    return descriptions


def _recognised(names: Sequence[str], language: Language) -> str:
    from assistant.agent.answer_texts import say

    return say("recognised", language, names=", ".join(display_name(name, language) for name in names))


def _describe_stretch(text: str, stretch: Evidence, language: Language) -> Description:
    spoken = f"{time_in_words(stretch.moment.start_seconds, language)}: {text}"
    return Description(text, spoken, stretch.score, stretch)


def _translated(session: Session, text: str, language: Language) -> str:
    return text if language == "en" else session.translator.translate(text, source="en", target=language)
