"""What a CTC recogniser wrote, and the vowels it saw but has no letter for.

A recogniser without most Vietnamese vowels answers "blank" where one stands, yet not with all its certainty: a trace of
the nearest letters it does have remains. Those traces, by base vowel, give `Nhan dang` where plain decoding gives
`Nhn dng`: 2 instead of 10 folded letters in a hundred wrong on rendered Vietnamese, and no change on English print
(`evaluate text`, `text.offline.cer_folded`).

Decoding: Graves et al. 2006, "Connectionist Temporal Classification", section 3.1 (best path).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from assistant.library.fold import fold

BLANK = 0
VOWELS = "aeiouy"
TRACE = 0.001  # of the probability: what a letter's neighbours leak into a blank is mostly less
SURE = 0.9  # of the letters on both sides: in scrawl every blank has traces


@dataclass(frozen=True)
class CtcDecoder:
    """Best-path decoding over `letters`, the first of which is the blank."""

    letters: Sequence[str]

    @cached_property
    def alphabet(self) -> frozenset[str]:
        return frozenset(self.letters[1:])

    @cached_property
    def _vowels(self) -> list[NDArray[np.intp]]:
        """The classes of each vowel, accented ones included."""
        bases = [fold(letter) if len(letter) == 1 and letter.isalpha() else "" for letter in self.letters]
        return [np.array([i for i, base in enumerate(bases) if base == vowel], np.intp) for vowel in VOWELS]

    def decode(self, probabilities: NDArray[np.float32]) -> tuple[str, float]:
        """Text and mean probability of its letters.

        Args:
            probabilities: `(steps, letters)`.
        """
        best = probabilities.argmax(axis=1)
        sure = probabilities.max(axis=1)
        starts = np.flatnonzero((best != BLANK) & (best != np.concatenate([[BLANK], best[:-1]])))
        if not len(starts):
            return "", 0.0
        traces = np.stack([probabilities[:, classes].sum(axis=1) for classes in self._vowels], axis=1)
        text = ""
        for number, step in enumerate(starts):
            letter = self.letters[best[step]]
            after = starts[number + 1] if number + 1 < len(starts) else len(best)
            text += letter
            blanks = np.flatnonzero(best[step:after] == BLANK) + step
            following = self.letters[best[after]] if after < len(best) else " "
            if len(blanks) and sure[step] >= SURE and (after == len(best) or sure[after] >= SURE):
                text += self._missing_vowel(traces[blanks], letter, following)
        return text, float(sure[starts].mean())

    def _missing_vowel(self, traces: NDArray[np.float32], before: str, after: str) -> str:
        """The vowel that left its trace in a run of blanks, `(blanks, vowels)`; empty if none did."""
        own = traces.copy()
        for place, neighbour in ((0, before), (-1, after)):
            if fold(neighbour) in VOWELS:
                own[place, VOWELS.index(fold(neighbour))] = 0.0  # it is the neighbour's own
        if own.max() < TRACE:
            return ""
        vowel = VOWELS[int(own.max(axis=0).argmax())]
        return vowel.upper() if before.isupper() and not after.islower() else vowel
