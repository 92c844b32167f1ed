"""A picture's place among sentences: where the names of its likely kinds lie.

Norouzi et al. 2014, "Zero-Shot Learning by Convex Combination of Semantic Embeddings" (ConSE): the expectation of the
kinds' vectors. Nothing is trained on pictures with text, so any query of a sentence encoder ranks pictures.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.models.naming.kinds import describe_kinds
from assistant.models.packaged import cache_folder


class TextEncoder(Protocol):
    """Places texts by their meaning."""

    @property
    def identity(self) -> str:
        """Names the model and its weights."""
        ...

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Returns `(n, d)` float32, L2-normalised, for n texts."""
        ...


def place_pictures(probabilities: NDArray[np.float32], kinds: NDArray[np.float32]) -> NDArray[np.float32]:
    """Returns the places of n pictures, `(n, d)` float32, L2-normalised.

    Args:
        probabilities: `(n, 1000)` float32, of the kinds.
        kinds: `(1000, d)` float32, L2-normalised: `place_kinds`.
    """
    return _normalise(probabilities @ kinds)


def place_kinds(encoder: TextEncoder) -> NDArray[np.float32]:
    """Returns the places of the kinds, `(1000, d)` float32, L2-normalised; computed once for each encoder.

    A kind lies in the middle of its names, its names with those of its groups, and its names with its definition.
    The three together find more than any of them (docs/experiments/naming.md).
    """
    descriptions = describe_kinds()
    texts = [text for described in descriptions for text in described]
    digest = hashlib.sha256("\n".join([encoder.identity, *texts]).encode()).hexdigest()[:16]
    path = cache_folder() / f"kinds-{digest}.npy"
    with suppress(OSError, ValueError):
        return np.asarray(np.load(path, allow_pickle=False), np.float32)
    places = _normalise(np.sum([encoder.embed(described) for described in descriptions], axis=0))
    with suppress(OSError):  # a cache that cannot be written costs half a minute at the next start
        _write(path, places)
    return places


def _write(path: Path, array: NDArray[np.float32]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".part{os.getpid()}")
    with part.open("wb") as file:
        np.save(file, array)
    part.replace(path)


def _normalise(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, np.finfo(np.float32).tiny), np.float32)
