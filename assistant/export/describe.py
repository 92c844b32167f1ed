"""Describes a video or a picture with the core; Vietnamese text comes from the translator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.models.blip.sight_prompts import sight_prompt
from tools.describe import describe_tool
from tools.errors import VideoAssistantError

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from assistant.session import Session
    from assistant.text.language import Language
    from tools.types import Evidence


@dataclass(frozen=True, slots=True)
class Description:
    """One sentence about a picture, or about a stretch of a video."""

    text: str
    spoken: str  # the text for the voice, with the time in words
    confidence: float  # in [0, 1]
    evidence: Evidence | None = None  # the stretch of the video; None for a picture


def describe_video(session: Session, video_id: str, language: Language) -> list[Description]:
    """One sentence for each shot, or stretch of a long shot, in time order; frames out of the core's domain get none.

    Raises:
        LibraryError: there is no such video.
        VideoAssistantError: all of its frames are out of the core's domain.
    """
    from assistant.agent.answer_texts import say
    from assistant.text.display import time_in_words

    session.library.video(video_id)
    call = {"name": "describe", "args": {"video": video_id}, "id": "describe", "type": "tool_call"}
    evidence: list[Evidence] = describe_tool(session.search, session.core).invoke(call).artifact
    descriptions = []
    for stretch in evidence:
        if not stretch.text:
            continue
        text = _translated(session, stretch.text, language)
        spoken = f"{time_in_words(stretch.moment.start_seconds, language)}: {text}"
        descriptions.append(Description(text, spoken, stretch.score, stretch))
    if evidence and not descriptions:
        raise VideoAssistantError(say("outside", language))
    return descriptions


def describe_picture(session: Session, image: NDArray[np.uint8], language: Language) -> Description:
    """One sentence about a picture (HWC uint8 RGB).

    Raises:
        VideoAssistantError: the picture is out of the core's domain.
    """
    from assistant.agent.answer_texts import say

    features = session.blip.features([image])
    if not all(session.blip.in_domain(features)):
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


def _translated(session: Session, text: str, language: Language) -> str:
    return text if language == "en" else session.translator.translate(text, source="en", target=language)
