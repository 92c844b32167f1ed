"""Waiting for an answer: made in a thread of its own, so that the page can be stopped while a model hangs."""

from __future__ import annotations

import threading
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, TypeVar

import streamlit as st

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_POLL_SECONDS = 0.2  # between two chances for Streamlit to stop the run
_Item = TypeVar("_Item")


def iterate_stoppably(items: Iterable[_Item], cancel: Callable[[], object]) -> Iterator[_Item]:
    """Yields the items of an iterable, and raises what it raises, but never waits longer than Streamlit may stop a run.

    Args:
        items: what is iterated in another thread; it must not draw anything.
        cancel: called if the run is stopped before the last item, whether by the visitor or because the page is left.
    """
    queue: SimpleQueue[tuple[str, object]] = SimpleQueue()
    threading.Thread(target=_put_all, args=(items, queue), daemon=True, name="answer").start()
    ended = False
    try:
        while not ended:
            try:
                what, value = queue.get(timeout=_POLL_SECONDS)
            except Empty:
                "question" in st.session_state  # noqa: B015 - Streamlit ends a run that was stopped where it reads the state
                continue
            ended = what != "item"
            if what == "error":
                raise value  # type: ignore[misc]  # put there by `_put_all`
            if what == "item":
                yield value  # type: ignore[misc]  # an item of `items`
    finally:
        if not ended:
            cancel()


def _put_all(items: Iterable[object], queue: SimpleQueue[tuple[str, object]]) -> None:
    try:
        for item in items:
            queue.put(("item", item))
    except BaseException as error:  # noqa: BLE001 - raised again where the items are read
        queue.put(("error", error))
    else:
        queue.put(("end", None))
