import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from assistant.serving import batching
from assistant.serving.batching import Batcher, BusyError


class Model:
    """Doubles numbers; its first pass lasts until it is let go, so that what comes meanwhile has to wait."""

    def __init__(self) -> None:
        self.passes: list[list[int]] = []
        self.begun, self.go = threading.Event(), threading.Event()

    def __call__(self, jobs: Sequence[int]) -> list[int]:
        self.passes.append(list(jobs))
        self.begun.set()
        assert self.go.wait(10)
        if 13 in jobs:
            raise ValueError("thirteen")
        return [2 * job for job in jobs]


@asynccontextmanager
async def working(batcher: Batcher) -> AsyncIterator[None]:
    task = asyncio.create_task(batcher.run())
    yield
    task.cancel()


async def _all(batcher: Batcher, model: Model, jobs: Sequence[tuple[str, int, int]]) -> list[object]:
    """The replies to a first job, and to others that come while it is answered."""
    first = asyncio.create_task(batcher("double", 1, 1))
    await asyncio.to_thread(model.begun.wait, 10)
    rest = [asyncio.create_task(batcher(*job)) for job in jobs]
    await asyncio.sleep(0)
    model.go.set()
    return await asyncio.gather(first, *rest, return_exceptions=True)


async def test_what_waits_at_the_same_time_is_one_pass() -> None:
    model = Model()
    batcher = Batcher({"double": model})
    async with working(batcher):
        assert await _all(batcher, model, [("double", n, 1) for n in range(2, 9)]) == [2 * n for n in range(1, 9)]
    assert model.passes == [[1], [2, 3, 4, 5, 6, 7, 8]]


async def test_a_pass_holds_one_kind_and_not_too_many_rows() -> None:
    model, other = Model(), Model()
    batcher = Batcher({"double": model, "other": other}, max_rows=4)
    other.go.set()
    async with working(batcher):
        jobs = [("double", 2, 3), ("other", 3, 1), ("double", 4, 2), ("double", 5, 1), ("double", 6, 9)]
        assert await _all(batcher, model, jobs) == [2, 4, 6, 8, 10, 12]
    assert model.passes == [[1], [2, 5], [4], [6]]
    assert other.passes == [[3]]


async def test_a_bad_job_spoils_no_other() -> None:
    model = Model()
    batcher = Batcher({"double": model})
    async with working(batcher):
        first, good, bad, last = await _all(batcher, model, [("double", n, 1) for n in (2, 13, 3)])
    assert (first, good, last) == (2, 4, 6)
    assert isinstance(bad, ValueError)


async def test_nobody_waits_for_who_left() -> None:
    model = Model()
    batcher = Batcher({"double": model})
    async with working(batcher):
        first = asyncio.create_task(batcher("double", 1, 1))
        await asyncio.to_thread(model.begun.wait, 10)
        left, stays = (asyncio.create_task(batcher("double", n, 1)) for n in (2, 3))
        await asyncio.sleep(0)
        left.cancel()
        model.go.set()
        assert await asyncio.gather(first, stays) == [2, 6]
    assert model.passes == [[1], [3]]


async def test_who_comes_when_too_many_wait_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batching, "MAX_WAITING", 2)
    batcher = Batcher({})
    waiting = [asyncio.create_task(batcher("double", n, 1)) for n in (1, 2)]
    await asyncio.sleep(0)
    with pytest.raises(BusyError):
        await batcher("double", 3, 1)
    for task in waiting:
        task.cancel()
