"""Which things a picture surely shows, from the probabilities of the kinds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.models.naming.kinds import load_kind_names
from assistant.text.things import load_things, write_names


@dataclass(frozen=True, slots=True)
class NamingOptions:
    """When a thing is named.

    Chosen on 29 real videos of which all that each shows was listed, 10,400 pairs of video and thing: the lowest
    thresholds at which 85 of 100 named things are there (docs/experiments/naming.md).
    """

    # Total probability of a thing's kinds in a picture, from which it is named.
    min_probability: float = 0.4
    # Odds of a thing over its odds by chance, which follow from the share of its kinds. Small probabilities that are
    # scattered over hundreds of kinds add up to "animal" on pictures that none of the kinds fits.
    min_lift: float = 8.0


DEFAULT_OPTIONS = NamingOptions()


def name_picture(probabilities: NDArray[np.float32], options: NamingOptions = DEFAULT_OPTIONS) -> str:
    """Returns the text of a named picture (`assistant.text.things.write_names`); empty where nothing is sure.

    Worth saying are the narrowest sure things, and sure kinds of no such thing: among like kinds, as breeds of dogs,
    the classifier is often wrong. What they entail follows: a tabby is a `cat`, and a `pet` and an `animal` too.

    Args:
        probabilities: `(1000,)` float32, of the kinds.
        options: when a thing is named.
    """
    masses = {thing: float(probabilities[list(thing.kinds)].sum()) for thing in load_things()}
    positions = [int(position) for position in np.flatnonzero(probabilities >= options.min_probability)]
    sure = [thing for thing, mass in masses.items() if _is_sure(mass, len(thing.kinds), options)]
    sure_kinds = [*({position} for position in positions), *(thing.kinds for thing in sure)]
    true = [thing for thing in masses if any(kinds <= thing.kinds for kinds in sure_kinds)]
    true.sort(key=lambda thing: (-masses[thing], len(thing.kinds)))
    narrow = [thing for thing in true if not thing.is_broad]
    narrow = [thing for thing in narrow if not any(other.kinds < thing.kinds for other in narrow)]
    alone = [position for position in positions if not any(position in thing.kinds for thing in narrow)]
    to_say = [*(thing.name for thing in narrow), *(load_kind_names()[position][0] for position in alone)]
    to_say = list(dict.fromkeys(to_say)) or [thing.name for thing in true[:1]]
    names = [*(thing.name for thing in true), *(name for position in positions for name in load_kind_names()[position])]
    return write_names(to_say, [name for name in dict.fromkeys(names) if name not in to_say])


def _is_sure(mass: float, kinds: int, options: NamingOptions) -> bool:
    chance = kinds / 1000
    odds = mass / (1 - mass) if mass < 1 else float("inf")
    return mass >= options.min_probability and odds >= options.min_lift * chance / (1 - chance)
