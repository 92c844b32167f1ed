"""Questions as people type them: with polite words around, and now and then a word lost or mistaken.

A small model that has seen each wording a thousand times reads the wording, not the question. Disturbed words teach it
to hold on to what matters.
"""

from __future__ import annotations

import random
import re
from collections.abc import Collection

BEFORE = ("please ", "now ", "tell me: ", "can you tell me: ", "hello, ", "and ", "in this video, ", "in the clip, ")
AFTER = (" please", " in this video", " in the clip", " here", " now")
MISTAKEN = ("the", "is", "are", "what", "there", "do", "of", "all", "any", "this", "that", "now", "we", "they", "for")


def politely(question: str, rng: random.Random) -> str:
    """The question, one time in four with words around it that change nothing."""
    draw = rng.random()
    if draw < 0.15:
        return rng.choice(BEFORE) + question
    if draw < 0.25 and question[-1] in "?.":
        return question[:-1] + rng.choice(AFTER) + question[-1]
    return question


def disturb(question: str, rng: random.Random, keep: Collection[str], *, share: float = 0.3) -> str:
    """The question, with probability `share` with one word lost or mistaken that is not in `keep`."""
    words = question.split()
    loose = [at for at, word in enumerate(words) if re.sub(r"\W", "", word) not in keep and word.isalpha()]
    if len(loose) < 2 or rng.random() >= share:
        return question
    at = rng.choice(loose)
    words[at : at + 1] = [rng.choice(MISTAKEN)] if rng.random() < 0.6 else []
    return " ".join(words)
