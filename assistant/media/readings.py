"""Records of what is read or heard in media: a line of text in a picture, and a timed text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tools.types import Box


@dataclass(frozen=True, slots=True)
class Region:
    """Where a line of text lies: its four corners in pixels, clockwise from the start of the writing."""

    corners: tuple[tuple[float, float], ...]

    @classmethod
    def from_corners(cls, corners: NDArray[np.float64] | Sequence[Sequence[float]]) -> Region:
        """Returns the region of four corners `(x, y)` in pixels."""
        return cls(tuple((float(x), float(y)) for x, y in corners))

    @classmethod
    def from_box(cls, box: Box) -> Region:
        """Returns the upright region of a box."""
        x0, y0, x1, y1 = box
        return cls(((x0, y0), (x1, y0), (x1, y1), (x0, y1)))

    @property
    def box(self) -> Box:
        """The smallest upright box around the corners, XYXY in pixels."""
        xs, ys = zip(*self.corners, strict=True)
        return min(xs), min(ys), max(xs), max(ys)


@dataclass(frozen=True, slots=True)
class ReadLine:
    """A line of text that was recognised in one picture."""

    text: str
    score: float  # the recogniser's confidence, in [0, 1]
    region: Region


@dataclass(frozen=True, slots=True)
class Cue:
    """A timed text: a subtitle or a spoken sentence."""

    start_seconds: float
    end_seconds: float
    text: str
    language: str | None  # as the file or the recogniser names it (ISO 639); None if unknown
    word_starts: tuple[float, ...] = ()  # in seconds, one for each word between blanks; empty: unknown


@dataclass(frozen=True, slots=True)
class Transcript:
    """What a recogniser heard in a stretch of sound."""

    cues: tuple[Cue, ...]  # in time order
    rejected: tuple[str, ...] = ()  # for each segment that is too doubtful to be evidence, why
