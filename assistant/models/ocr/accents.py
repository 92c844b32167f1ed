"""Restores Vietnamese letters in a line from a second reading of it.

The first reading is right in every letter that its recogniser can write, but it drops the letters that the recogniser
lacks ("Nhận dạng" becomes "Nhn dng"). The second reading has all letters and is weaker on the rest. The two are aligned
letter by letter, and the second fills the gaps of the first.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from assistant.text.fold import fold

MIN_SIMILARITY = 50.0  # of the folded readings, in [0, 100]; below it, one of the two read something else
VOWELS = frozenset("aeiouy")  # all letters that the first recogniser may lack are vowels; it has the consonant đ


def restore_accents(plain: str, accented: str, alphabet: AbstractSet[str]) -> str:
    """Returns `plain` with the letters that `alphabet` lacks taken from `accented`.

    Args:
        plain: the reading of the recogniser that can write the letters of `alphabet`.
        accented: the second reading of the same line.
        alphabet: the letters that the first recogniser can write.
    """
    from rapidfuzz import fuzz
    from rapidfuzz.distance import Levenshtein

    if all(letter in alphabet or not letter.isalpha() for letter in accented):
        return plain  # `accented` has no letter that the first recogniser lacks, and that one is better at all others
    if fuzz.ratio(fold(plain), fold(accented)) < MIN_SIMILARITY:
        return plain
    restored = []
    # The texts are aligned without their marks: where both have the same base letter, it is the same letter.
    for step in Levenshtein.opcodes(_fold_letters(plain), _fold_letters(accented)):
        letters, others = plain[step.src_start : step.src_end], accented[step.dest_start : step.dest_end]
        if step.tag == "insert":
            restored += [letter for letter in others if letter not in alphabet or fold(letter) in VOWELS]
        elif step.tag == "delete":
            restored.append(letters)
        else:
            restored += [_choose_letter(a, b, alphabet) for a, b in zip(letters, others, strict=True)]
    return "".join(restored)


def _fold_letters(text: str) -> str:
    """The folded text, with as many letters as before."""
    return "".join(base if len(base := fold(letter)) == 1 else letter for letter in text)


def _choose_letter(letter: str, other: str, alphabet: AbstractSet[str]) -> str:
    return other if other.isalpha() and other not in alphabet else letter
