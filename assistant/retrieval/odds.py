"""Which hits of a search match, and which are only the nearest of what does not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from tools.odds import LibraryOdds
from tools.ports import Calibration

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tools.types import FrameHit, Keyframe, PassageHit

InDomain = Callable[[Sequence["Keyframe"]], list[bool]]


@dataclass(frozen=True, slots=True)
class ShownOptions:
    """From when on a hit is shown as a match. A search for what is not there should show nothing nine times in ten."""

    # Odds of a match by the library: chance would put a tenth of a picture as high (`OddsOptions.chance_pictures`).
    min_library_odds: float = 4.0
    # The same of pictures that are placed by the names of what they show: a fiftieth of a picture, since kin of what is
    # asked for (a bird for a penguin) lies nearer than chance.
    min_named_odds: float = 20.0
    # Probability of a match by a measured curve, in [0, 1]: as likely as not.
    min_probability: float = 0.5
    # Share of the words that a line must hold, in [0, 1], words of grammar left out: one of two is chance.
    min_words_held: float = 0.7


DEFAULT_OPTIONS = ShownOptions()
# A sentence encoder's cosine from which a text is about a query even if most of the library is.
PASSAGE_CURVE = Calibration(midpoint=0.6, slope=30.0)


def mark_pictures(
    hits: Sequence[FrameHit],
    calibration: Calibration | LibraryOdds,
    in_domain: InDomain | None = None,
    options: ShownOptions = DEFAULT_OPTIONS,
) -> list[FrameHit]:
    """Returns hits of the picture channel, each with whether it is shown.

    Args:
        hits: of one query.
        calibration: of that query's cosines.
        in_domain: says of keyframes whether a measured curve holds for them; None: it holds for all.
        options: from when on a hit is shown.
    """
    cosines = np.array([hit.score for hit in hits])
    if isinstance(calibration, LibraryOdds):
        shown = _stand_out(cosines, calibration, options.min_library_odds)
    else:
        shown = calibration(cosines) >= options.min_probability
    if in_domain is not None and isinstance(calibration, Calibration):
        passing = np.flatnonzero(shown)
        shown[passing] = in_domain([hits[int(index)].keyframe for index in passing])
    return [replace(hit, shown=bool(is_shown)) for hit, is_shown in zip(hits, shown, strict=True)]


def passages_shown(
    hits: Sequence[PassageHit],
    library_cosines: NDArray[np.floating],
    passages: int | None = None,
    options: ShownOptions = DEFAULT_OPTIONS,
) -> list[bool]:
    """Returns for each passage of a search by meaning whether it stands out from the library, and is shown.

    This is for pictures that are placed by the names of what they show. Cosines of a sentence encoder with written or
    spoken lines need no library: they mean the same for every query (docs/experiments/official-models.md).

    Args:
        hits: of one query, of some sources.
        library_cosines: `(n,)`, of that query with all passages of those sources, or with an even sample.
        passages: how many there are of those sources; None: as many as cosines.
        options: from when on a hit is shown.
    """
    count = len(library_cosines) if passages is None else passages
    odds = LibraryOdds.of(np.asarray(library_cosines)[None], count, PASSAGE_CURVE)
    shown = _stand_out(np.array([hit.score for hit in hits]), odds, options.min_named_odds)
    return [bool(is_shown) for is_shown in shown]


def _stand_out(cosines: NDArray[np.floating], odds: LibraryOdds, min_odds: float) -> NDArray[np.bool_]:
    """`(n,)`: whether cosines of one query are those of matches. In a library too small to tell, all are."""
    if not odds.is_reliable:
        return np.full(len(cosines), True)
    return odds(cosines) >= min_odds / (1 + min_odds)
