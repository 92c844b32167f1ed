"""One line from two readings: one right in every letter it has, without Vietnamese vowels; the other has them all.

The first drops the letters it cannot write ("Nhận dạng" becomes "Nhn dng"), so the two readings are aligned letter by
letter, and the second, weaker on the rest, fills the gaps.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from assistant.library.fold import fold

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

    if all(letter in alphabet or not letter.isalpha() for letter in accented):
        return plain  # nothing that the first could not have written, and what it can write it writes better
    if fuzz.ratio(fold(plain), fold(accented)) < ALIKE:
        return plain
    built = []
    for step in Levenshtein.opcodes(plain, accented):
        own, other = plain[step.src_start : step.src_end], accented[step.dest_start : step.dest_end]
        if step.tag == "replace":
            built += [_chosen(a, b, alphabet) for a, b in zip(own, other, strict=True)]
        elif step.tag == "insert":
            built += [letter for letter in other if letter not in alphabet or fold(letter) in VOWELS]
        else:
            built.append(own)
    return "".join(built)


def _chosen(own: str, other: str, alphabet: AbstractSet[str]) -> str:
    return other if other.isalpha() and other not in alphabet else own
