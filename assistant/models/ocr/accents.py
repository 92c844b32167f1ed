"""One line from two readings: one right in every letter it has, without Vietnamese vowels; the other has them all.

The first drops the letters it cannot write ("Nhận dạng" becomes "Nhn dng"), so the two readings are aligned letter by
letter, and the second, weaker on the rest, fills the gaps.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

ALIKE = 50.0  # of 100, folded: below it, one of the two saw something else
VOWELS = frozenset("aeiouy")  # all the letters that the first may lack are vowels: đ it has


def complete(plain: str, accented: str, alphabet: AbstractSet[str]) -> str:
    """`plain` with the letters that `alphabet` lacks taken from `accented`.

    Args:
        plain: the reading of the recogniser whose letters are `alphabet`.
        accented: the other reading of the same line.
        alphabet: what the first recogniser can write.
    """
    from rapidfuzz import fuzz
    from rapidfuzz.distance import Levenshtein

    from assistant.text.fold import fold  # here, since `assistant.models` imports on machines without a library

    if all(letter in alphabet or not letter.isalpha() for letter in accented):
        return plain  # nothing that the first could not have written, and what it can write it writes better
    if fuzz.ratio(fold(plain), fold(accented)) < ALIKE:
        return plain
    built = []
    # Aligned without their marks: where both wrote the same base letter, it is the same letter.
    for step in Levenshtein.opcodes(_bare(plain), _bare(accented)):
        own, other = plain[step.src_start : step.src_end], accented[step.dest_start : step.dest_end]
        if step.tag == "insert":
            built += [letter for letter in other if letter not in alphabet or fold(letter) in VOWELS]
        elif step.tag == "delete":
            built.append(own)
        else:
            built += [_chosen(a, b, alphabet) for a, b in zip(own, other, strict=True)]
    return "".join(built)


def _bare(text: str) -> str:
    """The text folded, letter for letter."""
    from assistant.text.fold import fold

    return "".join(base if len(base := fold(letter)) == 1 else letter for letter in text)


def _chosen(own: str, other: str, alphabet: AbstractSet[str]) -> str:
    return other if other.isalpha() and other not in alphabet else own
