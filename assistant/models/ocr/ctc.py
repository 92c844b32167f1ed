"""Decodes a CTC recogniser, and recovers Vietnamese vowels for which the recogniser has no letter.

A recogniser without most Vietnamese vowels outputs "blank" where one stands, but it leaves some probability on the
nearest letters that it has. These traces, summed for each base vowel, give `Nhan dang` where plain decoding gives
`Nhn dng`. On rendered Vietnamese 2 instead of 10 folded letters in a hundred are wrong, and English print does not
change (`evaluate text`, `text.offline.cer_folded`).

Decoding: Graves et al. 2006, "Connectionist Temporal Classification", section 3.1 (best path).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from assistant.text.fold import fold

BLANK = 0
VOWELS = "aeiouy"
MIN_TRACE = 0.001  # probability of a vowel in a blank; what neighbouring letters leak into it is mostly less
STRONG_TRACE = 0.05  # probability from which a trace makes a line Vietnamese by itself
WIDE_GAP = 1.6  # of the line's median distance between letters; there a weaker trace is enough, as after "PH"
MIN_NEIGHBOUR = 0.9  # probability of the letters on both sides of a trace; in scrawl every blank has traces


@dataclass(frozen=True, slots=True)
class Decoded:
    """A decoded line of text."""

    text: str
    score: float  # mean probability of its letters
    vietnamese: bool  # it has accented letters, or strong traces of them


@dataclass(frozen=True)
class CtcDecoder:
    """Best-path decoding over `letters`; the first of them is the blank."""

    letters: Sequence[str]

    @cached_property
    def alphabet(self) -> frozenset[str]:
        """The letters that the recogniser can write."""
        return frozenset(self.letters[1:])

    @cached_property
    def _vowel_classes(self) -> list[NDArray[np.intp]]:
        """For each vowel the indexes of its letters, accented ones included."""
        bases = [fold(letter) if len(letter) == 1 and letter.isalpha() else "" for letter in self.letters]
        return [np.array([index for index, base in enumerate(bases) if base == vowel], np.intp) for vowel in VOWELS]

    def decode(self, probabilities: NDArray[np.float32]) -> Decoded:
        """Decodes the best path, and adds the vowels that left a trace if the line looks Vietnamese.

        Args:
            probabilities: `(steps, letters)`, without the steps of padding.
        """
        best, best_probabilities = probabilities.argmax(axis=1), probabilities.max(axis=1)
        starts = np.flatnonzero((best != BLANK) & (best != np.concatenate([[BLANK], best[:-1]])))
        if not len(starts):
            return Decoded("", 0.0, False)
        letters = [self.letters[best[step]] for step in starts]
        vowels = self._missing_vowels(probabilities, best, best_probabilities, starts)
        # English scrawl leaves such traces too, so they count only in a line that looks Vietnamese.
        has_strong_trace = any(trace >= STRONG_TRACE for _, trace in vowels)
        gaps = np.diff([*starts, len(best)])
        median_gap = np.median(gaps[:-1]) if len(starts) > 1 else np.inf
        has_trace_in_gap = any(
            trace >= MIN_TRACE and gap >= WIDE_GAP * median_gap for (_, trace), gap in zip(vowels, gaps, strict=True)
        )
        vietnamese = any(map(is_accented, letters)) or has_strong_trace or has_trace_in_gap
        if vietnamese:
            letters = [letter + vowel for letter, (vowel, _) in zip(letters, vowels, strict=True)]
        return Decoded("".join(letters), float(best_probabilities[starts].mean()), vietnamese)

    def _missing_vowels(
        self,
        probabilities: NDArray[np.float32],
        best: NDArray[np.intp],
        best_probabilities: NDArray[np.float32],
        starts: NDArray[np.intp],
    ) -> list[tuple[str, float]]:
        """After each letter the vowel that has a trace in the following blanks (or ""), and its probability."""
        vowels = []
        for step, after in zip(starts, [*starts[1:], len(best)], strict=True):
            blanks = np.flatnonzero(best[step:after] == BLANK) + step
            is_unsure = best_probabilities[step] < MIN_NEIGHBOUR or (
                after < len(best) and best_probabilities[after] < MIN_NEIGHBOUR
            )
            if not len(blanks) or is_unsure:
                vowels.append(("", 0.0))
                continue
            before, following = self.letters[best[step]], self.letters[best[after]] if after < len(best) else " "
            traces = np.stack(
                [probabilities[blanks][:, classes].sum(axis=1) for classes in self._vowel_classes], axis=1
            )
            for place, neighbour in ((0, before), (-1, following)):
                if fold(neighbour) in VOWELS:
                    traces[place, VOWELS.index(fold(neighbour))] = 0.0  # the trace is the neighbour's
            trace = float(traces.max())
            vowel = VOWELS[int(traces.max(axis=0).argmax())] if trace >= MIN_TRACE else ""
            vowels.append((vowel.upper() if before.isupper() and not following.islower() else vowel, trace))
        return vowels


def is_accented(letter: str) -> bool:
    """Returns whether a letter is a Latin letter with a mark, or `đ`."""
    return letter.isalpha() and not letter.isascii() and fold(letter).isascii()
