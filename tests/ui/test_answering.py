"""Items of another thread, and a run of the page that is stopped while they are awaited."""

import threading
from collections.abc import Iterator

import pytest

from tools.errors import VideoAssistantError
from ui.state import answering
from ui.state.answering import iterate_stoppably


class _Stopped(BaseException):
    """What Streamlit raises in a run that is stopped."""


class _StoppedState:
    def __contains__(self, key: object) -> bool:
        raise _Stopped


def test_items_come_in_order_and_nothing_is_cancelled() -> None:
    cancelled: list[bool] = []
    assert list(iterate_stoppably([1, None, 3], lambda: cancelled.append(True))) == [1, None, 3]
    assert cancelled == []


def test_what_the_items_raise_is_raised() -> None:
    def failing() -> Iterator[int]:
        yield 1
        raise VideoAssistantError("no weights")

    items = iterate_stoppably(failing(), lambda: None)
    assert next(items) == 1
    with pytest.raises(VideoAssistantError, match="no weights"):
        next(items)


def test_a_run_that_is_stopped_cancels_what_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()

    def hanging() -> Iterator[int]:
        yield 1
        release.wait(60)

    monkeypatch.setattr(answering.st, "session_state", _StoppedState())
    items = iterate_stoppably(hanging(), release.set)
    assert next(items) == 1
    with pytest.raises(_Stopped):
        next(items)
    assert release.is_set(), "it was cancelled"


def test_a_page_that_is_left_cancels_what_is_awaited() -> None:
    cancelled: list[bool] = []
    items = iterate_stoppably(iter([1, 2, 3]), lambda: cancelled.append(True))
    assert next(items) == 1
    items.close()  # type: ignore[attr-defined]  # a generator
    assert cancelled == [True]
