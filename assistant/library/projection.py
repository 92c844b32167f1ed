"""An upper bound of how well any keyframe of a video fits a query, for all videos at once and fast.

Keyframes lie close to a subspace of few dimensions. Their vectors are kept in its coordinates, a tenth of their size,
beside the length of what sticks out of it; by Cauchy and Schwarz a cosine is at most the product inside plus the
product of the two lengths outside (lower bounding by projection: Faloutsos et al. 1994, SIGMOD, "GEMINI"). Any
subspace gives true bounds, a good one tight bounds: the principal one of a sample. A query reads all coordinates from
memory, which is what it waits for: they are kept in bfloat16, and what rounding takes from them counts as sticking out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import torch
    from numpy.typing import NDArray

MOST_DIMENSIONS = 64
KEPT_ENERGY = 0.99  # of the sample: more dimensions cost time, fewer leave loose bounds
SAMPLE = 8192  # vectors that the subspace is taken from
GROWTH = 2.0  # a library that grew by this factor may have left its subspace: it is taken anew
ROUNDING = 1e-5  # of float32 sums
HALF_ULP = 2.0**-8  # of a bfloat16, and as much again to be sure

Key = tuple[str, str]  # video id and generation


@dataclass(frozen=True, slots=True)
class Projection:
    """The keyframes of a library in a subspace; made by `project`, never changed."""

    keys: tuple[Key, ...]
    video_ids: list[str]
    starts: NDArray[np.intp]  # (videos,) where each video's keyframes begin
    basis: NDArray[np.float32]  # (d, k), orthonormal columns
    inside: torch.Tensor  # (k, n) bfloat16
    outside: NDArray[np.float32]  # (videos,) the longest remainder of a keyframe
    rounded: NDArray[np.float32]  # (videos,) the most that rounding took from a keyframe's coordinates
    sampled: int  # keyframes there were when the subspace was taken

    def peaks(self, queries: NDArray[np.float32]) -> NDArray[np.float32]:
        """`(queries, videos)` float32: no keyframe of the video has a greater cosine with the query."""
        import torch

        inside = queries @ self.basis
        remainder = _remainder(queries, inside)
        asked = torch.from_numpy(inside).bfloat16()
        lost = np.linalg.norm(inside - asked.float().numpy(), axis=1)
        with torch.inference_mode():
            products = (asked @ self.inside).float().numpy()
        peaks = np.maximum.reduceat(products, self.starts, axis=1)
        peaks += np.abs(peaks) * np.float32(HALF_ULP)
        slack = lost[:, None] + np.linalg.norm(inside, axis=1)[:, None] * self.rounded
        bounds: NDArray[np.float32] = peaks + slack + remainder[:, None] * self.outside + np.float32(ROUNDING)
        return bounds


def project(
    videos: Mapping[Key, int], vectors: Callable[[Key], NDArray[np.float32]], known: Projection | None = None
) -> Projection | None:
    """The projection of a library; None of an empty one.

    Args:
        videos: how many keyframes each video has.
        vectors: `(keyframes, d)` float32, L2-normalised, of one video.
        known: an earlier projection, whose videos need not be read again.
    """
    import torch

    total = sum(videos.values())
    if not total:
        return None
    lasting = known is not None and total <= GROWTH * known.sampled
    basis = known.basis if known is not None and lasting else _principal(videos, vectors, total)
    places = _places(known) if known is not None and lasting else {}
    inside = torch.empty((basis.shape[1], total), dtype=torch.bfloat16)
    outside, rounded = np.empty(len(videos), np.float32), np.empty(len(videos), np.float32)
    starts = np.concatenate([[0], np.cumsum(list(videos.values()))[:-1]]).astype(np.intp)
    for number, (key, count) in enumerate(videos.items()):
        stretch = slice(int(starts[number]), int(starts[number]) + count)
        if known is not None and key in places:
            old, place = places[key]
            inside[:, stretch] = known.inside[:, place]
            outside[number], rounded[number] = known.outside[old], known.rounded[old]
            continue
        rows = np.asarray(vectors(key))
        coordinates = rows @ basis
        inside[:, stretch] = torch.from_numpy(coordinates.T)
        kept = inside[:, stretch].float().numpy().T
        outside[number] = _remainder(rows, coordinates).max()
        rounded[number] = np.linalg.norm(coordinates - kept, axis=1).max()
    sampled = known.sampled if known is not None and lasting else total
    return Projection(
        tuple(videos), [video_id for video_id, _ in videos], starts, basis, inside, outside, rounded, sampled
    )


def _places(known: Projection) -> dict[Key, tuple[int, slice]]:
    stops = [*known.starts[1:], known.inside.shape[1]]
    return {
        key: (number, slice(int(start), int(stop)))
        for number, (key, start, stop) in enumerate(zip(known.keys, known.starts, stops, strict=True))
    }


def _principal(
    videos: Mapping[Key, int], vectors: Callable[[Key], NDArray[np.float32]], total: int
) -> NDArray[np.float32]:
    """`(d, k)`: the directions in which a sample has most of its energy; not centred, since cosines are not."""
    keys = list(videos)
    every = max(1, -(-total // SAMPLE))
    # Every video up to a few thousand, a few keyframes each: neighbours in time hold little news.
    chosen = keys[:: max(1, len(keys) // (SAMPLE // 4))]
    sample = np.concatenate([np.asarray(vectors(key)[:: min(every, videos[key])]) for key in chosen])
    energies, directions = np.linalg.eigh((sample.T @ sample).astype(np.float64))
    energies, directions = energies[::-1], directions[:, ::-1]
    share = np.cumsum(energies) / energies.sum()
    dimensions = min(MOST_DIMENSIONS, int(np.searchsorted(share, KEPT_ENERGY)) + 1)
    return np.ascontiguousarray(directions[:, :dimensions], np.float32)


def _remainder(rows: NDArray[np.float32], inside: NDArray[np.float32]) -> NDArray[np.float32]:
    """How long what sticks out of the subspace is, by Pythagoras, rounded upwards."""
    squares = (rows * rows).sum(axis=1) - (inside * inside).sum(axis=1)
    remainder: NDArray[np.float32] = np.sqrt(np.maximum(squares, 0.0) + np.float32(ROUNDING))
    return remainder
