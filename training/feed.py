"""Batches sampled while the model learns: here, or in worker processes where a GPU would wait for them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import TypeVar

from torch.utils.data import DataLoader, IterableDataset, get_worker_info

T = TypeVar("T")
AHEAD = 4  # batches that each worker keeps ready


class _Endless(IterableDataset[T]):
    def __init__(self, sample: Callable[[random.Random], T], seed: str) -> None:
        self.sample, self.seed = sample, seed

    def __iter__(self) -> Iterator[T]:
        worker = get_worker_info()
        rng = random.Random(f"{self.seed} {worker.id if worker else 0}")
        while True:
            yield self.sample(rng)


def _as_it_is(batch: T) -> T:
    return batch


def feed(sample: Callable[[random.Random], T], *, seed: str, workers: int = 0) -> Iterator[T]:
    """Endless batches.

    Args:
        sample: makes one batch; with workers, it and its result must be picklable.
        seed: of all batches; the same seed and number of workers give the same batches.
        workers: processes that sample; 0 samples in this one.
    """
    loader = DataLoader(
        _Endless(sample, seed),
        batch_size=None,
        num_workers=workers,
        collate_fn=_as_it_is,
        prefetch_factor=AHEAD if workers else None,
    )
    return iter(loader)
