"""An upper bound of how well any keyframe of a video fits a query, fast and for all videos at once.

Keyframes lie close to a subspace of few dimensions. Their vectors are stored as coordinates in it, a tenth of their
size, with the length of their remainder, the part outside it. By the Cauchy-Schwarz inequality a cosine is at most the
product of the coordinates plus the product of the two remainders' lengths (lower bounding by projection: Faloutsos et
al. 1994, SIGMOD, "GEMINI"). Any subspace gives true bounds; the principal subspace of a sample gives tight ones.
The time of a query is that of reading all coordinates from memory: they are stored in bfloat16, and the bound allows
for what rounding changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import torch
    from numpy.typing import NDArray

MAX_DIMENSIONS = 64  # of the subspace
MIN_ENERGY_SHARE = 0.99  # of the sample, within the subspace: more dimensions cost time, fewer leave loose bounds
SAMPLE_SIZE = 8192  # vectors that the subspace is computed from
MAX_GROWTH = 2.0  # a library that grew by this factor may have left its subspace, which is then computed anew
ROUNDING_ERROR = 1e-5  # of float32 sums
RELATIVE_ERROR = 2.0**-8  # of a bfloat16: half a unit in the last place, doubled for safety

Generation = tuple[str, str]  # video id and generation


@dataclass(frozen=True, slots=True)
class Projection:
    """The keyframes of a library in a subspace; made by `project`, never changed."""

    generations: tuple[Generation, ...]  # in the order of `video_ids`
    video_ids: list[str]
    starts: NDArray[np.intp]  # (videos,), position of each video's first keyframe
    basis: NDArray[np.float32]  # (d, k), orthonormal columns
    coordinates: torch.Tensor  # (k, keyframes) bfloat16
    max_remainders: NDArray[np.float32]  # (videos,), the longest remainder of a keyframe
    max_rounding: NDArray[np.float32]  # (videos,), the most that rounding moved a keyframe's coordinates
    sampled_keyframes: int  # how many keyframes there were when the subspace was computed

    def upper_bounds(self, queries: NDArray[np.float32]) -> NDArray[np.float32]:
        """Returns `(q, videos)` float32: no keyframe of the video has a greater cosine with the query.

        Args:
            queries: `(q, d)` float32, L2-normalised.
        """
        import torch

        coordinates = queries @ self.basis
        remainders = _remainder_lengths(queries, coordinates)
        rounded = torch.from_numpy(coordinates).bfloat16()
        query_rounding = np.linalg.norm(coordinates - rounded.float().numpy(), axis=1)
        with torch.inference_mode():
            products = (rounded @ self.coordinates).float().numpy()
        peaks = np.maximum.reduceat(products, self.starts, axis=1)
        peaks += np.abs(peaks) * np.float32(RELATIVE_ERROR)
        slack = query_rounding[:, None] + np.linalg.norm(coordinates, axis=1)[:, None] * self.max_rounding
        bounds: NDArray[np.float32] = (
            peaks + slack + remainders[:, None] * self.max_remainders + np.float32(ROUNDING_ERROR)
        )
        return bounds


def project(
    videos: Mapping[Generation, int],
    read_vectors: Callable[[Generation], NDArray[np.float32]],
    earlier: Projection | None = None,
) -> Projection | None:
    """Returns the projection of a library, or None if it has no keyframes.

    Args:
        videos: how many keyframes each video has.
        read_vectors: returns the vectors of a video, `(keyframes, d)` float32, L2-normalised.
        earlier: an earlier projection, whose videos are not read again unless the library has outgrown it.
    """
    import torch

    total = sum(videos.values())
    if not total:
        return None
    reused = earlier if earlier is not None and total <= MAX_GROWTH * earlier.sampled_keyframes else None
    basis = _principal_basis(videos, read_vectors, total) if reused is None else reused.basis
    reused_spans = {} if reused is None else _spans(reused)
    coordinates = torch.empty((basis.shape[1], total), dtype=torch.bfloat16)
    max_remainders, max_rounding = np.empty(len(videos), np.float32), np.empty(len(videos), np.float32)
    starts = np.concatenate([[0], np.cumsum(list(videos.values()))[:-1]]).astype(np.intp)
    for number, (key, count) in enumerate(videos.items()):
        span = slice(int(starts[number]), int(starts[number]) + count)
        if reused is not None and key in reused_spans:
            reused_number, reused_span = reused_spans[key]
            coordinates[:, span] = reused.coordinates[:, reused_span]
            max_remainders[number] = reused.max_remainders[reused_number]
            max_rounding[number] = reused.max_rounding[reused_number]
            continue
        vectors = np.asarray(read_vectors(key))
        exact = vectors @ basis
        coordinates[:, span] = torch.from_numpy(exact.T)
        rounded = coordinates[:, span].float().numpy().T
        max_remainders[number] = _remainder_lengths(vectors, exact).max()
        max_rounding[number] = np.linalg.norm(exact - rounded, axis=1).max()
    return Projection(
        generations=tuple(videos),
        video_ids=[video_id for video_id, _ in videos],
        starts=starts,
        basis=basis,
        coordinates=coordinates,
        max_remainders=max_remainders,
        max_rounding=max_rounding,
        sampled_keyframes=total if reused is None else reused.sampled_keyframes,
    )


def _spans(projection: Projection) -> dict[Generation, tuple[int, slice]]:
    """Returns the number of each video in a projection, and where its keyframes lie."""
    stops = [*projection.starts[1:], projection.coordinates.shape[1]]
    return {
        key: (number, slice(int(start), int(stop)))
        for number, (key, start, stop) in enumerate(zip(projection.generations, projection.starts, stops, strict=True))
    }


def _principal_basis(
    videos: Mapping[Generation, int], read_vectors: Callable[[Generation], NDArray[np.float32]], total: int
) -> NDArray[np.float32]:
    """Returns `(d, k)`: the directions that hold most of a sample's energy; not centred, since cosines are not."""
    keys = list(videos)
    step = max(1, -(-total // SAMPLE_SIZE))
    # Every video, up to a few thousand, with a few keyframes each: neighbours in time add little.
    sampled_keys = keys[:: max(1, len(keys) // (SAMPLE_SIZE // 4))]
    sample = np.concatenate([np.asarray(read_vectors(key)[:: min(step, videos[key])]) for key in sampled_keys])
    energies, directions = np.linalg.eigh((sample.T @ sample).astype(np.float64))
    energies, directions = energies[::-1], directions[:, ::-1]
    energy_shares = np.cumsum(energies) / energies.sum()
    dimensions = min(MAX_DIMENSIONS, int(np.searchsorted(energy_shares, MIN_ENERGY_SHARE)) + 1)
    return np.ascontiguousarray(directions[:, :dimensions], np.float32)


def _remainder_lengths(vectors: NDArray[np.float32], coordinates: NDArray[np.float32]) -> NDArray[np.float32]:
    """Returns the length of each vector's part outside the subspace, by Pythagoras, rounded upwards."""
    squares = (vectors * vectors).sum(axis=1) - (coordinates * coordinates).sum(axis=1)
    lengths: NDArray[np.float32] = np.sqrt(np.maximum(squares, 0.0) + np.float32(ROUNDING_ERROR))
    return lengths
