"""Dynamic batching: calls that wait at the same time are answered in one pass of the model."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Together = Callable[[Sequence[Any]], Sequence[Any]]
    """Answers several jobs of one kind, one reply for each."""

MOST_WAITING = 256  # jobs; who comes later is told to come back
MOST_ROWS = 64
WAIT_SECONDS = 0.010  # at most, for those who were just answered; a person alone never waits

log = logging.getLogger(__name__)


class BusyError(Exception):
    """Too many jobs wait already."""


@dataclass(slots=True)
class _Waiting:
    kind: str
    job: Any
    rows: int
    reply: asyncio.Future[Any]


class Batcher:
    """Jobs of one kind that wait for the model become one batch, in the order they came.

    The model works in a thread of its own, one batch at a time; what comes in the meantime is the next batch. Those who
    were just answered are likely to ask on at once, and would else fall into two halves that take turns: it waits a
    little until as many are back as there were.

    Args:
        kinds: what answers the jobs of each kind.
        most_rows: of one pass; a job that is larger is answered alone.
    """

    def __init__(self, kinds: Mapping[str, Together], *, most_rows: int = MOST_ROWS) -> None:
        self._kinds = kinds
        self._queue: deque[_Waiting] = deque()
        self._most_rows = most_rows
        self._arrived, self._back = asyncio.Event(), asyncio.Event()
        self._expected = 1  # how many asked at the same time, last

    async def __call__(self, kind: str, job: Any, rows: int) -> Any:
        """The reply to a job that takes so many rows of the model's batch.

        Raises:
            BusyError: too many wait already.
            Exception: what the model raised over this job.
        """
        if len(self._queue) >= MOST_WAITING:
            raise BusyError
        reply: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._queue.append(_Waiting(kind, job, rows, reply))
        self._arrived.set()
        if len(self._queue) >= self._expected:
            self._back.set()
        return await reply

    async def run(self) -> None:
        """Answers until it is cancelled."""
        with ThreadPoolExecutor(1, "core") as model:
            while True:
                await self._arrived.wait()
                if len(self._queue) < self._expected:
                    self._back.clear()
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._back.wait(), WAIT_SECONDS)
                batch = self._next()
                if batch:
                    await self._answer(batch, model)
                self._expected = max(1, len(batch) + len(self._queue))

    def _next(self) -> list[_Waiting]:
        """The oldest job, and those of its kind that fit into one pass with it."""
        batch: list[_Waiting] = []
        later: deque[_Waiting] = deque()
        rows = 0
        for one in self._queue:
            if one.reply.cancelled():
                continue
            if not batch or (one.kind == batch[0].kind and rows + one.rows <= self._most_rows):
                batch.append(one)
                rows += one.rows
            else:
                later.append(one)
        self._queue = later
        if not later:
            self._arrived.clear()
        return batch

    async def _answer(self, batch: list[_Waiting], model: ThreadPoolExecutor) -> None:
        together, jobs = self._kinds[batch[0].kind], [one.job for one in batch]
        try:
            replies = await asyncio.get_running_loop().run_in_executor(model, together, jobs)
        except Exception as error:  # noqa: BLE001 - what a model raises is handed to whose job it was
            if len(batch) > 1:
                # One bad job, or no room for all of them, spoils no other.
                log.warning("a batch of %d failed (%s); its jobs are answered one by one", len(batch), error)
                for one in batch:
                    await self._answer([one], model)
            elif not batch[0].reply.done():
                batch[0].reply.set_exception(error)
            return
        for one, reply in zip(batch, replies, strict=True):
            if not one.reply.done():
                one.reply.set_result(reply)
