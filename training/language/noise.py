"""Questions as people type them: with polite words around, and now and then a word lost or mistaken.

A small model that has seen each wording a thousand times reads the wording, not the question. Disturbed words teach it
to hold on to what matters.
"""

from __future__ import annotations

import random
import re
from collections.abc import Collection

from training.language.rewording import reworded

BEFORE = (
    *(
        "please ",
        "now ",
        "tell me: ",
        "can you tell me: ",
        "hello, ",
        "and ",
        "in this video, ",
        "in the clip, ",
        "so ",
    ),
    *("hi, ", "could you say ", "i would like to know: ", "i want to know ", "do you know ", "look: ", "then ", "ok, "),
)
AFTER = (" please", " in this video", " in the clip", " now", " then", " at all", " in the picture", " there")
MISTAKEN = ("the", "is", "are", "what", "there", "do", "of", "all", "any", "this", "that", "now", "we", "they", "for")


def politely(question: str, rng: random.Random) -> str:
    """The question, often in other words, and one time in four with words around it that change nothing."""
    question = reworded(question, rng)
    draw = rng.random()
    if draw < 0.15:
        return rng.choice(BEFORE) + question
    if draw < 0.25 and question[-1] in "?.":
        return question[:-1] + rng.choice(AFTER) + question[-1]
    return question


def mistype(question: str, rng: random.Random, *, share: float = 0.08) -> str:
    """The question, with probability `share` with one longer word typed wrongly: a letter lost, doubled or swapped."""
    if rng.random() >= share:
        return question
    words = question.split()
    long = [at for at, word in enumerate(words) if len(word) > 3 and word.isalpha()]
    if not long:
        return question
    at = rng.choice(long)
    word, place = words[at], rng.randrange(1, len(words[at]) - 1)
    words[at] = rng.choice(
        (
            word[:place] + word[place + 1 :],
            word[:place] + word[place] + word[place:],
            word[:place] + word[place + 1] + word[place] + word[place + 2 :],
        )
    )
    return " ".join(words)


def disturb(question: str, rng: random.Random, keep: Collection[str], *, share: float = 0.3) -> str:
    """The question, with probability `share` with one word lost or mistaken that is not in `keep`."""
    words = question.split()
    loose = [at for at, word in enumerate(words) if re.sub(r"\W", "", word) not in keep and word.isalpha()]
    if len(loose) < 2 or rng.random() >= share:
        return question
    at = rng.choice(loose)
    words[at : at + 1] = [rng.choice(MISTAKEN)] if rng.random() < 0.6 else []
    return " ".join(words)
