"""Noise in questions, as people type them: other words, polite phrases, typos, and missing or wrong words.

A small model that has seen each wording a thousand times learns the wording and not the question. Noise teaches it to
rely on the words that matter.
"""

from __future__ import annotations

import random
import re
from collections.abc import Collection

from training.language.rewording import reword

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
REPLACEMENTS = (
    "the",
    "is",
    "are",
    "what",
    "there",
    "do",
    "of",
    "all",
    "any",
    "this",
    "that",
    "now",
    "we",
    "they",
    "for",
)


def rephrase(question: str, rng: random.Random) -> str:
    """Returns the question, often in other words, and in one of four cases with a phrase that changes nothing."""
    question = reword(question, rng)
    draw = rng.random()
    if draw < 0.15:
        return rng.choice(BEFORE) + question
    if draw < 0.25 and question[-1] in "?.":
        return question[:-1] + rng.choice(AFTER) + question[-1]
    return question


def add_typo(question: str, rng: random.Random, *, share: float = 0.08) -> str:
    """Returns the question, with probability `share` with a typo: a letter missing, doubled or swapped."""
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


def corrupt_word(question: str, rng: random.Random, keep: Collection[str], *, share: float = 0.3) -> str:
    """Returns the question, with probability `share` with a word outside `keep` missing or replaced."""
    words = question.split()
    candidates = [at for at, word in enumerate(words) if re.sub(r"\W", "", word) not in keep and word.isalpha()]
    if len(candidates) < 2 or rng.random() >= share:
        return question
    at = rng.choice(candidates)
    words[at : at + 1] = [rng.choice(REPLACEMENTS)] if rng.random() < 0.6 else []
    return " ".join(words)
