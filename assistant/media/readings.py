"""What is read or heard in media: a line of text in a picture, and a timed text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tools.types import Box


@dataclass(frozen=True, slots=True)
class Region:
    """Where a line stands: its corners, clockwise from the start of its writing."""

    corners: tuple[tuple[float, float], ...]

    @classmethod
    def around(cls, corners: NDArray[np.float64] | Sequence[Sequence[float]]) -> Region:
        """From four `(x, y)` in pixels."""
        return cls(tuple((float(x), float(y)) for x, y in corners))

    @classmethod
    def of_box(cls, box: Box) -> Region:
        """The upright region of a box."""
        x0, y0, x1, y1 = box
        return cls(((x0, y0), (x1, y0), (x1, y1), (x0, y1)))

    @property
    def box(self) -> Box:
        """The smallest upright box around the corners."""
        xs, ys = zip(*self.corners, strict=True)
        return min(xs), min(ys), max(xs), max(ys)


@dataclass(frozen=True, slots=True)
class ReadLine:
    """A line of text in one picture."""

    text: str
    score: float  # in [0, 1]
    region: Region


@dataclass(frozen=True, slots=True)
class Cue:
    """A timed text: a subtitle, or something said."""

    start_seconds: float
    end_seconds: float
    text: str
    language: str | None  # ISO 639; None where it is unknown
