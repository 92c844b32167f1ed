"""Turns that can be cancelled while a model hangs.

A call of a model runs in a thread of its own. Whoever waits for it gives up as soon as the turn is cancelled; the call
itself cannot be ended, and what it returns later is dropped.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from typing import TYPE_CHECKING, TypeVar

from tools.errors import VideoAssistantError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_POLL_SECONDS = 0.05  # between two looks at whether the turn was cancelled
_turn: ContextVar[threading.Event | None] = ContextVar("turn", default=None)
_Result = TypeVar("_Result")


class TurnCancelledError(VideoAssistantError):
    """The turn was cancelled while it was being answered."""

    def __init__(self) -> None:
        super().__init__("the question was cancelled before it was answered; ask it again, or another")


class RunningTurns:
    """The turns that are being answered, by conversation. Safe to share between threads."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._events: dict[str, threading.Event] = {}

    @contextmanager
    def running(self, thread_id: str) -> Iterator[threading.Event]:
        """Enters a turn, whose event is set when it is cancelled; there is one at a time in each conversation."""
        event = threading.Event()
        with self._guard:
            self._events[thread_id] = event
        try:
            yield event
        finally:
            with self._guard:
                del self._events[thread_id]

    def cancel(self, thread_id: str) -> bool:
        """Cancels the turn of a conversation; returns whether there was one."""
        with self._guard:
            event = self._events.get(thread_id)
        if event is not None:
            event.set()
        return event is not None


def enter_turn(cancelled: threading.Event) -> None:
    """Makes `call_model` give up in this context once `cancelled` is set."""
    _turn.set(cancelled)


def call_model(call: Callable[[], _Result]) -> _Result:
    """Returns what a call returns and raises what it raises.

    Raises:
        TurnCancelledError: the turn is cancelled, whether or not the call ends.
    """
    cancelled = _turn.get()
    if cancelled is None:
        return call()
    result: Future[_Result] = Future()
    context = copy_context()
    threading.Thread(target=context.run, args=(_settle, result, call), daemon=True, name="model-call").start()
    while not cancelled.is_set():
        try:
            return result.result(timeout=_POLL_SECONDS)
        except TimeoutError:
            if result.done():  # the call itself raised it
                return result.result()
    raise TurnCancelledError


def _settle(result: Future[_Result], call: Callable[[], _Result]) -> None:
    try:
        result.set_result(call())
    except BaseException as error:  # noqa: BLE001 - raised again by whoever waits for the result
        result.set_exception(error)
