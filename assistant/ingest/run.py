"""What the threads that index one video share: queues that can be given up, and the first failure."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

POLL_SECONDS = 0.2  # how often a waiting thread looks whether the run has stopped


class CancelledError(Exception):
    """The user stopped the indexing."""


@dataclass
class Run:
    """The threads of one video."""

    cancelled: Callable[[], bool]  # whether the user has stopped the indexing
    failure: BaseException | None = None  # the first error of a thread
    stop: threading.Event = field(default_factory=threading.Event)

    def fail(self, error: BaseException) -> None:
        """Stops all threads, and keeps the error if it is the first."""
        if self.failure is None:
            self.failure = error
        self.stop.set()

    def put(self, target: queue.Queue[Any], item: object) -> None:
        """Waits for room in a queue, and puts an item there.

        Raises:
            CancelledError: the user stopped the indexing, or another thread failed.
        """
        while not self.stop.is_set():
            if self.cancelled():
                raise CancelledError
            try:
                target.put(item, timeout=POLL_SECONDS)
                return
            except queue.Full:
                continue
        raise CancelledError

    def take(self, source: queue.Queue[Any]) -> Iterator[Any]:
        """Yields the items of a queue until None comes or the run stops."""
        while not self.stop.is_set():
            try:
                item = source.get(timeout=POLL_SECONDS)
            except queue.Empty:
                continue
            if item is None:
                return
            yield item

    def make_thread(self, work: Callable[..., None], *arguments: object) -> threading.Thread:
        """Returns a thread, not yet started, whose failure stops the run."""

        def guarded() -> None:
            try:
                work(*arguments)
            except BaseException as error:  # noqa: BLE001 - raised again by the thread that waits
                self.fail(error)

        return threading.Thread(target=guarded, name=work.__name__, daemon=True)
