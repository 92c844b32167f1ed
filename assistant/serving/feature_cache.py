"""Features that clients sent or asked for, kept while there is room."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Features = NDArray[np.float16]


class FeatureCache:
    """Features `(tokens, width)` by the hash of themselves or of their picture; the longest unused go first.

    Args:
        most_bytes: of all of them.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._kept: OrderedDict[str, Features] = OrderedDict()
        self._bytes = 0

    def put(self, name: str, features: Features) -> None:
        if name in self._kept:
            self._kept.move_to_end(name)
            return
        self._kept[name] = features.copy() if features.base is not None else features  # a view keeps its whole base
        self._bytes += features.nbytes
        while self._bytes > self._most_bytes and len(self._kept) > 1:
            _, old = self._kept.popitem(last=False)
            self._bytes -= old.nbytes

    def __getitem__(self, name: str) -> Features:
        self._kept.move_to_end(name)
        return self._kept[name]

    def missing(self, names: Sequence[str]) -> list[str]:
        """Those that are not there."""
        return [name for name in dict.fromkeys(names) if name not in self._kept]
