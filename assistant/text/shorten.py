"""Cuts texts to the length that a model reads."""

from __future__ import annotations


def shorten(text: str, max_characters: int) -> str:
    """Returns a text of at most `max_characters`; of a longer one the first and the last words, white space single.

    What a text asks for mostly stands at its beginning or at its end.
    """
    words = " ".join(text.split())
    if len(words) <= max_characters:
        return words
    half = (max_characters - 1) // 2
    head, tail = words[:half], words[-half:]
    # Whole words, but for one that is longer than the half itself.
    return f"{head.rpartition(' ')[0] or head} {tail.partition(' ')[2] or tail}"
