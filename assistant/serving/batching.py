"""Dynamic batching: jobs that wait at the same time are answered in one pass of the model."""

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

    AnswerJobs = Callable[[Sequence[Any]], Sequence[Any]]
    """Answers several jobs of the same kind, with one reply for each."""

MAX_WAITING = 256  # jobs; later ones are refused
MAX_ROWS = 64  # of the model's batch
MAX_WAIT_SECONDS = 0.010  # for the clients that were just answered; a single client never waits

log = logging.getLogger(__name__)


class BusyError(Exception):
    """Raised for a job that comes while `MAX_WAITING` others wait."""


@dataclass(slots=True)
class _WaitingJob:
    kind: str
    job: Any
    rows: int
    reply: asyncio.Future[Any]


class Batcher:
    """Joins waiting jobs of the same kind to a batch, in the order of their arrival.

    The model works in a thread of its own, one batch at a time; jobs that arrive meanwhile form the next batch. Clients
    that were just answered often send their next job at once. Without waiting for them they would split into two
    halves that take turns, so the batcher waits briefly until as many jobs have arrived as were answered.

    Args:
        answer_by_kind: the function that answers the jobs of each kind.
        max_rows: of one pass; a larger job is answered alone.
    """

    def __init__(self, answer_by_kind: Mapping[str, AnswerJobs], *, max_rows: int = MAX_ROWS) -> None:
        self._answer_by_kind = answer_by_kind
        self._queue: deque[_WaitingJob] = deque()
        self._max_rows = max_rows
        self._has_jobs, self._has_expected_jobs = asyncio.Event(), asyncio.Event()
        self._expected = 1  # number of jobs that were in the last batch or waited after it

    async def __call__(self, kind: str, job: Any, rows: int) -> Any:
        """Returns the reply to a job that takes `rows` rows of the model's batch.

        Raises:
            BusyError: too many jobs wait already.
            Exception: what the model raised for this job.
        """
        if len(self._queue) >= MAX_WAITING:
            raise BusyError
        reply: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._queue.append(_WaitingJob(kind, job, rows, reply))
        self._has_jobs.set()
        if len(self._queue) >= self._expected:
            self._has_expected_jobs.set()
        return await reply

    async def run(self) -> None:
        """Answers jobs until it is cancelled."""
        with ThreadPoolExecutor(1, "core") as model:
            while True:
                await self._has_jobs.wait()
                if len(self._queue) < self._expected:
                    self._has_expected_jobs.clear()
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._has_expected_jobs.wait(), MAX_WAIT_SECONDS)
                batch = self._take_batch()
                if batch:
                    await self._answer_batch(batch, model)
                self._expected = max(1, len(batch) + len(self._queue))

    def _take_batch(self) -> list[_WaitingJob]:
        """Removes from the queue the oldest job and those of its kind that fit into one pass with it."""
        batch: list[_WaitingJob] = []
        later: deque[_WaitingJob] = deque()
        rows = 0
        for waiting in self._queue:
            if waiting.reply.cancelled():
                continue
            if not batch or (waiting.kind == batch[0].kind and rows + waiting.rows <= self._max_rows):
                batch.append(waiting)
                rows += waiting.rows
            else:
                later.append(waiting)
        self._queue = later
        if not later:
            self._has_jobs.clear()
        return batch

    async def _answer_batch(self, batch: list[_WaitingJob], model: ThreadPoolExecutor) -> None:
        answer, jobs = self._answer_by_kind[batch[0].kind], [waiting.job for waiting in batch]
        try:
            replies = await asyncio.get_running_loop().run_in_executor(model, answer, jobs)
        except Exception as error:  # noqa: BLE001 - the client of the job gets it
            if len(batch) > 1:
                # A bad job, or too little memory for all of them, must not fail the others.
                log.warning("a batch of %d failed (%s); its jobs are answered one by one", len(batch), error)
                for waiting in batch:
                    await self._answer_batch([waiting], model)
            elif not batch[0].reply.done():
                batch[0].reply.set_exception(error)
            return
        for waiting, reply in zip(batch, replies, strict=True):
            if not waiting.reply.done():
                waiting.reply.set_result(reply)
