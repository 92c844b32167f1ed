"""Batches that are sampled during training: in this process, or in worker processes where a GPU would wait for them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from torch.utils.data import DataLoader, IterableDataset, get_worker_info

T = TypeVar("T")
PREFETCHED = 4  # batches that each worker prepares ahead
CAPACITY = 1500  # samples in a replay buffer
MIN_SAMPLES = 64  # samples in a replay buffer before the first is repeated


class ReplayBuffer(Generic[T]):
    """Returns each sample several times in random order, because rendering is slower than a GPU learns.

    Args:
        sample: draws a sample.
        uses: mean number of times that each sample is returned; 1 stores no sample.
    """

    def __init__(self, sample: Callable[[random.Random], T], uses: int) -> None:
        self.sample, self.uses = sample, uses
        self.samples: list[T] = []

    def __call__(self, rng: random.Random) -> T:
        if self.uses == 1:
            return self.sample(rng)
        if len(self.samples) >= MIN_SAMPLES and rng.random() >= 1 / self.uses:
            return rng.choice(self.samples)
        sample = self.sample(rng)
        if len(self.samples) < CAPACITY:
            self.samples.append(sample)
        else:
            self.samples[rng.randrange(CAPACITY)] = sample
        return sample


class _EndlessDataset(IterableDataset[T]):
    def __init__(self, sample: Callable[[random.Random], T], seed: str) -> None:
        self.sample, self.seed = sample, seed

    def __iter__(self) -> Iterator[T]:
        worker = get_worker_info()
        rng = random.Random(f"{self.seed} {worker.id if worker else 0}")
        while True:
            yield self.sample(rng)


def _identity(batch: T) -> T:
    return batch


def feed(sample: Callable[[random.Random], T], *, seed: str, workers: int = 0) -> Iterator[T]:
    """Yields batches without end.

    Args:
        sample: draws a batch; with workers, both it and its result must be picklable.
        seed: the same seed and number of workers give the same batches.
        workers: number of processes that sample; 0 samples in this process.
    """
    loader = DataLoader(
        _EndlessDataset(sample, seed),
        batch_size=None,
        num_workers=workers,
        collate_fn=_identity,
        prefetch_factor=PREFETCHED if workers else None,
    )
    return iter(loader)
