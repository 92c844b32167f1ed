"""A cache of the picture features that clients sent or asked for."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Features = NDArray[np.float16]


class FeatureCache:
    """Holds features `(tokens, width)` by name, and removes those that were not used for the longest time.

    The name is the hash of the features or of their picture.

    Args:
        max_bytes: of all features together.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._features: OrderedDict[str, Features] = OrderedDict()
        self._bytes = 0

    def put(self, name: str, features: Features) -> None:
        """Adds features under a name; under a known name it only notes that they were used."""
        if name in self._features:
            self._features.move_to_end(name)
            return
        self._features[name] = (
            features.copy() if features.base is not None else features
        )  # a view would keep its whole base
        self._bytes += features.nbytes
        while self._bytes > self._max_bytes and len(self._features) > 1:
            _, oldest = self._features.popitem(last=False)
            self._bytes -= oldest.nbytes

    def __getitem__(self, name: str) -> Features:
        self._features.move_to_end(name)
        return self._features[name]

    def find_missing(self, names: Sequence[str]) -> list[str]:
        """Returns the names that the cache does not hold, each once."""
        return [name for name in dict.fromkeys(names) if name not in self._features]
