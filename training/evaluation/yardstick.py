"""What makes figures comparable: where their samples come from, how sure they are, and what measured them."""

from __future__ import annotations

import hashlib
import math
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from training.world.scene import Pairs, Scene, sample_scene

ROOT = Path(__file__).parents[1]
PARTS_OF_THE_YARDSTICK = ("world/*.py", "language/held_out.py", "language/names.py", "evaluation/*.py")
Z = 1.96  # of a 95 % interval
Figures = dict[str, float]


class Core(Protocol):
    """What the evaluation asks of a profile's InstructBLIP, which it may not import."""

    def features(self, images: Sequence[Any]) -> Any: ...

    def knows(self, features: Any) -> list[bool]: ...

    def queries(self, features: Any, instruction: str) -> Any: ...

    def in_order(self, features: Any, instruction: str, windows: Sequence[Sequence[int]]) -> Any: ...

    def write(self, prompt: str, visual: Any = None, *, max_new_tokens: int = 24) -> Sequence[Any]: ...

    def score(self, prompt: str, candidates: Sequence[str], visual: Any = None) -> Any: ...


class Embedder(Protocol):
    """What it asks of a profile's retrieval model."""

    def embed_images(self, images: Sequence[Any]) -> Any: ...

    def embed_texts(self, texts: Sequence[str]) -> Any: ...


@dataclass(frozen=True, slots=True)
class Split:
    """Where the samples of one evaluation come from.

    Recipes seed their batches by numbers; these seeds are words, so no run of a recipe can draw the same samples.
    """

    seed: int
    size: int  # samples of each kind

    def rng(self, name: str) -> random.Random:
        """The source of randomness of one part; adding a part changes no other."""
        return random.Random(f"evaluation of {name}, seed {self.seed}")

    def scenes(self, name: str, pairs: Pairs = "all") -> Iterable[tuple[Scene, random.Random]]:
        """Endless scenes of one part."""
        rng = self.rng(name)
        while True:
            yield sample_scene(rng, pairs), rng


@cache
def digest() -> str:
    """Twelve hex digits that change with the renderer, the evaluation's wordings or its code."""
    paths = sorted(path for pattern in PARTS_OF_THE_YARDSTICK for path in ROOT.glob(pattern))
    whole = hashlib.sha256()
    for path in paths:
        whole.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return whole.hexdigest()[:12]


def interval(right: float, count: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share `right` of `count`."""
    if not count:
        return 0.0, 1.0
    spread = Z * math.sqrt(right * (1 - right) / count + Z * Z / (4 * count * count))
    middle, scale = right + Z * Z / (2 * count), 1 + Z * Z / count
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def share(name: str, results: Sequence[bool]) -> Figures:
    """A share with its interval: `name`, `name.low`, `name.high`."""
    right = sum(results) / len(results) if results else 0.0
    low, high = interval(right, len(results))
    return {name: right, f"{name}.low": low, f"{name}.high": high}


def mean(name: str, parts: Sequence[Sequence[bool]]) -> Figures:
    """The mean of several shares, each counting the same; its interval as of all samples together."""
    shares = [sum(part) / len(part) for part in parts if part]
    average = sum(shares) / len(shares) if shares else 0.0
    low, high = interval(average, sum(map(len, parts)))
    return {name: average, f"{name}.low": low, f"{name}.high": high}


def same(written: str, answer: str) -> bool:
    """Whether a written answer is right as a whole; spaces and case apart."""
    return written.replace(" ", "").lower() == answer.replace(" ", "").lower()
