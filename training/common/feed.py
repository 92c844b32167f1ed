"""Batches sampled while the model learns: here, or in worker processes where a GPU would wait for them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from torch.utils.data import DataLoader, IterableDataset, get_worker_info

T = TypeVar("T")
AHEAD = 4  # batches that each worker keeps ready
ROOM = 1500  # samples that each worker keeps, to be given out again
FILLED = 64  # samples before the first is given out again


class ReplayBuffer(Generic[T]):
    """Gives out each sample a few times, in random order: rendering is what a GPU waits for.

    Args:
        sample: makes one.
        uses: how often each is given out in the mean; 1 keeps nothing.
    """

    def __init__(self, sample: Callable[[random.Random], T], uses: int) -> None:
        self.sample, self.uses = sample, uses
        self.kept: list[T] = []

    def __call__(self, rng: random.Random) -> T:
        if self.uses == 1:
            return self.sample(rng)
        if len(self.kept) >= FILLED and rng.random() >= 1 / self.uses:
            return rng.choice(self.kept)
        made = self.sample(rng)
        if len(self.kept) < ROOM:
            self.kept.append(made)
        else:
            self.kept[rng.randrange(ROOM)] = made
        return made


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
