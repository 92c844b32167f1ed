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

BLANK = 0
VOWELS = "aeiouy"
TRACE = 0.001  # of the probability: what a letter's neighbours leak into a blank is mostly less
STRONG_TRACE = 0.05  # enough by itself
ROOM = 1.6  # of the usual distance between letters: a weaker trace is enough where a letter would fit, as after "PH"
SURE = 0.9  # of the letters on both sides: in scrawl every blank has traces


@dataclass(frozen=True, slots=True)
class Decoded:
    """One line."""

    text: str
    score: float  # mean probability of its letters
    vietnamese: bool  # it has marked letters, or strong traces of some


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
        bases = [_fold(letter) if len(letter) == 1 and letter.isalpha() else "" for letter in self.letters]
        return [np.array([i for i, base in enumerate(bases) if base == vowel], np.intp) for vowel in VOWELS]

    def decode(self, probabilities: NDArray[np.float32]) -> Decoded:
        """Best-path text, with the vowels that left a trace where it looks Vietnamese.

        Args:
            probabilities: `(steps, letters)`, without the steps of padding.
        """
        best, sure = probabilities.argmax(axis=1), probabilities.max(axis=1)
        starts = np.flatnonzero((best != BLANK) & (best != np.concatenate([[BLANK], best[:-1]])))
        if not len(starts):
            return Decoded("", 0.0, False)
        written = [self.letters[best[step]] for step in starts]
        missing = self._missing_vowels(probabilities, best, sure, starts)
        # English scrawl leaves such traces too: a line must look Vietnamese before they are believed.
        strong = any(trace >= STRONG_TRACE for _, trace in missing)
        rooms = np.diff([*starts, len(best)])
        usual = np.median(rooms[:-1]) if len(starts) > 1 else np.inf
        roomy = any(trace >= TRACE and room >= ROOM * usual for (_, trace), room in zip(missing, rooms, strict=True))
        vietnamese = any(map(accented, written)) or strong or roomy
        if vietnamese:
            written = [letter + vowel for letter, (vowel, _) in zip(written, missing, strict=True)]
        return Decoded("".join(written), float(sure[starts].mean()), vietnamese)

    def _missing_vowels(
        self,
        probabilities: NDArray[np.float32],
        best: NDArray[np.intp],
        sure: NDArray[np.float32],
        starts: NDArray[np.intp],
    ) -> list[tuple[str, float]]:
        """After each letter the vowel whose trace is in the blanks that follow, and its strength; empty if none is."""
        found = []
        for step, after in zip(starts, [*starts[1:], len(best)], strict=True):
            blanks = np.flatnonzero(best[step:after] == BLANK) + step
            if not len(blanks) or sure[step] < SURE or (after < len(best) and sure[after] < SURE):
                found.append(("", 0.0))
                continue
            before, following = self.letters[best[step]], self.letters[best[after]] if after < len(best) else " "
            traces = np.stack([probabilities[blanks][:, classes].sum(axis=1) for classes in self._vowels], axis=1)
            for place, neighbour in ((0, before), (-1, following)):
                if _fold(neighbour) in VOWELS:
                    traces[place, VOWELS.index(_fold(neighbour))] = 0.0  # it is the neighbour's own
            trace = float(traces.max())
            vowel = VOWELS[int(traces.max(axis=0).argmax())] if trace >= TRACE else ""
            found.append((vowel.upper() if before.isupper() and not following.islower() else vowel, trace))
        return found


def accented(letter: str) -> bool:
    """A Latin letter with a mark, or `đ`."""
    return letter.isalpha() and not letter.isascii() and _fold(letter).isascii()


def _fold(letter: str) -> str:
    from assistant.text.fold import fold  # here, since `assistant.models` imports on machines without a library

    return fold(letter)
