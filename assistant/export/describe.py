"""What a video or a picture shows, told by the core; in Vietnamese through the translator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from prompts import render
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
    """One sentence; of a video, with its time."""

    text: str
    spoken: str
    confidence: float  # in [0, 1]
    evidence: Evidence | None = None  # None: of a picture


def describe_video(session: Session, video_id: str, language: Language) -> list[Description]:
    """One sentence for each shot, or stretch of a long one, in time order; none for what the core does not know.

    Raises:
        LibraryError: there is no such video.
        VideoAssistantError: all of its pictures are unlike those that the core was trained on.
    """
    from assistant.agent.sentences import say
    from assistant.text.display import time_in_words

    session.library.video(video_id)
    call = {"name": "describe", "args": {"video": video_id}, "id": "describe", "type": "tool_call"}
    told: list[Evidence] = describe_tool(session.search, session.core).invoke(call).artifact
    found = []
    for one in told:
        if not one.text:
            continue
        text = _said(session, one.text, language)
        found.append(Description(text, f"{time_in_words(one.moment.start_seconds, language)}: {text}", one.score, one))
    if told and not found:
        raise VideoAssistantError(say("outside", language))
    return found


def describe_picture(session: Session, image: NDArray[np.uint8], language: Language) -> Description:
    """One sentence about a picture (HWC uint8 RGB).

    Raises:
        VideoAssistantError: the picture is unlike those that the core was trained on.
    """
    from assistant.agent.sentences import say

    features = session.blip.features([image])
    if not all(session.blip.in_domain(features)):
        raise VideoAssistantError(say("outside", language))
    prompt = render("caption")
    (told,) = session.blip.write(prompt, session.blip.queries(features, prompt.lower()))
    text = _said(session, told.text, language)
    return Description(text, text, told.confidence)


def draw_attention(session: Session, image: NDArray[np.uint8], path: Path) -> None:
    """Writes a picture of where each word of the caption looked, by this machine's core: a worker tells none."""
    from assistant.models.blip.attention import attention_by_word, draw_word_attention

    draw_word_attention(image, attention_by_word(session.own_blip, image, render("caption"))).save(path)


def _said(session: Session, text: str, language: Language) -> str:
    return text if language == "en" else session.translator.translate(text, source="en", target=language)
