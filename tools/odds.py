"""What cosines mean when nobody measured it: how unlikely a match is by chance, judged by the library itself.

Cosines of one model differ from text to text by as much as a match adds, so no fixed threshold parts matches from the
rest. For one text, however, nearly all pictures of a library are no match, and show what chance gives: their median
and their median absolute deviation (MAD), which a few matches do not move, stand for mean and spread (an empirical
null: Efron 2004, "Large-scale simultaneous hypothesis testing"). A cosine that chance would hardly give once among all
pictures of the library is a match as likely as not; each picture more that chance would give divides the odds.

This fails where most of the library shows what the text says: nothing then stands out. Such a text is known by its
median, which lies where the model's own curve puts matches; the curve then decides.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tools.ports import Calibration, FrameIndex

Value = TypeVar("Value", bound=np.generic)


@dataclass(frozen=True, slots=True)
class OddsOptions:
    """How odds are read from the cosines of a library."""

    min_pictures: int = 50  # of a library: the spread of fewer is not known well enough
    # Cosine. Pictures that are nearly all alike spread less, and chance differs from them by more than they do.
    min_spread: float = 0.005
    # Of a standard deviation: the cosines of matches are taken for no less likely than so far from the median.
    max_deviations: float = 30.0
    # Pictures that chance may give, at which a match is as likely as not: fewer let less through.
    chance_pictures: float = 0.4
    # Odds that no picture falls below in a library of fewer pictures: what the core surely sees, nobody can tell then.
    min_small_odds: float = 0.5


DEFAULT_OPTIONS = OddsOptions()
MAD_TO_DEVIATION = 1.4826  # a normal distribution's standard deviation, in its median absolute deviations
_upper_tail = np.frompyfunc(lambda z: 0.5 * math.erfc(z / math.sqrt(2)), 1, 1)


@dataclass(frozen=True, slots=True)
class LibraryOdds:
    """What the cosines of some queries mean in one library. Like a `Calibration`, it rises with the cosines.

    All its methods take cosines `(queries, n)`, or `(n,)` of a single query, and return an array of that shape.
    """

    medians: NDArray[np.float64]  # (queries,)
    deviations: NDArray[np.float64]  # (queries,), standard deviations of what is no match
    pictures: int  # distinct pictures of the library
    curve: Calibration  # of the model, guessed or trained
    compared: int  # distinct pictures among which the best are looked for: all, or those of a stretch
    options: OddsOptions = DEFAULT_OPTIONS

    @classmethod
    def of(
        cls,
        cosines: NDArray[np.floating],
        pictures: int,
        curve: Calibration,
        options: OddsOptions = DEFAULT_OPTIONS,
    ) -> LibraryOdds:
        """Reads the odds from the cosines of a library.

        Args:
            cosines: `(queries, n)`, of all or of an even sample of the library's distinct pictures; n may be 0.
            pictures: how many distinct pictures the library holds.
            curve: of the retrieval model.
            options: how they are read.
        """
        sample = np.asarray(cosines, np.float64)
        if not sample.shape[1]:
            sample = np.zeros((len(sample), 1))
        medians = np.median(sample, axis=1)
        deviations = MAD_TO_DEVIATION * np.median(np.abs(sample - medians[:, None]), axis=1)
        return cls(medians, np.maximum(deviations, options.min_spread), pictures, curve, pictures, options)

    @property
    def is_reliable(self) -> bool:
        """Whether the library holds enough pictures to tell a match from chance."""
        return self.pictures >= self.options.min_pictures

    def __call__(self, cosines: NDArray[np.floating]) -> NDArray[np.float64]:
        """Returns the probabilities of a match, in [0, 1]."""
        return 1.0 / (1.0 + np.exp(-self._log_odds(cosines)))

    def odds(self, cosines: NDArray[np.floating]) -> NDArray[np.float64]:
        """Returns the odds of a match in [0, 1]: those above even count as even. They are at most twice `__call__`."""
        return np.exp(np.minimum(0.0, self._log_odds(cosines)))

    def witness(self, cosines: NDArray[np.floating]) -> NDArray[np.float64]:
        """Returns odds in [0, 1] by which another witness's probability is lowered.

        In a library that is too small to be sure, they are at least `OddsOptions.min_small_odds`.
        """
        if self.is_reliable:
            return self.odds(cosines)
        by_chance = np.exp(np.minimum(0.0, self._log_odds_by_chance(cosines)))
        return np.maximum(by_chance, self.options.min_small_odds)

    def _log_odds(self, cosines: NDArray[np.floating]) -> NDArray[np.float64]:
        by_curve = self.curve.slope * (np.asarray(cosines, np.float64) - self.curve.midpoint)
        if not self.is_reliable:
            return by_curve
        log_odds = self._log_odds_by_chance(cosines)
        # A curve that the model was trained with means what it says; one that was guessed only helps where most match.
        helps = np.full(self.medians.shape, True) if self.curve.trained else self.medians >= self.curve.midpoint
        return np.where(_column(helps, log_odds), np.maximum(log_odds, by_curve), log_odds)

    def _log_odds_by_chance(self, cosines: NDArray[np.floating]) -> NDArray[np.float64]:
        values = np.asarray(cosines, np.float64)
        deviations = (values - _column(self.medians, values)) / _column(self.deviations, values)
        limit = self.options.max_deviations
        chances = _upper_tail(np.clip(deviations, -limit, limit)).astype(np.float64)
        log_odds: NDArray[np.float64] = np.log(self.options.chance_pictures / (max(1, self.compared) * chances))
        return log_odds


def calibrate_for(
    frames: FrameIndex, queries: Sequence[str], *, pictures: int | None = None
) -> Calibration | LibraryOdds:
    """Returns what the cosines of some queries mean: the measured curve of the model, else the odds in the library.

    Args:
        frames: the library.
        queries: in the language of the retrieval model.
        pictures: distinct pictures among which the best were chosen; None: all of the library.
    """
    if frames.calibration.measured:
        return frames.calibration
    background = frames.background(queries)
    library = LibraryOdds.of(background.cosines, background.pictures, frames.calibration)
    return library if pictures is None else replace(library, compared=min(pictures, library.pictures))


def count_pictures(
    frames: FrameIndex, video_id: str | None, start_seconds: float | None, end_seconds: float | None
) -> int | None:
    """Returns how many distinct pictures a stretch of one video or of every video holds; None: the whole library."""
    if video_id is None and start_seconds is None and end_seconds is None:
        return None
    video_ids = [video.video_id for video in frames.videos() if video_id in (None, video.video_id)]
    stretches = [frames.keyframes(each, start_seconds, end_seconds) for each in video_ids]
    return sum(len({keyframe.group for keyframe in keyframes}) for keyframes in stretches)


def _column(values: NDArray[Value], like: NDArray[np.float64]) -> NDArray[Value]:
    """One value for each query, shaped to meet `(queries, n)`, or `(n,)` of a single query."""
    return values[:, None] if like.ndim > 1 else values[:1]
