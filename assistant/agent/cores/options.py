"""How much a core reads and writes at once, and what its words count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class InstructBlipOptions:
    """Limits of `InstructBlipCore` and of its planners."""

    answer_frames: int = 4
    """Frames that an answer is read from; of more, the first in time."""
    window_frames: int = 8
    """Frames that are read as one sequence; more are thinned out evenly."""
    lines_characters: int = 400
    """Characters of the lines in a prompt; the rest is cut off."""
    slot_tokens: int = 48
    """Tokens of a slot; a longer text is cut off."""
    question_tokens: int = 48
    """Tokens of a rewritten question; a longer text is cut off."""
    question_characters: int = 240
    """Characters of a question that the planner reads; of a longer one its beginning and its end."""
    turn_characters: int = 100
    """Characters of an earlier question or of its answer in a prompt of `flan/`, likewise."""
    rewrite_turns: int = 2
    """Earlier turns in a prompt of `flan/`, the latest."""
    option_characters: int = 80
    """Characters of the description of an option in a prompt of `flan/`."""
    rewrites: int = 4
    """Rewritten questions that are weighed if the likeliest one repeats an earlier question."""
    min_repeated: float = 0.98
    """Confidence, in [0, 1], from which a rewritten question that repeats an earlier question is believed."""
    verify_batch: int = 32
    """Frames in one pass; more take more memory, and the answers are the same."""
    window_batch: int = 16
    """Windows in one pass, likewise."""


@dataclass(frozen=True, slots=True)
class ChatOptions:
    """Limits of a chat model that looks or plans, and the numbers that its words stand for.

    A chat model gives no likelihoods. The numbers rank its words on the scale of `AgentOptions`; they are not
    calibrated.
    """

    attempts: int = 2
    """How often a call is asked for until it fits its schema."""
    call_frames: int = 8
    """Frames that one call sends."""
    lines_characters: int = 2000
    """Characters of the lines in a prompt; the rest is cut off."""
    verdicts: Mapping[str, float] = field(default_factory=lambda: {"yes": 0.9, "unsure": 0.4, "no": 0.05})
    """P(yes), in [0, 1], that a verdict stands for."""
    confidences: Mapping[str, float] = field(default_factory=lambda: {"sure": 0.9, "likely": 0.6, "guess": 0.2})
    """Confidence, in [0, 1], that a degree of sureness stands for; a caption is `likely`."""
