"""What of a recogniser's text is evidence: Whisper writes fluent sentences over noise and over languages it lacks.

The thresholds follow Radford et al. 2022, section 4.5, tightened on read speech: of 45 sentences in ten other languages
none passes, and an English sentence under white noise of its own power does (docs/experiments/hearing.md).
"""

from __future__ import annotations

from dataclasses import dataclass

from assistant.text.fold import folded_words


@dataclass(frozen=True, slots=True)
class HearingOptions:
    """When a segment is believed."""

    min_log_probability: float = -0.7  # mean over its tokens
    max_no_speech: float = 0.4  # probability, in [0, 1], that nobody speaks
    max_compression: float = 2.4  # length of its text by that of its zlib compression; more: it goes round in circles


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of recognised speech, as the recogniser rates it."""

    text: str
    log_probability: float  # mean over its tokens
    no_speech: float  # in [0, 1]
    compression: float


KNOWN_INVENTIONS = frozenset(
    " ".join(folded_words(text))
    for text in (
        "Bye.",
        "Bye bye.",
        "Okay.",
        "Oh.",
        "Please subscribe.",
        "Please subscribe to my channel.",
        "Subtitles by the Amara.org community",
        "Thank you.",
        "Thank you for watching.",
        "Thank you so much.",
        "Thank you so much for watching.",
        "Thank you very much.",
        "Thanks for watching.",
        "Thanks for watching!  See you in the next video.",
        "You",
    )
)
"""What Whisper writes over music and silence, since its training subtitles end so; as evidence it is worth nothing."""


def rejection(segment: Segment, previous_text: str, options: HearingOptions) -> str | None:
    """Returns why a segment is no evidence, in one or two words; None if it is.

    Args:
        segment: what was recognised.
        previous_text: the text of the segment before it, believed or not.
        options: the thresholds.
    """
    words = " ".join(folded_words(segment.text))
    if not words:
        return "no words"
    if segment.no_speech >= options.max_no_speech:
        return "no speech"
    if segment.log_probability <= options.min_log_probability:
        return "unclear"
    if segment.compression >= options.max_compression or words == " ".join(folded_words(previous_text)):
        return "repetition"
    return "known invention" if words in KNOWN_INVENTIONS else None
