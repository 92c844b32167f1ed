"""What makes figures comparable: the source of their samples, their intervals, and the version of the protocol."""

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
Z = 1.96  # standard deviations of a 95 % interval
Figures = dict[str, float]


class Core(Protocol):
    """The methods of a profile's InstructBLIP that the evaluation calls; `training` may not import its class."""

    def features(self, images: Sequence[Any]) -> Any: ...

    def in_domain(self, features: Any) -> list[bool]: ...

    def queries(self, features: Any, instruction: str) -> Any: ...

    def window_queries(self, features: Any, instruction: str, windows: Sequence[Sequence[int]]) -> Any: ...

    def write(self, prompt: str, visual: Any = None, *, max_new_tokens: int = 24) -> Sequence[Any]: ...

    def score(self, prompt: str, candidates: Sequence[str], visual: Any = None) -> Any: ...


class Embedder(Protocol):
    """The methods of a profile's retrieval model that the evaluation calls."""

    def embed_images(self, images: Sequence[Any]) -> Any: ...

    def embed_texts(self, texts: Sequence[str]) -> Any: ...


@dataclass(frozen=True, slots=True)
class Split:
    """The source of one evaluation's samples.

    Recipes seed their batches with numbers. These seeds are words, so that no run of a recipe draws the same samples.
    """

    seed: int
    size: int  # number of samples of each kind

    def rng(self, name: str) -> random.Random:
        """Returns the generator of one part of the evaluation; another part has another one."""
        return random.Random(f"evaluation of {name}, seed {self.seed}")

    def scenes(self, name: str, pairs: Pairs = "all") -> Iterable[tuple[Scene, random.Random]]:
        """Yields scenes of one part without end, each with the part's generator."""
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


def interval(proportion: float, count: int) -> tuple[float, float]:
    """Returns Wilson's 95 % interval (low, high) of a proportion in [0, 1] of `count` samples."""
    if not count:
        return 0.0, 1.0
    spread = Z * math.sqrt(proportion * (1 - proportion) / count + Z * Z / (4 * count * count))
    middle, scale = proportion + Z * Z / (2 * count), 1 + Z * Z / count
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def share(name: str, results: Sequence[bool]) -> Figures:
    """Returns the share of right results with its interval, as the figures `name`, `name.low` and `name.high`."""
    proportion = sum(results) / len(results) if results else 0.0
    low, high = interval(proportion, len(results))
    return {name: proportion, f"{name}.low": low, f"{name}.high": high}


def mean(name: str, parts: Sequence[Sequence[bool]]) -> Figures:
    """Returns the unweighted mean of several shares; its interval is that of all samples together."""
    shares = [sum(part) / len(part) for part in parts if part]
    average = sum(shares) / len(shares) if shares else 0.0
    low, high = interval(average, sum(map(len, parts)))
    return {name: average, f"{name}.low": low, f"{name}.high": high}


def is_same(written: str, answer: str) -> bool:
    """Returns True if a written answer equals the true one, spaces and case apart."""
    return written.replace(" ", "").lower() == answer.replace(" ", "").lower()
