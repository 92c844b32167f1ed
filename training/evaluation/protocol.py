"""What makes figures comparable: where their samples come from, how sure they are, and what measured them."""

from __future__ import annotations

import hashlib
import json
import math
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from training.world.scene import Pairs, Scene, sample_scene

ROOT = Path(__file__).parents[1]
HASHED_FILES = ("world/*.py", "language/held_out.py", "language/names.py", "evaluation/*.py")
PUBLISHED_DIGESTS = Path(__file__).with_name("published_digests.json")
"""Maps a hash of the files' contents to the digest under which figures of the same protocol were published."""
Z = 1.96  # of a 95 % interval
Figures = dict[str, float]


class Core(Protocol):
    """What the evaluation asks of a profile's InstructBLIP, which it may not import."""

    def features(self, images: Sequence[Any]) -> Any: ...

    def in_domain(self, features: Any) -> list[bool]: ...

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
    """Returns the twelve hex digits that name this version of the protocol in every file of figures.

    Figures may be compared only if their digests are equal. The digest changes with the paths and the bytes of
    `HASHED_FILES`: the renderer, the wordings, and the code of the evaluation. A change that leaves every sample and
    every measurement as it was (a renamed function, a moved file) would thereby make all published figures look stale.
    `PUBLISHED_DIGESTS` prevents this: it names the one state of the files that stands for a digest already published.
    A test draws samples and compares them with those of the published protocol. Whoever changes a hashed file either
    keeps the samples, lets that test prove it and writes the new hash (`contents_hash`) into the file, or leaves the
    file alone: then this function returns the new hash, and figures have to be measured again.
    """
    contents = contents_hash()
    published: dict[str, str] = json.loads(PUBLISHED_DIGESTS.read_text(encoding="utf-8"))
    return published.get(contents, contents)


def contents_hash() -> str:
    """Returns the first twelve hex digits of the SHA-256 over the paths and contents of `HASHED_FILES`."""
    paths = sorted(path for pattern in HASHED_FILES for path in ROOT.glob(pattern))
    sha256 = hashlib.sha256()
    for path in paths:
        sha256.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return sha256.hexdigest()[:12]


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
